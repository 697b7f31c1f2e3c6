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

#[rstest]
#[case::no_status_afterwards(
    &[(1, Some(Pending)), (9, None)],
    "fail of 1\nsource k@v1: PENDING, then COMPLETED / status missing, since 10 ms"
)]
#[case::pending_again(
    &[(1, Some(Completed)), (9, Some(Pending))],
    "fail of 1\nsource k@v1: COMPLETED stays / status PENDING, since 10 ms"
)]
#[case::pending_asked_for_in_the_moment_in_which_completed_was_answered(
    &[(5, Some(Completed)), (6, Some(Pending))], "pass of 1"
)]
#[case::pending_at_the_deadline(
    &[(1, Some(Pending)), (1_001, Some(Pending))],
    "fail of 1\nsource k@v1: status COMPLETED by +1000.0 ms / status PENDING at +1000.0 ms, since 1 ms"
)]
#[case::pending_just_before_the_deadline(
    &[(1_000, Some(Pending))],
    "unknown of 1\nsource k@v1: status COMPLETED by +1000.0 ms / status PENDING at +999.0 ms, and nobody looked after the deadline"
)]
#[case::completed_at_the_deadline(&[(1_000, Some(Completed))], "pass of 1")]
#[case::completed_just_after_it(
    &[(1_001, Some(Completed))],
    "unknown of 1\nsource k@v1: status COMPLETED by +1000.0 ms / first seen at +1001.0 ms"
)]
#[case::pending_asked_for_in_the_moment_in_which_it_was_late_and_completed(
    &[(1_100, Some(Completed)), (1_101, Some(Pending))],
    "unknown of 1\nsource k@v1: status COMPLETED by +1000.0 ms / first seen at +1100.0 ms"
)]
#[case::never_looked_at(
    &[],
    "unknown of 1\nsource k@v1: status COMPLETED by +1000.0 ms / the source version was not looked at"
)]
fn the_evidence_says_which_status_was_seen_when(
    #[case] statuses: &[(u64, Option<ReplicationStatus>)],
    #[case] says: &str,
) {
    assert_eq!(seen(statuses).says(CheckKind::SourceStatus), says);
}

fn tagged(at: u64) -> impl Fn(Story) -> Story {
    move |story| {
        let kind = OperationKind::Tag {
            version: "v1".into(),
            tags: map(&[]),
        };
        story.op(at, "tag", (SOURCE, "k"), kind, None)
    }
}

#[rstest]
#[case::answered_before_the_change(15, 20, Fail)]
#[case::answered_in_the_moment_of_the_change(15, 16, Pass)]
fn pending_again_before_a_tag_change_is_held_against_the_source(
    #[case] pending: u64,
    #[case] change: u64,
    #[case] verdict: Verdict,
) {
    let story = tagged(change)(seen(&[(5, Some(Completed)), (pending, Some(Pending))]));
    assert_eq!(story.verdict(CheckKind::SourceStatus), verdict);
}

#[test]
fn a_tag_change_of_another_version_excuses_no_pending() {
    let kind = OperationKind::Tag {
        version: "v0".into(),
        tags: map(&[]),
    };
    let story = seen(&[(5, Some(Completed))])
        .op(10, "tag", (SOURCE, "k"), kind, None)
        .status(15, "k", "v1", Some(Pending));
    assert_eq!(story.verdict(CheckKind::SourceStatus), Fail);
}

const TOO_EARLY: &str = "fail of 1\nsource k@v1: COMPLETED only when the replica is readable / \
    COMPLETED at +5.0 ms, and absent at the destination at +6.0 ms, since 8 ms";

#[rstest]
#[case::after_completed_was_answered(7, None, TOO_EARLY)]
#[case::in_the_moment_in_which_it_was_answered(6, None, "pass of 1")]
#[case::before_it_is_deleted(7, Some(20), TOO_EARLY)]
#[case::answered_in_the_moment_in_which_it_is_deleted(19, Some(20), "pass of 1")]
fn an_absence_is_held_against_completed(
    #[case] absent: u64,
    #[case] deleted: Option<u64>,
    #[case] says: &str,
) {
    let story = seen(&[(5, Some(Completed))]).absent(absent, "k", "v1");
    let story = deleted
        .into_iter()
        .fold(story, |story, at| story.delete_version(at, "d", "k", "v1"));
    assert_eq!(story.says(CheckKind::SourceStatus), says);
}

#[test]
fn a_destination_that_gets_nothing_may_lack_what_is_completed() {
    let second = Rule::new("second")
        .with_prefix("x")
        .with_destination("destination-2");
    let story = Story::with_rules(vec![Rule::new("first"), second])
        .put(0, "w", "k", "v1")
        .status(5, "k", "v1", Some(Completed))
        .look(7, SECOND, "k", "v1", Seen::Absent);
    assert_eq!(story.says(CheckKind::SourceStatus), "pass of 1");
}

#[test]
fn a_source_that_one_destination_refuses_need_not_be_completed() {
    let second = Rule::new("second").with_destination("destination-2");
    let story = Story::with_rules(vec![Rule::new("first"), second])
        .suspend(0, SECOND, false)
        .put(10, "w", "k", "v1")
        .status(20, "k", "v1", Some(Failed));
    let finding = story.finding(Check::new(CheckKind::SourceStatus));
    assert_eq!(finding.examined, 0);
}

