//! The replication engine: each copy waits its delay, is published in one section, and then the
//! source's status follows.

mod broken;
mod later;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::failures::ReplicationFailure;
use super::matching::{self, Written};
use super::permission::{self, Carried};
use super::trouble::Hold;
use super::world::{Arrival, ArrivalKind, Bucket, State, Version, World};
use super::{Defect, FailedWhen, FirstStatus, MarkerId};
pub(super) use broken::{reconfigured, restore, unfinished};
pub(super) use later::{replicate_acl, replicate_lock, replicate_tags};

use crate::replication::{FailureReason, ReplicationStatus, Rule, VersionId};

/// One version on its way to one destination.
#[derive(Clone)]
pub(super) struct Journey {
    pub(super) world: Arc<World>,
    pub(super) source: String,
    pub(super) key: String,
    pub(super) id: String,
    pub(super) rule: Rule,
    /// The role of the configuration that the write fell under.
    role: String,
    /// When the write asked for it.
    requested: SystemTime,
    /// The version as it was then, where a defect holds on to it.
    departed: Option<Version>,
    /// Whether it is a replica that a defect sends on.
    pub(super) is_echo: bool,
}

/// Sends a version to the destination of each rule.
pub(super) fn replicate(world: &Arc<World>, source: &str, key: &str, id: &str, rules: Vec<Rule>) {
    for journey in journeys(world, source, key, id, rules) {
        depart(journey, Journey::arrive);
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
        depart(journey, Journey::mark);
    }
}

fn configured(state: &State, bucket: &str) -> Vec<Rule> {
    let bucket = state.buckets.get(bucket);
    let rules = bucket.and_then(|bucket| bucket.replication.as_ref());
    rules.map_or_else(Vec::new, |set| set.rules.clone())
}

fn rules_of(world: &World, bucket: &Bucket, key: &str, version: &Version) -> Vec<Rule> {
    let Some(object) = &version.object else {
        return Vec::new();
    };
    let written = Written {
        key,
        tags: &version.tags,
        class: version.storage_class.as_deref(),
        encryption: &object.encryption,
    };
    matching::for_object(world, bucket, written)
}

fn journeys(
    world: &Arc<World>,
    source: &str,
    key: &str,
    id: &str,
    rules: Vec<Rule>,
) -> Vec<Journey> {
    if rules.is_empty() {
        return Vec::new();
    }
    let (role, departed) = {
        let mut state = world.lock();
        let kept = world.has(Defect::CopiesDeletedVersion);
        let version = kept.then(|| state.version_mut(source, key, id).cloned());
        let bucket = state.buckets.get(source);
        let configuration = bucket.and_then(|bucket| bucket.replication.as_ref());
        let role = configuration.map_or_else(String::new, |set| set.echo.role.clone());
        (role, version.flatten())
    };
    let requested = SystemTime::now();
    let journey = |rule| Journey {
        world: Arc::clone(world),
        source: source.to_owned(),
        key: key.to_owned(),
        id: id.to_owned(),
        rule,
        role: role.clone(),
        requested,
        departed: departed.clone(),
        is_echo: false,
    };
    rules.into_iter().map(journey).collect()
}

/// Lets the delay pass, waits for whatever holds the journey up, then does the rest.
fn depart(journey: Journey, arrive: fn(&Journey)) {
    let world = Arc::clone(&journey.world);
    let arrival = Instant::now() + journey.delay();
    world.begin_replication();
    tokio::spawn(async move {
        tokio::time::sleep_until(arrival).await;
        if journey.gets_through().await {
            arrive(&journey);
        }
        world.end_replication();
    });
}

impl Journey {
    fn delay(&self) -> Duration {
        let delay = self.world.settings.delay;
        delay.sample(&mut self.world.lock().random)
    }

