//! Versions that are held up, and replicas that are read while they arrive.

use rstest::rstest;

use super::*;
use crate::check::reference::{Fate, expected};
use crate::history::Trouble;
use ReplicationStatus::{Completed, Failed, Pending};
use Verdict::{Fail, Pass, Unknown};

impl Story {
    fn trouble(self, at: u64, side: Side, trouble: Trouble) -> Self {
        let kind = OperationKind::Trouble { trouble };
        self.op(at, "trouble", (side, ""), kind, None)
    }
}

/// Paused from 0 to 800 ms; written at 10 ms, so that the window ends at 511 ms.
fn paused(statuses: &[(u64, ReplicationStatus)], absent: &[u64]) -> Story {
    let story = Story::new()
        .trouble(0, SOURCE, Trouble::Pause)
        .put(10, "w", "k", "v1");
    let story = statuses.iter().fold(story, |story, (at, status)| {
        story.status(*at, "k", "v1", Some(*status))
    });
    let story = absent
        .iter()
        .fold(story, |story, at| story.absent(*at, "k", "v1"));
    story.trouble(800, SOURCE, Trouble::Resume)
}

#[rstest]
#[case::pending_and_absent(&[(20, Pending), (600, Pending)], &[600], Pass)]
#[case::failed(&[(20, Pending), (600, Failed)], &[600], Fail)]
#[case::completed(&[(20, Completed)], &[600], Fail)]
#[case::looked_before_the_window(&[(20, Pending)], &[20], Unknown)]
#[case::the_destination_was_not_looked_at(&[(600, Pending)], &[], Unknown)]
#[case::the_source_was_not_looked_at(&[], &[600], Unknown)]
fn what_is_paused_stays_pending(
    #[case] statuses: &[(u64, ReplicationStatus)],
    #[case] absent: &[u64],
    #[case] verdict: Verdict,
) {
    let story = paused(statuses, absent).status(900, "k", "v1", Some(Completed));
    assert_eq!(story.verdict(CheckKind::HeldBack), verdict);
}

#[test]
fn a_replica_that_comes_during_the_pause_fails() {
    let story = Story::new()
        .trouble(0, SOURCE, Trouble::Pause)
        .put(10, "w", "k", "v1")
        .status(600, "k", "v1", Some(Pending))
        .replica(600, "k", "v1")
        .trouble(800, SOURCE, Trouble::Resume);
    assert_eq!(story.verdict(CheckKind::HeldBack), Fail);
}

/// Virtual time may stand still while the pause ends and the replica arrives.
#[test]
fn a_replica_that_is_seen_in_the_moment_in_which_the_pause_ends_but_after_it_is_none_during_it() {
    let seen = |story: Story| story.replica(799, "k", "v1");
    let end = |story: Story| story.trouble(800, SOURCE, Trouble::Resume);
    let story = paused_and_seen(|story| seen(end(story)));
    assert_eq!(story.verdict(CheckKind::HeldBack), Pass);
    let story = paused_and_seen(|story| end(seen(story)));
    assert_eq!(story.verdict(CheckKind::HeldBack), Fail);
}

fn paused_and_seen(end: impl Fn(Story) -> Story) -> Story {
    let story = Story::new().trouble(0, SOURCE, Trouble::Pause);
    let story = story.put(10, "w", "k", "v1");
    let story = story.status(600, "k", "v1", Some(Pending));
    end(story.absent(600, "k", "v1"))
}

#[test]
fn what_was_never_held_up_proves_nothing() {
    let story = Story::new()
        .put(0, "w", "k", "v1")
        .status(600, "k", "v1", Some(Pending))
        .absent(600, "k", "v1");
    assert_eq!(story.verdict(CheckKind::HeldBack), Unknown);
}

#[test]
fn deadlines_count_from_the_end_of_the_pause() {
    let story = paused(&[], &[]).absent(1_500, "k", "v1");
    assert_eq!(expected(&story.0)[0].free, ms(801));
    assert_eq!(story.verdict(CheckKind::Arrives), Unknown);
    let story = story.replica(1_700, "k", "v1");
    assert_eq!(story.verdict(CheckKind::Arrives), Pass);
}

#[rstest]
#[case::while_it_was_paused(500, Fate::Absent { because: "R-NOT-11" })]
#[case::afterwards(900, Fate::Replica { storage_class: None, kms_key: None, retained_days: None, has_acl: false })]
fn a_version_that_is_deleted_before_it_was_copied_is_lost(#[case] at: u64, #[case] fate: Fate) {
    let story = Story::new()
        .trouble(0, DESTINATION, Trouble::Outage)
        .put(10, "w", "k", "v1");
    let story = match at < 800 {
        true => {
            story
                .delete_version(at, "d", "k", "v1")
                .trouble(800, DESTINATION, Trouble::Recovery)
        }
        false => story
            .trouble(800, DESTINATION, Trouble::Recovery)
            .delete_version(at, "d", "k", "v1"),
    };
    assert_eq!(expected(&story.0)[0].fates[&DESTINATION], fate);
}

