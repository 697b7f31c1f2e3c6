//! Pages of listings, as looks at many versions at once.

use super::reference::Expected;
use crate::history::{Event, History, Instant, Page, Side};

/// The pages that were seen.
pub(super) struct Pages<'a>(Vec<&'a Page>);

impl<'a> Pages<'a> {
    pub(super) fn of(history: &'a History) -> Self {
        let pages = history
            .events
            .iter()
            .filter_map(|timed| match &timed.event {
                Event::Page(page) => Some(page),
                _ => None,
            });
        Self(pages.collect())
    }

    fn at(&self, side: Side) -> impl Iterator<Item = &'a Page> {
        self.0.iter().copied().filter(move |page| page.side == side)
    }

    /// When a page first showed this version at this side.
    pub(super) fn shown(&self, side: Side, expected: &Expected) -> Option<Instant> {
        let shows = self.at(side).filter(|page| page.shows(expected.op));
        shows.map(|page| page.received).min()
    }

    /// When the pages were asked for that should have shown this version, and did not.
    pub(super) fn lacking(&self, side: Side, expected: &Expected) -> impl Iterator<Item = Instant> {
        let lacks = |page: &&Page| page.covers(&expected.key) && !page.shows(expected.op);
        self.at(side).filter(lacks).map(|page| page.sent)
    }
}
