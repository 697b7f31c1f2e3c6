//! Random histories: what is done to a pair, as data that shrinks.

use bucketpair::replication::{Rule, Schema};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const PREFIXES: [&str; 5] = ["", "a", "a/", "a/b", "B"];
const KEYS: [&str; 6] = ["a", "a/", "a/b", "a/bc", "b", "Ba"];
const TAGS: [&str; 2] = ["red", "blue"];
const DESTINATIONS: [&str; 2] = ["destination", "destination-2"];
const CLASSES: [Option<&str>; 4] = [None, None, Some("STANDARD_IA"), Some("GLACIER")];
/// What is denied to the role at a time. What keeps tags alone is not among them: whether later
/// tags then count as late or as lost, AWS does not say.
const DENIALS: [&str; 6] = [
    "sts:AssumeRole",
    "s3:ListBucket",
    "s3:GetReplicationConfiguration",
    "s3:GetObjectVersionAcl",
    "s3:ReplicateObject",
    "s3:ReplicateDelete",
];

/// A history before it is lived.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Random {
    /// The seed of the pair's delays.
    pub(crate) seed: u64,
    /// The rules that it begins with.
    pub(crate) rules: Vec<Rule>,
    /// What is done.
    pub(crate) actions: Vec<Action>,
}

/// One thing that is done. What it needs and does not find is left undone.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    Put {
        key: &'static str,
        tags: Vec<&'static str>,
        class: Option<&'static str>,
    },
    Multipart {
        key: &'static str,
        tags: Vec<&'static str>,
    },
    Copy {
        from: &'static str,
        to: &'static str,
    },
    Delete {
        key: &'static str,
    },
    /// Deletes the marker that is a key's current version.
    Undelete {
        key: &'static str,
    },
    /// Deletes the n-th version that was written, counted round.
    DeleteVersion(u8),
    /// Replaces the tags of the n-th version.
    Tag(u8, Vec<&'static str>),
    Configure(Vec<Rule>),
    /// Suspends versioning of a destination.
    Suspend(&'static str),
    Resume(&'static str),
    /// Denies an action to the role, in the place of what was denied before.
    Deny(&'static str),
    Restore,
    /// Replication does not reach a destination until it recovers.
    Outage(&'static str),
    Recover(&'static str),
    /// Nothing leaves the source until it goes on.
    Pause,
    GoOn,
    /// A destination answers so many replications with 503.
    SlowDown(&'static str, u32),
    /// Lets more time pass than a replica is given.
    Wait,
    /// Looks at the n-th version while its replicas are on their way.
    Look(u8),
    /// Waits until everything has arrived.
    Settle,
}

/// The n-th history of a seed, always the same.
pub(crate) fn nth(seed: u64, place: u64) -> Random {
    tree(&random().boxed(), seed, place).1.current()
}

/// The n-th history of a seed, with what runs and shrinks it.
pub(crate) fn tree<S: Strategy>(strategy: &S, seed: u64, place: u64) -> (TestRunner, S::Tree) {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&place.to_le_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, random);
    let tree = strategy.new_tree(&mut runner).unwrap();
    (runner, tree)
}

pub(crate) fn random() -> impl Strategy<Value = Random> {
    let parts = (any::<u64>(), rules(), vec(action(), 1..16));
    parts.prop_map(|(seed, rules, actions)| Random {
        seed,
        rules,
        actions,
    })
}

fn action() -> impl Strategy<Value = Action> {
    let key = || select(KEYS.to_vec());
    let destination = || select(DESTINATIONS.to_vec());
    prop_oneof![
        8 => (key(), tags(), select(CLASSES.to_vec())).prop_map(|(key, tags, class)| Action::Put { key, tags, class }),
        2 => (key(), tags()).prop_map(|(key, tags)| Action::Multipart { key, tags }),
        2 => (key(), key()).prop_map(|(from, to)| Action::Copy { from, to }),
        3 => key().prop_map(|key| Action::Delete { key }),
        1 => key().prop_map(|key| Action::Undelete { key }),
        1 => any::<u8>().prop_map(Action::DeleteVersion),
        2 => (any::<u8>(), tags()).prop_map(|(nth, tags)| Action::Tag(nth, tags)),
        1 => rules().prop_map(Action::Configure),
        1 => destination().prop_map(Action::Suspend),
        1 => destination().prop_map(Action::Resume),
        1 => select(DENIALS.to_vec()).prop_map(Action::Deny),
        1 => Just(Action::Restore),
        3 => trouble(),
        1 => Just(Action::Wait),
        2 => any::<u8>().prop_map(Action::Look),
        1 => Just(Action::Settle),
    ]
}

/// What holds replication up, and its end.
fn trouble() -> impl Strategy<Value = Action> {
    let destination = || select(DESTINATIONS.to_vec());
    let slow_down = |(side, replications)| Action::SlowDown(side, replications);
    prop_oneof![
        2 => destination().prop_map(Action::Outage),
        2 => destination().prop_map(Action::Recover),
        1 => Just(Action::Pause),
        1 => Just(Action::GoOn),
        1 => (destination(), 1..4u32).prop_map(slow_down),
    ]
}

fn tags() -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(TAGS.to_vec(), 0..=2)
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    prop_oneof![
        4 => vec(rule(), 1..5).prop_map(numbered),
        1 => rule().prop_map(as_v1),
    ]
}

/// A rule; some have a tag, some are off, some store elsewhere, some let markers travel.
fn rule() -> impl Strategy<Value = Rule> {
    let class = select(vec![None, Some("STANDARD_IA"), Some("ONEZONE_IA")]);
    let parts = (
        select(PREFIXES.to_vec()),
        subsequence(TAGS.to_vec(), 0..=1),
        class,
        select(DESTINATIONS.to_vec()),
        prop::bool::weighted(0.8),
        any::<bool>(),
    );
    parts.prop_map(|(prefix, tags, class, destination, enabled, markers)| {
        let mut rule = Rule::new("")
            .with_prefix(prefix)
            .with_destination(destination);
        // R-RULE-11: where a tag is asked for, markers stay.
        rule.delete_markers = markers && tags.is_empty();
        for tag in tags {
            rule = rule.with_tag(tag, "yes");
        }
        rule.storage_class = class.map(str::to_owned);
        rule.enabled = enabled;
        rule
    })
}

/// Each with an ID and a priority of its own.
fn numbered(rules: Vec<Rule>) -> Vec<Rule> {
    let number = |(place, rule): (usize, Rule)| Rule {
        id: format!("rule-{place}"),
        priority: i32::try_from(place).unwrap(),
        ..rule
    };
    rules.into_iter().enumerate().map(number).collect()
}

/// The schema of the past: a prefix, one destination, no tags.
fn as_v1(mut rule: Rule) -> Vec<Rule> {
    rule.schema = Schema::V1;
    rule.filter.tags.clear();
    rule.delete_markers = false;
    rule.priority = 0;
    numbered(vec![rule])
}
