//! What a role may not do, and the reason that S3 names for it.

use rstest::rstest;

use super::*;
use crate::check::reference::{Fate, expected};
use crate::history::FailureSeen;
use Verdict::{Fail, Pass, Unknown};

fn denied(actions: &[&str]) -> Story {
    let actions = actions.iter().map(|action| (*action).to_owned()).collect();
    Story::new().op(
        0,
        "deny",
        (SOURCE, ""),
        OperationKind::Deny { actions },
        None,
    )
}

/// R-IAM-08: a policy denies at its own bucket, and nowhere else.
#[rstest]
#[case::its_own(DESTINATION, true)]
#[case::another(SECOND, false)]
fn a_destinations_policy_denies_at_that_destination_alone(#[case] at: Side, #[case] fails: bool) {
    let actions = [String::from("s3:ReplicateObject")].into();
    let kind = OperationKind::DenyAt { actions };
    let story = Story::new().op(0, "deny", (at, ""), kind, None);
    let story = story.put(10, "w", "k", "v1");
    let story = story.op(20, "restore", (SOURCE, ""), OperationKind::Restore, None);
    let expected = expected(&story.put(30, "later", "k", "v2").0);
    let seen = matches!(expected[0].fates[&DESTINATION], Fate::Fails { .. });
    assert_eq!(seen, fails, "{:?}", expected[0]);
    assert!(
        expected[1].fates[&DESTINATION].arrives(),
        "{:?}",
        expected[1]
    );
}

fn told(reason: Option<(Side, &str)>) -> Seen {
    let failure = |(side, reason): (Side, &str)| FailureSeen {
        side,
        reason: reason.to_owned(),
    };
    Seen::Failures {
        failures: reason.into_iter().map(failure).collect(),
    }
}

#[rstest]
#[case::the_documented_one(&[(20, Some((DESTINATION, "DstPutObjectNotPermitted")))], Pass)]
#[case::another(&[(20, Some((DESTINATION, "DstBucketUnversioned")))], Fail)]
#[case::of_another_destination_only(&[(20, Some((SECOND, "DstPutObjectNotPermitted")))], Unknown)]
#[case::none_after_the_deadline(&[(20, None), (2_000, None)], Fail)]
#[case::none_yet(&[(20, None)], Unknown)]
#[case::not_asked(&[], Unknown)]
fn the_reason_is_the_documented_one(
    #[case] looks: &[(u64, Option<(Side, &str)>)],
    #[case] verdict: Verdict,
) {
    let story = denied(&["s3:ReplicateObject"]).put(10, "w", "k", "v1");
    let story = looks.iter().fold(story, |story, (at, reason)| {
        story.look(*at, SOURCE, "k", "v1", told(*reason))
    });
    assert_eq!(story.verdict(CheckKind::FailureReason), verdict);
}

#[rstest]
#[case::the_write("s3:ReplicateObject", true)]
#[case::the_acl("s3:GetObjectVersionAcl", true)]
#[case::the_role_itself("sts:AssumeRole", true)]
#[case::the_list("s3:ListBucket", true)]
#[case::deletes_alone("s3:ReplicateDelete", false)]
#[case::tags_alone("s3:ReplicateTags", false)]
#[case::the_newer_of_two_reads("s3:GetObjectVersionForReplication", false)]
fn an_object_fails_where_its_action_is_denied(#[case] action: &str, #[case] fails: bool) {
    let story = denied(&[action]).put(10, "w", "k", "v1");
    let story = story.op(20, "restore", (SOURCE, ""), OperationKind::Restore, None);
    let expected = expected(&story.put(30, "later", "k", "v2").0);
    let seen = matches!(expected[0].fates[&DESTINATION], Fate::Fails { .. });
    assert_eq!(seen, fails, "{action}: {:?}", expected[0]);
    assert!(
        expected[1].fates[&DESTINATION].arrives(),
        "{:?}",
        expected[1]
    );
}

const WANTED: &str = "destination k@v1: the reason DstPutObjectNotPermitted (R-IAM-05)";

