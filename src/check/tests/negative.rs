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
