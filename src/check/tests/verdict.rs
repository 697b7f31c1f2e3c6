//! Verdicts, expectations and whole judgements.

use rstest::rstest;

use super::*;
use crate::history::{Ask, Call, Reply, Trouble};
use Verdict::{Fail, Pass, Unknown};

#[rstest]
#[case::of_nothing_is_unknown(&[], Unknown)]
#[case::all_pass(&[Pass, Pass], Pass)]
#[case::unknown_over_pass(&[Pass, Unknown, Pass], Unknown)]
#[case::fail_over_unknown(&[Unknown, Fail, Pass], Fail)]
#[case::fail_over_pass(&[Pass, Fail], Fail)]
fn merging_takes_the_worst(#[case] verdicts: &[Verdict], #[case] merged: Verdict) {
    assert_eq!(Verdict::merge(verdicts.iter().copied()), merged);
    assert_eq!(Verdict::merge(verdicts.iter().rev().copied()), merged);
}

fn planned(kind: CheckKind, expectation: Expectation) -> PlannedCheck {
    PlannedCheck {
        check: Check::new(kind),
        expectation,
    }
}

fn known() -> Expectation {
    let reason = "it never did".to_owned();
    Expectation::KnownDifference { reason }
}

#[test]
fn a_known_difference_that_starts_to_pass_fails_and_says_so() {
    let judgement = replicated(read("v1")).judged(&[planned(CheckKind::Bytes, known())]);
    assert_eq!(judgement.verdict, Fail);
    let evidence = &judgement.findings[0].evidence[0];
    assert!(evidence.seen.contains("starts to pass"), "{evidence:?}");
}

#[test]
fn a_known_difference_that_differs_passes() {
    let story = replicated(ObjectSeen {
        size: 4,
        ..read("v1")
    });
    assert_eq!(
        story.judged(&[planned(CheckKind::Bytes, known())]).verdict,
        Pass
    );
}

#[test]
fn what_is_recorded_or_not_offered_touches_nothing() {
    let story = replicated(ObjectSeen {
        size: 4,
        ..read("v1")
    });
    let reason = || "unsure".to_owned();
    let judgement = story.judged(&[
        planned(CheckKind::Etag, Expectation::Required),
        planned(CheckKind::Bytes, Expectation::Recorded { reason: reason() }),
        planned(
            CheckKind::Tags,
            Expectation::NotOffered { reason: reason() },
        ),
    ]);
    assert_eq!(judgement.verdict, Pass);
    assert!(judgement.counts());
    assert_eq!(judgement.findings[1].verdict, Fail);
    assert_eq!(judgement.findings[2].examined, 0);
}

#[test]
fn nothing_but_recorded_checks_counts_for_nothing() {
    let reason = "unsure".to_owned();
    let recorded = planned(CheckKind::Bytes, Expectation::Recorded { reason });
    assert!(!replicated(read("v1")).judged(&[recorded]).counts());
}

#[test]
fn every_check_of_an_empty_history_is_unknown() {
    for kind in CheckKind::ALL {
        assert_eq!(Story::new().verdict(*kind), Unknown, "{kind}");
    }
}

fn ask() -> Ask {
    let (status, codes) = (400, Vec::new());
    Ask {
        call: Call::GetReplication,
        of_nowhere: false,
        expected: Reply::Refused { status, codes },
    }
}

#[test]
fn every_check_of_operations_that_nobody_looked_at_is_unknown() {
    let marked = Rule::new("marked").with_prefix("m/").with_delete_markers();
    let parts = OperationKind::Multipart {
        content: content(),
        part_size: 2,
    };
    let left = OperationKind::BeginUpload;
    let story = Story::with_rules(vec![Rule::new("all").with_prefix("k"), marked])
        .op(0, "parts", (SOURCE, "k/3"), parts, Some("v3"))
        .op(0, "left", (SOURCE, "k/4"), left, None)
        .put(0, "replica", "k", "v1")
        .put(10, "unmatched", "x", "x1")
        .delete(20, "stays", "k", "d1")
        .delete(30, "travels", "m/1", "d2")
        .delete_version(40, "version", "k", "v1")
        .suspend(50, DESTINATION, false)
        .put(60, "refused", "k/2", "v2")
        .suspend(65, DESTINATION, true);
    let on = |kind: OperationKind| {
        move |story: Story, at| story.op(at, "bucket", (DESTINATION, ""), kind, None)
    };
    let retag = OperationKind::Tag {
        version: "v1".into(),
        tags: map(&[]),
    };
    let back = vec![
        Rule::new("back")
            .with_prefix("k")
            .with_destination("source"),
    ];
    let story = on(OperationKind::Configure { rules: back })(story, 66)
        .put(67, "here", "k/both", "v4")
        .op(
            68,
            "there",
            (DESTINATION, "k/both"),
            OperationKind::Put(content()),
            Some("v5"),
        );
    let story = on(OperationKind::DeleteBucket)(story, 70);
    let story = on(OperationKind::CreateBucket)(story, 75);
    let trouble = Trouble::Outage;
    let story = on(OperationKind::Trouble { trouble })(story, 80)
        .put(90, "held", "k/3", "v3")
        .op(100, "retag", (DESTINATION, "k"), retag.clone(), None)
        .op(105, "retag-source", (SOURCE, "k"), retag, None)
        .op(
            110,
            "advance",
            (SOURCE, ""),
            OperationKind::Advance { days: 1 },
            None,
        )
        .invoke(120, "asked", (SOURCE, ""), OperationKind::Ask(ask()));
    for kind in CheckKind::ALL {
        let finding = story.finding(Check::new(*kind));
        assert_eq!(finding.verdict, Unknown, "{kind}: {finding:?}");
        assert!(finding.examined > 0, "{kind} applies to none of them");
    }
}