#[rstest]
#[case::another(
    20, "v1", Some((DESTINATION, "DstBucketUnversioned")),
    "fail", "the reason DstBucketUnversioned, since 21 ms"
)]
#[case::of_another_version(
    20, "v0", Some((DESTINATION, "DstBucketUnversioned")), "unknown", "nobody asked for the reason"
)]
#[case::none_at_the_deadline(
    1_011,
    "v1",
    None,
    "fail",
    "no failure told of by +1000.0 ms, since 11 ms"
)]
#[case::none_just_before_the_deadline(
    1_010,
    "v1",
    None,
    "unknown",
    "none told of at +999.0 ms, and nobody asked after the deadline"
)]
fn the_evidence_says_which_reason_was_told(
    #[case] at: u64,
    #[case] version: &str,
    #[case] reason: Option<(Side, &str)>,
    #[case] verdict: &str,
    #[case] seen: &str,
) {
    let story = denied(&["s3:ReplicateObject"]).put(10, "w", "k", "v1");
    let story = story.look(at, SOURCE, "k", version, told(reason));
    let says = format!("{verdict} of 1\n{WANTED} / {seen}");
    assert_eq!(story.says(CheckKind::FailureReason), says);
}

#[test]
fn where_s3_documents_no_reason_any_will_do() {
    let story = denied(&["s3:ListBucket"]).put(10, "w", "k", "v1");
    assert_eq!(
        story.says(CheckKind::FailureReason),
        "unknown of 1\ndestination k@v1: any reason (R-IAM-02) / nobody asked for the reason"
    );
    let reason = told(Some((DESTINATION, "Anything")));
    let story = story.look(20, SOURCE, "k", "v1", reason);
    assert_eq!(story.verdict(CheckKind::FailureReason), Pass);
}

/// The replica is deleted at `at`; then its source's tags are changed.
fn retagged_after_a_deletion(at: Side) -> Story {
    let version = || "v1".into();
    let deletion = OperationKind::DeleteVersion { version: version() };
    let change = OperationKind::Tag {
        version: version(),
        tags: map(&[("state", "final")]),
    };
    let story = Story::new().put(0, "w", "k", "v1").replica(5, "k", "v1");
    let story = story.op(10, "gone", (at, "k"), deletion, None);
    story.op(20, "retag", (SOURCE, "k"), change, None)
}

/// R-EVT-15.
#[rstest]
#[case::the_documented_one(&[(30, Some((DESTINATION, "DstVersionNotFound")))], Pass)]
#[case::another(&[(30, Some((DESTINATION, "DstPutObjectNotPermitted")))], Fail)]
#[case::none_after_the_deadline(&[(30, None), (2_000, None)], Fail)]
#[case::not_asked(&[], Unknown)]
fn tags_whose_replica_is_gone_fail_with_a_reason(
    #[case] looks: &[(u64, Option<(Side, &str)>)],
    #[case] verdict: Verdict,
) {
    let mut story = retagged_after_a_deletion(DESTINATION);
    for (at, reason) in looks {
        story = story.look(*at, SOURCE, "k", "v1", told(*reason));
    }
    let says = story.says(CheckKind::FailureReason);
    assert_eq!(story.verdict(CheckKind::FailureReason), verdict, "{says}");
    // Whether tags follow where there is nothing to follow to is no question.
    assert!(story.says(CheckKind::Tags).starts_with("unknown of 0"));
}

#[test]
fn tags_whose_source_is_gone_or_whose_rule_is_disabled_fail_for_nobody() {
    let story = retagged_after_a_deletion(SOURCE);
    assert!(
        expected(&story.0)[0].tags_refused.is_empty(),
        "{:?}",
        story.0
    );
    let disabled = Rule::new("everything").disabled();
    let story = Story::new()
        .put(0, "w", "k", "v1")
        .configure(5, vec![disabled]);
    let mut both = retagged_after_a_deletion(DESTINATION).0.events;
    let mut story = story;
    story.0.events.extend(both.drain(3..));
    assert!(
        expected(&story.0)[0].tags_refused.is_empty(),
        "{:?}",
        story.0
    );
}
