//! A run on AWS, whole: guard, provision, canaries, scenarios, teardown.

use std::collections::BTreeSet;

use bucketpair::cost::{Bill, Prices, Terms};
use bucketpair::error::ExitCode;
use bucketpair::policy::Actions;
use bucketpair::report::RunReport;
use bucketpair::runner;

use crate::stand_in::Aws;

#[tokio::test(start_paused = true)]
async fn a_run_goes_from_the_guard_to_the_teardown() {
    let aws = Aws::new("lognormal:15s,0.5");
    let mut settings = aws.settings();
    settings.globs = vec!["version-id".to_owned(), "delete-marker-*".to_owned()];
    let report = runner::run(settings, |_| {}, std::future::pending());
    let report = Box::pin(report).await.unwrap();
    assert_eq!(report.exit_code(), ExitCode::Passed, "seed 0: {report:#?}");
    let minutes = report.elapsed.as_secs_f64() / 60.0;
    assert!(
        (15.0..30.0).contains(&minutes),
        "one rest of 15 minutes: {minutes}"
    );
    let asked = aws.asked();
    assert!(asked[0].starts_with("sts."), "{asked:?}");
    assert!(asked.iter().any(|host| host.starts_with("bucketpair-")));
    assert_eq!(report.left_behind, Vec::<String>::new());
}

/// By how much a run of these scenarios is cut short, and that what it had is reported.
#[tokio::test(start_paused = true)]
async fn a_cap_stops_the_run_before_it_is_passed_and_the_teardown_goes_on() {
    let whole = run_of(None).await;
    let bill = whole.bill.as_ref().unwrap();
    assert!(bill.usd > 0.0 && whole.usage.attempts() > 100, "{bill:#?}");
    let cap = bill.usd * 0.6;
    let capped = run_of(Some(cap)).await;
    assert_eq!(capped.exit_code(), ExitCode::Inconclusive, "{capped:#?}");
    assert_eq!(capped.left_behind, Vec::<String>::new());
    let told = capped.errors.join("\n");
    assert!(told.contains("--max-usd"), "{told}");
    let mut before = capped.usage.clone();
    // The teardown reads and deletes after the cap; it writes nothing.
    let writes = |operation: &str| operation.starts_with("Put") || operation == "CreateBucket";
    before
        .requests
        .retain(|requests| writes(&requests.operation));
    let terms = Terms::new("ap-northeast-1", "us-east-1", 2);
    let before = Bill::new(&Prices::built_in(), &before, &terms);
    assert!(before.usd <= cap, "{} passes {cap}", before.usd);
    assert!(capped.usage.attempts() < whole.usage.attempts());
}

async fn run_of(max_usd: Option<f64>) -> RunReport {
    let mut settings = Aws::new("15s").settings();
    settings.globs = vec!["version-id".to_owned(), "two-destinations".to_owned()];
    settings.max_usd = max_usd;
    let report = runner::run(settings, |_| {}, std::future::pending());
    Box::pin(report).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_cap_that_allows_nothing_ends_with_3_and_leaves_nothing() {
    let mut settings = Aws::new("15s").settings();
    settings.max_usd = Some(0.000_01);
    let report = runner::run(settings, |_| {}, std::future::pending());
    let report = Box::pin(report).await.unwrap();
    assert_eq!(report.exit_code(), ExitCode::Inconclusive, "{report:#?}");
    assert!(report.errors.join("").contains("--max-usd"), "{report:#?}");
    assert_eq!(report.left_behind, Vec::<String>::new());
    assert!(!report.pending.is_empty());
}

/// The whole catalogue, at AWS's place: what it asks is what the policy of `run` allows.
#[tokio::test(start_paused = true)]
async fn the_policy_of_run_is_what_the_catalogue_asks() {
    let settings = Aws::new("15s").settings();
    let report = runner::run(settings, |_| {}, std::future::pending());
    let report = Box::pin(report).await.unwrap();
    assert_eq!(report.exit_code(), ExitCode::Passed, "{report:#?}");
    let asked = report.usage.requests.iter().filter(|r| r.attempts > 0);
    let asked: BTreeSet<_> = asked.map(|requests| requests.operation.clone()).collect();
    let allowed: BTreeSet<_> = Actions::built_in().verbs["run"].iter().cloned().collect();
    // A bucket is tagged afterwards only where it was created without its tags, and a policy is put
    // across accounts.
    let on_failure = ["PutBucketPolicy", "PutBucketTagging"];
    let on_failure: BTreeSet<_> = on_failure.map(str::to_owned).into();
    let beyond: Vec<_> = asked.difference(&allowed).collect();
    assert!(
        beyond.is_empty(),
        "asked, and not in the policy: {beyond:?}"
    );
    let unused: BTreeSet<_> = allowed.difference(&asked).cloned().collect();
    assert_eq!(unused, on_failure, "in the policy, and never asked");
}
