//! The embedded pair and the reference decide apart what replicates. On random histories (rules and
//! their changes, every kind of write, deletions, tags, outages) they must agree, and no check may
//! cry wolf. Virtual time, no sockets, no HTTP.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]
#![expect(clippy::print_stdout, reason = "a long run says how far it is")]

#[path = "model/generate.rs"]
mod generate;
#[path = "model/long.rs"]
mod long;
#[path = "model/observe.rs"]
mod observe;
#[path = "operations/mod.rs"]
mod operations;
#[path = "model/pair.rs"]
mod pair;
#[path = "model/regressions.rs"]
mod regressions;
#[path = "model/words.rs"]
mod words;
#[path = "model/write.rs"]
mod write;

use bucketpair::check::{Check, CheckKind as Kind};
use bucketpair::check::{CheckKind, Finding, Judgement, PlannedCheck, Verdict, judge};
use bucketpair::emulator::Defect;
use bucketpair::history::History;
use generate::Random;

/// Not one of these may be without evidence where it has something to examine.
const ALWAYS_KNOWN: [CheckKind; 9] = [
    Kind::Arrives,
    Kind::Bytes,
    Kind::VersionId,
    Kind::Etag,
    Kind::Tags,
    Kind::StorageClass,
    Kind::ReplicaStatus,
    Kind::NoStatus,
    Kind::MarkerArrives,
];

/// What the checks say against a pair that lived this history; nothing where they agree.
pub(crate) fn disagreement(random: &Random, defect: Option<Defect>) -> Option<String> {
    let history = pair::runtime().block_on(pair::live(random, defect));
    let judgement = judge(&history).unwrap();
    let wrong: Vec<_> = judgement
        .findings
        .iter()
        .filter(|finding| is_wrong(finding))
        .collect();
    (!wrong.is_empty()).then(|| told(random, &history, &wrong))
}

fn is_wrong(finding: &Finding) -> bool {
    let unseen = ALWAYS_KNOWN.contains(&finding.check.kind) && finding.examined > 0;
    finding.verdict == Verdict::Fail || (unseen && finding.verdict == Verdict::Unknown)
}

fn told(random: &Random, history: &History, wrong: &[&Finding]) -> String {
    use std::fmt::Write as _;

    let mut text = format!("{random:#?}\n");
    for event in &history.events {
        writeln!(text, "{event:?}").unwrap();
    }
    for finding in wrong {
        writeln!(
            text,
            "{} {}: {:#?}",
            finding.check, finding.verdict, finding.evidence
        )
        .unwrap();
    }
    text
}

/// Every kind of check; those that a history gives nothing to examine are Unknown, and say nothing.
pub(crate) fn checks() -> Vec<serde_json::Value> {
    let every = CheckKind::ALL.iter().map(|kind| Check::new(*kind));
    every
        .map(|check| serde_json::Value::from(&PlannedCheck::required(check)))
        .collect()
}

/// The judgement of one history, for tests that look closer.
pub(crate) fn judged(random: &Random) -> Judgement {
    judge(&pair::runtime().block_on(pair::live(random, None))).unwrap()
}

#[test]
fn the_checks_examine_replicas_markers_failures_and_absences() {
    let mut examined = std::collections::BTreeMap::<String, usize>::new();
    for place in 0..200 {
        for finding in judged(&generate::nth(7, place)).findings {
            *examined.entry(finding.check.to_string()).or_default() += finding.examined;
        }
    }
    let all = [
        Kind::Arrives,
        Kind::Tags,
        Kind::StorageClass,
        Kind::SourceStatus,
        Kind::NoStatus,
        Kind::StaysAbsent,
        Kind::VersionsInOrder,
        Kind::MarkerArrives,
        Kind::MarkerStays,
        Kind::VersionDeleteStays,
        Kind::Fails,
        Kind::HeldBack,
    ];
    for kind in all {
        let count = examined.get(kind.name()).copied().unwrap_or_default();
        assert!(
            count >= 10,
            "{kind} examined {count} subjects in 200 histories: {examined:?}"
        );
    }
}

/// The histories reach far enough: they find what is seeded, and shrink it.
#[test]
fn random_histories_find_defects_of_the_rules() {
    let seeded = [
        Defect::IgnoresPrefix,
        Defect::IgnoresTagFilter,
        Defect::ReplicatesDisabledRule,
        Defect::ReplicatesDeleteMarker,
        Defect::LosesDeleteMarker,
        Defect::ReplicatesVersionDelete,
        Defect::IgnoresCopy,
        Defect::LosesTags,
        Defect::LosesLaterTags,
        Defect::WrongStorageClass,
        Defect::NeverFails,
        Defect::IgnoresRole,
        Defect::StuckPending,
        Defect::LosesHeldBack,
        Defect::FailsOnTrouble,
        Defect::CopiesDeletedVersion,
        Defect::LosesOlderVersion,
        Defect::WrongByte,
    ];
    for defect in seeded {
        let found =
            (0..1000).find(|place| disagreement(&generate::nth(7, *place), Some(defect)).is_some());
        assert!(
            found.is_some(),
            "1,000 histories of seed 7 do not find {defect}"
        );
    }
}
