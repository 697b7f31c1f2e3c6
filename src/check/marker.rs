//! Delete markers: those that travel, and those that must not.

use super::Check;
use super::arrival::in_time;
use super::negative::{foreign, waited};
use super::reference::{Expected, Fate};
use super::tally::{Judged, Tally};
use super::view::{Look, View, subject};
use crate::history::{Seen, Side};
use crate::replication::VersionId;

pub(super) fn arrives(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    for expected in view.selected(check) {
        for (side, fate) in &expected.fates {
            if *fate != Fate::Marker {
                continue;
            }
            if let Some(matched) = view.matches.of(expected, *side) {
                let same = if matched.by_id {
                    "the source's"
                } else {
                    "another"
                };
                tally.note(format!("marker with {same} version ID"));
            }
            let judged = arrived(view, expected, *side);
            tally.add(&expected.label, subject(*side, expected), judged);
        }
    }
    tally
}

fn arrived(view: &View<'_>, expected: &Expected, side: Side) -> Judged {
    let since = expected.free;
    let id = view
        .matches
        .of(expected, side)
        .map(|matched| &matched.version);
    let looks = || view.looks_at(side, &expected.key);
    // Once something newer was sent, the marker need not be the current version any more.
    let newer = view.ops.on(&expected.key);
    let newer = newer.filter(|newer| newer.number > expected.op);
    let newer = newer.map(|newer| newer.invoked).min();
    let has = |look: &Look<'_>| match look.seen {
        Seen::DeleteMarker { version } => {
            look.version.is_none() && version.is_none() || id.is_some_and(|id| look.shows(id))
        }
        Seen::Versions { versions } => versions.iter().any(|listed| Some(&listed.version) == id),
        _ => false,
    };
    let current = |look: &Look<'_>| match look.seen {
        Seen::Versions { versions } => versions
            .iter()
            .any(|listed| Some(&listed.version) == id && listed.latest),
        _ => true,
    };
    let seen = looks()
        .filter(|look| has(look))
        .map(|look| look.received)
        .min();
    let lacking = looks().filter(|look| {
        let looked =
            matches!(look.seen, Seen::Versions { .. } | Seen::Present(_) if look.version.is_none());
        (looked && !has(look) || look.lacks(&expected.version))
            && look.sent >= since
            && seen.is_none_or(|seen| look.sent < seen)
    });
    let judged = in_time(view, since, lacking.map(|look| look.sent).max(), seen);
    let mut hidden = looks().filter(|look| {
        has(look) && !current(look) && newer.is_none_or(|newer| look.received < newer)
    });
    match (judged, hidden.next()) {
        (Judged::Pass, Some(look)) => Judged::fail(
            "the current version",
            "the marker is not current",
            look.received,
        ),
        (judged, _) => judged,
    }
}

pub(super) fn stays(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    for expected in view.selected(check) {
        if expected.content.is_some() {
            continue;
        }
        for (side, fate) in &expected.fates {
            if let Fate::Absent { because } | Fate::Fails { because, .. } = fate {
                let judged = stayed(view, expected, *side, because);
                tally.add(&expected.label, subject(*side, expected), judged);
            }
        }
    }
    tally
}

fn stayed(view: &View<'_>, expected: &Expected, side: Side, because: &str) -> Judged {
    let wanted = format!("no marker ({because}), the replica stays current");
    let mut looks = view.looks_at(side, &expected.key);
    if let Some(look) = looks.find(|look| look.shows(&expected.version)) {
        return Judged::fail(wanted, "the marker is there", look.received);
    }
    if let Some(foreign) = foreign(view, side, &expected.key, true) {
        let seen = format!("marker {}, which nobody wrote there", foreign.version);
        return Judged::fail(wanted, seen, foreign.received);
    }
    // What it would hide may itself be a marker, one that did travel.
    let earlier = |known: &&Expected| known.op < expected.op;
    let mut earlier = view.expected_at(&expected.key).rev().filter(earlier);
    let replica = earlier.find(|known| known.fates.get(&side).is_some_and(Fate::arrives));
    let unsure = |known: &Expected| matches!(known.fates.get(&side), Some(Fate::Unsure { .. }));
    let is_clear = !view.expected_at(&expected.key).any(unsure);
    let Some(replica) = replica.filter(|_| is_clear) else {
        let listed = |look: &Look<'_>| matches!(look.seen, Seen::Versions { .. });
        return waited(view, side, expected, expected.acknowledged, &wanted, listed);
    };
    let Some(matched) = view.matches.of(replica, side) else {
        return Judged::unknown(wanted, "the replica that it would hide was never seen");
    };
    let mut written = view.expected_at(&expected.key);
    let newer = written.any(|newer| newer.op > expected.op);
    let since = expected.acknowledged;
    let mut arrived = view.looks_at(side, &expected.key);
    let arrived = arrived.find(|look| look.shows(&matched.version));
    let arrived = arrived.map(|look| look.received);
    let mut looks = view.listings(side, &expected.key);
    let hidden = looks.find(|(look, _)| {
        let after_both = look.sent >= since && Some(look.sent) > arrived;
        after_both && !newer && current(look) != Some(&matched.version)
    });
    if let Some((look, _)) = hidden {
        let hiding = current(look).map_or_else(|| "nothing".to_owned(), ToString::to_string);
        return Judged::fail(wanted, format!("{hiding} is current"), look.received);
    }
    let proves = |look: &Look<'_>| match current(look) {
        Some(current) => newer || *current == matched.version,
        None => false,
    };
    waited(view, side, expected, since, &wanted, proves)
}

/// What a listing shows as the current version.
fn current<'a>(look: &Look<'a>) -> Option<&'a VersionId> {
    let Seen::Versions { versions } = look.seen else {
        return None;
    };
    let latest = versions.iter().find(|listed| listed.latest);
    latest.map(|listed| &listed.version)
}
