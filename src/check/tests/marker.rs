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

/// A write takes effect before its acknowledgement is received.
#[test]
fn a_marker_need_not_be_current_from_the_moment_on_in_which_something_newer_is_sent() {
    let listed = &["v2", "!m1", "v1"];
    let before = travelling().listing(25, DESTINATION, "k", listed);
    let put = |story: Story| {
        let kind = OperationKind::Put(Content::default());
        story.invoke(30, "again", (SOURCE, "k"), kind)
    };
    let while_sent = put(travelling()).listing(35, DESTINATION, "k", listed);
    assert_eq!(while_sent.verdict(CheckKind::MarkerArrives), Pass);
    assert_eq!(put(before).verdict(CheckKind::MarkerArrives), Fail);
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

#[rstest]
#[case::under_its_own_id("!m1", "marker with the source's version ID")]
#[case::under_another("!m9", "marker with another version ID")]
fn the_id_of_the_marker_is_noted_once(#[case] marker: &str, #[case] noted: &str) {
    let story = travelling().listing(40, DESTINATION, "k", &[marker, "v1"]);
    let finding = story.finding(Check::new(CheckKind::MarkerArrives));
    assert_eq!(finding.counts.noted, [(noted.to_owned(), 1)].into());
}

fn failed() -> Seen {
    Seen::Failed(crate::history::Failure::default())
}

const ABSENT: &str = "fail of 1\ndestination k@m1: there by +1000.0 ms / \
    absent at every look, last looked at +1000.0 ms, since 21 ms";
const HIDDEN: &str = "fail of 1\ndestination k@m1: the current version / the marker is not current";

#[rstest]
#[case::not_listed_at_the_deadline(
    travelling().listing(1_021, DESTINATION, "k", &["v1"]), ABSENT
)]
#[case::not_found_by_its_id(travelling().absent(1_021, "k", "m1"), ABSENT)]
#[case::an_object_is_current(
    travelling().look(1_021, DESTINATION, "k", "", present(replica("v1"))), ABSENT
)]
#[case::an_older_version_by_its_id_says_nothing(
    travelling().replica(1_021, "k", "v1"),
    "unknown of 1\ndestination k@m1: there by +1000.0 ms / nobody looked at the destination"
)]
#[case::a_failed_look_says_nothing(
    travelling().look(1_021, DESTINATION, "k", "", failed()),
    "unknown of 1\ndestination k@m1: there by +1000.0 ms / nobody looked at the destination; 1 looks failed, the last with : "
)]
#[case::listed_too_late(
    travelling()
        .listing(1_100, DESTINATION, "k", &["v1"])
        .listing(1_199, DESTINATION, "k", &["!m1", "v1"]),
    "fail of 1\ndestination k@m1: there by +1000.0 ms / absent at +1079.0 ms, first seen at +1179.0 ms, since 21 ms"
)]
#[case::a_listing_that_was_asked_for_when_it_was_first_seen_says_nothing(
    travelling()
        .listing(1_199, DESTINATION, "k", &["!m1", "v1"])
        .listing(1_200, DESTINATION, "k", &["v1"]),
    "unknown of 1\ndestination k@m1: there by +1000.0 ms / first seen at +1179.0 ms, and nobody looked between the deadline and then"
)]
#[case::a_listing_before_the_deletion_says_nothing(
    travelling().listing(20, DESTINATION, "k", &["v1"]),
    "unknown of 1\ndestination k@m1: there by +1000.0 ms / nobody looked at the destination"
)]
fn the_evidence_says_when_the_marker_was_lacking(#[case] story: Story, #[case] says: &str) {
    assert_eq!(story.says(CheckKind::MarkerArrives), says);
}

fn beneath(story: Story, at: u64) -> Story {
    story.listing(at, DESTINATION, "k", &["v1", "!m1"])
}

