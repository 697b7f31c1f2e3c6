//! What a check counts, and the finding it comes to.

use rstest::rstest;

use super::*;
use crate::check::tally::{Counts, Evidence, Judged, Tally};
use crate::history::Failure;
use Verdict::{Fail, Pass, Unknown};

const KIND: CheckKind = CheckKind::Bytes;

fn evidence(subject: &str, expected: &str, seen: &str, since: Option<u64>) -> Evidence {
    Evidence {
        subject: subject.to_owned(),
        expected: expected.to_owned(),
        seen: seen.to_owned(),
        since: since.map(ms),
    }
}

fn fail() -> Judged {
    Judged::fail("whole", "half", ms(7))
}

fn unknown() -> Judged {
    Judged::unknown("whole", "nobody looked")
}

fn finding(tally: Tally, check: Check, expectation: Expectation) -> Finding {
    tally.into_finding(PlannedCheck { check, expectation }, &[])
}

fn required(tally: Tally) -> Finding {
    finding(tally, Check::new(KIND), Expectation::Required)
}

#[test]
fn a_finding_counts_every_subject_and_keeps_evidence_of_what_did_not_pass() {
    let mut tally = Tally::of(&Check::new(KIND));
    tally.add("a", "source a@1", unknown());
    tally.add("b", "source b@1", Judged::Pass);
    tally.add("c", "source c@1", fail());
    tally.add("d", "source d@1", Judged::Pass);
    tally.add("e", "source e@1", Judged::Pass);
    tally.note("first");
    tally.note("first");
    tally.note("first");
    tally.note("second");
    let noted = [("first".to_owned(), 3), ("second".to_owned(), 1)].into();
    let counts = Counts {
        passed: 3,
        failed: 1,
        unknown: 1,
        noted,
    };
    let expected = Finding {
        check: Check::new(KIND),
        rule_ids: vec!["R-DATA-01".to_owned()],
        expectation: Expectation::Required,
        verdict: Fail,
        examined: 5,
        evidence: vec![
            evidence("source c@1", "whole", "half", Some(7)),
            evidence("source a@1", "whole", "nobody looked", None),
        ],
        omitted: 0,
        counts,
    };
    assert_eq!(required(tally), expected);
}

#[rstest]
#[case::nothing_but_passes(&[true, true], Pass, 2)]
#[case::one_that_nobody_knows(&[true, false], Unknown, 2)]
fn one_subject_that_nobody_knows_is_enough_for_unknown(
    #[case] known: &[bool],
    #[case] verdict: Verdict,
    #[case] examined: usize,
) {
    let mut tally = Tally::of(&Check::new(KIND));
    for known in known {
        let judged = if *known { Judged::Pass } else { unknown() };
        tally.add("w", "source k@v1", judged);
    }
    let finding = required(tally);
    assert_eq!((finding.verdict, finding.examined), (verdict, examined));
}

#[test]
fn without_a_subject_there_is_nothing_to_examine() {
    let finding = required(Tally::of(&Check::new(KIND)));
    assert_eq!((finding.verdict, finding.examined), (Unknown, 0));
    let nothing = evidence("the scenario", KIND.describes(), "nothing to examine", None);
    assert_eq!(finding.evidence, [nothing]);
    assert_eq!(finding.counts.unknown, 1);
}

#[test]
fn a_label_that_was_asked_for_and_not_met_is_named() {
    let check = Check::new(KIND).of(["met", "covered", "lost"]);
    let mut tally = Tally::of(&check);
    tally.add("met", "source k@v1", Judged::Pass);
    tally.covers("covered");
    let finding = finding(tally, check, Expectation::Required);
    assert_eq!((finding.verdict, finding.examined), (Unknown, 1));
    let lost = evidence(
        "operation lost",
        KIND.describes(),
        "nothing to examine",
        None,
    );
    assert_eq!(finding.evidence, [lost]);
}

fn known() -> Expectation {
    Expectation::KnownDifference {
        reason: "halves are enough there".to_owned(),
    }
}

#[test]
fn a_known_difference_that_passes_says_to_remove_it() {
    let mut tally = Tally::of(&Check::new(KIND));
    tally.add("w", "source k@v1", Judged::Pass);
    let finding = finding(tally, Check::new(KIND), known());
    let remove = evidence(
        "the known difference",
        "halves are enough there",
        "it starts to pass: remove it from the expectations",
        None,
    );
    assert_eq!(finding.evidence, [remove]);
    assert_eq!((finding.verdict, finding.counted()), (Pass, Some(Fail)));
}

#[rstest]
#[case::a_known_difference_that_still_differs(known(), fail(), 1)]
#[case::what_has_to_pass_and_does(Expectation::Required, Judged::Pass, 0)]
fn nothing_else_says_to_remove_an_expectation(
    #[case] expectation: Expectation,
    #[case] judged: Judged,
    #[case] count: usize,
) {
    let mut tally = Tally::of(&Check::new(KIND));
    tally.add("w", "source k@v1", judged);
    let finding = finding(tally, Check::new(KIND), expectation);
    assert_eq!(finding.evidence.len(), count);
    let removes = |evidence: &Evidence| evidence.seen.contains("remove");
    assert!(!finding.evidence.iter().any(removes), "{finding:?}");
}

#[test]
fn a_finding_names_the_rules_that_the_scenario_proves_or_else_all_of_its_own() {
    let rule_ids = |proved: &[&str]| {
        let proved: Vec<String> = proved.iter().map(ToString::to_string).collect();
        let check = Check::new(CheckKind::Tags);
        let tally = Tally::of(&check);
        let planned = PlannedCheck::required(check);
        tally.into_finding(planned, &proved).rule_ids
    };
    assert_eq!(rule_ids(&["R-DATA-08", "R-CFG-01"]), ["R-DATA-08"]);
    assert_eq!(rule_ids(&["R-CFG-01"]), ["R-DATA-06", "R-DATA-08"]);
}

fn failed(message: &str) -> Seen {
    Seen::Failed(Failure {
        status: 503,
        code: "SlowDown".to_owned(),
        message: message.to_owned(),
    })
}

#[test]
fn what_nobody_knows_says_what_kept_the_looks_from_seeing_anything() {
    let story = Story::new()
        .put(0, "w", "k", "v1")
        .look(30, DESTINATION, "k", "v1", failed("the last"))
        .look(20, DESTINATION, "other", "", failed("the first"));
    let finding = story.finding(Check::new(CheckKind::Arrives));
    let seen = "nobody looked at the destination; \
        2 looks failed, the last with SlowDown: the last";
    assert_eq!(finding.evidence[0].seen, seen);
}

#[test]
fn what_failed_is_not_explained_by_looks_that_saw_nothing() {
    let story = Story::new()
        .put(0, "w", "k", "v1")
        .put(0, "other", "o", "o1")
        .look(30, DESTINATION, "k", "v1", failed("no"))
        .absent(1_101, "k", "v1");
    let finding = story.finding(Check::new(CheckKind::Arrives));
    let seen: Vec<_> = finding.evidence.iter().map(|e| e.seen.as_str()).collect();
    let absent = "absent at every look, last looked at +1100.0 ms";
    let unseen = "nobody looked at the destination; 1 looks failed, the last with SlowDown: no";
    assert_eq!(seen, [absent, unseen]);
}
