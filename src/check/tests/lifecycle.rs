//! What lifecycle leaves on each side.

use rstest::rstest;

use super::*;
use crate::history::{Lifecycle, Trouble};
use crate::replication::{BucketSetting, Retention};
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

/// A version with this lock, overwritten 22 days ago.
fn locked(content: Content) -> Story {
    let lock = OperationKind::Setting {
        setting: BucketSetting::ObjectLock { days: None },
    };
    Story::new()
        .op(0, "lock", (SOURCE, ""), lock.clone(), None)
        .op(2, "lock", (DESTINATION, ""), lock, None)
        .op(
            5,
            "old",
            (SOURCE, "k"),
            OperationKind::Put(content),
            Some("v1"),
        )
        .put(10, "new", "k", "v2")
}

fn held() -> Content {
    Content {
        held: true,
        ..content()
    }
}

fn retained() -> Content {
    Content {
        retention: Some(Retention::governance(9)),
        ..content()
    }
}

const BOTH: &[&str] = &["v2", "v1"];

#[rstest]
#[case::kept(BOTH, BOTH, Pass)]
#[case::gone_at_the_source(&["v2"], BOTH, Fail)]
#[case::gone_at_the_destination(BOTH, &["v2"], Fail)]
fn what_is_under_a_legal_hold_is_kept(
    #[case] source: &[&str],
    #[case] destination: &[&str],
    #[case] verdict: Verdict,
) {
    let story = locked(held()).advance(100, 22).listed(source, destination);
    assert_eq!(lifecycle(&story), verdict);
}

#[rstest]
#[case::gone(22, &["v2"], "unknown of 2")]
#[case::kept(22, BOTH, "unknown of 2")]
#[case::not_due(21, BOTH, "pass of 2")]
#[case::gone_too_early(21, &["v2"], "fail of 2")]
fn whether_a_retention_is_over_is_unknown(
    #[case] days: u32,
    #[case] listed: &[&str],
    #[case] says: &str,
) {
    let story = locked(retained()).advance(100, days).listed(listed, listed);
    let said = story.says_of(Check::new(CheckKind::Lifecycle).of(["old"]));
    assert_eq!(said.lines().next(), Some(says), "{said}");
}

#[test]
fn whether_a_changed_lock_is_over_is_unknown() {
    let release = OperationKind::Hold {
        version: "v1".into(),
        held: false,
    };
    let story = locked(held())
        .op(20, "release", (SOURCE, "k"), release, Some("v1"))
        .advance(100, 22);
    assert_eq!(lifecycle(&story.listed(&["v2"], &["v2"])), Unknown);
}

#[test]
fn a_default_retention_makes_the_replica_alone_unknown() {
    let default = OperationKind::Setting {
        setting: BucketSetting::ObjectLock { days: Some(30) },
    };
    let story = Story::new()
        .op(0, "lock", (DESTINATION, ""), default, None)
        .put(5, "old", "k", "v1")
        .put(10, "new", "k", "v2")
        .advance(100, 22);
    let missing = "nobody knows whether its lock was over when lifecycle acted";
    let says = format!(
        "unknown of 4\ndestination k@v1: removed by lifecycle once its lock is over / {missing}"
    );
    let story = story.canary(1_000).listing(2_000, SOURCE, "k", &["v2"]);
    let story = story.listing(2_000, DESTINATION, "k", BOTH);
    let check = Check::new(CheckKind::Lifecycle).of(["old", "new"]);
    assert_eq!(story.says_of(check), says);
}

/// A version with this lock behind a marker, where lone markers are cleaned up.
fn hidden(content: Content) -> Story {
    let rule = Lifecycle::noncurrent(3).with_expired_markers();
    let put = OperationKind::Put(content);
    Story::new()
        .lifecycle(0, SOURCE, rule)
        .op(10, "w", (SOURCE, "k"), put, Some("v1"))
        .delete(20, "d", "k", "d")
        .advance(100, 5)
}

#[rstest]
#[case::the_hold_keeps_it(held(), &["!d", "v1"], Pass)]
#[case::it_went(held(), &["v1"], Fail)]
#[case::the_retention_may_be_over(retained(), &[], Unknown)]
#[case::or_not(retained(), &["!d", "v1"], Unknown)]
fn a_marker_before_what_is_locked_is_not_alone(
    #[case] content: Content,
    #[case] source: &[&str],
    #[case] verdict: Verdict,
) {
    let story = hidden(content).listed(source, &["v1"]);
    let check = Check::new(CheckKind::Lifecycle).of(["d"]);
    assert_eq!(story.finding(check).verdict, verdict);
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
