//! The replication engine: each copy waits its delay, is published in one section, and then the
//! source's status follows.

use std::future::Future;
use std::sync::Arc;
use std::time::SystemTime;

use tokio::time::Instant;

use super::world::{Arrival, ArrivalKind, Object, State, Version, World};
use super::{Defect, matching};
use crate::replication::{ReplicationStatus, Rule, Tags, VersionId};

/// One version on its way to one destination.
struct Journey {
    world: Arc<World>,
    source: String,
    key: String,
    id: String,
    rule: Rule,
}

/// Sends a version to the destination of each rule.
pub(super) fn replicate(world: &Arc<World>, source: &str, key: &str, id: &str, rules: Vec<Rule>) {
    for journey in journeys(world, source, key, id, rules) {
        depart(world, async move { journey.arrive() });
    }
}

/// Sends a delete marker to the destination of each rule.
pub(super) fn replicate_marker(
    world: &Arc<World>,
    source: &str,
    key: &str,
    id: &str,
    rules: Vec<Rule>,
) {
    for journey in journeys(world, source, key, id, rules) {
        depart(world, async move { journey.mark() });
    }
}

/// Sends the tags of a version after its replicas (R-DATA-08). Its status stays as it is, which
/// AWS leaves open (R-STATUS-14).
pub(super) fn replicate_tags(world: &Arc<World>, source: &str, key: &str, id: &str) {
    if world.has(Defect::LosesLaterTags) {
        return;
    }
    let rules = {
        let mut state = world.lock();
        let version = state.version_mut(source, key, id);
        let own = version.is_some_and(|version| {
            version
                .status
                .is_some_and(|status| status != ReplicationStatus::Replica)
        });
        let bucket = state.buckets.get(source).filter(|_| own);
        let rules = bucket.and_then(|bucket| bucket.replication.as_ref());
        rules.map_or_else(Vec::new, |set| set.rules.clone())
    };
    // Several rules may send to one destination; the tags go there once.
    let mut enabled: Vec<Rule> = rules.into_iter().filter(|rule| rule.enabled).collect();
    enabled.sort_by(|a, b| a.destination.cmp(&b.destination));
    enabled.dedup_by(|a, b| a.destination == b.destination);
    for journey in journeys(world, source, key, id, enabled) {
        depart(world, async move { journey.retag() });
    }
}

/// The defect that copies what was there before the rules.
pub(super) fn existing(world: &Arc<World>, source: &str) {
    let found: Vec<(String, String, Vec<Rule>)> = {
        let state = world.lock();
        let Some(bucket) = state.buckets.get(source) else {
            return;
        };
        let versions = bucket
            .keys
            .iter()
            .flat_map(|(key, all)| all.iter().map(move |v| (key, v)));
        let fresh = versions.filter(|(_, v)| v.object.is_some() && v.status.is_none());
        let with_rules = fresh.map(|(key, version)| {
            let class = version.storage_class.as_deref();
            let rules = matching::for_object(world, bucket, key, &version.tags, class);
            (key.clone(), version.id.clone(), rules)
        });
        with_rules.collect()
    };
    for (key, id, rules) in found {
        replicate(world, source, &key, &id, rules);
    }
}

fn journeys(
    world: &Arc<World>,
    source: &str,
    key: &str,
    id: &str,
    rules: Vec<Rule>,
) -> Vec<Journey> {
    let journey = |rule| Journey {
        world: Arc::clone(world),
        source: source.to_owned(),
        key: key.to_owned(),
        id: id.to_owned(),
        rule,
    };
    rules.into_iter().map(journey).collect()
}

/// Lets the delay pass, then does the rest.
fn depart(world: &Arc<World>, arrive: impl Future<Output = ()> + Send + 'static) {
    let delay = world.settings.delay.sample(&mut world.lock().random);
    let arrival = Instant::now() + delay;
    let world = Arc::clone(world);
    world.begin_replication();
    tokio::spawn(async move {
        tokio::time::sleep_until(arrival).await;
        arrive.await;
        world.end_replication();
    });
}

impl Journey {
    /// Publishes the replica. A source version that is gone by now is lost (R-NOT-11).
    fn arrive(&self) {
        let mut state = self.world.lock();
        let Some(source) = state
            .version_mut(&self.source, &self.key, &self.id)
            .cloned()
        else {
            return;
        };
        if self.world.has(Defect::LosesReplica) || self.is_superseded(&state) {
            return;
        }
        if !self.is_open(&state) {
            self.conclude(&mut state, false);
            self.world.has(Defect::RetriesFailed).then(|| self.retry());
            return;
        }
        let replica = self.replica(&mut state, &source);
        self.publish(&mut state, replica, ArrivalKind::Replica);
        self.conclude(&mut state, true);
    }

    fn is_superseded(&self, state: &State) -> bool {
        let versions = state
            .buckets
            .get(&self.source)
            .and_then(|b| b.keys.get(&self.key));
        let newest = versions.and_then(|versions| versions.last());
        self.world.has(Defect::LosesOlderVersion) && newest.is_some_and(|v| v.id != self.id)
    }

    /// Whether the destination is there and versioned (R-CFG-19).
    fn is_open(&self, state: &State) -> bool {
        let destination = state.buckets.get(&self.rule.destination);
        destination.is_some_and(super::world::Bucket::is_versioned)
    }

