//! The dates of listings, beside those of HEAD.

use super::Check;
use super::reference::Expected;
use super::tally::{Judged, Tally};
use super::view::{View, subject};
use crate::history::Side;
use crate::replication::VersionId;

/// Listings write fractions of a second, HEAD has none (R-DATA-04): to the second they agree, at
/// the source and at every replica.
pub(super) fn listed(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    let objects = view.selected(check).filter(|one| one.content.is_some());
    for expected in objects {
        for (side, id) in places(view, expected) {
            let judged = agree(view, side, &expected.key, id);
            tally.add(&expected.label, subject(side, expected), judged);
        }
    }
    tally
}

/// Where the version should be, and under which ID it is there.
fn places<'v>(view: &'v View<'_>, expected: &'v Expected) -> Vec<(Side, &'v VersionId)> {
    let arriving = expected.fates.iter().filter(|(_, fate)| fate.arrives());
    let replicas = arriving.map(|(side, _)| {
        let matched = view.matches.of(expected, *side);
        (
            *side,
            matched.map_or(&expected.version, |matched| &matched.version),
        )
    });
    std::iter::once((expected.origin, &expected.version))
        .chain(replicas)
        .collect()
}

fn agree(view: &View<'_>, side: Side, key: &str, id: &VersionId) -> Judged {
    let mut heads = view.found(side, key, id);
    let Some(head) = heads.find_map(|(_, object)| object.last_modified) else {
        return Judged::unknown("the Last-Modified of HEAD", "it was not seen");
    };
    let wanted = format!("LastModified {head}, as HEAD shows it");
    let dates = view.listings(side, key).filter_map(|(look, versions)| {
        let listed = versions.iter().find(|listed| listed.version == *id)?;
        Some((look, listed.last_modified_ms?.div_euclid(1000)))
    });
    let dates: Vec<_> = dates.collect();
    match dates.iter().find(|(_, date)| *date != head) {
        Some((look, date)) => Judged::fail(wanted, format!("LastModified {date}"), look.received),
        None if dates.is_empty() => Judged::unknown(wanted, "no listing showed its date"),
        None => Judged::Pass,
    }
}
