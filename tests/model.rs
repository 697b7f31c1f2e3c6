//! The embedded pair and the reference model match rules apart. On random rules and objects they
//! must agree about every replica, every absence, every status and every storage class.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

use bucketpair::check::{Check, CheckKind, Verdict};
use bucketpair::replication::{Rule, Schema};
use bucketpair::report::Row;
use bucketpair::runner::{self, Settings, open_in_process};
use bucketpair::scenario::Scenario;
use bucketpair::workload::{Object, Step};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const PREFIXES: [&str; 5] = ["", "a", "a/", "a/b", "B"];
const KEYS: [&str; 6] = ["a", "a/", "a/b", "a/bc", "b", "Ba"];
const TAGS: [&str; 2] = ["red", "blue"];

/// A rule with a priority of its own; some have no tags, some are off, some store elsewhere.
fn rule() -> impl Strategy<Value = Rule> {
    let tags = subsequence(TAGS.to_vec(), 0..=1);
    let class = select(vec![None, Some("STANDARD_IA"), Some("ONEZONE_IA")]);
    let destination = select(vec!["destination", "destination-2"]);
    let parts = (
        select(PREFIXES.to_vec()),
        tags,
        class,
        destination,
        prop::bool::weighted(0.8),
    );
    parts.prop_map(|(prefix, tags, class, destination, enabled)| {
        let mut rule = Rule::new("")
            .with_prefix(prefix)
            .with_destination(destination);
        for tag in tags {
            rule = rule.with_tag(tag, "yes");
        }
        rule.storage_class = class.map(str::to_owned);
        rule.enabled = enabled;
        rule
    })
}

fn numbered(rules: Vec<Rule>) -> Vec<Rule> {
    let number = |(index, rule): (usize, Rule)| Rule {
        id: format!("rule-{index}"),
        priority: i32::try_from(index).unwrap(),
        ..rule
    };
    rules.into_iter().enumerate().map(number).collect()
}

/// The schema of the past: a prefix, one destination, no tags.
fn as_v1(rules: Vec<Rule>) -> Vec<Rule> {
    let mut rules: Vec<Rule> = rules.into_iter().take(1).collect();
    for rule in &mut rules {
        rule.schema = Schema::V1;
        rule.filter.tags.clear();
        "destination".clone_into(&mut rule.destination);
    }
    rules
}

fn objects() -> impl Strategy<Value = Vec<(&'static str, Vec<&'static str>)>> {
    vec(
        (select(KEYS.to_vec()), subsequence(TAGS.to_vec(), 0..=2)),
        1..5,
    )
}

fn scenario(rules: Vec<Rule>, objects: &[(&str, Vec<&str>)]) -> Scenario {
    let step = |(index, (key, tags)): (usize, &(&str, Vec<&str>))| {
        let tagged = |object: Object, tag: &&str| object.with_tag(tag, "yes");
        let object = tags.iter().fold(Object::sized(10), tagged);
        Step::put(&format!("put-{index}"), key, object)
    };
    let kinds = [
        CheckKind::Arrives,
        CheckKind::StaysAbsent,
        CheckKind::NoStatus,
        CheckKind::StorageClass,
    ];
    Scenario::new("model", "the embedded pair and the reference agree")
        .with_rules(rules)
        .with_destinations(2)
        .steps(objects.iter().enumerate().map(step))
        .checks(kinds.map(Check::new))
}

/// What the checks say; the seed of the payloads does not matter here.
fn disagreement(scenario: Scenario, defects: &[&str]) -> Option<String> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let mut settings = Settings::default();
        settings.defects = defects.iter().map(|name| (*name).to_owned()).collect();
        let opened = open_in_process(&settings).unwrap();
        let never = std::future::pending();
        let report = runner::run_on(&opened, vec![scenario], &settings, |_| {}, never).await;
        let report = report.unwrap();
        let Row::Judged(judgement) = &report.rows[0] else {
            return Some(format!("{report:#?}"));
        };
        let fails = judgement
            .findings
            .iter()
            .any(|finding| finding.verdict == Verdict::Fail);
        fails.then(|| format!("{judgement:#?}"))
    })
}

#[test]
fn a_pair_that_ignores_prefixes_and_the_reference_disagree() {
    let scenario = scenario(vec![Rule::new("a").with_prefix("a")], &[("b", Vec::new())]);
    assert!(disagreement(scenario, &["ignores-prefix"]).is_some());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_embedded_pair_and_the_reference_agree_on_random_rules(
        rules in vec(rule(), 1..5),
        objects in objects(),
        v1 in prop::bool::weighted(0.2),
    ) {
        let rules = numbered(if v1 { as_v1(rules) } else { rules });
        let found = disagreement(scenario(rules.clone(), &objects), &[]);
        prop_assert!(found.is_none(), "rules {rules:#?}\nobjects {objects:?}\n{}", found.unwrap());
    }
}
