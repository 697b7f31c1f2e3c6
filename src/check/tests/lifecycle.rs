//! What lifecycle leaves on each side.

use rstest::rstest;

use super::*;
use crate::history::{Lifecycle, Trouble};
use Verdict::{Fail, Pass, Unknown};

impl Story {
    fn lifecycle(self, at: u64, side: Side, lifecycle: Lifecycle) -> Self {
        let kind = OperationKind::Lifecycle { lifecycle };
        self.op(at, "lifecycle", (side, ""), kind, None)
    }

    fn advance(self, at: u64, days: u32) -> Self {
        let kind = OperationKind::Advance { days };
        self.op(at, "advance", (SOURCE, ""), kind, None)
    }

    /// Both sides list a key at the end.
    fn listed(self, source: &[&str], destination: &[&str]) -> Self {
        self.canary(1_000)
            .listing(2_000, SOURCE, "k", source)
            .listing(2_000, DESTINATION, "k", destination)
    }
}

fn lifecycle(story: &Story) -> Verdict {
    story.verdict(CheckKind::Lifecycle)
}

fn overwritten(days: u32) -> Story {
    Story::new()
        .put(0, "old", "k", "v1")
        .put(10, "new", "k", "v2")
        .advance(100, days)
}

#[rstest]
#[case::gone_on_both_sides(22, &["v2"], &["v2"], Pass)]
#[case::still_at_the_source(22, &["v2", "v1"], &["v2"], Fail)]
#[case::still_at_the_destination(22, &["v2"], &["v2", "v1"], Fail)]
#[case::gone_too_early(21, &["v2"], &["v2", "v1"], Fail)]
#[case::kept_until_then(21, &["v2", "v1"], &["v2", "v1"], Pass)]
#[case::the_current_one_is_gone(22, &["!m", "v2"], &["v2"], Fail)]
fn noncurrent_versions_go_after_21_days(
    #[case] days: u32,
    #[case] source: &[&str],
    #[case] destination: &[&str],
    #[case] verdict: Verdict,
) {
    let story = overwritten(days).listed(source, destination);
    assert_eq!(lifecycle(&story), verdict);
}

#[test]
fn without_a_listing_or_a_canary_nothing_is_known() {
    assert_eq!(lifecycle(&overwritten(22)), Unknown);
    let story = overwritten(22)
        .listing(2_000, SOURCE, "k", &["v2"])
        .listing(2_000, DESTINATION, "k", &["v2"]);
    assert_eq!(lifecycle(&story), Unknown);
}

#[test]
fn where_no_clock_was_advanced_there_is_nothing_to_examine() {
    let story = Story::new().put(0, "w", "k", "v1");
    assert_eq!(lifecycle(&story.listed(&["v1"], &["v1"])), Unknown);
}

#[rstest]
#[case::only_there(&["!m", "v1"], &["v1"], Pass)]
#[case::the_marker_travelled(&["!m", "v1"], &["!m", "v1"], Fail)]
#[case::it_did_not_expire(&["v1"], &["v1"], Fail)]
#[case::it_is_behind_another_object(&["v9", "v1"], &["v1"], Fail)]
fn what_the_source_expires_stays_at_the_destination(
    #[case] source: &[&str],
    #[case] destination: &[&str],
    #[case] verdict: Verdict,
) {
    let story = Story::new()
        .lifecycle(0, SOURCE, Lifecycle::expiration(3))
        .put(10, "w", "k", "v1")
        .advance(100, 5);
    assert_eq!(lifecycle(&story.listed(source, destination)), verdict);
}

#[rstest]
#[case::left_alone(&["v1"], Pass)]
#[case::expired(&["!m", "v1"], Fail)]
fn what_is_pending_is_left_alone(#[case] source: &[&str], #[case] verdict: Verdict) {
    let trouble = |trouble| OperationKind::Trouble { trouble };
    let story = Story::new()
        .lifecycle(0, SOURCE, Lifecycle::expiration(3))
        .op(10, "pause", (SOURCE, ""), trouble(Trouble::Pause), None)
        .put(20, "w", "k", "v1")
        .advance(100, 5)
        .op(200, "resume", (SOURCE, ""), trouble(Trouble::Resume), None);
    assert_eq!(lifecycle(&story.listed(source, &["v1"])), verdict);
}

#[rstest]
#[case::expired(&["!m", "v1"], Pass)]
#[case::left_alone(&["v1"], Fail)]
fn what_was_copied_before_a_pause_is_not_left_alone(
    #[case] source: &[&str],
    #[case] verdict: Verdict,
) {
    let pause = OperationKind::Trouble {
        trouble: Trouble::Pause,
    };
    let story = Story::new()
        .lifecycle(0, SOURCE, Lifecycle::expiration(3))
        .put(10, "w", "k", "v1")
        .op(20, "pause", (SOURCE, ""), pause, None)
        .advance(100, 5);
    assert_eq!(lifecycle(&story.listed(source, &["v1"])), verdict);
}

#[rstest]
#[case::left_alone(&["v1"], Pass)]
#[case::expired(&["!m", "v1"], Fail)]
fn what_is_failed_is_left_alone(#[case] source: &[&str], #[case] verdict: Verdict) {
    let story = Story::new()
        .lifecycle(0, SOURCE, Lifecycle::expiration(3))
        .suspend(10, DESTINATION, false)
        .put(20, "w", "k", "v1")
        .suspend(30, DESTINATION, true)
        .advance(100, 5);
    assert_eq!(lifecycle(&story.listed(source, &[])), verdict);
}

