//! Two buckets that replicate to each other: no loops, one end, changes of replicas.

use std::collections::{BTreeMap, BTreeSet};

use super::Check;
use super::content::list;
use super::identity::word;
use super::negative::waited;
use super::reference::{Expected, Fate};
use super::tally::{Judged, Tally};
use super::view::{Look, Op, View, after, subject};
use crate::history::{Instant, OperationKind, Seen, Side};
use crate::replication::{ReplicationStatus, Tags, VersionId};

/// What was written at a side, and what others sent there, each once.
pub(super) fn no_loop(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    for expected in view.selected(check) {
        let judged = once(view, expected);
        tally.add(&expected.label, subject(expected.origin, expected), judged);
    }
    tally
}

fn once(view: &View<'_>, expected: &Expected) -> Judged {
    let (side, key) = (expected.origin, expected.key.as_str());
    let known = belonging(view, side, key);
    let wanted = "only what was written there, or sent there once";
    for (look, listed) in view.listings(side, key) {
        let mut seen = BTreeSet::new();
        for listed in listed {
            let is_new = seen.insert(&listed.version);
            if is_new && !known.contains(&listed.version) && is_lost(view, side, key) {
                return Judged::unknown(wanted, "a write was not answered, and may have made more");
            }
            if !is_new || !known.contains(&listed.version) {
                let what = if is_new {
                    "which nobody wrote"
                } else {
                    "twice"
                };
                let seen = format!("{}, {what}", listed.version);
                return Judged::fail(wanted, seen, look.received);
            }
        }
    }
    let listed = |look: &Look<'_>| matches!(look.seen, Seen::Versions { .. });
    waited(view, side, expected, expected.free, wanted, listed)
}

/// Whether something was sent to a key at one side that was not acknowledged.
fn is_lost(view: &View<'_>, side: Side, key: &str) -> bool {
    let mut there = view.ops.on(key).filter(|op| op.operation.side == side);
    there.any(|op| op.answer.is_none())
}

/// The versions of a key that have a place at one side.
fn belonging<'v>(view: &'v View<'_>, side: Side, key: &str) -> BTreeSet<&'v VersionId> {
    let here = |expected: &&Expected| {
        let sent = expected.fates.get(&side).is_some_and(Fate::arrives);
        expected.key == key && (expected.origin == side || sent)
    };
    let here = view.expected.iter().filter(here);
    here.map(|expected| &expected.version).collect()
}

/// The same set of versions and markers on the sides that a key was written at, each of which sends
/// to the others. Which is current is noted: AWS does not say.
pub(super) fn converges(view: &View<'_>, check: &Check) -> Tally {
    let mut keys = BTreeMap::<&str, Vec<&Expected>>::new();
    for expected in view.selected(check) {
        let arrives = expected.fates.values().any(Fate::arrives);
        // A version that is deleted by its ID is deleted on one side alone (R-NOT-04).
        if arrives && view.deleted(&expected.key, &expected.version).is_none() {
            keys.entry(&expected.key).or_default().push(expected);
        }
    }
    let mut tally = Tally::of(check);
    for (key, versions) in keys {
        let origins: BTreeSet<Side> = versions.iter().map(|one| one.origin).collect();
        if origins.len() < 2 {
            continue;
        }
        versions.iter().for_each(|one| tally.covers(&one.label));
        let currents = origins.iter().filter_map(|side| current(view, *side, key));
        let currents: BTreeSet<_> = currents.collect();
        tally.note(match currents.len() {
            1 => "both sides have the same current version",
            _ => "the sides differ in the current version",
        });
        for side in origins {
            let judged = complete(view, side, key, &versions);
            tally.add(&versions[0].label, format!("{side} {key}"), judged);
        }
    }
    tally
}

fn current<'a>(view: &View<'a>, side: Side, key: &str) -> Option<&'a VersionId> {
    let last = view.listings(side, key).max_by_key(|(look, _)| look.sent)?;
    let latest = last.1.iter().find(|listed| listed.latest);
    latest.map(|listed| &listed.version)
}

fn complete(view: &View<'_>, side: Side, key: &str, versions: &[&Expected]) -> Judged {
    let wanted: BTreeSet<&VersionId> = versions.iter().map(|one| &one.version).collect();
    let names = |ids: &BTreeSet<&VersionId>| {
        let ids: Vec<_> = ids.iter().map(|id| id.0.as_str()).collect();
        format!("the versions {}", ids.join(", "))
    };
    let Some((look, listed)) = view.listings(side, key).max_by_key(|(look, _)| look.sent) else {
        return Judged::unknown(names(&wanted), format!("the {side} was not listed"));
    };
    let seen: BTreeSet<&VersionId> = listed.iter().map(|listed| &listed.version).collect();
    if !seen.is_subset(&wanted) {
        return Judged::fail(names(&wanted), names(&seen), look.received);
    }
    let missing = versions.iter().find(|one| !seen.contains(&one.version));
    match missing {
        None => Judged::Pass,
        Some(one) if look.sent < view.deadline(one.free) => Judged::unknown(
            names(&wanted),
            format!("{} before its deadline", names(&seen)),
        ),
        Some(_) => Judged::fail(names(&wanted), names(&seen), look.received),
    }
}

