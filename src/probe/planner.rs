//! Which look to make next: at one thing, or at many on one page. No clock and no requests.

mod learned;
#[cfg(test)]
mod tests;
mod things;
#[cfg(test)]
mod widths;

pub(super) use things::Id;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use super::hazard::Spending;
use super::page::Asked;
use super::watched::{Policy, Watched};
use crate::history::{Instant, Page, Side};
use learned::Learned;
use things::{Slot, Thing, Things};

/// A page holds at most this many entries (`ListObjectVersions`).
pub(super) const ENTRIES: u32 = 1000;
/// One thing of so many is also looked at as if nothing were known, so that a lag that becomes
/// shorter is noticed.
const SCOUTS: u32 = 200;
/// A step is one look on average, jittered by as much as this either way.
const JITTER: f64 = 0.25;
/// More looks at one thing are not under way at once.
const OVERLAP: u32 = 2;
/// A look that had to be the last and failed is made so many times more.
const LAST_TRIES: u32 = 3;

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Action {
    /// Look at one thing.
    Single(Id, Arc<Watched>),
    /// Look at many: those that are due, and whatever else the page covers.
    Page(Asked, Vec<Id>),
}

/// What a look at one thing told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// It was there.
    Had,
    /// It was not.
    Lacked,
    /// It will never be.
    Never,
    /// Nothing: the request failed.
    Failed,
}

/// Something that is due soon, and the key that it is listed at.
type Near = (Arc<str>, Id);

/// Decides what to look at, from what is waited for and what is known of the lag so far.
#[derive(Debug)]
pub(super) struct Planner {
    policy: Policy,
    side: Side,
    random: SmallRng,
    things: Things,
    learned: Learned,
    /// How long a look at one thing takes, in nanoseconds: a moving average.
    round_trip: f64,
    /// How long a page takes.
    page_trip: f64,
    /// How many pages are under way.
    pages: usize,
    listed: Listed,
    /// The longest lag seen, in nanoseconds.
    slowest: u64,
}

/// What was listed so far: how much of it a page can show.
#[derive(Debug, Default)]
struct Listed {
    things: u64,
    since: Option<(u64, u64)>,
    prefixes: BTreeSet<String>,
}

impl Listed {
    fn note(&mut self, watched: &Watched) {
        let since = watched.since.0;
        let (first, last) = self.since.unwrap_or((since, since));
        self.since = Some((first.min(since), last.max(since)));
        self.things += 1;
        let prefix = &watched.key[..watched.prefix];
        if !self.prefixes.contains(prefix) {
            self.prefixes.insert(prefix.to_owned());
        }
    }

    /// How many things a second are listed behind one prefix.
    fn rate(&self) -> f64 {
        let (first, last) = self.since.unwrap_or_default();
        // The first second says little.
        let span = ((last - first) as f64 / 1e9).max(1.0);
        self.things as f64 / span / self.prefixes.len().max(1) as f64
    }
}

impl Planner {
    /// A planner for one destination. Its jitter comes from `seed` alone.
    pub(super) fn new(policy: Policy, side: Side, seed: u64) -> Self {
        Self {
            policy,
            side,
            random: SmallRng::seed_from_u64(seed),
            things: Things::default(),
            learned: Learned::new(policy.prior),
            round_trip: 0.0,
            page_trip: 0.0,
            pages: 0,
            listed: Listed::default(),
            slowest: 0,
        }
    }

    /// How many requests a thing may cost from here on.
    pub(super) fn afford(&mut self, requests: f64) {
        self.policy.requests = requests;
    }

    /// Something is looked for from here on.
    pub(super) fn watch(&mut self, watched: Watched) {
        let since = watched.since.0;
        if watched.wanted.is_listed() {
            self.listed.note(&watched);
        }
        let id = self.things.insert(watched);
        self.schedule(id, since);
    }

    /// Something like what will be looked for took so long: more than the first, and less than the
    /// second.
    pub(super) fn expect(&mut self, took: (Duration, Duration)) {
        let age = f64::midpoint(took.0.as_nanos() as f64, took.1.as_nanos() as f64);
        let spending = self.spending(true);
        self.learned.expect(age, spending);
    }

    /// A version that is not looked for, and takes a place on the pages all the same.
    pub(super) fn note_entry(&mut self, key: &str) {
        self.things.note_entry(key);
    }

    /// How many things are still looked for.
    pub(super) fn waiting(&self) -> usize {
        self.things.waiting()
    }

    /// The longest lag seen so far, by its upper bound.
    pub(super) fn slowest(&self) -> Duration {
        Duration::from_nanos(self.slowest)
    }

    /// When the next look is due; none where there is nothing to look for, or where a page has to
    /// be answered first. One that is due by `now` is really made: what was seen to lack since is
    /// planned anew first.
    pub(super) fn due(&mut self, now: Instant) -> Option<Instant> {
        if self.pages >= self.policy.pages_side_by_side {
            return None;
        }
        loop {
            let (due, id) = self.things.first_due()?;
            let thing = self.things.get(id)?;
            if due > now.0 {
                return Some(Instant(due));
            }
            if let Some(lacked) = thing.lacked_since() {
                self.schedule(id, lacked);
            } else if thing.under_way < OVERLAP {
                return Some(Instant(due));
            } else {
                let later = now.0 + self.finest(true).as_nanos() as u64;
                self.things.put_off(id, later);
            }
        }
    }

