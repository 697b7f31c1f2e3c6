//! Versions that a suspended destination refuses.

use rstest::rstest;

use super::*;
use ReplicationStatus::{Completed, Failed, Pending};
use Verdict::{Fail, Pass, Unknown};

fn refused() -> Story {
    Story::new()
        .suspend(0, DESTINATION, false)
        .put(10, "w", "k", "v1")
}

#[rstest]
#[case::pending_then_failed(&[(11, Some(Pending)), (20, Some(Failed))], Pass)]
#[case::completed(&[(20, Some(Completed))], Fail)]
#[case::completed_after_failed(&[(20, Some(Failed)), (30, Some(Completed))], Fail)]
#[case::no_status(&[(20, None)], Fail)]
#[case::still_pending(&[(2_000, Some(Pending))], Fail)]
#[case::pending_before_the_deadline(&[(20, Some(Pending))], Unknown)]
#[case::not_looked_at(&[], Unknown)]
fn a_refused_version_fails(
    #[case] statuses: &[(u64, Option<ReplicationStatus>)],
    #[case] verdict: Verdict,
) {
    let story = statuses.iter().fold(refused(), |story, (at, status)| {
        story.status(*at, "k", "v1", *status)
    });
    assert_eq!(story.verdict(CheckKind::Fails), verdict);
}

#[rstest]
#[case::still_failed_after_window_and_canary(true, &[(20, Failed), (800, Failed)], Pass)]
#[case::tried_again(true, &[(20, Failed), (800, Completed)], Fail)]
#[case::without_a_canary(false, &[(20, Failed), (800, Failed)], Unknown)]
#[case::before_the_window(true, &[(20, Failed), (300, Failed)], Unknown)]
#[case::before_the_canary(true, &[(20, Failed), (105, Failed)], Unknown)]
#[case::never_failed(true, &[(20, Pending)], Unknown)]
fn failed_is_final(
    #[case] canary: bool,
    #[case] statuses: &[(u64, ReplicationStatus)],
    #[case] verdict: Verdict,
) {
    let story = refused().suspend(50, DESTINATION, true);
    let story = if canary { story.canary(100) } else { story };
    let story = statuses.iter().fold(story, |story, (at, status)| {
        story.status(*at, "k", "v1", Some(*status))
    });
    assert_eq!(story.verdict(CheckKind::FailedIsFinal), verdict);
}

const WANTED: &str = "source k@v1: status FAILED";

#[rstest]
#[case::tried_again(
    &[(20, Failed), (800, Completed)], "fail", "status COMPLETED: it was tried again, since 801 ms"
)]
#[case::pending_again(
    &[(20, Failed), (800, Pending)], "fail", "status PENDING after FAILED, since 801 ms"
)]
#[case::asked_for_in_the_moment_in_which_failed_was_answered(
    &[(20, Failed), (21, Completed)],
    "unknown", "nobody looked at the source after +598.0 ms"
)]
#[case::asked_for_in_the_moment_in_which_the_canary_arrived(
    &[(20, Failed), (609, Failed)], "unknown", "nobody looked at the source after +598.0 ms"
)]
#[case::never_failed(&[(20, Pending)], "unknown", "FAILED was never seen")]
fn the_evidence_says_what_became_of_a_failure(
    #[case] statuses: &[(u64, ReplicationStatus)],
    #[case] verdict: &str,
    #[case] seen: &str,
) {
    let story = refused().suspend(50, DESTINATION, true).canary(599);
    let story = statuses.iter().fold(story, |story, (at, status)| {
        story.status(*at, "k", "v1", Some(*status))
    });
    let says = format!("{verdict} of 1\n{WANTED} / {seen}");
    assert_eq!(story.says(CheckKind::FailedIsFinal), says);
}

#[rstest]
#[case::completed(
    &[(20, Completed)], "fail of 1\nsource k@v1: PENDING, then FAILED / status COMPLETED, since 21 ms"
)]
#[case::still_pending_at_the_deadline(
    &[(1_011, Pending)],
    "fail of 1\nsource k@v1: status FAILED by +1000.0 ms / status PENDING at +1000.0 ms, since 11 ms"
)]
fn the_evidence_says_what_was_seen_in_the_place_of_a_failure(
    #[case] statuses: &[(u64, ReplicationStatus)],
    #[case] says: &str,
) {
    let story = statuses.iter().fold(refused(), |story, (at, status)| {
        story.status(*at, "k", "v1", Some(*status))
    });
    assert_eq!(story.says(CheckKind::Fails), says);
}

#[test]
fn a_marker_that_is_refused_has_no_status_to_be_failed() {
    let story = Story::with_rules(vec![Rule::new("all").with_delete_markers()])
        .suspend(0, DESTINATION, false)
        .delete(10, "d", "k", "m1");
    let finding = story.finding(Check::new(CheckKind::Fails));
    assert_eq!(finding.examined, 0);
}