#[test]
fn what_is_deleted_while_a_destination_is_away_need_not_have_been_completed_before() {
    let story = Story::new()
        .trouble(0, DESTINATION, Trouble::Outage)
        .put(10, "w", "k", "v1")
        .status(1_500, "k", "v1", Some(Pending))
        .delete_version(1_600, "d", "k", "v1");
    assert_eq!(expected(&story.0)[0].free, ms(1_601));
}

fn read_at(story: Story, at: u64, size: u64, sha256: &str) -> Story {
    let seen = ObjectSeen {
        size,
        sha256: Some(sha256.to_owned()),
        ..replica("v1")
    };
    story.look(at, DESTINATION, "k", "v1", present(seen))
}

#[rstest]
#[case::absent_then_whole(Some(5), &[(20, 3, "abc")], Pass)]
#[case::half_of_it(Some(5), &[(20, 1, "a"), (30, 3, "abc")], Fail)]
#[case::other_bytes(Some(5), &[(20, 3, "xyz")], Fail)]
#[case::not_read_before_it_came(None, &[(20, 3, "abc")], Unknown)]
#[case::never_read(Some(5), &[], Unknown)]
fn a_replica_is_absent_or_whole(
    #[case] absent: Option<u64>,
    #[case] read: &[(u64, u64, &str)],
    #[case] verdict: Verdict,
) {
    let story = Story::new().put(0, "w", "k", "v1");
    let story = absent
        .into_iter()
        .fold(story, |story, at| story.absent(at, "k", "v1"));
    let story = read.iter().fold(story, |story, (at, size, hash)| {
        read_at(story, *at, *size, hash)
    });
    assert_eq!(story.verdict(CheckKind::Atomic), verdict);
}

#[rstest]
#[case::whole((3, "abc"), Pass)]
#[case::half_of_it((1, "a"), Fail)]
fn one_that_was_missed_is_vouched_for_by_another_that_was_read_while_absent(
    #[case] (size, sha256): (u64, &str),
    #[case] verdict: Verdict,
) {
    let story = Story::new().put(0, "w", "k", "v1").absent(5, "k", "v1");
    let story = read_at(story, 20, 3, "abc").put(30, "late", "l", "v2");
    let seen = ObjectSeen {
        size,
        sha256: Some(sha256.to_owned()),
        ..replica("v2")
    };
    let story = story.look(40, DESTINATION, "l", "v2", present(seen));
    assert_eq!(story.verdict(CheckKind::Atomic), verdict);
}

#[rstest]
#[case::before_it_was_there(10, Pass)]
#[case::after_it_was_there(30, Unknown)]
fn one_that_was_read_before_it_had_a_version_was_read_while_absent(
    #[case] at: u64,
    #[case] verdict: Verdict,
) {
    let story = Story::new().put(15, "w", "k", "v1");
    let story = read_at(story.absent(at, "k", ""), 20, 3, "abc");
    assert_eq!(story.verdict(CheckKind::Atomic), verdict);
}

#[test]
fn what_is_held_up_and_was_never_sent_is_not_judged() {
    let story = Story::with_rules(vec![Rule::new("others").with_prefix("o")])
        .trouble(0, SOURCE, Trouble::Pause)
        .put(10, "w", "k", "v1");
    let check = Check::new(CheckKind::HeldBack);
    assert_eq!(story.finding(check.clone()).examined, 0);
    let free = Story::new().put(0, "w", "k", "v1").absent(600, "k", "v1");
    assert_eq!(free.finding(check).examined, 0);
}

#[rstest]
#[case::it_is_refused_elsewhere(true, Pass)]
#[case::it_is_not(false, Fail)]
fn another_destination_may_refuse_it_meanwhile(#[case] refused: bool, #[case] verdict: Verdict) {
    let second = Rule::new("second").with_destination("destination-2");
    let story = Story::with_rules(vec![Rule::new("first"), second])
        .suspend(0, SECOND, !refused)
        .trouble(0, DESTINATION, Trouble::Outage)
        .put(10, "w", "k", "v1")
        .status(600, "k", "v1", Some(Failed))
        .absent(600, "k", "v1");
    assert_eq!(story.verdict(CheckKind::HeldBack), verdict);
}

