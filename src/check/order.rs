//! The versions of a key, as both sides list them.

use std::collections::BTreeMap;

use super::Check;
use super::reference::{Expected, Fate};
use super::tally::{Judged, Tally};
use super::view::View;
use crate::history::{ListedVersion, Side};
use crate::replication::VersionId;

pub(super) fn versions(view: &View<'_>, check: &Check) -> Tally {
    let mut keys = BTreeMap::<(&str, Side), Vec<&str>>::new();
    for expected in view.selected(check) {
        let arriving = expected.fates.iter().filter(|(_, fate)| fate.arrives());
        for (side, _) in arriving {
            let labels = keys.entry((&expected.key, *side)).or_default();
            labels.push(&expected.label);
        }
    }
    let mut tally = Tally::of(check);
    for ((key, side), labels) in keys {
        for label in &labels {
            tally.covers(label);
        }
        tally.add(labels[0], format!("{side} {key}"), listed(view, key, side));
    }
    tally
}

fn listed(view: &View<'_>, key: &str, side: Side) -> Judged {
    let arriving = |expected: &&Expected| expected.fates.get(&side).is_some_and(Fate::arrives);
    let expected: Vec<_> = view.expected_at(key).filter(arriving).collect();
    let wanted = joined(expected.iter().rev().map(|expected| &expected.version));
    let own = view.ops.on(key).filter(|op| op.operation.side == side);
    let own: Vec<_> = own.filter_map(|op| op.answer?.1.version.as_ref()).collect();
    let Some((look, all)) = view.listings(side, key).max_by_key(|(look, _)| look.sent) else {
        return Judged::unknown(wanted, format!("the {side} was not listed"));
    };
    let ids = |versions: &[ListedVersion]| -> Vec<VersionId> {
        versions
            .iter()
            .map(|listed| listed.version.clone())
            .collect()
    };
    // A write whose answer was lost, and that was sent again, left a version that no operation
    // accounts for: it is the source's, and so may its replica be.
    let origin = expected.first().map_or(Side::Source, |first| first.origin);
    let source = view.listings(origin, key).max_by_key(|(look, _)| look.sent);
    let at_source = source.map(|(_, versions)| ids(versions));
    let unaccounted = |id: &VersionId| {
        let known = |known: &Expected| known.version == *id;
        let listed = at_source.as_ref().is_some_and(|ids| ids.contains(id));
        listed && !view.expected_at(key).any(known)
    };
    let mut shown = ids(all);
    let is_unsure = |id: &VersionId| {
        let mut known = view.expected_at(key).filter(|known| known.version == *id);
        known.any(|known| matches!(known.fates.get(&side), Some(Fate::Unsure { .. })))
    };
    shown.retain(|id| !own.contains(&id) && !unaccounted(id) && !is_unsure(id));
    let is_expected = |id: &VersionId| expected.iter().any(|expected| expected.version == *id);
    if let Some(extra) = shown.iter().find(|id| !is_expected(id)) {
        let seen = format!(
            "{}, of which {extra} is not the source's to send",
            joined(&shown)
        );
        return Judged::fail(wanted, seen, look.received);
    }
    if let Some(missing) = expected
        .iter()
        .find(|expected| !shown.contains(&expected.version))
    {
        let seen = format!("{}, without {}", joined(&shown), missing.version);
        if look.sent < view.deadline(missing.free) {
            return Judged::unknown(wanted, format!("{seen}, before its deadline"));
        }
        return Judged::fail(wanted, seen, look.received);
    }
    let Some(mut order) = at_source.clone() else {
        return Judged::unknown(wanted, format!("the {origin} was not listed"));
    };
    order.retain(|id| shown.contains(id));
    let mut common = shown.clone();
    common.retain(|id| order.contains(id));
    if common != order {
        let seen = joined(&common);
        if only_of_one_moment(&common, source.map(|(_, versions)| versions)) {
            let seen = format!("{seen}, which are of one moment where they differ");
            return Judged::unknown(wanted, seen);
        }
        let wanted = format!("{}, as the source lists them", joined(&order));
        return Judged::fail(wanted, seen, look.received);
    }
    let latest = all
        .iter()
        .filter(|listed| listed.latest)
        .map(|listed| &listed.version);
    let latest: Vec<_> = latest.collect();
    let explained = own.is_empty() && !latest.iter().any(|id| unaccounted(id) || is_unsure(id));
    if explained && latest != shown.iter().take(1).collect::<Vec<_>>() {
        let seen = format!("current: {}", joined(latest));
        return Judged::fail(
            format!("current: {}", joined(shown.first())),
            seen,
            look.received,
        );
    }
    Judged::Pass
}

/// Whether the order is that of the source's dates: what has one date may stand in any order, since
/// versions and markers are listed apart, and S3's dates have no fractions of a second (R-DATA-04).
fn only_of_one_moment(order: &[VersionId], source: Option<&[ListedVersion]>) -> bool {
    let listed = source.unwrap_or_default();
    let date = |id: &VersionId| {
        listed
            .iter()
            .find(|one| one.version == *id)?
            .last_modified_ms
    };
    let dates: Vec<Option<i64>> = order.iter().map(date).collect();
    dates.iter().all(Option::is_some) && dates.is_sorted_by(|newer, older| newer >= older)
}

fn joined<'v>(ids: impl IntoIterator<Item = &'v VersionId>) -> String {
    let ids: Vec<_> = ids.into_iter().map(|id| id.0.as_str()).collect();
    if ids.is_empty() {
        return "no version".to_owned();
    }
    ids.join(", ")
}