    /// The look that is due, if one is. It counts as sent at `now`.
    pub(super) fn next(&mut self, now: Instant) -> Option<Action> {
        self.due(now).filter(|due| *due <= now)?;
        let (_, id) = self.things.first_due()?;
        Some(self.look(id, now.0))
    }

    fn look(&mut self, id: Id, now: u64) -> Action {
        let thing = self.things.get(id).expect("what is due is looked for");
        let (watched, is_alone) = (Arc::clone(&thing.watched), thing.is_alone);
        let near = match watched.wanted.is_listed() && !is_alone {
            true => self.near(&watched, now),
            false => Vec::new(),
        };
        if self.is_worth_a_page(&near) {
            return self.page(&watched, &near, now);
        }
        self.sent(id, now);
        Action::Single(id, watched)
    }

    /// What is due soon and fits on one page with `watched`, in the order of keys.
    fn near(&self, watched: &Watched, now: u64) -> Vec<Near> {
        let (key, prefix) = (watched.key.as_str(), &watched.key[..watched.prefix]);
        let (mut entries, mut near) = (0, Vec::new());
        for (key, slot) in self.things.before(key, prefix) {
            entries += slot.entries;
            if entries >= ENTRIES / 2 {
                break;
            }
            near.extend(self.soon(slot, now).map(|id| (Arc::clone(key), id)));
        }
        near.reverse();
        // What lies before the first of them is not on the page.
        let first = near.first().map_or(key, |(key, _)| &**key).to_owned();
        entries = self.things.entries(&first, key);
        let behind = self.things.from(key);
        for (key, slot) in behind.take_while(|(key, _)| key.starts_with(prefix)) {
            if entries >= ENTRIES {
                break;
            }
            near.extend(self.soon(slot, now).map(|id| (Arc::clone(key), id)));
            entries += slot.entries;
        }
        near
    }

    /// Whether looks at each would cost more than the page with all that it shows beside them.
    fn is_worth_a_page(&self, near: &[Near]) -> bool {
        let worth = self.policy.page_worth.max(2);
        if near.len() < worth {
            return false;
        }
        let shown = self.things.shown(&near[0].0, &near[near.len() - 1].0);
        near.len() as f64 >= worth as f64 + self.policy.entry * f64::from(shown)
    }

    /// Something in a slot whose next step is half over.
    fn soon(&self, slot: &Slot, now: u64) -> Option<Id> {
        let is_soon = |thing: &Thing| {
            let step = thing.due.saturating_sub(thing.last);
            let since = thing.lacked_since().map_or(0, |lacked| lacked - thing.last);
            let due = thing.due.saturating_add(since);
            thing.under_way < OVERLAP && due <= now.saturating_add(step / 2)
        };
        let mut waiting = slot.waiting.iter().copied();
        waiting.find(|id| self.things.get(*id).is_some_and(is_soon))
    }

    fn page(&mut self, watched: &Watched, near: &[Near], now: u64) -> Action {
        let prefix = watched.key[..watched.prefix].to_owned();
        let (first, last) = (&near[0].0, &near[near.len() - 1].0);
        let before = self.things.before(first, &prefix).next();
        let after = before.map(|(key, _)| key.to_string());
        let entries = self.things.entries(first, last);
        let ids: Vec<Id> = near.iter().map(|(_, id)| *id).collect();
        for id in &ids {
            self.sent(*id, now);
        }
        self.pages += 1;
        let asked = Asked {
            side: self.side,
            prefix,
            after,
            // One more than there can be: a page that is not full reaches to the end.
            entries: (entries + 1).min(ENTRIES),
        };
        Action::Page(asked, ids)
    }

    fn sent(&mut self, id: Id, now: u64) {
        if let Some(thing) = self.things.get_mut(id) {
            thing.under_way += 1;
            self.schedule(id, now);
        }
    }

    /// No two looks at one thing are closer than this, nor than half of what a request takes: looks
    /// overlap.
    fn finest(&self, is_listed: bool) -> Duration {
        let trip = match is_listed {
            true => self.page_trip.max(self.round_trip),
            false => self.round_trip,
        };
        Duration::from_nanos((trip / 2.0) as u64).max(self.policy.finest)
    }

    fn spending(&self, is_listed: bool) -> Spending {
        let rate = self.policy.rate.unwrap_or_else(|| self.listed.rate());
        Spending {
            requests: self.policy.requests,
            rate: if is_listed { rate } else { 0.0 },
            entry: self.policy.entry,
            finest: self.finest(is_listed),
            widest: self.policy.widest,
        }
    }

