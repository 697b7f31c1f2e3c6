//! What is looked for, by when it is due and by where it is listed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound::{Excluded, Included, Unbounded};
use std::sync::Arc;

use super::super::watched::Watched;
use crate::history::Page;

/// A thing by its number.
pub(in crate::probe) type Id = usize;

/// Something that is looked for.
#[derive(Debug)]
pub(super) struct Thing {
    pub(super) watched: Arc<Watched>,
    /// When to look next, in nanoseconds since the run began; [`u64::MAX`] while the last look is
    /// under way.
    pub(super) due: u64,
    /// When the last look was sent.
    pub(super) last: u64,
    /// The latest sending of a look that lacked it.
    pub(super) lacked: Option<u64>,
    /// How many looks are under way.
    pub(super) under_way: u32,
    /// How often the last look was made again.
    pub(super) tries: u32,
    /// Whether a page that was to show it ended before it.
    pub(super) is_alone: bool,
}

impl Thing {
    /// When a look lacked it that was sent after the one from which the next was planned.
    pub(super) fn lacked_since(&self) -> Option<u64> {
        self.lacked.filter(|lacked| *lacked > self.last)
    }
}

/// The entries that a listing shows at one key, and what is waited for there.
#[derive(Debug, Default)]
pub(super) struct Slot {
    pub(super) entries: u32,
    pub(super) waiting: Vec<Id>,
}

/// Everything that is looked for.
#[derive(Debug, Default)]
pub(super) struct Things {
    all: Vec<Option<Thing>>,
    waiting: usize,
    due: BTreeSet<(u64, Id)>,
    listed: HashMap<u32, Id>,
    slots: BTreeMap<Arc<str>, Slot>,
}

impl Things {
    /// Takes something in. It is due once [`Things::put_off`] says when.
    pub(super) fn insert(&mut self, watched: Watched) -> Id {
        let id = self.all.len();
        if watched.wanted.is_listed() {
            self.listed.insert(watched.op, id);
            let slot = self.slots.entry(watched.key.as_str().into()).or_default();
            slot.entries += 1;
            slot.waiting.push(id);
        }
        let since = watched.since.0;
        self.waiting += 1;
        self.all.push(Some(Thing {
            watched: Arc::new(watched),
            due: u64::MAX,
            last: since,
            lacked: None,
            under_way: 0,
            tries: 0,
            is_alone: false,
        }));
        id
    }

    pub(super) fn note_entry(&mut self, key: &str) {
        self.slots.entry(key.into()).or_default().entries += 1;
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    pub(super) fn get(&self, id: Id) -> Option<&Thing> {
        self.all.get(id)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, id: Id) -> Option<&mut Thing> {
        self.all.get_mut(id)?.as_mut()
    }

    /// What a listing shows of this operation is it.
    pub(super) fn listed(&self, op: u32) -> Option<Id> {
        self.listed.get(&op).copied()
    }

    /// What is due first.
    pub(super) fn first_due(&self) -> Option<(u64, Id)> {
        self.due.first().copied()
    }

    pub(super) fn all_due(&self) -> Vec<Id> {
        self.due.iter().map(|(_, id)| *id).collect()
    }

    /// Says when a thing is due.
    pub(super) fn put_off(&mut self, id: Id, due: u64) {
        let Some(thing) = self.all.get_mut(id).and_then(Option::as_mut) else {
            return;
        };
        self.due.remove(&(thing.due, id));
        thing.due = due;
        if due < u64::MAX {
            self.due.insert((due, id));
        }
    }

    pub(super) fn remove(&mut self, id: Id) {
        let Some(thing) = self.all.get_mut(id).and_then(Option::take) else {
            return;
        };
        self.waiting -= 1;
        self.due.remove(&(thing.due, id));
        if thing.watched.wanted.is_listed() {
            self.listed.remove(&thing.watched.op);
            if let Some(slot) = self.slots.get_mut(thing.watched.key.as_str()) {
                slot.waiting.retain(|waiting| *waiting != id);
            }
        }
    }

    /// The slots before `key` that share its prefix, the nearest first.
    pub(super) fn before<'a>(
        &'a self,
        key: &str,
        prefix: &str,
    ) -> impl Iterator<Item = (&'a Arc<str>, &'a Slot)> + use<'a> {
        let range = (Included(prefix), Excluded(key));
        self.slots.range::<str, _>(range).rev()
    }

    /// The slots from `key` on.
    pub(super) fn from<'a>(
        &'a self,
        key: &str,
    ) -> impl Iterator<Item = (&'a Arc<str>, &'a Slot)> + use<'a> {
        self.slots.range::<str, _>((Included(key), Unbounded))
    }

    /// How many entries a listing may show from one key to another.
    pub(super) fn entries(&self, first: &str, last: &str) -> u32 {
        let range = self
            .slots
            .range::<str, _>((Included(first), Included(last)));
        range.map(|(_, slot)| slot.entries).sum()
    }

    /// How many entries a listing shows from one key to another, that nobody waits for.
    pub(super) fn shown(&self, first: &str, last: &str) -> u32 {
        let range = self
            .slots
            .range::<str, _>((Included(first), Included(last)));
        let shown = range.map(|(_, slot)| slot.entries.saturating_sub(slot.waiting.len() as u32));
        shown.sum()
    }

    /// What would be on a page if it were there.
    pub(super) fn covered(&self, page: &Page) -> Vec<Id> {
        let from = page.after.as_deref().unwrap_or(&page.prefix);
        let on_page = self.from(from.max(page.prefix.as_str()));
        let on_page = on_page.take_while(|(key, _)| {
            let is_before_end = page.until.as_deref().is_none_or(|until| &***key <= until);
            key.starts_with(&page.prefix) && is_before_end
        });
        let covered = on_page.filter(|(_, slot)| !slot.waiting.is_empty());
        let covered = covered.filter(|(key, _)| page.covers(key));
        covered
            .flat_map(|(_, slot)| slot.waiting.iter().copied())
            .collect()
    }
}
