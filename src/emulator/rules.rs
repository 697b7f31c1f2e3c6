//! A replication configuration: what is refused, and which rules select a write.
//!
//! Pure: no I/O, no clock. [`check`] is `PutBucketReplication`'s validation; [`select`] and
//! [`select_marker`] are asked at every write. Codes and texts follow the semantics table (R-CFG,
//! R-RULE, R-TIME); where it is unsure, the code here says so.
//!
//! What S3 refuses comes first, for the whole document; only then comes what the embedded pair
//! cannot do, so 501 always means "S3 might take this, the pair does not".

mod rule;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use s3s::dto::{ReplicationConfiguration, ReplicationRule};
use s3s::{S3Error, S3Result, s3_error};

use super::Defect;
use crate::replication::{Rule, Schema, Tags};

/// The most rules in one configuration (R-CFG-05).
const MAX_RULES: usize = 1_000;
/// The longest rule ID (R-CFG-13).
const MAX_ID: usize = 255;

/// A configuration that was accepted.
#[derive(Debug, Clone)]
pub(super) struct Checked {
    /// The rules in the document's order; `destination` is the bucket name from the ARN.
    pub(super) rules: Vec<Rule>,
    /// What `GetBucketReplication` answers: the document with generated IDs filled in.
    pub(super) echo: ReplicationConfiguration,
}

impl Checked {
    /// The defect that adds rules to those that were there.
    pub(super) fn merge(&mut self, before: &Self) {
        let kept = |id: &Option<String>| self.echo.rules.iter().all(|rule| rule.id != *id);
        let echoed = before
            .echo
            .rules
            .iter()
            .filter(|rule| kept(&rule.id))
            .cloned();
        let echoed: Vec<_> = echoed.collect();
        let fresh = |rule: &&Rule| self.rules.iter().all(|known| known.id != rule.id);
        let rules: Vec<_> = before.rules.iter().filter(fresh).cloned().collect();
        self.echo.rules.extend(echoed);
        self.rules.extend(rules);
    }
}

/// What validation must know about the buckets there are.
pub(super) trait Buckets {
    /// Whether there is a bucket of that name.
    fn exists(&self, bucket: &str) -> bool;
    /// Whether that bucket's versioning is `Enabled`; `Suspended` is not enough.
    fn is_versioned(&self, bucket: &str) -> bool;
    /// Whether a seeded defect lets something pass.
    fn has(&self, _defect: Defect) -> bool {
        false
    }
}

/// Validates the configuration that is put on the bucket `source`, which exists.
pub(super) fn check(
    source: &str,
    mut config: ReplicationConfiguration,
    buckets: &dyn Buckets,
) -> S3Result<Checked> {
    // R-CFG-05, R-CFG-06: the document's shape.
    if config.role.is_empty() || config.rules.is_empty() {
        return Err(malformed());
    }
    if config.rules.len() > MAX_RULES && !buckets.has(Defect::AcceptsAnyNumberOfRules) {
        // Unsure: the code is what clones answer.
        return Err(s3_error!(
            InvalidRequest,
            "The number of replication rules must not exceed the allowed limit of {MAX_RULES} rules."
        ));
    }
    // R-CFG-01
    if !buckets.is_versioned(source) && !buckets.has(Defect::AcceptsUnversionedSource) {
        return Err(s3_error!(
            InvalidRequest,
            "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
        ));
    }
    identify(&mut config.rules, buckets)?;
    let schema = schema(&config.rules);
    let rules = config
        .rules
        .iter()
        .map(|rule| rule::read(rule, schema, buckets))
        .collect::<S3Result<Vec<_>>>()?;
    match schema {
        Schema::V1 if buckets.has(Defect::AcceptsSeveralDestinationsInV1) => {}
        Schema::V2 if buckets.has(Defect::AcceptsDuplicatePriority) => {}
        Schema::V1 => one_destination(&rules)?,
        Schema::V2 => unique_priorities(&rules)?,
    }
    // R-CFG-04: a disabled rule's destination is looked at like any other.
    let skipped = |rule: &&Rule| !rule.enabled && buckets.has(Defect::SkipsDisabledRules);
    for rule in rules.iter().filter(|rule| !skipped(rule)) {
        destination(source, &rule.destination, buckets)?;
    }
    for rule in &config.rules {
        rule::supported(rule)?;
    }
    Ok(Checked {
        rules,
        echo: config,
    })
}

/// The rules that send a write of `key` with `tags`: for each destination the one with the highest
/// priority among the enabled rules that match (R-RULE-08, R-RULE-09, R-RULE-13, R-RULE-14).
pub(super) fn select<'a>(rules: &'a [Rule], key: &str, tags: &Tags) -> Vec<&'a Rule> {
    let mut winners: Vec<&'a Rule> = Vec::new();
    for rule in rules.iter().filter(|rule| matches(rule, key, tags)) {
        let rival = winners
            .iter_mut()
            .find(|winner| winner.destination == rule.destination);
        match rival {
            // V1 has no priorities: there the first rule of the document stays.
            Some(winner) if rule.priority > winner.priority => *winner = rule,
            Some(_) => {}
            None => winners.push(rule),
        }
    }
    winners
}

