//! What each side's lifecycle should have left, told from the operations alone, and what is listed.

use std::collections::BTreeMap;

use super::negative::waited;
use super::reference::{Expected, Fate};
use super::tally::{Judged, Tally};
use super::view::{Look, Op, View, subject};
use super::{Check, Obstacles};
use crate::history::{Instant, Lifecycle, ListedVersion, OperationKind, Seen, Side};
use crate::replication::BucketSetting;

/// Pairs begin with this (R-OPS-03).
const NONCURRENT_DAYS: u32 = 21;

pub(super) fn acts(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    let Some((since, shelves)) = carried_out(view) else {
        return tally;
    };
    for expected in view.selected(check) {
        let arrives = expected.fates.iter().filter(|(_, fate)| fate.arrives());
        let sides = std::iter::once(expected.origin).chain(arrives.map(|(side, _)| *side));
        for side in sides {
            let shelf = shelves.get(&(side, expected.key.as_str()));
            let shelf = shelf.map_or(&[][..], Vec::as_slice);
            let judged = judge(view, expected, side, shelf, since);
            tally.add(&expected.label, subject(side, expected), judged);
        }
    }
    tally
}

/// A version of a key at one side, in the order of the writes.
#[derive(Clone)]
struct Entry {
    /// The operation that wrote it; none for a marker that lifecycle made.
    op: Option<u32>,
    is_marker: bool,
    /// On which day it was made, wherever that was.
    day: u32,
    /// The sides that it waits to get to, where it was written.
    waits: Vec<Side>,
    lock: Lock,
    /// Whether nobody knows if lifecycle removed it.
    unsure: bool,
}

/// What Object Lock makes of a version at one side. The days of a test are counted, and what a
/// retention ends at is a date, so that nobody knows whether one is over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lock {
    None,
    /// It has a retention, or its lock was changed.
    Perhaps,
    /// It is under a legal hold.
    Held,
}

type Shelves<'v> = BTreeMap<(Side, &'v str), Vec<Entry>>;

/// What the lifecycles leave of every key at every side, and when they acted last; none where no
/// clock was advanced.
fn carried_out<'v>(view: &'v View<'_>) -> Option<(Instant, Shelves<'v>)> {
    let mut model = Model {
        view,
        day: 0,
        rules: BTreeMap::new(),
        obstacles: Obstacles::default(),
        shelves: BTreeMap::new(),
    };
    let mut last = None;
    for op in view.ops.iter().filter(|op| op.answer.is_some()) {
        model.obstacles.change(op.operation);
        model.release();
        match &op.operation.kind {
            OperationKind::Lifecycle { lifecycle } => {
                model.rules.insert(op.operation.side, *lifecycle);
            }
            OperationKind::Advance { days } => {
                model.day += days;
                model.act();
                last = op.answer.map(|(at, _)| at);
            }
            _ => model.write(op),
        }
    }
    last.map(|last| (last, model.shelves))
}

struct Model<'v, 'a> {
    view: &'v View<'a>,
    day: u32,
    rules: BTreeMap<Side, Lifecycle>,
    obstacles: Obstacles,
    shelves: Shelves<'v>,
}

impl Model<'_, '_> {
    fn write(&mut self, op: &Op<'_>) {
        let written = self.view.expected.iter().find(|one| one.op == op.number);
        let Some(written) = written else { return };
        let arrives = written.fates.iter().filter(|(_, fate)| fate.arrives());
        let sides: Vec<Side> = arrives.map(|(side, _)| *side).collect();
        let (origin, day) = (written.origin, self.day);
        let held = sides.iter().filter(|to| self.obstacles.hold(origin, **to));
        let held: Vec<Side> = held.copied().collect();
        for side in std::iter::once(origin).chain(sides) {
            let lock = self.lock(side, written);
            let shelf = self.shelves.entry((side, written.key.as_str()));
            let waits = if side == origin {
                held.clone()
            } else {
                Vec::new()
            };
            shelf.or_default().push(Entry {
                op: Some(written.op),
                is_marker: written.content.is_none(),
                day,
                waits,
                lock,
                unsure: false,
            });
        }
    }

    fn lock(&self, side: Side, written: &Expected) -> Lock {
        let Some(content) = &written.content else {
            return Lock::None;
        };
        if self.changes_lock(written) {
            Lock::Perhaps
        } else if content.held {
            Lock::Held
        } else if content.retention.is_some() || self.retains(side) {
            Lock::Perhaps
        } else {
            Lock::None
        }
    }

    /// Whether somebody set about to change the lock of a version, whenever and wherever.
    fn changes_lock(&self, written: &Expected) -> bool {
        let mut ops = self.view.ops.on(&written.key);
        ops.any(|op| match &op.operation.kind {
            OperationKind::Retain { version, .. } | OperationKind::Hold { version, .. } => {
                *version == written.version
            }
            _ => false,
        })
    }

    /// Whether a bucket was ever to have a default retention.
    fn retains(&self, side: Side) -> bool {
        let ops = self.view.ops.iter();
        let mut settings = ops.filter_map(|op| match &op.operation.kind {
            OperationKind::Setting { setting } if op.operation.side == side => Some(setting),
            _ => None,
        });
        settings.any(|setting| matches!(setting, BucketSetting::ObjectLock { days: Some(_) }))
    }