#[rstest]
#[case::nothing_newer_was_written(beneath(travelling(), 40), Some(41))]
#[case::before_something_newer_was_written(
    beneath(travelling(), 25).put(40, "again", "k", "v2"), Some(26)
)]
#[case::in_the_moment_in_which_it_was_acknowledged(
    beneath(travelling().put(30, "again", "k", "v2"), 30), None
)]
#[case::another_key_was_written(
    beneath(travelling().put(30, "again", "other", "o1"), 40), Some(41)
)]
fn a_marker_is_current_until_something_newer_is_written(
    #[case] story: Story,
    #[case] since: Option<u64>,
) {
    let says = since.map(|since| format!("{HIDDEN}, since {since} ms"));
    let says = says.unwrap_or_else(|| "pass of 1".to_owned());
    assert_eq!(story.says(CheckKind::MarkerArrives), says);
}

#[test]
fn an_earlier_marker_is_not_a_later_one() {
    let story = travelling().delete(30, "again", "k", "m2").look(
        40,
        DESTINATION,
        "k",
        "",
        Seen::DeleteMarker {
            version: Some("m1".into()),
        },
    );
    let check = Check::new(CheckKind::MarkerArrives);
    assert_eq!(story.finding(check.clone().of(["d"])).verdict, Pass);
    assert_eq!(story.finding(check.of(["again"])).verdict, Unknown);
}

const STAYS: &str = "destination k@m1: no marker (R-DEL-01), the replica stays current";

#[rstest]
#[case::the_marker_is_there(
    staying().listing(700, DESTINATION, "k", &["!m1", "v1"]),
    "fail", " / the marker is there, since 701 ms"
)]
#[case::a_marker_is_there(
    staying().listing(300, DESTINATION, "k", &["!m9", "v1"]),
    "fail", " / marker m9, which nobody wrote there, since 301 ms"
)]
#[case::the_replica_is_gone(
    staying().listing(700, DESTINATION, "k", &[]), "fail", " / nothing is current, since 701 ms"
)]
#[case::in_the_moment_of_the_acknowledgement(
    staying().listing(21, DESTINATION, "k", &[]), "fail", " / nothing is current, since 22 ms"
)]
#[case::before_the_deletion_nothing_is_hidden(
    staying().listing(20, DESTINATION, "k", &[]), "unknown", " / nobody looked at the destination"
)]
#[case::not_looked_at(staying(), "unknown", " / nobody looked at the destination")]
#[case::looked_too_early(
    staying().listing(300, DESTINATION, "k", &["v1"]),
    "unknown", " / last looked at +279.0 ms, before +500.0 ms"
)]
#[case::the_replica_was_never_seen(
    Story::new().put(0, "w", "k", "v1").delete(20, "d", "k", "m1"),
    "unknown", " / the replica that it would hide was never seen"
)]
fn the_evidence_says_what_a_marker_hides(
    #[case] story: Story,
    #[case] verdict: &str,
    #[case] seen: &str,
) {
    let says = format!("{verdict} of 1\n{STAYS}{seen}");
    assert_eq!(story.says(CheckKind::MarkerStays), says);
}

/// The replica arrives after the marker was made, and is first seen at 10 ms.
fn late() -> Story {
    Story::new()
        .put(0, "w", "k", "v1")
        .delete(5, "d", "k", "m1")
        .replica(9, "k", "v1")
}

#[rstest]
#[case::in_the_moment_in_which_it_was_first_seen(10, Unknown)]
#[case::afterwards(11, Fail)]
fn what_had_not_arrived_was_hidden_by_nothing(#[case] at: u64, #[case] verdict: Verdict) {
    let story = late().listing(at, DESTINATION, "k", &[]);
    assert_eq!(story.verdict(CheckKind::MarkerStays), verdict);
}

#[test]
fn a_newer_version_may_be_current_in_the_place_of_the_replica() {
    let story = staying().put(30, "again", "k", "v2");
    let story = story.listing(700, DESTINATION, "k", &["v2", "v1"]);
    assert_eq!(story.says(CheckKind::MarkerStays), "pass of 1");
}

#[test]
fn an_empty_destination_shows_that_a_marker_stayed_where_nothing_was_sent_before() {
    let rules = vec![Rule::new("canaries").with_prefix("canary")];
    let story = Story::with_rules(rules)
        .put(0, "w", "k", "v1")
        .delete(20, "d", "k", "m1")
        .canary(100)
        .listing(700, DESTINATION, "k", &[]);
    assert_eq!(story.says(CheckKind::MarkerStays), "pass of 1");
}