/// The rules that send a user's delete marker for `key` (R-DEL-01…03).
///
/// A marker carries no tags, so a rule with tags never matches it nor outranks another. Overlap is
/// settled by priority first; the winner's switch then decides: a rule below it with the switch on
/// does not step in. Under V1 markers always travel.
pub(super) fn select_marker<'a>(rules: &'a [Rule], key: &str) -> Vec<&'a Rule> {
    let mut winners = select(rules, key, &Tags::new());
    winners.retain(|rule| rule.schema == Schema::V1 || rule.delete_markers);
    winners
}

/// Whether an enabled rule's prefix and all of its tags fit. The prefix is a plain, case-sensitive
/// string; a delimiter means nothing in it.
fn matches(rule: &Rule, key: &str, tags: &Tags) -> bool {
    rule.enabled
        && key.starts_with(&rule.filter.prefix)
        && rule
            .filter
            .tags
            .iter()
            .all(|(key, value)| tags.get(key) == Some(value))
}

/// One rule with a `Filter` or with RTC makes the whole document V2 (R-RULE-01).
fn schema(rules: &[ReplicationRule]) -> Schema {
    let v2 = rules
        .iter()
        .any(|rule| rule.filter.is_some() || rule.destination.replication_time.is_some());
    if v2 { Schema::V2 } else { Schema::V1 }
}

/// Checks the IDs and makes up the missing ones (R-CFG-13). An empty ID counts as missing.
fn identify(rules: &mut [ReplicationRule], buckets: &dyn Buckets) -> S3Result<()> {
    let mut seen = HashSet::new();
    for id in rules.iter().filter_map(|rule| rule.id.as_deref()) {
        if !id.is_ascii() {
            return Err(s3_error!(
                InvalidArgument,
                "Rule ID must contain only ASCII characters"
            ));
        }
        if id.len() > MAX_ID {
            return Err(s3_error!(
                InvalidArgument,
                "ID length should not exceed allowed limit of {MAX_ID}"
            ));
        }
        let twice = !id.is_empty() && !seen.insert(id);
        if twice && !buckets.has(Defect::AcceptsDuplicateIds) {
            return Err(s3_error!(
                InvalidArgument,
                "Rule Id must be unique. Found same Id for more than one rule"
            ));
        }
    }
    for id in rules.iter_mut().map(|rule| &mut rule.id) {
        if id.as_ref().is_none_or(String::is_empty) && !buckets.has(Defect::LeavesIdsEmpty) {
            *id = Some(uuid::Uuid::new_v4().to_string());
        }
    }
    Ok(())
}

/// R-RULE-04: V1 knows one destination.
fn one_destination(rules: &[Rule]) -> S3Result<()> {
    let distinct: HashSet<_> = rules.iter().map(|rule| &rule.destination).collect();
    if distinct.len() > 1 {
        return Err(s3_error!(
            InvalidRequest,
            "Number of distinct destination bucket ARNs cannot exceed 1"
        ));
    }
    Ok(())
}

/// R-RULE-15: across all rules, the disabled ones too. Code and text are unsure.
fn unique_priorities(rules: &[Rule]) -> S3Result<()> {
    let mut seen = HashSet::new();
    if rules.iter().all(|rule| seen.insert(rule.priority)) {
        return Ok(());
    }
    Err(s3_error!(
        InvalidRequest,
        "Priority must be unique. Found the same priority for more than one rule"
    ))
}

/// R-CFG-24, R-CFG-02, R-CFG-03.
fn destination(source: &str, bucket: &str, buckets: &dyn Buckets) -> S3Result<()> {
    if bucket == source && !buckets.has(Defect::AcceptsOwnDestination) {
        // Unsure: AWS's pages do not say it, clones do.
        return Err(s3_error!(
            InvalidRequest,
            "Destination bucket cannot be the same as the source bucket."
        ));
    }
    let there = buckets.exists(bucket) || buckets.has(Defect::AcceptsMissingDestination);
    let versioned = buckets.is_versioned(bucket)
        || (buckets.exists(bucket) && buckets.has(Defect::AcceptsUnversionedDestination))
        || (!buckets.exists(bucket) && there);
    if !there || !versioned {
        return Err(s3_error!(
            InvalidRequest,
            "Destination bucket must have versioning enabled."
        ));
    }
    Ok(())
}

/// A document that the schema does not allow.
fn malformed() -> S3Error {
    s3_error!(
        MalformedXML,
        "The XML you provided was not well-formed or did not validate against our published schema"
    )
}
