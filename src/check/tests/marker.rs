//! Delete markers.

use rstest::rstest;

use super::*;
use Verdict::{Fail, Pass, Unknown};

fn travelling() -> Story {
    Story::with_rules(vec![Rule::new("all").with_delete_markers()])
        .put(0, "w", "k", "v1")
        .replica(9, "k", "v1")
        .delete(20, "d", "k", "m1")
}

#[rstest]
#[case::listed_as_current(travelling().listing(40, DESTINATION, "k", &["!m1", "v1"]), Pass)]
#[case::under_another_id(travelling().listing(40, DESTINATION, "k", &["!m9", "v1"]), Pass)]
#[case::answered(travelling().look(40, DESTINATION, "k", "", Seen::DeleteMarker {
    version: Some("m1".into()),
}), Pass)]
#[case::answered_without_an_id(travelling().look(40, DESTINATION, "k", "", Seen::DeleteMarker {
    version: None,
}), Pass)]
#[case::not_current(travelling().listing(40, DESTINATION, "k", &["v1", "!m1"]), Fail)]
#[case::not_there_after_the_deadline(travelling().listing(1_100, DESTINATION, "k", &["v1"]), Fail)]
#[case::not_there_yet(travelling().listing(40, DESTINATION, "k", &["v1"]), Unknown)]
#[case::not_looked_at(travelling(), Unknown)]
fn a_marker_arrives(#[case] story: Story, #[case] verdict: Verdict) {
    assert_eq!(story.verdict(CheckKind::MarkerArrives), verdict);
}

#[test]
fn whether_the_marker_kept_its_id_is_noted() {
    let story = travelling().listing(40, DESTINATION, "k", &["!m9", "v1"]);
    let finding = story.finding(Check::new(CheckKind::MarkerArrives));
    assert_eq!(finding.counts.noted["marker with another version ID"], 1);
}

#[test]
fn a_marker_under_a_newer_version_need_not_be_current() {
    let story = travelling().put(30, "again", "k", "v2").listing(
        40,
        DESTINATION,
        "k",
        &["v2", "!m1", "v1"],
    );
    assert_eq!(story.verdict(CheckKind::MarkerArrives), Pass);
}

fn staying() -> Story {
    Story::new()
        .put(0, "w", "k", "v1")
        .replica(9, "k", "v1")
        .delete(20, "d", "k", "m1")
        .canary(100)
}

#[rstest]
#[case::the_replica_is_current(staying().listing(700, DESTINATION, "k", &["v1"]), Pass)]
#[case::the_marker_is_there(staying().listing(700, DESTINATION, "k", &["!m1", "v1"]), Fail)]
#[case::a_marker_is_there(staying().listing(300, DESTINATION, "k", &["!m9", "v1"]), Fail)]
#[case::the_replica_is_gone(staying().listing(700, DESTINATION, "k", &[]), Fail)]
#[case::looked_too_early(staying().listing(300, DESTINATION, "k", &["v1"]), Unknown)]
#[case::not_looked_at(staying(), Unknown)]
fn a_marker_stays(#[case] story: Story, #[case] verdict: Verdict) {
    assert_eq!(story.verdict(CheckKind::MarkerStays), verdict);
}