    /// Waits until nothing holds it up; transient trouble fails nothing (R-STATUS-09). False where
    /// a defect gives up.
    async fn gets_through(&self) -> bool {
        let mut troubles = self.world.troubles();
        loop {
            let hold = {
                let mut state = self.world.lock();
                let hold = state.hold(&self.source, &self.rule.destination);
                if hold.is_some() && self.world.has(Defect::FailsOnTrouble) {
                    self.refused(&mut state, FailureReason::DstPutObjectNotPermitted);
                    return false;
                }
                hold
            };
            match hold {
                None => return true,
                Some(_) if self.world.has(Defect::LosesHeldBack) => return false,
                Some(Hold::UntilChange) if !self.world.change(&mut troubles).await => return false,
                // It is tried again by itself, and not at the same instant.
                Some(Hold::UntilChange | Hold::SlowDown) => {
                    tokio::time::sleep(self.delay()).await;
                }
            }
        }
    }

    /// Publishes the replica. A source version that is gone by now is lost (R-NOT-11).
    fn arrive(&self) {
        let mut state = self.world.lock();
        let source = state
            .version_mut(&self.source, &self.key, &self.id)
            .cloned();
        let Some(source) = source.or_else(|| self.departed.clone()) else {
            self.failed(&mut state, "OBJECT_PUT", FailureReason::SrcVersionNotFound);
            return;
        };
        if self.is_lost(&source) || self.is_superseded(&state) {
            return;
        }
        let carried = match self.may_travel(&state, &source) {
            Ok(carried) => carried,
            Err(reason) => return self.refused(&mut state, reason),
        };
        let mut replica = self.replica(&mut state, &source);
        if carried == Carried::NoTags {
            replica.tags.clear();
        }
        if self.world.has(Defect::HalfWritten) {
            return self.publish_in_halves(&mut state, replica);
        }
        if self.world.has(Defect::DuplicatesVersion) {
            let mut twin = replica.clone();
            twin.id = state.version_id();
            self.publish(&mut state, twin, ArrivalKind::Replica);
        }
        self.publish(&mut state, replica, ArrivalKind::Replica);
        self.conclude(&mut state, true);
        drop(state);
        self.onward();
    }

    /// The defects that lose a replica.
    fn is_lost(&self, version: &Version) -> bool {
        let object = version.object.as_ref();
        let is_empty = object.is_some_and(|object| object.body.size() == 0);
        self.world.has(Defect::LosesReplica)
            || is_empty && self.world.has(Defect::LosesEmptyObject)
            || self.world.has(Defect::LosesOneUnderLoad) && self.world.is_the_unlucky_one()
    }

    fn is_superseded(&self, state: &State) -> bool {
        let versions = state
            .buckets
            .get(&self.source)
            .and_then(|b| b.keys.get(&self.key));
        let newest = versions.and_then(|versions| versions.last());
        self.world.has(Defect::LosesOlderVersion) && newest.is_some_and(|v| v.id != self.id)
    }

    /// Why the version cannot be copied now, or what of it travels.
    fn may_travel(&self, state: &State, version: &Version) -> Result<Carried, FailureReason> {
        if self.world.has(Defect::IgnoresRole) {
            return self.copy().is_open(state).map(|()| Carried::Tags);
        }
        let unread = self.world.settings.unsure.tags_unread;
        match self.copy().may_travel(state, version, unread) {
            Err(reason) if self.overlooks(version, reason) => Ok(Carried::Tags),
            answer => answer,
        }
    }

    /// The defects that do not see what is wrong with a key.
    fn overlooks(&self, version: &Version, reason: FailureReason) -> bool {
        let object = version.object.as_ref();
        let customer = object.is_some_and(|object| object.encryption.customer_md5().is_some());
        match reason {
            FailureReason::DstKmsKeyNotFound if self.rule.replica_kms_key.is_none() => {
                self.world.has(Defect::ReplicatesKmsWithoutOptIn)
            }
            FailureReason::SrcKmsKeyInvalidState
            | FailureReason::DstKmsKeyNotFound
            | FailureReason::DstKmsKeyInvalidState => self.world.has(Defect::IgnoresKeyState),
            FailureReason::DstBucketObjectLockConfigMissing => {
                self.world.has(Defect::ReplicatesWithoutLock)
            }
            FailureReason::DstPutObjectNotPermitted => {
                customer && self.world.has(Defect::IgnoresBlockedSseC)
            }
            _ => false,
        }
    }

