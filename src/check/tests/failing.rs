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