    /// The replica: everything is shared with the source, but what the rule or a defect changes.
    fn replica(&self, state: &mut State, source: &Version) -> Version {
        let has = |defect| self.world.has(defect);
        let class = self
            .rule
            .storage_class
            .clone()
            .or_else(|| source.storage_class.clone());
        Version {
            id: if has(Defect::NewVersionId) {
                state.version_id()
            } else {
                self.id.clone()
            },
            modified: match has(Defect::WrongLastModified) {
                true => SystemTime::now() + std::time::Duration::from_secs(60),
                false => source.modified,
            },
            object: source.object.as_ref().map(|object| self.content(object)),
            tags: if has(Defect::LosesTags) {
                Tags::new()
            } else {
                source.tags.clone()
            },
            storage_class: if has(Defect::WrongStorageClass) {
                None
            } else {
                class
            },
            status: (!has(Defect::NoReplicaStatus)).then_some(ReplicationStatus::Replica),
            sequence: source.sequence,
            outstanding: 0,
        }
    }

    fn content(&self, object: &Arc<Object>) -> Arc<Object> {
        let has = |defect| self.world.has(defect);
        if self.world.settings.defects.is_empty() {
            return Arc::clone(object);
        }
        let mut copy = Object::clone(object);
        if has(Defect::WrongByte) {
            copy.body = copy.body.with_a_wrong_byte();
        }
        if has(Defect::TruncatedTail) {
            copy.body = copy.body.without_its_tail();
        }
        if has(Defect::LosesPartCount) {
            let parts = copy.etag.find('-').unwrap_or(copy.etag.len());
            copy.etag.truncate(parts);
        }
        if has(Defect::LosesMetadata) {
            copy.metadata = None;
        }
        if has(Defect::LosesChecksum) {
            copy.checksum = s3s::dto::Checksum::default();
        }
        copy.encrypted &= !has(Defect::MissingSseHeader);
        Arc::new(copy)
    }

    fn publish(&self, state: &mut State, version: Version, kind: ArrivalKind) {
        let Some(bucket) = state.buckets.get_mut(&self.rule.destination) else {
            return;
        };
        let version_id = VersionId(version.id.clone());
        let versions = bucket.keys.entry(self.key.clone()).or_default();
        let place = versions.partition_point(|other| other.sequence < version.sequence);
        versions.insert(place, version);
        let (bucket, key) = (self.rule.destination.clone(), self.key.clone());
        state.arrivals.push(Arrival {
            bucket,
            key,
            version_id,
            kind,
            at: Instant::now(),
        });
    }

    /// Writes the outcome back to the source: COMPLETED when the last destination has it, FAILED
    /// when one refuses, for good (R-STATUS-06, R-STATUS-07, R-STATUS-10).
    fn conclude(&self, state: &mut State, arrived: bool) {
        let stuck = self.world.has(Defect::StuckPending);
        let Some(version) = state.version_mut(&self.source, &self.key, &self.id) else {
            return;
        };
        version.outstanding = version.outstanding.saturating_sub(1);
        version.status = match version.status {
            Some(ReplicationStatus::Pending) if !arrived => Some(ReplicationStatus::Failed),
            Some(ReplicationStatus::Pending) if version.outstanding == 0 && !stuck => {
                Some(ReplicationStatus::Completed)
            }
            other => other,
        };
    }

    /// The defect that makes FAILED a COMPLETED once the destination takes replicas again.
    fn retry(&self) {
        let (world, source) = (Arc::clone(&self.world), self.source.clone());
        let (key, id, destination) = (
            self.key.clone(),
            self.id.clone(),
            self.rule.destination.clone(),
        );
        tokio::spawn(async move {
            for _ in 0..1000 {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                let mut state = world.lock();
                let open = state
                    .buckets
                    .get(&destination)
                    .is_some_and(super::world::Bucket::is_versioned);
                if let Some(version) = state.version_mut(&source, &key, &id).filter(|_| open) {
                    version.status = Some(ReplicationStatus::Completed);
                    return;
                }
            }
        });
    }

    /// Publishes a delete marker, under its own version ID (R-DEL-05 leaves that open).
    fn mark(&self) {
        let mut state = self.world.lock();
        let source = state
            .version_mut(&self.source, &self.key, &self.id)
            .cloned();
        if let Some(marker) = source.filter(|_| self.is_open(&state)) {
            self.publish(&mut state, marker, ArrivalKind::DeleteMarker);
        }
    }

    /// Gives the replica the tags that the source has by now.
    fn retag(&self) {
        let mut state = self.world.lock();
        let source = state.version_mut(&self.source, &self.key, &self.id);
        let Some(tags) = source.map(|version| version.tags.clone()) else {
            return;
        };
        let destination = self.rule.destination.clone();
        let Some(replica) = state.version_mut(&destination, &self.key, &self.id) else {
            return;
        };
        replica.tags = tags;
        let (key, version_id) = (self.key.clone(), VersionId(self.id.clone()));
        let (kind, at) = (ArrivalKind::Tags, Instant::now());
        state.arrivals.push(Arrival {
            bucket: destination,
            key,
            version_id,
            kind,
            at,
        });
    }
}
