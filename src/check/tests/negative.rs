//! What must not happen.

use rstest::rstest;

use super::*;
use Verdict::{Fail, Pass, Unknown};

/// Writes what no rule selects; the canary is written at 100 ms and seen at 110 ms.
fn unmatched() -> Story {
    let rules = vec![Rule::new("canaries").with_prefix("canary")];
    Story::with_rules(rules).put(0, "w", "k", "v1").canary(100)
}

fn stays_absent(story: &Story) -> Verdict {
    story.verdict(CheckKind::StaysAbsent)
}

#[test]
fn absent_after_the_window_and_after_a_canary_passes() {
    assert_eq!(stays_absent(&unmatched().absent(600, "k", "v1")), Pass);
}

#[rstest]
#[case::not_looked_at(unmatched(), "nobody looked")]
#[case::before_the_window(unmatched().absent(400, "k", "v1"), "before +500.0 ms")]
#[case::before_the_canary(
    unmatched().canary(900).absent(50, "k", "v1"),
    "before +500.0 ms"
)]
#[case::without_a_canary(
    Story::with_rules(vec![]).put(0, "w", "k", "v1").absent(600, "k", "v1"),
    "no later canary"
)]
#[case::with_an_earlier_canary(
    Story::with_rules(vec![Rule::new("c").with_prefix("canary")])
        .canary(0).put(50, "w", "k", "v1").absent(700, "k", "v1"),
    "no later canary"
)]
fn less_evidence_is_unknown_and_says_what_is_missing(#[case] story: Story, #[case] missing: &str) {
    let finding = story.finding(Check::new(CheckKind::StaysAbsent));
    assert_eq!(finding.verdict, Unknown);
    assert!(finding.evidence[0].seen.contains(missing), "{finding:?}");
}

#[test]
fn a_look_after_the_window_but_before_the_canary_is_unknown() {
    let rules = vec![Rule::new("c").with_prefix("canary")];
    let story = Story::with_rules(rules)
        .put(0, "w", "k", "v1")
        .absent(600, "k", "v1")
        .canary(700);
    assert_eq!(stays_absent(&story), Unknown);
}

#[rstest]
#[case::by_its_version(unmatched().replica(300, "k", "v1"))]
#[case::in_a_listing(unmatched().absent(600, "k", "v1").listing(650, DESTINATION, "k", &["v1"]))]
#[case::under_another_id(
    unmatched().absent(600, "k", "v1").listing(650, DESTINATION, "k", &["n"])
)]
fn anything_at_the_destination_fails(#[case] story: Story) {
    assert_eq!(stays_absent(&story), Fail);
}

#[test]
fn what_somebody_wrote_at_the_destination_is_not_foreign() {
    let put = OperationKind::Put(content());
    let story = unmatched()
        .op(200, "own", (DESTINATION, "k"), put, Some("own"))
        .absent(600, "k", "v1")
        .listing(650, DESTINATION, "k", &["own"]);
    let of_the_source = Check::new(CheckKind::StaysAbsent).of(["w"]);
    assert_eq!(story.finding(of_the_source).verdict, Pass);
}

#[test]
fn a_replica_of_another_version_of_the_key_is_not_foreign() {
    let story = Story::with_rules(vec![])
        .put(0, "before", "k", "v1")
        .configure(20, vec![Rule::new("all")])
        .put(30, "after", "k", "v2")
        .canary(100)
        .absent(600, "k", "v1")
        .listing(650, DESTINATION, "k", &["v2"]);
    assert_eq!(stays_absent(&story), Pass);
}

fn deleted() -> Story {
    Story::new()
        .put(0, "w", "k", "v1")
        .replica(20, "k", "v1")
        .delete_version(50, "d", "k", "v1")
        .canary(100)
}

#[rstest]
#[case::still_there(deleted().replica(700, "k", "v1"), Pass)]
#[case::gone(deleted().absent(700, "k", "v1"), Fail)]
#[case::gone_at_once(deleted().absent(60, "k", "v1"), Fail)]
#[case::looked_too_early(deleted().replica(300, "k", "v1"), Unknown)]
#[case::not_looked_at(deleted(), Unknown)]
fn a_version_deleted_at_the_source_stays(#[case] story: Story, #[case] verdict: Verdict) {
    let kind = CheckKind::VersionDeleteStays;
    assert_eq!(story.verdict(kind), verdict);
    assert_eq!(story.finding(Check::new(kind).of(["d"])).verdict, verdict);
    assert_eq!(story.finding(Check::new(kind).of(["w"])).verdict, verdict);
}

#[test]
fn a_version_that_never_arrived_proves_nothing_about_its_deletion() {
    let story = Story::new()
        .put(0, "w", "k", "v1")
        .delete_version(10, "d", "k", "v1")
        .canary(100)
        .absent(700, "k", "v1");
    assert_eq!(story.verdict(CheckKind::VersionDeleteStays), Unknown);
}

