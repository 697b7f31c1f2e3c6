//! Lifecycle, carried out whenever a bucket's clock is advanced: on each bucket by itself, counting
//! days from the original creation (R-OPS-02), never replicated (R-NOT-05).
//!
//! A day ends at midnight UTC, as in S3: what was made at noon and expires after one day is removed
//! at the midnight after the next noon. Current versions that are PENDING or FAILED are left alone,
//! noncurrent ones too (R-OPS-01), and what Object Lock keeps is never removed. Expirations,
//! transitions and open uploads are acted on.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use s3s::dto::{ExpirationStatus, LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, Tag};

use super::Defect;
use super::world::{Bucket, State, Version, World};
use crate::replication::{ReplicationStatus, Tags};

const DAY: Duration = Duration::from_hours(24);

/// What lifecycle did that a defect may send on: keys and IDs of the markers that it made.
pub(super) type Markers = Vec<(String, String)>;

/// Carries out the lifecycle of one bucket, at its clock.
pub(super) fn carry_out(world: &World, state: &mut State, name: &str) -> Markers {
    let Some(bucket) = state.buckets.get_mut(name) else {
        return Markers::new();
    };
    let (now, enabled) = (bucket.now(), ExpirationStatus::ENABLED);
    let mut rules = bucket.lifecycle.clone().unwrap_or_default();
    rules.retain(|rule| rule.status.as_str() == enabled);
    if rules.is_empty() || world.has(Defect::IgnoresLifecycle) {
        return Markers::new();
    }
    let sweep = Sweep { world, now };
    for rule in &rules {
        sweep.noncurrent(bucket, rule);
        sweep.transitions(bucket, rule);
    }
    let expired: Vec<String> = sweep.expired(bucket, &rules);
    let markers = expired
        .into_iter()
        .filter_map(|key| expire(state, name, key, now))
        .collect();
    if let Some(bucket) = state.buckets.get_mut(name) {
        sweep.lone_markers(bucket, &rules);
        bucket.keys.retain(|_, versions| !versions.is_empty());
    }
    abort_uploads(state, name, &rules, now);
    markers
}

/// One look at one bucket.
struct Sweep<'a> {
    world: &'a World,
    now: SystemTime,
}

impl Sweep<'_> {
    fn is_due(&self, since: SystemTime, days: Option<i32>) -> bool {
        days.is_some_and(|days| self.now >= midnight_after(since + DAY * days.max(0) as u32))
    }

    /// R-OPS-01: PENDING and FAILED wait for replication, or for somebody to mend it.
    fn is_blocked(&self, version: &Version) -> bool {
        let open = [ReplicationStatus::Pending, ReplicationStatus::Failed];
        let blocked = version.status.is_some_and(|status| open.contains(&status));
        blocked && !self.world.has(Defect::ExpiresPending)
    }

    /// Object Lock keeps a version from lifecycle too; a marker may still be put before it.
    fn is_locked(&self, version: &Version) -> bool {
        version.lock.may_be_deleted(self.now, false).is_err()
    }

    /// When a version was made: at its source, wherever it is now.
    fn created(&self, version: &Version) -> SystemTime {
        match version
            .arrived
            .filter(|_| self.world.has(Defect::CountsFromArrival))
        {
            Some(arrived) => arrived,
            None => version.modified,
        }
    }

    /// Days of a noncurrent version count from when the next one was made.
    fn noncurrent(&self, bucket: &mut Bucket, rule: &LifecycleRule) {
        let Some(expiration) = &rule.noncurrent_version_expiration else {
            return;
        };
        let kept = expiration
            .newer_noncurrent_versions
            .unwrap_or_default()
            .max(0) as usize;
        for (key, versions) in &mut bucket.keys {
            let last = versions.len().saturating_sub(1);
            let made: Vec<_> = versions.iter().map(|one| self.created(one)).collect();
            let mut place = 0;
            versions.retain(|version| {
                let here = place;
                place += 1;
                let noncurrent = here + kept < last && selects(rule, key, version);
                let due = noncurrent && self.is_due(made[here + 1], expiration.noncurrent_days);
                !due || self.is_blocked(version) || self.is_locked(version)
            });
        }
    }

    fn transitions(&self, bucket: &mut Bucket, rule: &LifecycleRule) {
        for (key, versions) in &mut bucket.keys {
            let Some(version) = versions.last_mut().filter(|last| last.object.is_some()) else {
                continue;
            };
            if !selects(rule, key, version) || self.is_blocked(version) {
                continue;
            }
            let transitions = rule.transitions.iter().flatten();
            let due = transitions.filter(|to| self.is_due(self.created(version), to.days));
            if let Some(to) = due.max_by_key(|to| to.days) {
                version.storage_class = to.storage_class.as_ref().map(|to| to.as_str().to_owned());
            }
        }
    }

    /// The keys whose current object has expired.
    fn expired(&self, bucket: &Bucket, rules: &[LifecycleRule]) -> Vec<String> {
        let is_expired = |(key, versions): &(&String, &Vec<Version>)| {
            let Some(version) = versions.last().filter(|last| last.object.is_some()) else {
                return false;
            };
            let mut rules = rules.iter().filter(|rule| selects(rule, key, version));
            let expires = rules.any(|rule| {
                let expiration = rule.expiration.as_ref();
                let days = expiration.and_then(|expiration| expiration.days);
                self.is_due(self.created(version), days) || self.is_past(expiration)
            });
            expires && !self.is_blocked(version)
        };
        let keys = bucket.keys.iter().filter(is_expired);
        keys.map(|(key, _)| key.clone()).collect()
    }

    fn is_past(&self, expiration: Option<&LifecycleExpiration>) -> bool {
        let date = expiration.and_then(|expiration| expiration.date.clone());
        date.is_some_and(|date| s3s::dto::Timestamp::from(self.now) >= date)
    }

    /// Markers with nothing behind them, where a rule says `ExpiredObjectDeleteMarker`.
    fn lone_markers(&self, bucket: &mut Bucket, rules: &[LifecycleRule]) {
        for (key, versions) in &mut bucket.keys {
            let [marker] = versions.as_slice() else {
                continue;
            };
            let mut rules = rules.iter().filter(|rule| selects(rule, key, marker));
            let removes = rules.any(|rule| {
                let expiration = rule.expiration.as_ref();
                expiration.and_then(|one| one.expired_object_delete_marker) == Some(true)
            });
            if marker.object.is_none() && removes && self.now >= marker.modified {
                versions.clear();
            }
        }
    }
}

