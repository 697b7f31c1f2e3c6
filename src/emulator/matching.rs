//! Which rules of a bucket apply to a write, with the defects that bend them.

use super::Defect;
use super::rules::{select, select_marker};
use super::world::{Bucket, World};
use crate::replication::{Filter, Rule, Tags};

/// Storage classes that cannot be replicated (R-NOT-03).
const ARCHIVED: [&str; 2] = ["GLACIER", "DEEP_ARCHIVE"];

/// The rules that a new object falls under, one for each destination.
pub(super) fn for_object(
    world: &World,
    bucket: &Bucket,
    key: &str,
    tags: &Tags,
    storage_class: Option<&str>,
) -> Vec<Rule> {
    let archived = storage_class.is_some_and(|class| ARCHIVED.contains(&class));
    if archived || !bucket.is_versioned() {
        return Vec::new();
    }
    let rules = bent(world, bucket);
    select(&rules, key, tags).into_iter().cloned().collect()
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
