//! Defects of the replication engine that need more than a line of it.

use std::sync::Arc;
use std::time::SystemTime;

use super::super::Defect;
use super::super::body::Body;
use super::super::rules::Checked;
use super::super::world::{ArrivalKind, Bucket, Object, State, Version, World};
use super::{Journey, replicate};
use crate::replication::{ReplicationStatus, Rule};

/// The defects that copy, under a new configuration, what was written under the one before.
pub(in crate::emulator) fn reconfigured(world: &Arc<World>, source: &str, before: Option<Checked>) {
    if world.has(Defect::ReplicatesExisting) {
        again(world, source, |version, _| version.status.is_none());
    }
    let before = before.map_or_else(Vec::new, |before| before.rules);
    let was_disabled = |rule: &Rule| {
        let same = before.iter().find(|known| known.id == rule.id);
        same.is_some_and(|known| !known.enabled)
    };
    if world.has(Defect::CatchesUp) {
        again(world, source, |version, rule| {
            version.status.is_none() && was_disabled(rule)
        });
    }
    let is_new = |rule: &Rule| {
        before
            .iter()
            .all(|known| known.destination != rule.destination)
    };
    if world.has(Defect::ResendsReplicated) && !before.is_empty() {
        again(world, source, |version, rule| {
            version.status == Some(ReplicationStatus::Completed) && is_new(rule)
        });
    }
}

/// Sends what is there by the rules of now, as far as wanted.
fn again(world: &Arc<World>, source: &str, wanted: impl Fn(&Version, &Rule) -> bool) {
    let found: Vec<(String, String, Vec<Rule>)> = {
        let state = world.lock();
        let Some(bucket) = state.buckets.get(source) else {
            return;
        };
        let versions = bucket
            .keys
            .iter()
            .flat_map(|(key, all)| all.iter().map(move |v| (key, v)));
        let objects = versions.filter(|(_, version)| version.object.is_some());
        let with_rules = objects.map(|(key, version)| {
            let mut rules = super::rules_of(world, bucket, key, version);
            rules.retain(|rule| wanted(version, rule));
            (key.clone(), version.id.clone(), rules)
        });
        with_rules.collect()
    };
    for (key, id, rules) in found {
        replicate(world, source, &key, &id, rules);
    }
}

/// The defect that copies a part of an upload that is not complete.
pub(in crate::emulator) fn unfinished(state: &mut State, source: &str, key: &str, body: &Body) {
    for rule in super::configured(state, source) {
        let (id, sequence) = (state.version_id(), state.next());
        let object = Object {
            body: body.clone(),
            ..Object::default()
        };
        let Some(bucket) = state.buckets.get_mut(&rule.destination) else {
            continue;
        };
        let version = Version {
            object: Some(Arc::new(object)),
            ..Version::marker(id, sequence, SystemTime::now())
        };
        bucket.keys.entry(key.to_owned()).or_default().push(version);
    }
}

/// The defect that fills a destination with what was replicated to its predecessor.
pub(in crate::emulator) fn restore(world: &Arc<World>, destination: &str) {
    let done = |version: &&Version| version.status == Some(ReplicationStatus::Completed);
    let found: Vec<(String, String, String, Rule)> = {
        let state = world.lock();
        let of_bucket = |(name, bucket): (&String, &Bucket)| {
            let rules = bucket.replication.as_ref().map(|set| set.rules.clone());
            let mut rules = rules.unwrap_or_default().into_iter();
            let rule = rules.find(|rule| rule.destination == destination)?;
            let versions = bucket
                .keys
                .iter()
                .flat_map(|(key, all)| all.iter().filter(done).map(move |version| (key, version)));
            let one = |(key, version): (&String, &Version)| {
                (name.clone(), key.clone(), version.id.clone(), rule.clone())
            };
            Some(versions.map(one).collect::<Vec<_>>())
        };
        let buckets = state.buckets.iter().filter_map(of_bucket);
        buckets.flatten().collect()
    };
    for (source, key, id, rule) in found {
        replicate(world, &source, &key, &id, vec![rule]);
    }
}

impl Journey {
    /// The defects that replicate a replica: onward to a third bucket, or back to where it came
    /// from, as a version of its own.
    pub(super) fn onward(&self) {
        let (chains, loops) = (
            self.world.has(Defect::Chains),
            self.world.has(Defect::Loops),
        );
        if !chains && !loops || self.is_echo {
            return;
        }
        let here = self.rule.destination.as_str();
        let rules = {
            let mut state = self.world.lock();
            let Some(replica) = state.version_mut(here, &self.key, &self.id).cloned() else {
                return;
            };
            let Some(bucket) = state.buckets.get(here) else {
                return;
            };
            let rules = super::rules_of(&self.world, bucket, &self.key, &replica);
            let back = |rule: &Rule| rule.destination == self.source;
            let wanted = |rule: &Rule| if back(rule) { loops } else { chains };
            rules.into_iter().filter(wanted).collect()
        };
        for mut journey in super::journeys(&self.world, here, &self.key, &self.id, rules) {
            journey.is_echo = true;
            super::depart(journey, Self::arrive);
        }
    }

    /// The defect that lets a replica be read before it is whole.
    pub(super) fn publish_in_halves(&self, state: &mut State, replica: Version) {
        let mut half = replica.clone();
        if let Some(object) = &mut half.object {
            let object = Arc::make_mut(object);
            object.body = object.body.first_half();
        }
        self.publish(state, half, ArrivalKind::Replica);
        let journey = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(journey.delay()).await;
            let mut state = journey.world.lock();
            let destination = &journey.rule.destination;
            if let Some(there) = state.version_mut(destination, &journey.key, &replica.id) {
                *there = replica;
            }
            journey.conclude(&mut state, true);
        });
    }

    /// The defect that makes FAILED a COMPLETED once nothing keeps the version any more.
    pub(super) fn retry(&self) {
        let journey = self.clone();
        tokio::spawn(async move {
            for _ in 0..1000 {
                tokio::time::sleep(journey.delay()).await;
                let mut state = journey.world.lock();
                let version = state.version_mut(&journey.source, &journey.key, &journey.id);
                let Some(version) = version.cloned() else {
                    return;
                };
                if journey.may_travel(&state, &version).is_err() {
                    continue;
                }
                if let Some(version) = state.version_mut(&journey.source, &journey.key, &journey.id)
                {
                    version.status = Some(ReplicationStatus::Completed);
                }
                return;
            }
        });
    }
}