/// Makes a marker where the bucket is versioned; answers it.
fn expire(state: &mut State, name: &str, key: String, now: SystemTime) -> Option<(String, String)> {
    let (sequence, id) = (state.next(), state.version_id());
    let bucket = state.buckets.get_mut(name)?;
    if bucket.versioning.is_none() {
        bucket.keys.remove(&key);
        return None;
    }
    let versioned = bucket.is_versioned();
    let id = if versioned { id } else { "null".to_owned() };
    let versions = bucket.keys.get_mut(&key)?;
    if !versioned {
        versions.retain(|version| version.id != "null");
    }
    versions.push(Version::marker(id.clone(), sequence, now));
    Some((key, id))
}

fn abort_uploads(state: &mut State, name: &str, rules: &[LifecycleRule], now: SystemTime) {
    let is_due = |rule: &LifecycleRule, begun: SystemTime| {
        let abort = rule.abort_incomplete_multipart_upload.as_ref();
        let days = abort.and_then(|abort| abort.days_after_initiation);
        days.is_some_and(|days| now >= midnight_after(begun + DAY * days.max(0) as u32))
    };
    state.uploads.retain(|_, upload| {
        let here = upload.bucket == name;
        let mut rules = rules
            .iter()
            .filter(|rule| upload.key.starts_with(prefix(rule)));
        !(here && rules.any(|rule| is_due(rule, upload.begun)))
    });
}

/// The midnight at which a day that has passed counts: S3 rounds up.
fn midnight_after(moment: SystemTime) -> SystemTime {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    let days = since.as_nanos().div_ceil(DAY.as_nanos()) as u32;
    UNIX_EPOCH + DAY * days
}

fn prefix(rule: &LifecycleRule) -> &str {
    let filter = rule.filter.as_ref();
    let inner = filter.and_then(|filter| {
        let and = filter.and.as_ref().and_then(|and| and.prefix.as_deref());
        filter.prefix.as_deref().or(and)
    });
    inner.or(rule.prefix.as_deref()).unwrap_or_default()
}

fn selects(rule: &LifecycleRule, key: &str, version: &Version) -> bool {
    let size = version
        .object
        .as_ref()
        .map(|object| object.body.size() as i64);
    let filter = rule.filter.as_ref();
    key.starts_with(prefix(rule)) && filter.is_none_or(|filter| fits(filter, &version.tags, size))
}

fn fits(filter: &LifecycleRuleFilter, tags: &Tags, size: Option<i64>) -> bool {
    let and = filter.and.as_ref();
    let has = |tag: &Tag| {
        let (key, value) = (tag.key.as_deref(), tag.value.as_deref());
        key.and_then(|key| tags.get(key)).map(String::as_str) == value
    };
    let all = and.and_then(|and| and.tags.as_ref()).into_iter().flatten();
    let above = filter.object_size_greater_than;
    let above = above.or(and.and_then(|and| and.object_size_greater_than));
    let below = filter.object_size_less_than;
    let below = below.or(and.and_then(|and| and.object_size_less_than));
    filter.tag.iter().chain(all).all(has)
        && above.is_none_or(|above| size.is_some_and(|size| size > above))
        && below.is_none_or(|below| size.is_some_and(|size| size < below))
}
