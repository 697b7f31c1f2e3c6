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
