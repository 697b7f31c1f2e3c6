//! Pages of listings, as looks at many versions at once.

use std::collections::{BTreeMap, HashMap};

use super::reference::Expected;
use crate::history::{Event, History, Instant, Page, Side};

/// The pages that were seen, found without going through all of them: a history may be long.
#[derive(Default)]
pub(super) struct Pages<'a> {
    /// By the moment they were asked for.
    sent: BTreeMap<Side, Vec<&'a Page>>,
    /// When each operation's version was first shown at each side.
    shown: HashMap<(u32, Side), Instant>,
}

impl<'a> Pages<'a> {
    pub(super) fn of(history: &'a History) -> Self {
        let mut pages = Self::default();
        for timed in &history.events {
            if let Event::Page(page) = &timed.event {
                pages.add(page);
            }
        }
        for pages in pages.sent.values_mut() {
            pages.sort_by_key(|page| page.sent);
        }
        pages
    }

    fn add(&mut self, page: &'a Page) {
        self.sent.entry(page.side).or_default().push(page);
        for op in page.shown.iter().flat_map(|(first, last)| *first..=*last) {
            let first = self.shown.entry((op, page.side)).or_insert(page.received);
            *first = page.received.min(*first);
        }
    }

    /// When a page first showed this version at this side.
    pub(super) fn shown(&self, side: Side, expected: &Expected) -> Option<Instant> {
        self.shown.get(&(expected.op, side)).copied()
    }

    /// When the last page was asked for, after the version was written and before it was `seen`,
    /// that should have shown it and did not.
    pub(super) fn lacking(
        &self,
        side: Side,
        expected: &Expected,
        seen: Option<Instant>,
    ) -> Option<Instant> {
        let pages = self.sent.get(&side).map_or(&[][..], Vec::as_slice);
        let before = |page: &&Page| seen.is_none_or(|seen| page.sent < seen);
        let latest_first = pages[..pages.partition_point(before)].iter().rev();
        let mut after = latest_first.take_while(|page| page.sent >= expected.acknowledged);
        let lacks = |page: &&&Page| page.covers(&expected.key) && !page.shows(expected.op);
        after.find(lacks).map(|page| page.sent)
    }
}