/// Tags that a replica was given: at the origin in time where both rules synchronise, else never.
pub(super) fn modifications(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    for op in view.ops.iter() {
        let OperationKind::Tag { version, tags } = &op.operation.kind else {
            continue;
        };
        let of = |known: &&Expected| known.version == *version && known.key == op.operation.key;
        let Some(expected) = view.expected.iter().find(of) else {
            continue;
        };
        let (label, side) = (&op.operation.label, op.operation.side);
        let asked = check.selects(label) || check.selects(&expected.label);
        let Some((since, _)) = op.answer.filter(|_| asked && side != expected.origin) else {
            continue;
        };
        tally.covers(&expected.label);
        let judged = match expected.own_tags.contains_key(&side) {
            true => kept(view, expected, tags, since),
            false => returned(view, expected, tags, since)
                .unwrap_or_else(|| replica_again(view, expected, op, &mut tally)),
        };
        tally.add(label, subject(expected.origin, expected), judged);
    }
    tally
}

/// The tags of the origin, with the looks that found them.
fn tags_seen<'v>(view: &'v View<'_>, expected: &Expected) -> Vec<(&'v Look<'v>, &'v Tags)> {
    let looks = view.looks_at(expected.origin, &expected.key);
    let looks = looks.filter(|look| look.version == Some(&expected.version));
    let seen = looks.filter_map(|look| match look.seen {
        Seen::Tags { tags } => Some((look, tags)),
        _ => None,
    });
    seen.collect()
}

/// None where the tags went back in time.
fn returned(view: &View<'_>, expected: &Expected, tags: &Tags, since: Instant) -> Option<Judged> {
    let deadline = view.deadline(since);
    let wanted = format!("tags {} by {}", list(tags), after(since, deadline));
    let seen = tags_seen(view, expected);
    let mut later = seen.iter().filter(|(look, _)| look.sent >= since);
    if later
        .clone()
        .any(|(look, seen)| *seen == tags && look.received <= deadline)
    {
        return None;
    }
    let late = later.find(|(look, seen)| look.sent >= deadline && *seen != tags);
    Some(match late {
        Some((look, seen)) => {
            let at = after(since, look.sent);
            Judged::fail(wanted, format!("tags {} at {at}", list(*seen)), since)
        }
        None => Judged::unknown(wanted, "its tags were not read after the deadline"),
    })
}

/// R-STATUS-15: PENDING while the change travels, then REPLICA.
fn replica_again(view: &View<'_>, expected: &Expected, op: &Op<'_>, tally: &mut Tally) -> Judged {
    let side = op.operation.side;
    let wanted = "REPLICA again once the tags went back";
    let looks = view.found(side, &expected.key, &expected.version);
    let later: Vec<_> = looks.filter(|(look, _)| look.sent >= op.invoked).collect();
    let pending = Some(ReplicationStatus::Pending);
    if later.iter().any(|(_, object)| object.status == pending) {
        tally.note("the replica was seen PENDING meanwhile");
    }
    match later.last() {
        Some((_, object)) if object.status == Some(ReplicationStatus::Replica) => Judged::Pass,
        Some((look, object)) => {
            let status = object.status.map(|status| status.to_string());
            let seen = format!("status {}", word(status.as_deref()));
            Judged::fail(wanted, seen, look.received)
        }
        None => Judged::unknown(wanted, "nobody looked at the replica afterwards"),
    }
}

/// Where only one side synchronises, the origin keeps its own.
fn kept(view: &View<'_>, expected: &Expected, tags: &Tags, since: Instant) -> Judged {
    let wanted = format!(
        "tags {}, since one side alone synchronises",
        list(&expected.tags)
    );
    let seen = tags_seen(view, expected);
    if let Some((look, _)) = seen.iter().find(|(_, seen)| *seen == tags) {
        let seen = format!("the replica's tags {}", list(tags));
        return Judged::fail(wanted, seen, look.received);
    }
    let own = |look: &Look<'_>| matches!(look.seen, Seen::Tags { tags } if *tags == expected.tags);
    waited(view, expected.origin, expected, since, &wanted, own)
}
