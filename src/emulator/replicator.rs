//! The replication engine: each copy waits its delay, is published in one section, and then the
//! source's status follows.

use std::future::Future;
use std::sync::Arc;
use std::time::SystemTime;

use tokio::time::Instant;

use super::Defect;
use super::body::Body;
use super::failures::ReplicationFailure;
use super::lock::Lock;
use super::matching::{self, Written};
use super::permission::{self, Carried};
use super::rules::Checked;
use super::world::{Arrival, ArrivalKind, Bucket, Object, State, Version, World};
use crate::replication::{FailureReason, ReplicationStatus, Rule, Tags, VersionId};

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
    for journey in followers(world, source, key, id) {
        depart(world, async move { journey.retag() });
    }
}

/// Sends retention and legal hold of a version after its replicas, like tags (R-DATA-08).
pub(super) fn replicate_lock(world: &Arc<World>, source: &str, key: &str, id: &str) {
    if world.has(Defect::LosesLaterLock) {
        return;
    }
    for journey in followers(world, source, key, id) {
        depart(world, async move { journey.relock() });
    }
}

/// Sends the ACL of a version after its replicas (R-DATA-07), but not where the owner is overridden
/// (R-OWN-04).
pub(super) fn replicate_acl(world: &Arc<World>, source: &str, key: &str, id: &str) {
    if world.has(Defect::LosesLaterAcl) {
        return;
    }
    let ignored = world.has(Defect::IgnoresOwnerOverride);
    let follows = |journey: &Journey| ignored || journey.rule.owner_override.is_none();
    for journey in followers(world, source, key, id)
        .into_iter()
        .filter(follows)
    {
        depart(world, async move { journey.change_acl() });
    }
}

/// The journeys of a change to a version of one's own that a rule selected, one a destination.
fn followers(world: &Arc<World>, source: &str, key: &str, id: &str) -> Vec<Journey> {
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
    // Several rules may send to one destination; a change goes there once.
    let mut enabled: Vec<Rule> = rules.into_iter().filter(|rule| rule.enabled).collect();
    enabled.sort_by(|a, b| a.destination.cmp(&b.destination));
    enabled.dedup_by(|a, b| a.destination == b.destination);
    journeys(world, source, key, id, enabled)
}

/// The defect that copies a part of an upload that is not complete.
pub(super) fn unfinished(state: &mut State, source: &str, key: &str, body: &Body) {
    let bucket = state.buckets.get(source);
    let rules = bucket.and_then(|bucket| bucket.replication.as_ref());
    let rules = rules.map_or_else(Vec::new, |set| set.rules.clone());
    for rule in rules {
        let (id, sequence) = (state.version_id(), state.next());
        let object = Object {
            body: body.clone(),
            ..Object::default()
        };
        let Some(bucket) = state.buckets.get_mut(&rule.destination) else {
            continue;
        };
        let version = Version {
            id,
            sequence,
            modified: SystemTime::now(),
            object: Some(Arc::new(object)),
            tags: Tags::new(),
            lock: Lock::default(),
            acl: Vec::new(),
            storage_class: None,
            status: None,
            outstanding: 0,
        };
        bucket.keys.entry(key.to_owned()).or_default().push(version);
    }
}

/// The defects that copy, under a new configuration, what was written under the one before.
pub(super) fn reconfigured(world: &Arc<World>, source: &str, before: Option<Checked>) {
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
            let mut rules = rules_of(world, bucket, key, version);
            rules.retain(|rule| wanted(version, rule));
            (key.clone(), version.id.clone(), rules)
        });
        with_rules.collect()
    };
    for (key, id, rules) in found {
        replicate(world, source, &key, &id, rules);
    }
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
    let role = {
        let state = world.lock();
        let configuration = state
            .buckets
            .get(source)
            .and_then(|bucket| bucket.replication.as_ref());
        configuration.map_or_else(String::new, |configuration| configuration.echo.role.clone())
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
        if self.world.has(Defect::DuplicatesVersion) {
            let mut twin = replica.clone();
            twin.id = state.version_id();
            self.publish(&mut state, twin, ArrivalKind::Replica);
        }
        self.publish(&mut state, replica, ArrivalKind::Replica);
        self.conclude(&mut state, true);
    }

    /// The defects that lose a replica.
    fn is_lost(&self, version: &Version) -> bool {
        let object = version.object.as_ref();
        let is_empty = object.is_some_and(|object| object.body.size() == 0);
        self.world.has(Defect::LosesReplica) || is_empty && self.world.has(Defect::LosesEmptyObject)
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
        let unread = self.world.settings.tags_unread;
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

    /// The defect that makes FAILED a COMPLETED once nothing keeps the version any more.
    fn retry(&self) {
        let journey = self.clone();
        tokio::spawn(async move {
            for _ in 0..1000 {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
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

    /// Publishes a delete marker, under its own version ID (R-DEL-05 leaves that open).
    fn mark(&self) {
        let mut state = self.world.lock();
        let source = state
            .version_mut(&self.source, &self.key, &self.id)
            .cloned();
        let Some(marker) = source else { return };
        match self.may_travel(&state, &marker) {
            Ok(_) => self.publish(&mut state, marker, ArrivalKind::DeleteMarker),
            Err(reason) => self.failed(&mut state, "DELETE_MARKER", reason),
        }
    }

    /// Gives the replica the tags that the source has by now.
    fn retag(&self) {
        let may = |state: &State| self.copy().may_retag(state);
        let give = |source: Version, replica: &mut Version| replica.tags = source.tags;
        self.follow(("OBJECT_TAGGING", ArrivalKind::Tags), may, give);
    }

    /// Gives the replica the retention and the legal hold that the source has by now.
    fn relock(&self) {
        let may = |state: &State| self.copy().may_relock(state);
        let give = |source: Version, replica: &mut Version| replica.lock = source.lock;
        self.follow(("OBJECT_LOCK", ArrivalKind::ObjectLock), may, give);
    }

    /// Gives the replica the ACL that the source has by now.
    fn change_acl(&self) {
        let may = |state: &State| self.copy().may_change_acl(state);
        let give = |source: Version, replica: &mut Version| replica.acl = source.acl;
        self.follow(("OBJECT_ACL", ArrivalKind::Acl), may, give);
    }

    /// Lets a change of the source follow to the replica.
    fn follow(
        &self,
        (operation, kind): (&'static str, ArrivalKind),
        may: impl FnOnce(&State) -> Result<(), FailureReason>,
        give: impl FnOnce(Version, &mut Version),
    ) {
        let mut state = self.world.lock();
        let source = state.version_mut(&self.source, &self.key, &self.id);
        let Some(source) = source.cloned() else {
            return;
        };
        if let Err(reason) = may(&state) {
            return self.failed(&mut state, operation, reason);
        }
        let destination = self.rule.destination.clone();
        let Some(replica) = state.version_mut(&destination, &self.key, &self.id) else {
            // A replica that is still on its way brings the change along (R-EVT-15).
            if source.status != Some(ReplicationStatus::Pending) {
                let reason = FailureReason::DstVersionNotFound;
                self.failed(&mut state, operation, reason);
            }
            return;
        };
        give(source, replica);
        let (key, version_id) = (self.key.clone(), VersionId(self.id.clone()));
        let at = Instant::now();
        state.arrivals.push(Arrival {
            bucket: destination,
            key,
            version_id,
            kind,
            at,
        });
    }
}