    /// Says when to look again after a look at `now`.
    fn schedule(&mut self, id: Id, now: u64) {
        let step = self.random.random_range(1.0 - JITTER..1.0 + JITTER);
        let Some(thing) = self.things.get_mut(id) else {
            return;
        };
        thing.last = now;
        let watched = &thing.watched;
        let age = now.saturating_sub(watched.since.0) as f64;
        let mut next = self.learned.density(watched).next(age, step);
        if is_scout(watched) {
            next = next.min(self.learned.scouting().next(age, step));
        }
        let due = watched.since.0.saturating_add(next as u64).max(now + 1);
        // The last look is sent at the deadline, and waits for its answer.
        let due = match now >= watched.deadline.0 {
            true => u64::MAX,
            false => due.min(watched.deadline.0),
        };
        self.things.put_off(id, due);
    }

    /// A look at one thing was answered.
    pub(super) fn told(&mut self, id: Id, sent: Instant, received: Instant, told: Told) {
        average(&mut self.round_trip, sent, received);
        self.answered(&[id]);
        match told {
            Told::Had => self.arrived(id, received),
            Told::Lacked => self.lacked(id, sent),
            Told::Never => self.things.remove(id),
            Told::Failed => self.failed(id, received),
        }
    }

    /// A page was answered that was to show `ids`.
    pub(super) fn paged(&mut self, ids: &[Id], page: &Page) {
        average(&mut self.page_trip, page.sent, page.received);
        self.page_answered(ids);
        for id in self.things.covered(page) {
            let Some(thing) = self.things.get(id) else {
                continue;
            };
            let watched = &thing.watched;
            if !page.shows(watched.op) && watched.since <= page.sent {
                self.lacked(id, page.sent);
            }
        }
        let shown = page.shown.iter().flat_map(|(first, last)| *first..=*last);
        let shown: Vec<Id> = shown.filter_map(|op| self.things.listed(op)).collect();
        for id in shown {
            self.arrived(id, page.received);
        }
        for id in ids {
            let ended_before = |thing: &&mut Thing| !page.covers(&thing.watched.key);
            if let Some(thing) = self.things.get_mut(*id).filter(ended_before) {
                thing.is_alone = true;
                self.failed(*id, page.received);
            }
        }
    }

    /// A page failed: it says nothing of anything on it.
    pub(super) fn page_failed(&mut self, ids: &[Id], now: Instant) {
        self.page_answered(ids);
        for id in ids {
            self.failed(*id, now);
        }
    }

    /// A look ended without an answer, perhaps a page.
    pub(super) fn lost(&mut self) {
        self.pages = self.pages.saturating_sub(1);
    }

    fn page_answered(&mut self, ids: &[Id]) {
        self.lost();
        self.answered(ids);
    }

    fn answered(&mut self, ids: &[Id]) {
        for id in ids {
            if let Some(thing) = self.things.get_mut(*id) {
                thing.under_way = thing.under_way.saturating_sub(1);
            }
        }
    }

    fn arrived(&mut self, id: Id, received: Instant) {
        let Some(thing) = self.things.get(id) else {
            return;
        };
        let watched = Arc::clone(&thing.watched);
        let since = watched.since.0;
        let lower = thing
            .lacked
            .map_or(0, |lacked| lacked.saturating_sub(since));
        let upper = received.0.saturating_sub(since).max(lower + 1);
        self.slowest = self.slowest.max(upper);
        self.things.remove(id);
        // Somewhere in the interval: its middle would make an atom of many alike.
        let age = self.random.random_range(lower..upper) as f64;
        let spending = self.spending(watched.wanted.is_listed());
        if self.learned.arrived(&watched, age, spending) {
            self.plan_again();
        }
    }

    /// What was planned with less knowledge is planned again, from each thing's last look on.
    fn plan_again(&mut self) {
        for id in self.things.all_due() {
            if let Some(last) = self.things.get(id).map(|thing| thing.last) {
                self.schedule(id, last);
            }
        }
    }

    /// When to look next is said anew once it is due: many pages may cover it until then.
    fn lacked(&mut self, id: Id, sent: Instant) {
        let Some(thing) = self.things.get_mut(id) else {
            return;
        };
        thing.lacked = thing.lacked.max(Some(sent.0));
        if sent >= thing.watched.deadline {
            self.things.remove(id);
        }
    }

    /// The last look is made again, a few times; others are followed by one anyway.
    fn failed(&mut self, id: Id, now: Instant) {
        let pause = self.policy.prior.first.as_nanos() as u64;
        let Some(thing) = self.things.get_mut(id) else {
            return;
        };
        if thing.due < u64::MAX || thing.under_way > 0 {
            return;
        }
        thing.tries += 1;
        if thing.tries > LAST_TRIES {
            return self.things.remove(id);
        }
        let due = now.0 + pause * u64::from(thing.tries);
        self.things.put_off(id, due);
    }
}

fn is_scout(watched: &Watched) -> bool {
    watched.op.is_multiple_of(SCOUTS)
}

/// Takes a request into a moving average of its duration.
fn average(trip: &mut f64, sent: Instant, received: Instant) {
    let this = received.0.saturating_sub(sent.0) as f64;
    *trip += (this - *trip) / 16.0;
}
