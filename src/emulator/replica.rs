//! The replica itself: everything is shared with the source, but what the rule, the destination or a
//! defect changes.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use s3s::dto::Grants;

use super::Defect;
use super::acl;
use super::checksum;
use super::encryption::{Asked, Encryption};
use super::keys;
use super::lock::{self, Lock};
use super::replicator::Journey;
use super::world::{Bucket, Object, State, Version};
use crate::replication::{ReplicationStatus, Tags};

impl Journey {
    /// The replica of a version.
    pub(super) fn replica(&self, state: &mut State, source: &Version) -> Version {
        let has = |defect| self.world.has(defect);
        let class = self
            .rule
            .storage_class
            .clone()
            .or_else(|| source.storage_class.clone());
        Version {
            id: if has(Defect::NewVersionId) || (self.is_echo && has(Defect::Loops)) {
                state.version_id()
            } else {
                self.id.clone()
            },
            modified: match has(Defect::WrongLastModified) {
                true => SystemTime::now() + Duration::from_secs(60),
                false => source.modified,
            },
            object: source
                .object
                .as_ref()
                .map(|object| self.content(state, object)),
            tags: match has(Defect::LosesTags) {
                true => Tags::new(),
                false if has(Defect::SwapsTags) => self.tags_of_another(state),
                false => source.tags.clone(),
            },
            lock: self.lock(state, source),
            acl: self.acl(source),
            storage_class: if has(Defect::WrongStorageClass) {
                None
            } else {
                class
            },
            status: (!has(Defect::NoReplicaStatus)).then_some(ReplicationStatus::Replica),
            sequence: source.sequence,
            outstanding: 0,
            is_refused: false,
            is_replica: true,
            arrived: state.buckets.get(&self.rule.destination).map(Bucket::now),
        }
    }

    /// What the defect takes for the version's tags.
    fn tags_of_another(&self, state: &State) -> Tags {
        let bucket = state.buckets.get(&self.source);
        let mut others = bucket.into_iter().flat_map(|bucket| &bucket.keys);
        let other = others.find(|(key, _)| **key != self.key);
        let version = other.and_then(|(_, versions)| versions.last());
        version.map_or_else(Tags::new, |version| version.tags.clone())
    }

    /// The source's ACL (R-DATA-07), but where the owner is overridden (R-OWN-04). A destination that
    /// enforces its owner does not show it (R-OWN-05).
    pub(super) fn acl(&self, source: &Version) -> Grants {
        let overridden = self.rule.owner_override.is_some();
        let ignored = self.world.has(Defect::IgnoresOwnerOverride);
        let lost = self.world.has(Defect::LosesAcl);
        match lost || (overridden && !ignored) {
            true => acl::owners(),
            false => source.acl.clone(),
        }
    }

    /// The source's retention and legal hold; the destination's default retention where the source
    /// has none (R-DATA-09, R-DATA-10). It counts from the original creation, as lifecycles do,
    /// which AWS leaves open.
    fn lock(&self, state: &State, source: &Version) -> Lock {
        let has = |defect| self.world.has(defect);
        let destination = state.buckets.get(&self.rule.destination);
        let configuration = destination.and_then(|bucket| bucket.lock.as_ref());
        if configuration.is_none() {
            return Lock::default();
        }
        let default = || lock::by_default(configuration, source.modified);
        let default = || default().filter(|_| !has(Defect::IgnoresDefaultRetention));
        let own = source
            .lock
            .retention
            .filter(|_| !has(Defect::LosesRetention));
        Lock {
            retention: own.or_else(default),
            hold: source.lock.hold.filter(|_| !has(Defect::LosesLegalHold)),
        }
    }

    fn content(&self, state: &State, object: &Arc<Object>) -> Arc<Object> {
        let encryption = self.encryption(state, &object.encryption);
        if self.world.settings.defects.is_empty() && encryption == object.encryption {
            return Arc::clone(object);
        }
        let mut copy = Object::clone(object);
        copy.encryption = encryption;
        self.spoil(&mut copy);
        Arc::new(copy)
    }

    /// The source's type of encryption, whatever the destination's default is (R-ENC-03); KMS under
    /// the rule's key, with the source's bucket key (R-ENC-11). That the `ETag` stays is this
    /// engine's choice: AWS does not say.
    fn encryption(&self, state: &State, source: &Encryption) -> Encryption {
        let has = |defect| self.world.has(defect);
        if has(Defect::MissingSseHeader) {
            return Encryption::Nothing;
        }
        if has(Defect::UsesDestinationEncryption) {
            return self.default_of_destination(state).unwrap_or_default();
        }
        let Encryption::Kms {
            dual,
            key,
            bucket_key,
        } = source
        else {
            return source.clone();
        };
        let named = self.rule.replica_kms_key.as_ref().unwrap_or(key);
        Encryption::Kms {
            dual: *dual,
            key: match has(Defect::WrongKmsKey) {
                true => self.managed_key(state),
                false => named.clone(),
            },
            bucket_key: *bucket_key && !has(Defect::LosesBucketKey),
        }
    }

    fn managed_key(&self, state: &State) -> String {
        let destination = state.buckets.get(&self.rule.destination);
        keys::arn(
            "alias/aws/s3",
            destination.map_or("", |bucket| &bucket.region),
        )
    }

    fn default_of_destination(&self, state: &State) -> Option<Encryption> {
        let destination = state.buckets.get(&self.rule.destination)?;
        Asked::default().decide(destination, &state.keys).ok()
    }

    /// What defects do to the content.
    fn spoil(&self, copy: &mut Object) {
        let has = |defect| self.world.has(defect);
        if has(Defect::WrongByte) {
            copy.body = copy.body.with_a_wrong_byte();
        }
        if has(Defect::WrongByteInLastPart) && !copy.parts.is_empty() {
            copy.body = copy.body.with_a_wrong_byte_in_its_last_part();
        }
        if has(Defect::WrongContentType) {
            copy.content_type = Some("application/x-wrong".to_owned());
        }
        if has(Defect::TruncatedTail) {
            copy.body = copy.body.without_its_tail();
        }
        if has(Defect::LosesPartCount) {
            let parts = copy.etag.find('-').unwrap_or(copy.etag.len());
            copy.etag.truncate(parts);
        }
        if has(Defect::LosesParts) {
            copy.parts.clear();
        }
        if has(Defect::LowersMetadata) {
            let values = copy
                .metadata
                .iter_mut()
                .flat_map(|metadata| metadata.values_mut());
            values.for_each(|value| *value = value.to_lowercase());
        }
        if has(Defect::FlattensChecksum) {
            let value = checksum::value(&copy.checksum).unwrap_or_default();
            let bare = value.split('-').next().unwrap_or_default().to_owned();
            copy.checksum = checksum::with_value(&copy.checksum, &bare);
        }
        if has(Defect::LosesMetadata) {
            copy.metadata = None;
        }
        if has(Defect::LosesChecksum) {
            copy.checksum = s3s::dto::Checksum::default();
        }
    }
}
