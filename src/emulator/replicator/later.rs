//! Changes after the write: tags, locks and ACLs follow to the replicas, and a replica's tags may go
//! back.

use std::sync::Arc;

use tokio::time::Instant;

use super::super::world::{Arrival, ArrivalKind, State, Version, World};
use super::super::{Defect, LaterTags, matching};
use super::{Journey, configured, depart, journeys};
use crate::replication::{FailureReason, ReplicationStatus, VersionId};

/// Sends the changed tags of a version where they have to go: to its replicas (R-DATA-08), or from
/// a replica back to its source (R-BIDI-02).
pub(in crate::emulator) fn replicate_tags(world: &Arc<World>, bucket: &str, key: &str, id: &str) {
    let version = world.lock().version_mut(bucket, key, id).cloned();
    match version {
        Some(version) if version.is_replica => return_tags(world, bucket, key, &version),
        _ => follow_tags(world, bucket, key, id),
    }
}

/// Whether the status of the source stays as it is AWS leaves open (R-STATUS-14).
fn follow_tags(world: &Arc<World>, source: &str, key: &str, id: &str) {
    if world.has(Defect::LosesLaterTags) {
        return;
    }
    let followers = followers(world, source, key, id);
    let stuck = world.has(Defect::StuckAfterTags);
    let pending = world.settings.unsure.later_tags == LaterTags::Pending;
    if (pending || stuck) && !followers.is_empty() {
        let mut state = world.lock();
        if let Some(version) = state.version_mut(source, key, id)
            && version.status != Some(ReplicationStatus::Failed)
        {
            version.status = Some(ReplicationStatus::Pending);
            version.outstanding += followers.len();
        }
    }
    for journey in followers {
        depart(journey, Journey::retag);
    }
}

/// Sends retention and legal hold of a version after its replicas, like tags (R-DATA-08).
pub(in crate::emulator) fn replicate_lock(world: &Arc<World>, source: &str, key: &str, id: &str) {
    if world.has(Defect::LosesLaterLock) {
        return;
    }
    for journey in followers(world, source, key, id) {
        depart(journey, Journey::relock);
    }
}

/// Sends the ACL of a version after its replicas (R-DATA-07), but not where the owner is overridden
/// (R-OWN-04).
pub(in crate::emulator) fn replicate_acl(world: &Arc<World>, source: &str, key: &str, id: &str) {
    if world.has(Defect::LosesLaterAcl) {
        return;
    }
    let ignored = world.has(Defect::IgnoresOwnerOverride);
    let mut followers = followers(world, source, key, id);
    followers.retain(|journey| ignored || journey.rule.owner_override.is_none());
    for journey in followers {
        depart(journey, Journey::change_acl);
    }
}

/// The journeys of a change to a version of one's own that a rule selected, one a destination.
fn followers(world: &Arc<World>, source: &str, key: &str, id: &str) -> Vec<Journey> {
    let mut enabled = {
        let mut state = world.lock();
        let version = state.version_mut(source, key, id);
        let own = version.is_some_and(|version| version.status.is_some() && !version.is_replica);
        let rules = configured(&state, source);
        if own { rules } else { Vec::new() }
    };
    // Several rules may send to one destination; a change goes there once.
    enabled.retain(|rule| rule.enabled);
    enabled.sort_by(|a, b| a.destination.cmp(&b.destination));
    enabled.dedup_by(|a, b| a.destination == b.destination);
    journeys(world, source, key, id, enabled)
}

/// A replica's own tags go back where the rules of both buckets synchronise replica modifications;
/// until they are there it is PENDING (R-STATUS-15).
fn return_tags(world: &Arc<World>, bucket: &str, key: &str, replica: &Version) {
    let rules = {
        let mut state = world.lock();
        let rules = matching::for_return(world, &state, bucket, key, replica);
        let replica = state.version_mut(bucket, key, &replica.id);
        if let (Some(replica), false) = (replica, rules.is_empty()) {
            replica.status = Some(ReplicationStatus::Pending);
        }
        rules
    };
    if world.has(Defect::LosesReplicaModifications) {
        return;
    }
    for journey in journeys(world, bucket, key, &replica.id, rules) {
        depart(journey, Journey::give_back);
    }
}

impl Journey {
    /// Gives the replica the tags that the source has by now.
    fn retag(&self) {
        let mut state = self.world.lock();
        let carried = self.carry_tags(&mut state);
        if let Err(reason) = carried
            && !self.world.has(Defect::HidesRefusedTags)
        {
            self.failed(&mut state, "OBJECT_TAGGING", reason);
        }
        if self.world.settings.unsure.later_tags == LaterTags::Pending {
            self.conclude(&mut state, carried.is_ok());
        }
    }

    /// Gives the source the tags that its replica has by now; then that one is REPLICA again.
    fn give_back(&self) {
        let mut state = self.world.lock();
        let carried = self.carry_tags(&mut state);
        if let Err(reason) = carried {
            self.failed(&mut state, "OBJECT_TAGGING", reason);
        }
        let stuck = self.world.has(Defect::StuckReplica);
        let replica = state.version_mut(&self.source, &self.key, &self.id);
        if let Some(replica) = replica.filter(|_| !stuck) {
            replica.status = Some(match carried {
                Ok(()) => ReplicationStatus::Replica,
                Err(_) => ReplicationStatus::Failed,
            });
        }
    }

    /// Gives the replica the retention and the legal hold that the source has by now.
    fn relock(&self) {
        let mut state = self.world.lock();
        let give = |from: Version, there: &mut Version| there.lock = from.lock;
        let allowed = self.copy().may_relock(&state);
        let carried = self.carry(&mut state, ArrivalKind::ObjectLock, allowed, give);
        if let Err(reason) = carried {
            self.failed(&mut state, "OBJECT_LOCK", reason);
        }
    }

    /// Gives the replica the ACL that the source has by now.
    fn change_acl(&self) {
        let mut state = self.world.lock();
        let give = |from: Version, there: &mut Version| there.acl = from.acl;
        let allowed = self.copy().may_change_acl(&state);
        let carried = self.carry(&mut state, ArrivalKind::Acl, allowed, give);
        if let Err(reason) = carried {
            self.failed(&mut state, "OBJECT_ACL", reason);
        }
    }

    fn carry_tags(&self, state: &mut State) -> Result<(), FailureReason> {
        let give = |from: Version, there: &mut Version| there.tags = from.tags;
        let allowed = self.copy().may_retag(state);
        self.carry(state, ArrivalKind::Tags, allowed, give)
    }

    /// Lets a change follow to where the version also is.
    fn carry(
        &self,
        state: &mut State,
        kind: ArrivalKind,
        allowed: Result<(), FailureReason>,
        give: impl FnOnce(Version, &mut Version),
    ) -> Result<(), FailureReason> {
        let from = state.version_mut(&self.source, &self.key, &self.id);
        let Some(from) = from.cloned() else {
            return Ok(());
        };
        allowed?;
        let destination = self.rule.destination.clone();
        let pending = from.status == Some(ReplicationStatus::Pending);
        let on_its_way = pending && !from.is_replica;
        let Some(there) = state.version_mut(&destination, &self.key, &self.id) else {
            // A replica that is still on its way brings the change along (R-EVT-15).
            return match on_its_way {
                true => Ok(()),
                false => Err(FailureReason::DstVersionNotFound),
            };
        };
        give(from, there);
        let (key, version_id) = (self.key.clone(), VersionId(self.id.clone()));
        state.arrivals.push(Arrival {
            bucket: destination,
            key,
            version_id,
            kind,
            at: Instant::now(),
        });
        Ok(())
    }
}
