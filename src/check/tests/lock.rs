//! Retention and legal hold of replicas, and what the reference makes of a missing lock.

use rstest::rstest;

use super::*;
use crate::check::lock::is_kept;
use crate::check::reference::{Fate, expected};
use crate::replication::{BucketSetting, Retention};

const DAY: i64 = 24 * 3600;

fn set(story: Story, at: u64, side: Side, days: Option<u32>) -> Story {
    let setting = BucketSetting::ObjectLock { days };
    let kind = OperationKind::Setting { setting };
    story.op(at, "setting", (side, ""), kind, None)
}

/// A pair with Object Lock, and what was put with this lock.
fn locked(retention: Option<i64>, held: bool, days: Option<u32>) -> Story {
    let put = OperationKind::Put(Content {
        retention: retention.map(Retention::governance),
        held,
        ..content()
    });
    let story = set(Story::new(), 0, SOURCE, None);
    let story = set(story, 1, DESTINATION, days);
    story.op(10, "w", (SOURCE, "k"), put, Some("v1"))
}

fn seen(story: Story, at: u64, retention: Option<i64>, held: bool) -> Story {
    let object = ObjectSeen {
        retention: retention.map(Retention::governance),
        held,
        ..replica("v1")
    };
    story.look(at, DESTINATION, "k", "v1", present(object))
}

#[rstest]
#[case::as_sent(20, Some(9), true, Verdict::Pass)]
#[case::no_retention_at_first(20, None, true, Verdict::Unknown)]
#[case::no_retention(1_100, None, true, Verdict::Fail)]
#[case::another_retention(1_100, Some(8), true, Verdict::Fail)]
#[case::no_hold(1_100, Some(9), false, Verdict::Fail)]
fn a_replica_has_its_sources_lock(
    #[case] at: u64,
    #[case] retention: Option<i64>,
    #[case] held: bool,
    #[case] verdict: Verdict,
) {
    let story = seen(locked(Some(9), true, None), at, retention, held);
    assert_eq!(story.verdict(CheckKind::ObjectLock), verdict);
}

#[test]
fn a_lock_is_unknown_when_nobody_looked() {
    let story = locked(Some(9), true, None);
    assert_eq!(story.verdict(CheckKind::ObjectLock), Verdict::Unknown);
}

#[rstest]
#[case::from_its_creation(Some(1_700_000_000 + 3 * DAY), Verdict::Pass)]
#[case::from_its_arrival(Some(1_700_000_060 + 3 * DAY), Verdict::Pass)]
#[case::another_period(Some(1_700_000_000 + 2 * DAY), Verdict::Fail)]
#[case::none(None, Verdict::Fail)]
fn the_destinations_default_is_for_what_has_none(
    #[case] retention: Option<i64>,
    #[case] verdict: Verdict,
) {
    let story = seen(locked(None, false, Some(3)), 1_100, retention, false);
    assert_eq!(story.verdict(CheckKind::ObjectLock), verdict);
}

#[rstest]
#[case::the_new_lock(300, Some(12), Verdict::Pass)]
#[case::the_old_one_before_the_deadline(300, Some(9), Verdict::Unknown)]
#[case::the_old_one_after_the_deadline(1_300, Some(9), Verdict::Fail)]
fn a_lock_changed_later_follows(
    #[case] at: u64,
    #[case] retention: Option<i64>,
    #[case] verdict: Verdict,
) {
    let version = VersionId::from("v1");
    let retain = OperationKind::Retain {
        version: version.clone(),
        retention: Retention::governance(12),
    };
    let release = OperationKind::Hold {
        version,
        held: false,
    };
    let story = locked(Some(9), true, None)
        .op(100, "retain", (SOURCE, "k"), retain, Some("v1"))
        .op(110, "release", (SOURCE, "k"), release, Some("v1"));
    let story = seen(story, at, retention, false);
    assert_eq!(story.verdict(CheckKind::ObjectLock), verdict);
}

