//! Replicas that are seen on pages of listings, or are not.

use rstest::rstest;

use super::*;
use crate::history::Page;
use Verdict::{Fail, Pass, Unknown};

/// Two objects, written at 0 and 10 ms as operations 0 and 1.
fn written() -> Story {
    Story::new()
        .put(0, "w", "k/1", "v1")
        .put(10, "w", "k/2", "v2")
}

fn page(story: Story, at: u64, shown: &[u32], until: Option<&str>) -> Story {
    let page = Page {
        side: DESTINATION,
        prefix: "k/".to_owned(),
        after: None,
        until: until.map(str::to_owned),
        sent: ms(at),
        received: ms(at + 1),
        shown: Page::ranges(shown.to_vec()),
        others: 0,
    };
    story.event(ms(at + 1), Event::Page(page))
}

#[rstest]
#[case::both_in_time(&[0, 1], None, Pass)]
#[case::one_of_them_is_lost(&[0], None, Fail)]
#[case::one_of_them_is_beyond_the_page(&[0], Some("k/2"), Unknown)]
fn a_page_after_the_deadline_shows_what_is_there_and_what_is_lost(
    #[case] shown: &[u32],
    #[case] until: Option<&str>,
    #[case] verdict: Verdict,
) {
    let story = page(written(), 100, shown, until);
    let story = page(story, 1_100, shown, until);
    assert_eq!(story.verdict(CheckKind::Arrives), verdict);
}

#[test]
fn a_page_of_another_side_shows_nothing() {
    let mut story = page(written(), 100, &[0, 1], None);
    for timed in &mut story.0.events {
        if let Event::Page(page) = &mut timed.event {
            page.side = SOURCE;
        }
    }
    assert_eq!(story.verdict(CheckKind::Arrives), Unknown);
}

#[test]
fn a_replica_that_a_page_lacked_after_its_deadline_came_too_late() {
    let story = page(written(), 1_100, &[1], None);
    let story = page(story, 1_200, &[0, 1], None);
    let finding = story.finding(Check::new(CheckKind::Arrives));
    assert_eq!(finding.verdict, Fail);
    assert!(finding.evidence[0].subject.contains("k/1"), "{finding:?}");
}

#[test]
fn a_page_that_was_asked_for_when_a_replica_was_first_shown_says_nothing() {
    let story = page(written(), 1_200, &[0, 1], None);
    let story = page(story, 1_201, &[], None);
    assert_eq!(
        story.says_of(Check::new(CheckKind::Arrives)),
        "unknown of 2\n\
         destination k/1@v1: there by +1000.0 ms / first seen at +1200.0 ms, and nobody looked \
         between the deadline and then\n\
         destination k/2@v2: there by +1000.0 ms / first seen at +1190.0 ms, and nobody looked \
         between the deadline and then"
    );
}

#[test]
fn a_page_that_was_asked_for_before_the_write_lacks_nothing() {
    let story = page(written(), 5, &[0], None);
    let finding = story.finding(Check::new(CheckKind::Arrives));
    let seen = &finding.evidence[0].seen;
    assert_eq!(seen, "nobody looked at the destination");
}