fn unmatched() -> Story {
    let rule = Rule::new("a").with_prefix("a/").with_delete_markers();
    Story::with_rules(vec![rule])
        .put(0, "w", "k", "v1")
        .delete(10, "d", "k", "m1")
}

#[rstest]
#[case::no_replica_to_complete(CheckKind::SourceStatus, 0)]
#[case::no_status_to_begin_with(CheckKind::PendingAtOnce, 0)]
#[case::an_object_without_a_status(CheckKind::NoStatus, 1)]
fn what_no_rule_selects_is_judged_by_its_lack_of_a_status_alone(
    #[case] kind: CheckKind,
    #[case] examined: usize,
) {
    assert_eq!(unmatched().finding(Check::new(kind)).examined, examined);
}

#[test]
fn a_marker_that_travels_has_no_status_to_begin_with() {
    let story = Story::with_rules(vec![Rule::new("all").with_delete_markers()])
        .put(0, "w", "k", "v1")
        .delete(10, "d", "k", "m1");
    for (kind, examined) in [(CheckKind::PendingAtOnce, 1), (CheckKind::NoStatus, 0)] {
        assert_eq!(story.finding(Check::new(kind)).examined, examined, "{kind}");
    }
}

#[rstest]
#[case::a_status_that_must_not_be(
    unmatched().status(5, "k", "v1", Some(Pending)), CheckKind::NoStatus,
    "fail of 1\nsource k@v1: no status / status PENDING, since 6 ms"
)]
#[case::nobody_looked_for_one_that_must_not_be(
    unmatched(),
    CheckKind::NoStatus,
    "unknown of 1\nsource k@v1: no status / the source version was not looked at"
)]
#[case::none_at_the_first_look(
    seen(&[(5, None)]), CheckKind::PendingAtOnce,
    "fail of 1\nsource k@v1: a status / none at +4.0 ms, since 6 ms"
)]
#[case::nobody_looked_for_the_first(
    seen(&[]), CheckKind::PendingAtOnce,
    "unknown of 1\nsource k@v1: a status / the version was not looked at"
)]
#[case::a_replica_that_is_pending(
    seen(&[]).look(9, DESTINATION, "k", "v1", present(ObjectSeen {
        status: Some(Pending),
        ..object("v1")
    })),
    CheckKind::ReplicaStatus,
    "fail of 1\ndestination k@v1: status REPLICA / status PENDING, since 10 ms"
)]
#[case::a_replica_that_nobody_saw(
    seen(&[]), CheckKind::ReplicaStatus,
    "unknown of 1\ndestination k@v1: status REPLICA / no replica was seen"
)]
fn the_evidence_names_the_status(
    #[case] story: Story,
    #[case] kind: CheckKind,
    #[case] says: &str,
) {
    assert_eq!(story.says(kind), says);
}

/// COMPLETED, then a change of the tags, then what was seen of the source.
fn retagged(
    before: Option<ReplicationStatus>,
    later: &[(u64, Option<ReplicationStatus>)],
) -> Story {
    let story = tagged(20)(seen(&[(5, before)]));
    let look = |story: Story, (at, status): &(u64, _)| story.status(*at, "k", "v1", *status);
    later.iter().fold(story, look)
}

#[rstest]
#[case::stays(&[(22, Some(Completed))], Pass)]
#[case::pending_again(&[(22, Some(Pending)), (40, Some(Completed))], Fail)]
#[case::failed(&[(22, Some(Completed)), (40, Some(Failed))], Fail)]
#[case::without_a_status(&[(22, None)], Fail)]
#[case::nobody_looked(&[], Unknown)]
#[case::looked_only_while_the_change_was_under_way(&[(20, Some(Completed))], Unknown)]
fn a_change_of_the_tags_leaves_the_source_completed(
    #[case] later: &[(u64, Option<ReplicationStatus>)],
    #[case] verdict: Verdict,
) {
    let story = retagged(Some(Completed), later);
    let says = story.says(CheckKind::StatusKept);
    assert_eq!(story.verdict(CheckKind::StatusKept), verdict, "{says}");
}

#[test]
fn a_status_that_was_not_completed_before_the_change_cannot_be_kept() {
    let story = retagged(Some(Pending), &[(22, Some(Completed))]);
    assert_eq!(
        story.says(CheckKind::StatusKept),
        "unknown of 1\nsource k@v1: COMPLETED stays / it was not seen COMPLETED before the change"
    );
    let never = seen(&[(5, Some(Completed))]).says(CheckKind::StatusKept);
    assert!(never.starts_with("unknown of 0"), "{never}");
}

#[test]
fn the_evidence_says_when_the_source_was_pending_again() {
    assert_eq!(
        retagged(Some(Completed), &[(22, Some(Pending))]).says(CheckKind::StatusKept),
        "fail of 1\nsource k@v1: COMPLETED stays / status PENDING at +2.0 ms, since 23 ms"
    );
}