/// A version that a pause held up for so many days, where one side has this lifecycle.
fn held_up_for(days: u32, side: Side, lifecycle: Lifecycle) -> Story {
    let trouble = |trouble| OperationKind::Trouble { trouble };
    Story::new()
        .lifecycle(0, side, lifecycle)
        .op(10, "pause", (SOURCE, ""), trouble(Trouble::Pause), None)
        .put(20, "w", "k", "v1")
        .advance(100, days)
        .op(200, "resume", (SOURCE, ""), trouble(Trouble::Resume), None)
}

#[rstest]
#[case::by_its_creation(&["!m", "v1"], Pass)]
#[case::by_its_arrival(&["v1"], Fail)]
fn a_late_replica_expires_by_its_creation(#[case] there: &[&str], #[case] verdict: Verdict) {
    let expiring = Lifecycle::expiration(10);
    let story = held_up_for(8, DESTINATION, expiring).advance(300, 4);
    assert_eq!(lifecycle(&story.listed(&["v1"], there)), verdict);
}

#[rstest]
#[case::cleaned_up(&[], &["v1"], Pass)]
#[case::the_marker_stayed(&["!d"], &["v1"], Fail)]
#[case::the_replica_went_too(&[], &[], Fail)]
fn a_lone_marker_is_cleaned_up_where_it_is(
    #[case] source: &[&str],
    #[case] destination: &[&str],
    #[case] verdict: Verdict,
) {
    let rule = Lifecycle::noncurrent(3).with_expired_markers();
    let story = Story::new()
        .lifecycle(0, SOURCE, rule)
        .put(10, "w", "k", "v1")
        .delete(20, "d", "k", "d")
        .advance(100, 5);
    assert_eq!(lifecycle(&story.listed(source, destination)), verdict);
}

#[rstest]
#[case::expired(&["!m", "v1"], Pass)]
#[case::left_alone(&["v1"], Fail)]
fn what_was_pending_expires_once_it_is_replicated(
    #[case] source: &[&str],
    #[case] verdict: Verdict,
) {
    let expiring = Lifecycle::expiration(3);
    let story = held_up_for(5, SOURCE, expiring).advance(300, 1);
    assert_eq!(lifecycle(&story.listed(source, &["v1"])), verdict);
}

#[test]
fn an_object_is_not_cleaned_up_with_lone_markers() {
    let rule = Lifecycle::noncurrent(3).with_expired_markers();
    let story = Story::new()
        .lifecycle(0, SOURCE, rule)
        .put(10, "w", "k", "v1")
        .advance(100, 5)
        .listed(&["v1"], &["v1"]);
    assert_eq!(story.says(CheckKind::Lifecycle), "pass of 2");
}

#[test]
fn a_lone_marker_stays_where_no_rule_cleans_up() {
    let story = Story::new()
        .lifecycle(0, SOURCE, Lifecycle::noncurrent(3))
        .put(10, "w", "k", "v1")
        .delete(20, "d", "k", "d")
        .advance(100, 5)
        .listed(&["!d"], &["v1"]);
    assert_eq!(story.says(CheckKind::Lifecycle), "pass of 3");
}

#[rstest]
#[case::not_removed(
    overwritten(22).listed(&["v2", "v1"], &["v2"]), "old",
    "fail of 2\nsource k@v1: removed by lifecycle / v2 (current), v1, since 2001 ms"
)]
#[case::behind_a_marker(
    overwritten(22).listed(&["v2"], &["!m", "v2"]), "new",
    "fail of 2\ndestination k@v2: left alone by lifecycle, and current / marker m (current), v2, since 2001 ms"
)]
#[case::removed_too_early(
    overwritten(21).listed(&["v2", "v1"], &["v2"]), "old",
    "fail of 2\ndestination k@v1: left alone by lifecycle / v2 (current), since 2001 ms"
)]
#[case::nothing_at_its_deadline(
    overwritten(22).listing(1_011, DESTINATION, "k", &[]).listed(&["v2"], &["v2"]), "new",
    "fail of 2\ndestination k@v2: left alone by lifecycle, and current / nothing is listed, since 1012 ms"
)]
#[case::another_just_before_its_deadline(
    overwritten(22).listing(1_010, DESTINATION, "k", &["v1"]).listed(&["v2"], &["v2"]), "new",
    "unknown of 2\ndestination k@v2: left alone by lifecycle, and current / not listed, before its deadline"
)]
#[case::not_expired(
    Story::new().lifecycle(0, SOURCE, Lifecycle::expiration(3)).put(10, "w", "k", "v1")
        .advance(100, 5).listed(&["v1"], &["v1"]),
    "w",
    "fail of 2\nsource k@v1: behind the delete marker of its expiration / v1 (current), since 2001 ms"
)]
fn the_evidence_says_what_lifecycle_should_have_left(
    #[case] story: Story,
    #[case] of: &str,
    #[case] says: &str,
) {
    assert_eq!(
        story.says_of(Check::new(CheckKind::Lifecycle).of([of])),
        says
    );
}