/// The destination is deleted and created anew between 50 and 61 ms.
fn recreated() -> Story {
    let bucket = (DESTINATION, "");
    Story::new()
        .put(0, "w", "k", "v1")
        .replica(20, "k", "v1")
        .op(50, "bucket", bucket, OperationKind::DeleteBucket, None)
        .op(60, "bucket", bucket, OperationKind::CreateBucket, None)
}

#[rstest]
#[case::absent(recreated().canary(100).absent(700, "k", "v1"), Pass)]
#[case::it_came_back(recreated().canary(100).replica(700, "k", "v1"), Fail)]
#[case::without_a_canary(recreated().absent(700, "k", "v1"), Unknown)]
#[case::not_looked_at(recreated().canary(100), Unknown)]
fn a_new_destination_is_not_filled_with_the_old_ones_replicas(
    #[case] story: Story,
    #[case] verdict: Verdict,
) {
    assert_eq!(story.verdict(CheckKind::NotRestored), verdict);
}

fn at_another(side: Side, key: &str, versions: &[&str]) -> Story {
    let second = Rule::new("second")
        .with_prefix("canary")
        .with_destination("destination-2");
    let first = Rule::new("first").with_prefix("canary");
    Story::with_rules(vec![first, second])
        .put(0, "w", "k", "v1")
        .put(0, "other", "o", "o1")
        .canary(100)
        .listing(300, side, key, versions)
        .absent(600, "k", "v1")
}

#[rstest]
#[case::at_another_destination(at_another(SECOND, "k", &["n"]))]
#[case::at_another_key(at_another(DESTINATION, "o", &["n"]))]
#[case::a_marker(at_another(DESTINATION, "k", &["!n"]))]
fn what_is_foreign_elsewhere_is_not_held_against_an_absence(#[case] story: Story) {
    let finding = story.finding(Check::new(CheckKind::StaysAbsent).of(["w"]));
    let there = |evidence: &&Evidence| evidence.subject.starts_with("destination k");
    assert_eq!(finding.evidence.iter().find(there), None);
}

const ABSENT: &str = "destination k@v1: absent (R-STATUS-02)";

#[rstest]
#[case::it_is_there(unmatched().replica(300, "k", "v1"), "fail", "it is there, since 301 ms")]
#[case::something_is_there(
    unmatched().listing(300, DESTINATION, "k", &["n"]),
    "fail", "version n, which nobody wrote there, since 301 ms"
)]
#[case::not_looked_at(unmatched(), "unknown", "nobody looked at the destination")]
#[case::just_before_the_window(
    unmatched().absent(500, "k", "v1"), "unknown", "last looked at +499.0 ms, before +500.0 ms"
)]
#[case::when_the_canary_arrived(
    Story::with_rules(vec![Rule::new("canaries").with_prefix("canary")])
        .put(0, "w", "k", "v1").canary(600).absent(610, "k", "v1"),
    "unknown", "last looked at +609.0 ms, before the canary arrived at +609.0 ms"
)]
#[case::another_replica_is_no_canary(
    Story::with_rules(vec![Rule::new("others").with_prefix("o")])
        .put(0, "w", "k", "v1").put(20, "w", "other", "o1").replica(30, "other", "o1")
        .absent(600, "k", "v1"),
    "unknown", "no later canary was seen at the destination"
)]
fn the_evidence_says_what_an_absence_lacks(
    #[case] story: Story,
    #[case] verdict: &str,
    #[case] seen: &str,
) {
    let says = format!("{verdict} of 1\n{ABSENT} / {seen}");
    assert_eq!(story.says(CheckKind::StaysAbsent), says);
}

#[rstest]
#[case::at_the_end_of_the_window(unmatched().absent(501, "k", "v1"))]
#[case::just_after_the_canary(
    Story::with_rules(vec![Rule::new("canaries").with_prefix("canary")])
        .put(0, "w", "k", "v1").canary(600).absent(611, "k", "v1")
)]
#[case::with_a_canary_that_is_written_in_the_moment_of_the_acknowledgement(
    Story::with_rules(vec![Rule::new("canaries").with_prefix("canary")])
        .put(0, "w", "k", "v1").canary(1).absent(600, "k", "v1")
)]
fn an_absence_is_proved_from_then_on(#[case] story: Story) {
    assert_eq!(story.says(CheckKind::StaysAbsent), "pass of 1");
}

const KEPT: &str = "destination k@v1: still there after its source was deleted";

