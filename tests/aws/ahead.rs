//! What is said before a run is what the run then does.

use std::collections::BTreeMap;

use bucketpair::error::ExitCode;
use bucketpair::report::{DryRun, Phase};
use bucketpair::runner::{self, Settings, Verb, dry_run, estimate};

use crate::stand_in::{ACCOUNT, Aws, ROLE};

const GLOBS: [&str; 3] = ["version-id", "multipart", "delete-marker-*"];

fn settings(aws: &Aws) -> Settings {
    let mut settings = aws.settings();
    settings.globs = GLOBS.map(str::to_owned).to_vec();
    settings
}

/// How often each operation is asked, by phase.
fn counts(seen: &DryRun, is_changing: bool) -> BTreeMap<String, (u64, u64)> {
    let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let wanted = seen
        .requests
        .iter()
        .filter(|asked| (asked.phase != Phase::Look) == is_changing);
    for asked in wanted {
        let count = counts.entry(asked.operation.clone()).or_default();
        count.0 += asked.usual;
        count.1 += asked.most;
    }
    counts
}

/// Every changing call is told exactly, the looks within their bounds, and so is the cost.
#[tokio::test]
async fn a_dry_run_calls_nothing_and_tells_what_the_run_then_asks() {
    let aws = Aws::new("15s");
    let settings = settings(&aws);
    let seen = Box::pin(dry_run(&settings, &Verb::Run)).await.unwrap();
    assert_eq!(aws.asked(), Vec::<String>::new(), "something was called");
    tokio::time::pause();
    let report = runner::run(settings, |_| {}, std::future::pending());
    let report = Box::pin(report).await.unwrap();
    assert_eq!(report.exit_code(), ExitCode::Passed, "{report:#?}");
    let mut asked: BTreeMap<String, u64> = BTreeMap::new();
    for requests in &report.usage.requests {
        *asked.entry(requests.operation.clone()).or_default() += requests.attempts;
    }
    asked.retain(|_, count| *count > 0);
    for (operation, (usual, most)) in counts(&seen, true) {
        let really = asked.remove(&operation).unwrap_or_default();
        assert_eq!((really, really), (usual, most), "{operation}: {seen:#?}");
    }
    for (operation, (_, most)) in counts(&seen, false) {
        let really = asked.remove(&operation).unwrap_or_default();
        assert!(really <= most, "{operation}: {really} of at most {most}");
    }
    assert!(asked.is_empty(), "asked, and not told before: {asked:?}");
    let (cost, bill) = (seen.cost.unwrap(), report.bill.unwrap());
    assert!(bill.usd <= cost.most.usd, "{bill:#?}\n{cost:#?}");
    assert!(cost.usual.usd <= cost.most.usd, "{cost:#?}");
}

#[tokio::test]
async fn account_role_regions_and_buckets_are_told() {
    let aws = Aws::new("15s");
    let seen = Box::pin(dry_run(&settings(&aws), &Verb::Run))
        .await
        .unwrap();
    let facts: BTreeMap<_, _> = seen.facts.iter().cloned().collect();
    assert!(facts["account"].starts_with(ACCOUNT), "{facts:?}");
    assert_eq!(facts["role"], ROLE);
    assert_eq!(facts["regions"], "ap-northeast-1 → us-east-1");
    assert!(facts["pair"].contains("at most 10 buckets"), "{facts:?}");
    let step = |name: &str| seen.steps.iter().find(|step| step.name == name).unwrap();
    assert!(step("version-id").how.contains("put"), "{seen:#?}");
    assert!(step("multipart").how.contains("in parts"), "{seen:#?}");
}

#[tokio::test]
async fn a_cap_below_the_estimate_is_refused_before_the_first_call() {
    let aws = Aws::new("15s");
    let mut settings = settings(&aws);
    let bill = Box::pin(estimate(&settings, &Verb::Run))
        .await
        .unwrap()
        .unwrap();
    assert!(bill.usd > 0.0, "{bill:#?}");
    settings.max_usd = Some(bill.usd * 0.9);
    let error = Box::pin(estimate(&settings, &Verb::Run)).await.unwrap_err();
    assert_eq!(error.exit_code(), ExitCode::Inconclusive);
    let line = error.to_string();
    assert!(
        line.contains("--max-usd") && line.contains("nothing was called"),
        "{line}"
    );
    settings.max_usd = Some(bill.usd * 1.1);
    Box::pin(estimate(&settings, &Verb::Run)).await.unwrap();
    settings.role = None;
    let refused = Box::pin(dry_run(&settings, &Verb::Run)).await.unwrap_err();
    assert_eq!(refused.exit_code(), ExitCode::Usage, "{refused}");
    assert_eq!(aws.asked(), Vec::<String>::new(), "something was called");
}

/// Two runs below one cap: the second has what the first left.
#[tokio::test(start_paused = true)]
async fn runs_that_share_a_cap_spend_it_together() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("spent.json");
    let run = |cap: f64| {
        let mut settings = Aws::new("15s").settings();
        settings.globs = vec!["version-id".to_owned()];
        settings.max_usd = Some(cap);
        settings.spent = Some(file.clone());
        Box::pin(runner::run(settings, |_| {}, std::future::pending()))
    };
    let first = run(1.0).await.unwrap();
    let cost = first.bill.as_ref().unwrap().usd;
    assert_eq!(first.exit_code(), ExitCode::Passed, "{first:#?}");
    let second = run(cost * 1.5).await.unwrap();
    assert_eq!(second.exit_code(), ExitCode::Inconclusive, "{second:#?}");
    assert_eq!(second.left_behind, Vec::<String>::new());
    let third = run(cost).await.unwrap_err();
    assert_eq!(third.exit_code(), ExitCode::Inconclusive, "{third}");
    assert!(third.to_string().contains("spent.json"), "{third}");
}