#[test]
fn a_label_that_was_never_acknowledged_is_unknown() {
    let check = Check::new(CheckKind::Bytes).of(["w", "lost"]);
    let finding = replicated(read("v1")).finding(check);
    assert_eq!((finding.verdict, finding.examined), (Unknown, 1));
    assert_eq!(finding.evidence[0].subject, "operation lost");
}

#[test]
fn only_the_labels_asked_for_are_examined() {
    let story = replicated(read("v1")).put(70, "other", "other", "o1");
    assert_eq!(story.verdict(CheckKind::Bytes), Unknown);
    let check = Check::new(CheckKind::Bytes).of(["w"]);
    assert_eq!(story.finding(check).verdict, Pass);
}

#[test]
fn evidence_is_capped_and_the_rest_counted() {
    let write = |story: Story, index: u64| {
        let (label, version) = (format!("w{index}"), format!("v{index}"));
        story
            .put(index, &label, &label, &version)
            .absent(5_000, &label, &version)
    };
    let finding = (0..25)
        .fold(Story::new(), write)
        .finding(Check::new(CheckKind::Arrives));
    assert_eq!((finding.evidence.len(), finding.omitted), (20, 5));
    assert_eq!(finding.counts.failed, 25);
}

#[test]
fn names_are_what_serde_writes_and_every_kind_has_rules() {
    for kind in CheckKind::ALL {
        let json = serde_json::to_value(kind).unwrap();
        assert_eq!(json, kind.name());
        assert!(!kind.rule_ids().is_empty() && !kind.describes().is_empty());
    }
}

#[test]
fn an_unknown_check_is_refused_by_name() {
    let mut history = Story::new().0;
    history.plan.checks = vec![serde_json::json!({"check": {"kind": "guesses"}})];
    let error = judge(&history).unwrap_err().to_string();
    assert!(
        error.contains("guesses") && error.contains("story"),
        "{error}"
    );
}

#[test]
fn a_judgement_survives_json() {
    let check = PlannedCheck::required(Check::new(CheckKind::Arrives).of(["w"]));
    let judgement = replicated(read("v1")).judged(&[check]);
    let json = serde_json::to_string(&judgement).unwrap();
    assert_eq!(serde_json::from_str::<Judgement>(&json).unwrap(), judgement);
    assert_eq!(judgement.lag.unwrap().samples, 1);
}

#[test]
fn canaries_are_examined_only_where_they_are_named() {
    let story = Story::new().canary(0);
    assert_eq!(story.finding(Check::new(CheckKind::Arrives)).examined, 0);
    let named = Check::new(CheckKind::Arrives).of(["canary-1"]);
    assert_eq!(story.finding(named).verdict, Pass);
}

#[rstest]
#[case::what_is_required(Expectation::Required, false)]
#[case::what_is_only_recorded(Expectation::Recorded { reason: String::new() }, true)]
#[case::a_known_difference(known(), false)]
fn a_judgement_is_only_recorded_where_none_of_its_findings_counts(
    #[case] expectation: Expectation,
    #[case] only: bool,
) {
    let judgement = replicated(read("v1")).judged(&[planned(CheckKind::Bytes, expectation)]);
    assert_eq!(judgement.is_only_recorded(), only);
    let cut_short = judgement.cut_short("interrupted");
    assert!(!cut_short.is_only_recorded());
    assert_eq!(cut_short.cut_short.as_deref(), Some("interrupted"));
}

#[test]
fn a_judgement_without_findings_recorded_nothing() {
    assert!(!Story::new().judged(&[]).is_only_recorded());
}

#[test]
fn what_was_cut_short_cannot_pass() {
    let cut_short = |story: Story| {
        let planned = planned(CheckKind::Bytes, Expectation::Required);
        story.judged(&[planned]).cut_short("interrupted").verdict
    };
    assert_eq!(cut_short(replicated(read("v1"))), Unknown);
    let wrong = ObjectSeen {
        size: 4,
        ..read("v1")
    };
    assert_eq!(cut_short(replicated(wrong)), Fail);
}

#[test]
fn a_judgement_took_from_the_first_event_to_the_last() {
    let story = Story::new().put(5, "w", "k", "v1").replica(20, "k", "v1");
    assert_eq!(story.judged(&[]).elapsed_ns, 16_000_000);
    assert_eq!(Story::new().judged(&[]).elapsed_ns, 0);
}

#[test]
fn a_canary_has_no_lag() {
    assert_eq!(Story::new().canary(0).judged(&[]).lag, None);
}

#[test]
fn a_check_is_shown_by_its_name_and_its_labels() {
    let check = Check::new(CheckKind::StaysAbsent);
    assert_eq!(check.to_string(), "stays-absent");
    assert_eq!(check.of(["a", "b"]).to_string(), "stays-absent of a, b");
    assert_eq!(format!("{:>6}|", CheckKind::Bytes), " bytes|");
}