    /// Lets go of what waits no longer.
    fn release(&mut self) {
        for ((origin, _), shelf) in &mut self.shelves {
            for entry in shelf {
                entry.waits.retain(|to| self.obstacles.hold(*origin, *to));
            }
        }
    }

    /// Whether lifecycle leaves it alone where it was written: it is PENDING or FAILED (R-OPS-01).
    fn is_blocked(&self, side: Side, entry: &Entry) -> bool {
        let mut versions = self.view.expected.iter();
        let Some(written) = versions.find(|one| Some(one.op) == entry.op) else {
            return false;
        };
        let fails = |fate: &Fate| matches!(fate, Fate::Fails { .. });
        let open = !entry.waits.is_empty() || written.fates.values().any(fails);
        written.origin == side && written.content.is_some() && open
    }

    fn act(&mut self) {
        let mut shelves = std::mem::take(&mut self.shelves);
        for ((side, _), shelf) in &mut shelves {
            let default = Lifecycle::noncurrent(NONCURRENT_DAYS);
            let rule = self.rules.get(side).copied().unwrap_or(default);
            self.act_on(*side, shelf, rule);
        }
        self.shelves = shelves;
    }

    fn act_on(&self, side: Side, shelf: &mut Vec<Entry>, rule: Lifecycle) {
        let due = |since: u32, days: Option<u32>| days.is_some_and(|d| self.day > since + d);
        let all = shelf.clone();
        let mut place = 0;
        shelf.retain_mut(|entry| {
            place += 1;
            let successor = all.get(place);
            let gone = successor.is_some_and(|next| due(next.day, rule.noncurrent_days))
                && !self.is_blocked(side, entry);
            entry.unsure |= gone && entry.lock == Lock::Perhaps;
            !gone || entry.lock != Lock::None
        });
        if let Some(current) = shelf.last().filter(|last| !last.is_marker)
            && due(current.day, rule.expiration_days)
            && !self.is_blocked(side, current)
        {
            shelf.push(Entry {
                op: None,
                is_marker: true,
                day: self.day,
                waits: Vec::new(),
                lock: Lock::None,
                unsure: false,
            });
        }
        if rule.expired_markers {
            clean_up(shelf);
        }
    }
}

/// Removes a marker with nothing behind it. Where only what may be gone is behind it, nobody knows.
fn clean_up(shelf: &mut Vec<Entry>) {
    let Some((last, behind)) = shelf.split_last_mut() else {
        return;
    };
    let alone = last.is_marker && behind.iter().all(|entry| entry.unsure);
    match behind.is_empty() {
        true if alone => shelf.clear(),
        _ => last.unsure |= alone,
    }
}

fn judge(
    view: &View<'_>,
    expected: &Expected,
    side: Side,
    shelf: &[Entry],
    since: Instant,
) -> Judged {
    let place = shelf.iter().position(|entry| entry.op == Some(expected.op));
    if place.is_some_and(|place| shelf[place].unsure) {
        let missing = "nobody knows whether its lock was over when lifecycle acted";
        return Judged::unknown("removed by lifecycle once its lock is over", missing);
    }
    let is_current = place.is_some_and(|place| place + 1 == shelf.len());
    let hidden = shelf.last().is_some_and(|last| last.op.is_none());
    let wanted = match (place, is_current, hidden) {
        (None, ..) => "removed by lifecycle",
        (Some(_), true, _) => "left alone by lifecycle, and current",
        (Some(_), false, true) => "behind the delete marker of its expiration",
        (Some(_), false, false) => "left alone by lifecycle",
    };
    let of = |listed: &&ListedVersion| listed.version == expected.version;
    let as_wanted = |listed: &[ListedVersion]| {
        let found = listed.iter().find(of);
        let latest = listed.iter().find(|one| one.latest);
        match (place, found) {
            (None, found) => found.is_none(),
            (Some(_), None) => false,
            (Some(_), Some(found)) if is_current => found.latest,
            (Some(_), Some(_)) if hidden => latest.is_some_and(|latest| latest.marker),
            (Some(_), Some(found)) => !found.latest,
        }
    };
    let settled = since.max(expected.free);
    let mut listings = view.listings(side, &expected.key);
    let wrong = listings.find(|(look, listed)| look.sent >= settled && !as_wanted(listed));
    if let Some((look, listed)) = wrong {
        if listed.iter().all(|one| !of(&one)) && look.sent < view.deadline(expected.free) {
            return Judged::unknown(wanted, "not listed, before its deadline");
        }
        return Judged::fail(wanted, described(listed), look.received);
    }
    let listed = |look: &Look<'_>| matches!(look.seen, Seen::Versions { .. });
    waited(view, side, expected, settled, wanted, listed)
}

fn described(listed: &[ListedVersion]) -> String {
    let one = |listed: &ListedVersion| {
        let marker = if listed.marker { "marker " } else { "" };
        let latest = if listed.latest { " (current)" } else { "" };
        format!("{marker}{}{latest}", listed.version)
    };
    match listed {
        [] => "nothing is listed".to_owned(),
        listed => listed.iter().map(one).collect::<Vec<_>>().join(", "),
    }
}
