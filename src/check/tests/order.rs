//! Listings of both sides.

use rstest::rstest;

use super::*;
use Verdict::{Fail, Pass, Unknown};

fn overwritten() -> Story {
    Story::new()
        .put(0, "one", "k", "v1")
        .put(10, "two", "k", "v2")
        .put(20, "three", "k", "v3")
        .listing(50, SOURCE, "k", &["v3", "v2", "v1"])
}

#[rstest]
#[case::as_at_the_source(50, &["v3", "v2", "v1"], Pass)]
#[case::another_order(50, &["v2", "v3", "v1"], Fail)]
#[case::one_too_many(50, &["v3", "v2", "v1", "n"], Fail)]
#[case::another_id(50, &["v3", "n", "v1"], Fail)]
#[case::one_missing_after_the_deadline(1_100, &["v3", "v1"], Fail)]
#[case::one_missing_before_the_deadline(50, &["v3", "v1"], Unknown)]
fn the_destination_lists_the_sources_versions(
    #[case] at: u64,
    #[case] versions: &[&str],
    #[case] verdict: Verdict,
) {
    let story = overwritten().listing(at, DESTINATION, "k", versions);
    assert_eq!(story.verdict(CheckKind::VersionsInOrder), verdict);
}

#[test]
fn one_listing_is_not_enough() {
    let kind = CheckKind::VersionsInOrder;
    assert_eq!(overwritten().verdict(kind), Unknown);
    let story = Story::new().put(0, "w", "k", "v1");
    assert_eq!(
        story.listing(50, DESTINATION, "k", &["v1"]).verdict(kind),
        Unknown
    );
}

#[test]
fn another_current_version_fails() {
    let mut story = overwritten().listing(50, DESTINATION, "k", &["v3", "v2", "v1"]);
    let last = story.0.events.last_mut().unwrap();
    let Event::Observation {
        seen: Seen::Versions { versions },
        ..
    } = &mut last.event
    else {
        panic!("the last event is the listing");
    };
    versions[0].latest = false;
    versions[2].latest = true;
    assert_eq!(story.verdict(CheckKind::VersionsInOrder), Fail);
}

#[test]
fn a_marker_that_stays_is_not_missed_at_the_destination() {
    let story = overwritten()
        .delete(30, "d", "k", "m1")
        .listing(60, SOURCE, "k", &["!m1", "v3", "v2", "v1"])
        .listing(60, DESTINATION, "k", &["v3", "v2", "v1"]);
    assert_eq!(story.verdict(CheckKind::VersionsInOrder), Pass);
}

const WANTED: &str = "destination k: v3, v2, v1";

#[rstest]
#[case::one_too_many(
    overwritten().listing(50, DESTINATION, "k", &["v3", "v2", "v1", "n"]),
    "fail", "v3, v2, v1, n, of which n is not the source's to send, since 51 ms"
)]
#[case::one_missing_at_its_deadline(
    overwritten().listing(1_011, DESTINATION, "k", &["v3", "v1"]),
    "fail", "v3, v1, without v2, since 1012 ms"
)]
#[case::one_missing_just_before_its_deadline(
    overwritten().listing(1_010, DESTINATION, "k", &["v3", "v1"]),
    "unknown", "v3, v1, without v2, before its deadline"
)]
#[case::another_order(
    overwritten().listing(50, DESTINATION, "k", &["v2", "v3", "v1"]),
    "fail", "v2, v3, v1, since 51 ms"
)]
#[case::nothing(
    overwritten().listing(2_000, DESTINATION, "k", &[]),
    "fail", "no version, without v1, since 2001 ms"
)]
#[case::not_listed(overwritten(), "unknown", "the destination was not listed")]
fn the_evidence_says_which_version_is_out_of_place(
    #[case] story: Story,
    #[case] verdict: &str,
    #[case] seen: &str,
) {
    let says = story.says(CheckKind::VersionsInOrder);
    let says = says.replace(", as the source lists them", "");
    assert_eq!(says, format!("{verdict} of 1\n{WANTED} / {seen}"));
}

#[test]
fn the_evidence_says_which_version_is_current() {
    let mut story = overwritten().listing(50, DESTINATION, "k", &["v3", "v2", "v1"]);
    let last = story.0.events.last_mut().unwrap();
    if let Event::Observation {
        seen: Seen::Versions { versions },
        ..
    } = &mut last.event
    {
        versions[0].latest = false;
        versions[2].latest = true;
    }
    assert_eq!(
        story.says(CheckKind::VersionsInOrder),
        "fail of 1\ndestination k: current: v3 / current: v1, since 51 ms"
    );
}

