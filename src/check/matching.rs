//! Which version at a destination is whose replica: by version ID first, else in order.
//!
//! A target that gives replicas new version IDs breaks one rule. Matching what is left over in
//! order keeps it one: bytes and headers can still be judged.

use std::collections::{BTreeSet, HashMap};

use super::looks::Looks;
use super::ops::Ops;
use super::reference::{Expected, Fate};
use super::view::Look;
use crate::history::{Instant, Seen, Side};
use crate::replication::VersionId;

/// A version at a destination that is taken for a replica.
pub(super) struct Matched {
    pub(super) version: VersionId,
    /// Whether it has the source's version ID.
    pub(super) by_id: bool,
}

/// A version at a destination that nobody put there.
pub(super) struct Foreign {
    pub(super) side: Side,
    pub(super) key: String,
    pub(super) version: VersionId,
    pub(super) marker: bool,
    pub(super) received: Instant,
}

/// A version that looks showed.
struct Shown<'a> {
    version: &'a VersionId,
    marker: bool,
    received: Instant,
}

#[derive(Default)]
pub(super) struct Matches {
    found: HashMap<(u32, Side), Matched>,
    pub(super) foreign: Vec<Foreign>,
}

impl Matches {
    pub(super) fn find(ops: &Ops<'_>, looks: &Looks<'_>, expected: &[Expected]) -> Self {
        let mut matches = Self::default();
        let places = expected.iter().flat_map(|version| {
            let sides = version.fates.keys();
            sides.map(move |side| ((*side, version.key.as_str()), version))
        });
        let mut places: Vec<_> = places.collect();
        places.sort_by_key(|(place, _)| *place);
        for versions in places.chunk_by(|(one, _), (other, _)| one == other) {
            let (side, key) = versions[0].0;
            let known = known(ops, looks, side, key);
            let versions = versions.iter().map(|(_, version)| *version);
            matches.place((side, key), looks_at(looks, side, key), &known, versions);
        }
        matches
    }

    pub(super) fn of(&self, expected: &Expected, side: Side) -> Option<&Matched> {
        self.found.get(&(expected.op, side))
    }

    fn place<'e>(
        &mut self,
        (side, key): (Side, &str),
        shown: Vec<Shown<'_>>,
        known: &BTreeSet<&VersionId>,
        versions: impl Iterator<Item = &'e Expected>,
    ) {
        let mut waiting = Vec::new();
        for version in versions {
            if !version.fates.get(&side).is_some_and(Fate::arrives) {
                continue;
            }
            if shown.iter().any(|shown| *shown.version == version.version) {
                self.pair(version, side, &version.version, true);
            } else {
                waiting.push(version);
            }
        }
        for shown in shown {
            if known.contains(shown.version) {
                continue;
            }
            let fits = |version: &&'e Expected| version.content.is_none() == shown.marker;
            match waiting.iter().position(fits) {
                Some(index) => self.pair(waiting.remove(index), side, shown.version, false),
                None => self.foreign.push(Foreign {
                    side,
                    key: key.to_owned(),
                    version: shown.version.clone(),
                    marker: shown.marker,
                    received: shown.received,
                }),
            }
        }
    }

    fn pair(&mut self, expected: &Expected, side: Side, version: &VersionId, by_id: bool) {
        let version = version.clone();
        let matched = Matched { version, by_id };
        self.found.insert((expected.op, side), matched);
    }
}

/// The version IDs that somebody gave to this key, at whichever side.
fn known<'a>(ops: &Ops<'a>, looks: &Looks<'a>, side: Side, key: &str) -> BTreeSet<&'a VersionId> {
    let written = ops.on(key);
    let written = written.filter_map(|op| op.answer?.1.version.as_ref());
    let at_source = looks
        .at(key)
        .iter()
        .filter(|look| look.side == Side::Source && side != Side::Source);
    let listed = at_source.flat_map(|look| match look.seen {
        Seen::Versions { versions } => versions.iter().map(|listed| &listed.version).collect(),
        Seen::Present(_) | Seen::DeleteMarker { .. } => look.at().into_iter().collect(),
        _ => Vec::new(),
    });
    written.chain(listed).collect()
}

/// What was ever shown of a key at one side, oldest first.
fn looks_at<'a>(looks: &Looks<'a>, side: Side, key: &str) -> Vec<Shown<'a>> {
    let mut shown: Vec<Shown<'a>> = Vec::new();
    let mut show = |look: &Look<'a>, version: &'a VersionId, marker: bool| {
        if shown.iter().all(|shown| shown.version != version) {
            shown.push(Shown {
                version,
                marker,
                received: look.received,
            });
        }
    };
    let here = || looks.at(key).iter().filter(|look| look.side == side);
    for look in here() {
        if let Seen::Versions { versions } = look.seen {
            for listed in versions.iter().rev() {
                show(look, &listed.version, listed.marker);
            }
        }
    }
    for look in here() {
        match (look.seen, look.at()) {
            (Seen::Present(_), Some(version)) => show(look, version, false),
            (Seen::DeleteMarker { .. }, Some(version)) => show(look, version, true),
            _ => {}
        }
    }
    shown
}