#[test]
fn an_absence_before_the_window_is_not_made_good_by_a_look_that_failed() {
    let failed = Seen::Failed(crate::history::Failure::default());
    let story = paused(&[(600, Pending)], &[20]);
    assert_eq!(story.verdict(CheckKind::HeldBack), Unknown);
    let story = Story::new()
        .trouble(0, SOURCE, Trouble::Pause)
        .put(10, "w", "k", "v1")
        .status(600, "k", "v1", Some(Pending))
        .look(600, DESTINATION, "k", "v1", failed);
    assert_eq!(story.verdict(CheckKind::HeldBack), Unknown);
}

const HELD: &str = "destination k@v1: PENDING, and absent, for as long as it is held up";

#[rstest]
#[case::it_failed(&[(600, Failed)], &[600], "fail", "status FAILED, since 601 ms")]
#[case::at_the_end_of_the_window_nobody_looked_there(
    &[(511, Pending)], &[510], "unknown", "nobody looked at the destination then"
)]
#[case::just_before_the_window(
    &[(510, Pending)], &[511], "unknown", "nobody looked at the source after the window"
)]
fn the_evidence_says_what_did_not_wait(
    #[case] statuses: &[(u64, ReplicationStatus)],
    #[case] absent: &[u64],
    #[case] verdict: &str,
    #[case] seen: &str,
) {
    let says = format!("{verdict} of 1\n{HELD} / {seen}");
    assert_eq!(paused(statuses, absent).says(CheckKind::HeldBack), says);
}

#[test]
fn the_evidence_says_when_it_came_in_spite_of_the_pause() {
    let story = Story::new()
        .trouble(0, SOURCE, Trouble::Pause)
        .put(10, "w", "k", "v1")
        .replica(600, "k", "v1");
    let says = format!("fail of 1\n{HELD} / there at +590.0 ms, since 601 ms");
    assert_eq!(story.says(CheckKind::HeldBack), says);
}

#[test]
fn nothing_waits_for_the_end_of_a_pause_that_was_never_to_be_sent() {
    let story = Story::with_rules(vec![Rule::new("others").with_prefix("o")])
        .trouble(0, SOURCE, Trouble::Pause)
        .put(10, "w", "k", "v1")
        .trouble(800, SOURCE, Trouble::Resume);
    assert_eq!(expected(&story.0)[0].free, ms(11));
}

#[test]
fn what_will_be_refused_waits_for_the_end_of_a_pause_too() {
    let story = Story::new()
        .suspend(0, DESTINATION, false)
        .trouble(5, SOURCE, Trouble::Pause)
        .put(10, "w", "k", "v1")
        .trouble(800, SOURCE, Trouble::Resume);
    assert_eq!(expected(&story.0)[0].free, ms(801));
}

#[rstest]
#[case::half_of_it(Some(5), (1, "a"), "fail", "1 bytes, SHA-256 a at +20.0 ms, since 21 ms")]
#[case::not_read_before_it_came(
    None, (3, "abc"), "unknown", "nobody read it while it was still absent"
)]
#[case::asked_for_in_the_moment_in_which_it_was_read(
    Some(20), (3, "abc"), "unknown", "nobody read it while it was still absent"
)]
fn the_evidence_says_what_was_read_of_it(
    #[case] absent: Option<u64>,
    #[case] (size, sha256): (u64, &str),
    #[case] verdict: &str,
    #[case] seen: &str,
) {
    let story = Story::new().put(0, "w", "k", "v1");
    let story = absent
        .into_iter()
        .fold(story, |story, at| story.absent(at, "k", "v1"));
    let says =
        format!("{verdict} of 1\ndestination k@v1: absent, or 3 bytes, SHA-256 abc / {seen}");
    assert_eq!(
        read_at(story, 20, size, sha256).says(CheckKind::Atomic),
        says
    );
}

#[test]
fn a_look_that_did_not_read_it_is_no_look_in_vain() {
    let story = Story::new().put(0, "w", "k", "v1").replica(10, "k", "v1");
    assert_eq!(
        read_at(story, 20, 3, "abc").verdict(CheckKind::Atomic),
        Unknown
    );
}

#[test]
fn one_that_was_missed_is_noted() {
    let story = Story::new().put(0, "w", "k", "v1").absent(5, "k", "v1");
    let seen = ObjectSeen {
        sha256: Some("abc".to_owned()),
        ..replica("v2")
    };
    let story = read_at(story, 20, 3, "abc").put(30, "late", "l", "v2");
    let story = story.look(40, DESTINATION, "l", "v2", present(seen));
    let finding = story.finding(Check::new(CheckKind::Atomic).of(["w", "late"]));
    assert_eq!((finding.verdict, finding.examined), (Pass, 1));
    let noted = "first read after it had arrived".to_owned();
    assert_eq!(finding.counts.noted, [(noted, 1)].into());
}
