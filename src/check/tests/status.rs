//! Replication statuses of the source.

use rstest::rstest;

use super::*;
use ReplicationStatus::{Completed, Failed, Pending, Replica};
use Verdict::{Fail, Pass, Unknown};

fn seen(statuses: &[(u64, Option<ReplicationStatus>)]) -> Story {
    let story = Story::new().put(0, "w", "k", "v1");
    statuses.iter().fold(story, |story, (at, status)| {
        story.status(*at, "k", "v1", *status)
    })
}

#[rstest]
#[case::pending_then_completed(&[(1, Some(Pending)), (9, Some(Completed))], Pass)]
#[case::completed_at_the_first_look(&[(9, Some(Completed))], Pass)]
#[case::still_pending_after_the_deadline(&[(1, Some(Pending)), (1_100, Some(Pending))], Fail)]
#[case::completed_too_late(&[(1_100, Some(Pending)), (1_200, Some(Completed))], Fail)]
#[case::nobody_looked_after_the_deadline(&[(1, Some(Pending))], Unknown)]
#[case::first_seen_completed_after_the_deadline(&[(1_100, Some(Completed))], Unknown)]
#[case::never_looked_at(&[], Unknown)]
#[case::no_status_at_first(&[(1, None), (9, Some(Completed))], Pass)]
#[case::never_a_status(&[(1, None), (1_100, None)], Fail)]
#[case::no_status_afterwards(&[(1, Some(Pending)), (9, None)], Fail)]
#[case::failed(&[(1, Some(Pending)), (9, Some(Failed))], Fail)]
#[case::replica_at_the_source(&[(1, Some(Replica))], Fail)]
#[case::pending_again(&[(1, Some(Completed)), (9, Some(Pending)), (20, Some(Completed))], Fail)]
fn the_source_goes_from_pending_to_completed(
    #[case] statuses: &[(u64, Option<ReplicationStatus>)],
    #[case] verdict: Verdict,
) {
    assert_eq!(seen(statuses).verdict(CheckKind::SourceStatus), verdict);
}

#[test]
fn completed_before_the_replica_is_readable_fails() {
    let story = seen(&[(5, Some(Completed))]);
    assert_eq!(
        story
            .clone()
            .absent(7, "k", "v1")
            .verdict(CheckKind::SourceStatus),
        Fail
    );
    // Sent before COMPLETED was received: the two looks cross, which proves nothing.
    assert_eq!(
        story.absent(5, "k", "v1").verdict(CheckKind::SourceStatus),
        Pass
    );
}

#[test]
fn completed_holds_for_every_destination() {
    let second = Rule::new("second").with_destination("destination-2");
    let story = Story::with_rules(vec![Rule::new("first"), second])
        .put(0, "w", "k", "v1")
        .status(5, "k", "v1", Some(Completed))
        .replica(7, "k", "v1")
        .look(7, SECOND, "k", "v1", Seen::Absent);
    assert_eq!(story.verdict(CheckKind::SourceStatus), Fail);
}

#[test]
fn a_replicated_version_delete_is_not_held_against_the_status() {
    let story = seen(&[(5, Some(Completed))])
        .delete_version(10, "d", "k", "v1")
        .absent(20, "k", "v1");
    assert_eq!(story.verdict(CheckKind::SourceStatus), Pass);
}

#[test]
fn pending_again_after_a_tag_change_is_let_pass() {
    let kind = OperationKind::Tag {
        version: "v1".into(),
        tags: map(&[]),
    };
    let story = seen(&[(5, Some(Completed))])
        .op(10, "tag", (SOURCE, "k"), kind, None)
        .status(15, "k", "v1", Some(Pending));
    assert_eq!(story.verdict(CheckKind::SourceStatus), Pass);
}

#[test]
fn the_first_status_is_noted() {
    let finding = seen(&[(1, Some(Pending)), (9, Some(Completed))])
        .finding(Check::new(CheckKind::SourceStatus));
    assert_eq!(finding.counts.noted["first status PENDING"], 1);
}

#[test]
fn a_replica_that_nobody_saw_has_an_unknown_status() {
    let story = seen(&[]).absent(3, "k", "v1");
    assert_eq!(story.verdict(CheckKind::ReplicaStatus), Unknown);
}

#[rstest]
#[case::none(&[None, None], Pass)]
#[case::pending(&[None, Some(Pending)], Fail)]
#[case::not_looked_at(&[], Unknown)]
fn what_no_rule_selects_has_no_status(
    #[case] statuses: &[Option<ReplicationStatus>],
    #[case] verdict: Verdict,
) {
    let story = Story::with_rules(vec![Rule::new("a").with_prefix("a/")]).put(0, "w", "k", "v1");
    let story = statuses
        .iter()
        .fold(story, |story, status| story.status(5, "k", "v1", *status));
    assert_eq!(story.verdict(CheckKind::NoStatus), verdict);
}

#[rstest]
#[case::pending(&[(1, Some(Pending))], Pass)]
#[case::completed(&[(1, Some(Completed))], Pass)]
#[case::none_at_first(&[(1, None), (9, Some(Pending))], Fail)]
#[case::not_looked_at(&[], Unknown)]
fn a_status_is_there_from_the_first_look_on(
    #[case] statuses: &[(u64, Option<ReplicationStatus>)],
    #[case] verdict: Verdict,
) {
    assert_eq!(seen(statuses).verdict(CheckKind::PendingAtOnce), verdict);
}