#[test]
fn without_a_listing_of_the_source_its_order_is_unknown() {
    let story = Story::new().put(0, "w", "k", "v1");
    assert_eq!(
        story
            .listing(50, DESTINATION, "k", &["v1"])
            .says(CheckKind::VersionsInOrder),
        "unknown of 1\ndestination k: v1 / the source was not listed"
    );
}

/// A second write whose answer was lost.
fn lost() -> Story {
    Story::new().put(0, "w", "k", "v1").invoke(
        10,
        "lost",
        (SOURCE, "k"),
        OperationKind::Put(content()),
    )
}

#[rstest]
#[case::at_the_source(&["v2", "v1"], &["v2", "v1"], Pass)]
#[case::not_at_the_source(&["v1"], &["v2", "v1"], Fail)]
fn a_version_of_a_write_whose_answer_was_lost_is_the_sources(
    #[case] source: &[&str],
    #[case] destination: &[&str],
    #[case] verdict: Verdict,
) {
    let story = lost()
        .listing(50, SOURCE, "k", source)
        .listing(50, DESTINATION, "k", destination);
    assert_eq!(story.verdict(CheckKind::VersionsInOrder), verdict);
}

#[test]
fn what_was_written_at_the_destination_itself_is_listed_there_in_any_place() {
    let kind = OperationKind::Put(content());
    let story = overwritten()
        .op(30, "own", (DESTINATION, "k"), kind, Some("own"))
        .listing(50, DESTINATION, "k", &["own", "v3", "v2", "v1"]);
    let check = Check::new(CheckKind::VersionsInOrder).of(["one"]);
    assert_eq!(story.finding(check).verdict, Pass);
}

#[rstest]
#[case::it_arrived(&["v2", "v1"])]
#[case::it_did_not(&["v1"])]
fn a_version_that_was_deleted_on_its_way_may_be_listed_or_not(#[case] listed: &[&str]) {
    let trouble = |trouble| OperationKind::Trouble { trouble };
    let outage = trouble(crate::history::Trouble::Outage);
    let recovery = trouble(crate::history::Trouble::Recovery);
    let story = Story::new()
        .put(0, "w", "k", "v1")
        .put(10, "w", "k", "v2")
        .op(20, "outage", (DESTINATION, ""), outage, None)
        .delete_version(30, "d", "k", "v2")
        .op(40, "recovery", (DESTINATION, ""), recovery, None)
        .listing(50, SOURCE, "k", &["v1"])
        .listing(50, DESTINATION, "k", listed);
    assert_eq!(story.says(CheckKind::VersionsInOrder), "pass of 1");
}

#[test]
fn all_writes_of_a_key_are_looked_at_in_one_listing() {
    let story = overwritten().listing(50, DESTINATION, "k", &["v3", "v2", "v1"]);
    let check = Check::new(CheckKind::VersionsInOrder).of(["one", "two", "three"]);
    let finding = story.finding(check);
    assert_eq!((finding.verdict, finding.examined), (Pass, 1));
}

/// Gives what the last listing shows these dates.
fn dated(mut story: Story, dates: [i64; 3]) -> Story {
    let Some(Event::Observation {
        seen: Seen::Versions { versions },
        ..
    }) = story.0.events.last_mut().map(|timed| &mut timed.event)
    else {
        panic!("the last event is the listing");
    };
    for (listed, date) in versions.iter_mut().zip(dates) {
        listed.last_modified_ms = Some(date);
    }
    story
}

/// R-DATA-04, R-TIME-10: S3's dates have no fractions of a second.
#[rstest]
#[case::of_one_second([2_000, 2_000, 1_000], &["v2", "v3", "v1"], Unknown)]
#[case::of_one_second_and_in_order([2_000, 2_000, 1_000], &["v3", "v2", "v1"], Pass)]
#[case::of_two_seconds([2_000, 2_000, 1_000], &["v3", "v1", "v2"], Fail)]
#[case::told_apart([2_001, 2_000, 1_000], &["v2", "v3", "v1"], Fail)]
fn what_has_one_date_may_stand_in_any_order(
    #[case] dates: [i64; 3],
    #[case] versions: &[&str],
    #[case] verdict: Verdict,
) {
    let story = dated(overwritten(), dates).listing(50, DESTINATION, "k", versions);
    let says = story.says(CheckKind::VersionsInOrder);
    assert_eq!(story.verdict(CheckKind::VersionsInOrder), verdict, "{says}");
}