    fn copy(&self) -> permission::Copy<'_> {
        permission::Copy {
            role: &self.role,
            source: &self.source,
            destination: &self.rule.destination,
            key: &self.key,
            replica_key: self.rule.replica_kms_key.as_deref(),
            owner_override: self.rule.owner_override.is_some(),
        }
    }

    /// FAILED, for good.
    fn refused(&self, state: &mut State, reason: FailureReason) {
        if self.world.has(Defect::NeverFails) {
            return;
        }
        self.failed(state, "OBJECT_PUT", reason);
        self.conclude(state, false);
        self.world.has(Defect::RetriesFailed).then(|| self.retry());
    }

    /// Keeps what S3's event would tell.
    fn failed(&self, state: &mut State, operation: &'static str, reason: FailureReason) {
        let reason = match self.world.has(Defect::WrongFailureReason) {
            true => FailureReason::SrcObjectNotEligible,
            false => reason,
        };
        state.failures.push(ReplicationFailure {
            bucket: self.source.clone(),
            key: self.key.clone(),
            version_id: VersionId(self.id.clone()),
            rule_id: self.rule.id.clone(),
            destination: self.rule.destination.clone(),
            operation,
            reason,
            requested: self.requested,
            failed: SystemTime::now(),
        });
    }

    fn publish(&self, state: &mut State, version: Version, kind: ArrivalKind) {
        let Some(bucket) = state.buckets.get_mut(&self.rule.destination) else {
            return;
        };
        let version_id = VersionId(version.id.clone());
        let versions = bucket.keys.entry(self.key.clone()).or_default();
        let place = match self.world.has(Defect::ReordersVersions) {
            true => versions.len(),
            false => versions.partition_point(|other| other.sequence < version.sequence),
        };
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
        let (stuck, unsure) = (
            self.world.has(Defect::StuckPending),
            self.world.settings.unsure,
        );
        let Some(version) = state.version_mut(&self.source, &self.key, &self.id) else {
            return;
        };
        version.outstanding = version.outstanding.saturating_sub(1);
        if self.world.has(Defect::LateStatus) || unsure.first_status == FirstStatus::Later {
            version.status = version.status.or(Some(ReplicationStatus::Pending));
        }
        let arrived = arrived || self.world.has(Defect::ForgivesFailure);
        let done = version.outstanding == 0 || self.world.has(Defect::CompletedAtFirst);
        version.is_refused |= !arrived;
        let failed = version.is_refused && (done || unsure.failed == FailedWhen::AtOnce);
        version.status = match version.status {
            Some(ReplicationStatus::Pending) if failed => Some(ReplicationStatus::Failed),
            Some(ReplicationStatus::Pending) if done && !stuck => {
                Some(ReplicationStatus::Completed)
            }
            other => other,
        };
    }

    /// Publishes a delete marker, under its own version ID (R-DEL-05 leaves that open).
    fn mark(&self) {
        let mut state = self.world.lock();
        let source = state
            .version_mut(&self.source, &self.key, &self.id)
            .cloned();
        let Some(marker) = source else { return };
        match self.may_travel(&state, &marker) {
            Ok(_) => {
                let own = self.world.settings.unsure.marker_id == MarkerId::New;
                let id = if own {
                    state.version_id()
                } else {
                    self.id.clone()
                };
                let marker = Version {
                    id,
                    is_replica: true,
                    ..marker
                };
                self.publish(&mut state, marker, ArrivalKind::DeleteMarker);
            }
            Err(reason) => self.failed(&mut state, "DELETE_MARKER", reason),
        }
    }
}