#[rstest]
#[case::gone(
    deleted().absent(700, "k", "v1"), "fail", "absent +649.0 ms after the deletion, since 701 ms"
)]
#[case::gone_in_the_moment_of_the_deletion(
    deleted().absent(50, "k", "v1"), "fail", "absent +0.0 ms after the deletion, since 51 ms"
)]
#[case::just_before_the_window(
    deleted().replica(550, "k", "v1"), "unknown", "last looked at +499.0 ms, before +500.0 ms"
)]
#[case::never_seen(
    Story::new().put(0, "w", "k", "v1").delete_version(50, "d", "k", "v1"),
    "unknown", "the replica was never seen"
)]
fn the_evidence_says_when_a_replica_was_gone(
    #[case] story: Story,
    #[case] verdict: &str,
    #[case] seen: &str,
) {
    let says = format!("{verdict} of 1\n{KEPT} / {seen}");
    assert_eq!(story.says(CheckKind::VersionDeleteStays), says);
}

#[rstest]
#[case::in_the_moment_in_which_it_was_first_seen(61, Pass)]
#[case::afterwards(62, Fail)]
fn what_was_not_there_before_is_not_gone(#[case] at: u64, #[case] verdict: Verdict) {
    let story = Story::new()
        .put(0, "w", "k", "v1")
        .delete_version(50, "d", "k", "v1")
        .replica(60, "k", "v1")
        .absent(at, "k", "v1")
        .canary(100)
        .replica(700, "k", "v1");
    assert_eq!(story.verdict(CheckKind::VersionDeleteStays), verdict);
}

#[rstest]
#[case::at_the_destination(DESTINATION, "v1", None)]
#[case::of_a_version_that_nobody_wrote(SOURCE, "v9", None)]
#[case::that_was_not_asked_about(SOURCE, "v1", Some("other"))]
fn a_deletion_that_says_nothing_of_the_rule_is_not_judged(
    #[case] side: Side,
    #[case] version: &str,
    #[case] of: Option<&str>,
) {
    let kind = OperationKind::DeleteVersion {
        version: version.into(),
    };
    let story = Story::new()
        .put(0, "w", "k", "v1")
        .replica(20, "k", "v1")
        .op(50, "d", (side, "k"), kind, None);
    let check = Check::new(CheckKind::VersionDeleteStays).of(of);
    assert_eq!(story.finding(check).examined, 0);
}

const ANEW: &str = "destination k@v1: absent from the destination that was created anew (R-NOT-10)";

#[rstest]
#[case::it_came_back(
    recreated().replica(700, "k", "v1"), "fail", "it came back, since 701 ms"
)]
#[case::it_came_back_at_once(
    recreated().replica(61, "k", "v1"), "fail", "it came back, since 62 ms"
)]
#[case::it_was_there_just_before(
    recreated().replica(60, "k", "v1"), "unknown", "nobody looked at the destination"
)]
fn the_evidence_says_that_it_came_back(
    #[case] story: Story,
    #[case] verdict: &str,
    #[case] seen: &str,
) {
    let says = format!("{verdict} of 1\n{ANEW} / {seen}");
    assert_eq!(story.says(CheckKind::NotRestored), says);
}

#[test]
fn what_is_written_to_a_new_destination_is_none_of_the_old_ones() {
    let story = recreated().put(70, "later", "k", "v2");
    let finding = story.finding(Check::new(CheckKind::NotRestored));
    assert_eq!(finding.examined, 1);
}

/// Nothing is sent at first; then a write is sent on whose answer is lost.
fn lost(side: Side, key: &str, seen: Seen) -> Story {
    Story::with_rules(vec![])
        .put(0, "w", "k", "v1")
        .configure(20, vec![Rule::new("all")])
        .invoke(30, "lost", (SOURCE, "k"), OperationKind::Put(content()))
        .canary(100)
        .look(200, side, key, "", seen)
        .absent(600, "k", "v1")
        .listing(650, DESTINATION, "k", &["x"])
}

fn listed(version: &str) -> Seen {
    Seen::Versions {
        versions: vec![ListedVersion {
            version: version.into(),
            marker: false,
            latest: true,
            etag: None,
            size: 3,
            last_modified_ms: None,
        }],
    }
}

#[rstest]
#[case::lists_it(SOURCE, "k", listed("x"), Pass)]
#[case::answers_with_it(SOURCE, "k", present(object("x")), Pass)]
#[case::answers_with_it_as_a_marker(
    SOURCE, "k", Seen::DeleteMarker { version: Some("x".into()) }, Pass
)]
#[case::lists_another(SOURCE, "k", listed("y"), Fail)]
#[case::lists_it_under_another_key(SOURCE, "o", listed("x"), Fail)]
#[case::is_another_destination(SECOND, "k", listed("x"), Fail)]
fn a_version_is_not_foreign_where_the_source(
    #[case] side: Side,
    #[case] key: &str,
    #[case] seen: Seen,
    #[case] verdict: Verdict,
) {
    assert_eq!(stays_absent(&lost(side, key, seen)), verdict);
}
