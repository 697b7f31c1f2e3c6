//! What comes after a write: changes of tags, locks and grants, deletions, what is held up.

use std::collections::{BTreeMap, BTreeSet};

use super::{Expected, Fate, Model, resolve, selects};
use crate::history::{Instant, Operation, OperationKind, Side};
use crate::replication::{Rule, Tags, VersionId};

/// How sure it is that something is held up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// It was written while its way was held up.
    FromTheStart,
    /// It was written before, and may have arrived.
    Perhaps,
}

impl Model<'_> {
    fn known(&mut self, key: &str, version: &VersionId) -> Option<&mut Expected> {
        let place = *self.written.get(&(key, version.clone()))?;
        self.versions.get_mut(place)
    }

    /// A later change of the lock or the grants of a version.
    pub(super) fn protect(&mut self, operation: &Operation, at: Instant) {
        let (OperationKind::Retain { version, .. }
        | OperationKind::Acl { version, .. }
        | OperationKind::Hold { version, .. }) = &operation.kind
        else {
            return;
        };
        let Some(known) = self.known(&operation.key, version) else {
            return;
        };
        match &operation.kind {
            OperationKind::Retain { retention, .. } => {
                known.lock.retention = Some(retention.clone());
                known.lock_since = at;
            }
            OperationKind::Hold { held, .. } => {
                known.lock.held = *held;
                known.lock_since = at;
            }
            OperationKind::Acl { grants, .. } => {
                known.grants.clone_from(grants);
                known.grants_since = at;
            }
            _ => {}
        }
    }

    /// The sides that no enabled rule of the origin leads to from this key, or that something is in
    /// the way of.
    fn without_a_way(&self, key: &str, origin: Side) -> BTreeSet<Side> {
        let rules = self.rules.get(&origin).map_or(&[][..], Vec::as_slice);
        let leads = |side: Side| {
            let names = |rule: &Rule| {
                rule.enabled
                    && key.starts_with(&rule.filter.prefix)
                    && resolve(self.plan, rule) == Some(side)
            };
            rules.iter().any(names) && self.obstacles.leave_open(origin, side)
        };
        let sides = self.sides.iter().copied();
        sides
            .filter(|side| *side != origin && !leads(*side))
            .collect()
    }

    /// Keeps what cannot get through now.
    pub(super) fn hold(&mut self, op: u32, origin: Side, fates: &BTreeMap<Side, Fate>) {
        let held = fates
            .iter()
            .filter(|(side, fate)| fate.travels() && self.obstacles.hold(origin, **side));
        let held = held.map(|(side, _)| ((op, *side), Held::FromTheStart));
        self.held.extend(held);
    }

    /// What may still have been on its way when the trouble began: its deadlines count from the end
    /// of it, and nobody knows of its tags.
    pub(super) fn overtake(&mut self, at: Instant) {
        let recent = |since: Instant| at.0 <= since.0.saturating_add(self.plan.deadline_ns);
        for version in &mut self.versions {
            let sides = version.fates.iter().filter(|(_, fate)| fate.travels());
            let sides = sides.map(|(side, _)| *side);
            let on_the_way = sides.filter(|side| self.obstacles.hold(version.origin, *side));
            let on_the_way: Vec<Side> = on_the_way.collect();
            if recent(version.tags_since) {
                version.tags_unsure.extend(on_the_way.iter().copied());
            }
            if recent(version.free) {
                let held = on_the_way.into_iter().map(|side| (version.op, side));
                held.for_each(|held| {
                    self.held.entry(held).or_insert(Held::Perhaps);
                });
            }
        }
    }

    /// Lets go of what is held up no longer; its deadlines count from now on.
    pub(super) fn release(&mut self, at: Instant) {
        for ((op, side), held) in std::mem::take(&mut self.held) {
            let version = self.versions.iter_mut().find(|version| version.op == op);
            let Some(version) = version else { continue };
            match self.obstacles.hold(version.origin, side) {
                true => drop(self.held.insert((op, side), held)),
                false => version.free = at,
            }
        }
    }

    /// A version that is deleted while it is held up is lost to its replicas (R-NOT-11); whether one
    /// that was on its way had arrived, or had been refused, nobody knows. Until then its status
    /// waited for them.
    pub(super) fn lose(&mut self, operation: &Operation, version: &VersionId, at: Instant) {
        let named = (operation.key.as_str(), version.clone());
        let Some(place) = self.written.get(&named).copied() else {
            return;
        };
        let known = &mut self.versions[place];
        if known.origin != operation.side {
            known.gone.insert(operation.side);
            return;
        }
        let (op, held) = (known.op, &mut self.held);
        let because = "R-NOT-11";
        for (side, fate) in &mut known.fates {
            let Some(held) = held.remove(&(op, *side)) else {
                continue;
            };
            known.free = at;
            match held {
                Held::FromTheStart => *fate = Fate::Absent { because },
                Held::Perhaps if fate.arrives() => *fate = Fate::Unsure { because },
                Held::Perhaps => {}
            }
        }
    }
}

impl Model<'_> {
    /// Changed tags follow to the replicas; those of a replica go back only where the rules of both
    /// sides synchronise replica modifications (R-DATA-08, R-BIDI-02).
    pub(super) fn retag(
        &mut self,
        operation: &Operation,
        version: &VersionId,
        tags: &Tags,
        at: Instant,
    ) {
        let named = (operation.key.as_str(), version.clone());
        let Some(place) = self.written.get(&named).copied() else {
            return;
        };
        let (side, known) = (operation.side, &self.versions[place]);
        let travels = known.origin == side || self.synchronises(known, side);
        let unsure = self.without_a_way(&operation.key, side);
        let (tags, known) = (tags.clone(), &mut self.versions[place]);
        if travels {
            known.own_tags.clear();
            (known.tags, known.tags_since) = (tags, at);
            let led_to = known.gone.iter().filter(|side| !unsure.contains(side));
            let refused: Vec<Side> = led_to.copied().collect();
            known
                .tags_refused
                .extend(refused.into_iter().map(|side| (side, at)));
            known.tags_unsure = unsure;
        } else {
            known.own_tags.insert(side, (tags, at));
        }
    }

    fn synchronises(&self, known: &Expected, replica: Side) -> bool {
        let on = |from: Side, to: Side| {
            let content = known.content.as_ref();
            let rules = self.rules.get(&from).map_or(&[][..], Vec::as_slice);
            let towards = |rule: &&Rule| rule.enabled && resolve(self.plan, rule) == Some(to);
            let mut rules = rules.iter().filter(towards);
            rules.any(|rule| rule.replica_modifications && selects(rule, &known.key, content))
        };
        on(known.origin, replica) && on(replica, known.origin)
    }
}