#[test]
fn a_source_with_a_lock_fails_to_a_destination_without() {
    let story = set(Story::new(), 0, SOURCE, None).put(10, "w", "k", "v1");
    let fate = &expected(&story.0)[0].fates[&DESTINATION];
    assert!(
        matches!(
            fate,
            Fate::Fails {
                because: "R-DATA-11",
                ..
            }
        ),
        "{fate:?}"
    );
}

const CREATED: i64 = 1_700_000_000;

#[rstest]
#[case::a_second_less(3 * DAY - 1, true)]
#[case::two_seconds_less(3 * DAY - 2, false)]
#[case::almost_a_day_more(4 * DAY - 1, true)]
#[case::a_day_more(4 * DAY, false)]
fn a_default_retention_counts_from_the_creation_or_the_arrival(
    #[case] after: i64,
    #[case] kept: bool,
) {
    let until = Some(CREATED + after);
    let story = seen(locked(None, false, Some(3)), 1_100, until, false);
    let verdict = if kept { Verdict::Pass } else { Verdict::Fail };
    assert_eq!(story.verdict(CheckKind::ObjectLock), verdict);
}

/// What a destination with a default retention of three days may show.
fn by_default(mode: &str, last_modified: Option<i64>) -> ObjectSeen {
    ObjectSeen {
        retention: Some(Retention {
            mode: mode.to_owned(),
            until: CREATED + 3 * DAY,
        }),
        last_modified,
        ..replica("v1")
    }
}

#[rstest]
#[case::governance(by_default("GOVERNANCE", Some(CREATED)), true)]
#[case::compliance(by_default("COMPLIANCE", Some(CREATED)), false)]
#[case::modified_nobody_knows_when(by_default("GOVERNANCE", None), false)]
#[case::no_retention(replica("v1"), false)]
#[case::held_too(ObjectSeen { held: true, ..by_default("GOVERNANCE", Some(CREATED)) }, false)]
fn a_lock_is_kept_where_the_replica_shows_it(#[case] seen: ObjectSeen, #[case] kept: bool) {
    let expected = expected(&locked(None, false, Some(3)).0).remove(0);
    let fate = &expected.fates[&DESTINATION];
    assert_eq!(is_kept(&expected, fate, &seen), kept);
    // What does not arrive has no lock to keep.
    assert!(is_kept(&expected, &Fate::Marker, &seen));
}

#[rstest]
#[case::at_the_deadline(
    locked(Some(9), true, None),
    1_011,
    Some(8),
    "fail",
    "GOVERNANCE until 9, a legal hold",
    "GOVERNANCE until 8, no legal hold at +1000.0 ms, since 11 ms"
)]
#[case::just_before_the_deadline(
    locked(Some(9), true, None),
    1_010,
    None,
    "unknown",
    "GOVERNANCE until 9, a legal hold",
    "no retention, no legal hold at +999.0 ms, and nobody looked after the deadline"
)]
#[case::before_the_write(
    locked(None, false, Some(3)),
    10,
    None,
    "unknown",
    "GOVERNANCE for 3 days, no legal hold",
    "the replica was not looked at"
)]
#[case::in_the_moment_of_the_acknowledgement(
    locked(None, true, None),
    11,
    None,
    "unknown",
    "no retention, a legal hold",
    "no retention, no legal hold at +0.0 ms, and nobody looked after the deadline"
)]
fn the_evidence_says_what_locks_the_replica(
    #[case] story: Story,
    #[case] at: u64,
    #[case] retention: Option<i64>,
    #[case] verdict: &str,
    #[case] wanted: &str,
    #[case] evidence: &str,
) {
    let expected = format!("{wanted} by +1000.0 ms");
    let says = format!("{verdict} of 1\ndestination k@v1: {expected} / {evidence}");
    let story = seen(story, at, retention, false);
    assert_eq!(story.says(CheckKind::ObjectLock), says);
}
