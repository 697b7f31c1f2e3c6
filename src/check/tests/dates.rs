//! The dates of listings.

use rstest::rstest;

use super::*;
use Verdict::{Fail, Pass, Unknown};

/// Listed with this date.
fn listed(story: Story, side: Side, date: Option<i64>) -> Story {
    let mut story = story.listing(50, side, "k", &["v1"]);
    let Some(Event::Observation {
        seen: Seen::Versions { versions },
        ..
    }) = story.0.events.last_mut().map(|timed| &mut timed.event)
    else {
        panic!("the last event is the listing");
    };
    versions[0].last_modified_ms = date;
    story
}

/// Seen by HEAD with a date of 7 s.
fn headed() -> Story {
    let seen = |object: ObjectSeen| {
        present(ObjectSeen {
            last_modified: Some(7),
            ..object
        })
    };
    Story::new()
        .put(0, "w", "k", "v1")
        .look(5, SOURCE, "k", "v1", seen(object("v1")))
        .look(5, DESTINATION, "k", "v1", seen(replica("v1")))
}

/// R-DATA-04.
#[rstest]
#[case::the_same(Some(7_000), Pass)]
#[case::the_same_with_fractions(Some(7_999), Pass)]
#[case::a_second_later(Some(8_000), Fail)]
#[case::a_second_earlier(Some(6_999), Fail)]
#[case::none(None, Unknown)]
fn a_listing_shows_the_date_of_head(#[case] date: Option<i64>, #[case] verdict: Verdict) {
    for (here, there) in [(date, Some(7_000)), (Some(7_000), date)] {
        let story = listed(listed(headed(), SOURCE, here), DESTINATION, there);
        let says = story.says(CheckKind::ListedDates);
        assert_eq!(story.verdict(CheckKind::ListedDates), verdict, "{says}");
    }
}

#[test]
fn a_version_that_nobody_headed_has_no_date_to_compare() {
    let story = listed(Story::new().put(0, "w", "k", "v1"), SOURCE, Some(7_000));
    let says = story.says(CheckKind::ListedDates);
    assert!(says.starts_with("unknown of 2"), "{says}");
}

#[test]
fn the_evidence_names_both_dates() {
    let story = listed(
        listed(headed(), SOURCE, Some(7_000)),
        DESTINATION,
        Some(9_000),
    );
    let says = story.says(CheckKind::ListedDates);
    let wanted = "destination k@v1: LastModified 7, as HEAD shows it / LastModified 9, since 51 ms";
    assert!(says.contains(wanted), "{says}");
}
