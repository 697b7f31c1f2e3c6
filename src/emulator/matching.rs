//! Which rules of a bucket apply to a write, with the defects that bend them.

use super::Defect;
use super::encryption::Encryption;
use super::rules::{select, select_marker};
use super::world::{Bucket, State, Version, World};
use crate::replication::{Filter, Rule, Tags};

/// Storage classes that cannot be replicated (R-NOT-03).
const ARCHIVED: [&str; 2] = ["GLACIER", "DEEP_ARCHIVE"];

/// What rules ask of a new object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written<'a> {
    pub(super) key: &'a str,
    pub(super) tags: &'a Tags,
    pub(super) class: Option<&'a str>,
    pub(super) encryption: &'a Encryption,
}

/// The rules that a new object falls under, one for each destination.
pub(super) fn for_object(world: &World, bucket: &Bucket, written: Written<'_>) -> Vec<Rule> {
    let archived = written.class.is_some_and(|class| ARCHIVED.contains(&class));
    let archived = archived && !world.has(Defect::ReplicatesArchived);
    if archived || !bucket.is_versioned() {
        return Vec::new();
    }
    let mut rules = bent(world, bucket);
    // R-ENC-04: the opt-in is a criterion of the rule's selection, like its filter.
    if written.encryption.kms_key().is_some() && !world.has(Defect::ReplicatesKmsWithoutOptIn) {
        rules.retain(|rule| rule.replica_kms_key.is_some());
    }
    select(&rules, written.key, written.tags)
        .into_iter()
        .cloned()
        .collect()
}

/// The rules that a user's delete marker falls under.
pub(super) fn for_marker(world: &World, bucket: &Bucket, key: &str) -> Vec<Rule> {
    if world.has(Defect::LosesDeleteMarker) || !bucket.is_versioned() {
        return Vec::new();
    }
    let mut rules = bent(world, bucket);
    if world.has(Defect::ReplicatesDeleteMarker) {
        rules.iter_mut().for_each(|rule| rule.delete_markers = true);
    }
    select_marker(&rules, key).into_iter().cloned().collect()
}

/// The rules along which a replica's own changes go back: both buckets' rules must synchronise
/// replica modifications (R-BIDI-02).
pub(super) fn for_return(
    world: &World,
    state: &State,
    bucket_name: &str,
    key: &str,
    replica: &Version,
) -> Vec<Rule> {
    let rules = |name: &str| {
        let bucket = state.buckets.get(name);
        bucket.map_or_else(Vec::new, |bucket| bent(world, bucket))
    };
    let selected = |name: &str, towards: &str| {
        let rules = rules(name);
        let mut chosen = select(&rules, key, &replica.tags).into_iter();
        let found = chosen.find(|rule| rule.destination == towards);
        found.is_some_and(|rule| rule.replica_modifications)
    };
    let one_will_do = world.has(Defect::SynchronisesOneSided);
    let own = rules(bucket_name);
    let back = select(&own, key, &replica.tags).into_iter();
    let back = back.filter(|rule| {
        let there = selected(&rule.destination, bucket_name);
        match one_will_do {
            true => there || rule.replica_modifications,
            false => there && rule.replica_modifications,
        }
    });
    back.cloned().collect()
}

/// The bucket's rules as the defects make them.
fn bent(world: &World, bucket: &Bucket) -> Vec<Rule> {
    let mut rules = bucket
        .replication
        .as_ref()
        .map_or_else(Vec::new, |set| set.rules.clone());
    for rule in &mut rules {
        if world.has(Defect::IgnoresPrefix) {
            rule.filter.prefix.clear();
        }
        let prefix = &mut rule.filter.prefix;
        let folder = prefix.is_empty() || prefix.ends_with('/');
        if world.has(Defect::TreatsPrefixAsFolder) && !folder {
            prefix.push('/');
        }
        if world.has(Defect::TurnsPriorityUpsideDown) {
            rule.priority = -rule.priority;
        }
        if world.has(Defect::IgnoresTagFilter) {
            rule.filter = Filter {
                tags: Tags::new(),
                ..rule.filter.clone()
            };
        }
        rule.enabled |= world.has(Defect::ReplicatesDisabledRule);
    }
    rules
}
