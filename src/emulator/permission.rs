//! What keeps a copy from being made: the role, the policies, the buckets.
//!
//! Asked when the copy is made, never when the configuration is put (R-CFG-17). The order of the
//! questions is the engine's own: AWS names reasons, not which comes first.

use super::encryption::Encryption;
use super::keys::KeyState;
use super::policy::{Decision, Principal, Request};
use super::roles::account_of;
use super::world::{State, Version};
use super::{ACCOUNT, TagsUnread};
use crate::replication::FailureReason::{
    self, AssumeRoleNotPermitted, DstBucketNotFound, DstBucketObjectLockConfigMissing,
    DstBucketUnversioned, DstDelObjNotPermitted, DstKmsKeyInvalidState, DstKmsKeyNotFound,
    DstMultipartInitNotPermitted, DstPutAclNotPermitted, DstPutObjectNotPermitted,
    DstPutRetentionNotPermitted, DstPutTaggingNotPermitted, SrcBucketReplicationConfigMissing,
    SrcGetAclNotPermitted, SrcGetLegalHoldNotPermitted, SrcGetObjectNotPermitted,
    SrcGetRetentionNotPermitted, SrcGetTaggingNotPermitted, SrcHeadObjectNotPermitted,
    SrcKmsKeyInvalidState,
};

/// A replication of one version, as far as permission goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Copy<'a> {
    pub(super) role: &'a str,
    pub(super) source: &'a str,
    pub(super) destination: &'a str,
    pub(super) key: &'a str,
    /// The key that the rule names for replicas under KMS.
    pub(super) replica_key: Option<&'a str>,
    /// Whether the rule makes the destination's account own the replica.
    pub(super) owner_override: bool,
}

/// What becomes of a version's tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carried {
    /// They travel.
    Tags,
    /// The version travels without them.
    NoTags,
}

impl Copy<'_> {
    /// Why the version cannot be copied, or what of it travels.
    pub(super) fn may_travel(
        self,
        state: &State,
        version: &Version,
        unread: TagsUnread,
    ) -> Result<Carried, FailureReason> {
        self.is_assumed(state)?;
        self.may_be_read(state, version)?;
        let Some(object) = &version.object else {
            self.is_open(state)?;
            return self
                .at_destination(state, "s3:ReplicateDelete")
                .then_some(Carried::NoTags)
                .ok_or(DstDelObjNotPermitted);
        };
        let carried = self.tags(state, version, unread)?;
        self.may_read_locks(state)?;
        self.may_decrypt(state, &object.encryption)?;
        self.is_open(state)?;
        self.may_encrypt(state, &object.encryption)?;
        // R-OWN-02
        let overrides = "s3:ObjectOwnerOverrideToBucketOwner";
        if self.owner_override && !self.at_destination(state, overrides) {
            return Err(DstPutObjectNotPermitted);
        }
        if self.at_destination(state, "s3:ReplicateObject") {
            return Ok(carried);
        }
        // S3 copies an object in parts as it was uploaded (R-DATA-14).
        Err(match object.parts.is_empty() {
            true => DstPutObjectNotPermitted,
            false => DstMultipartInitNotPermitted,
        })
    }

    /// Why changed tags cannot follow to a replica.
    pub(super) fn may_retag(self, state: &State) -> Result<(), FailureReason> {
        self.is_assumed(state)?;
        let key = self.at_source_key();
        if !self.at_source(state, "s3:GetObjectVersionTagging", &key) {
            return Err(SrcGetTaggingNotPermitted);
        }
        self.is_open(state)?;
        let denied = self.destination_says(state, "s3:ReplicateTags") == Decision::Denied;
        if denied || !self.at_destination(state, "s3:ReplicateObject") {
            return Err(DstPutTaggingNotPermitted);
        }
        Ok(())
    }

    /// R-IAM-01
    fn is_assumed(self, state: &State) -> Result<(), FailureReason> {
        let source = bucket_arn(self.source);
        match state.roles.may_be_assumed(self.role, &context(&source)) {
            true => Ok(()),
            false => Err(AssumeRoleNotPermitted),
        }
    }

    /// R-IAM-02, R-IAM-03. That the configuration counts as missing where it may not be read, and
    /// that a marker is not found without `s3:ListBucket`, are this engine's choices: AWS names no
    /// reason of their own for the two.
    fn may_be_read(self, state: &State, version: &Version) -> Result<(), FailureReason> {
        let (bucket, key) = (bucket_arn(self.source), self.at_source_key());
        let may = |action: &str, arn: &str| self.at_source(state, action, arn);
        if !may("s3:GetReplicationConfiguration", &bucket) {
            return Err(SrcBucketReplicationConfigMissing);
        }
        if !may("s3:ListBucket", &bucket) {
            return Err(SrcHeadObjectNotPermitted);
        }
        // A marker has neither bytes nor ACL to read.
        let Some(object) = &version.object else {
            return Ok(());
        };
        // R-IAM-10: the older action will do for what no KMS key encrypts.
        let under_kms = object.encryption.kms_key().is_some();
        let older = !under_kms && may("s3:GetObjectVersion", &key);
        if !may("s3:GetObjectVersionForReplication", &key) && !older {
            return Err(SrcGetObjectNotPermitted);
        }
        if !may("s3:GetObjectVersionAcl", &key) {
            return Err(SrcGetAclNotPermitted);
        }
        Ok(())
    }

    /// R-IAM-04, R-IAM-06: tags that may not be read, or may not be written, stay behind.
    fn tags(
        self,
        state: &State,
        version: &Version,
        unread: TagsUnread,
    ) -> Result<Carried, FailureReason> {
        let readable = self.at_source(state, "s3:GetObjectVersionTagging", &self.at_source_key());
        if !readable && unread == TagsUnread::Fails && !version.tags.is_empty() {
            return Err(SrcGetTaggingNotPermitted);
        }
        let denied = self.destination_says(state, "s3:ReplicateTags") == Decision::Denied;
        Ok(if readable && !denied {
            Carried::Tags
        } else {
            Carried::NoTags
        })
    }

    /// Whether the destination is there and versioned (R-CFG-19).
    pub(super) fn is_open(self, state: &State) -> Result<(), FailureReason> {
        let destination = state
            .buckets
            .get(self.destination)
            .ok_or(DstBucketNotFound)?;
        match destination.is_versioned() {
            true => Ok(()),
            false => Err(DstBucketUnversioned),
        }
    }

    /// A source with Object Lock needs two more rights, and a destination that has it too
    /// (R-DATA-11).
    pub(super) fn may_read_locks(self, state: &State) -> Result<(), FailureReason> {
        let is_locked = |name: &str| state.buckets.get(name).is_some_and(|b| b.lock.is_some());
        if !is_locked(self.source) {
            return Ok(());
        }
        let key = self.at_source_key();
        if !self.at_source(state, "s3:GetObjectRetention", &key) {
            return Err(SrcGetRetentionNotPermitted);
        }
        if !self.at_source(state, "s3:GetObjectLegalHold", &key) {
            return Err(SrcGetLegalHoldNotPermitted);
        }
        match is_locked(self.destination) || !state.buckets.contains_key(self.destination) {
            true => Ok(()),
            false => Err(DstBucketObjectLockConfigMissing),
        }
    }

    /// Why a changed ACL cannot follow to a replica.
    pub(super) fn may_change_acl(self, state: &State) -> Result<(), FailureReason> {
        self.is_assumed(state)?;
        let key = self.at_source_key();
        if !self.at_source(state, "s3:GetObjectVersionAcl", &key) {
            return Err(SrcGetAclNotPermitted);
        }
        self.is_open(state)?;
        match self.at_destination(state, "s3:ReplicateObject") {
            true => Ok(()),
            false => Err(DstPutAclNotPermitted),
        }
    }

    /// Why a changed lock cannot follow to a replica.
    pub(super) fn may_relock(self, state: &State) -> Result<(), FailureReason> {
        self.is_assumed(state)?;
        self.is_open(state)?;
        self.may_read_locks(state)?;
        match self.at_destination(state, "s3:ReplicateObject") {
            true => Ok(()),
            false => Err(DstPutRetentionNotPermitted),
        }
    }

    /// The source's KMS key is enabled, and the role may decrypt with it (R-ENC-06). AWS names no
    /// reason of its own for the right.
    fn may_decrypt(self, state: &State, under: &Encryption) -> Result<(), FailureReason> {
        let Some(key) = under.kms_key() else {
            return Ok(());
        };
        if state.keys.state(key, region(state, self.source)) != Some(KeyState::Enabled) {
            return Err(SrcKmsKeyInvalidState);
        }
        match key_says(state, self.role, "kms:Decrypt", key) {
            Decision::Allowed => Ok(()),
            _ => Err(SrcGetObjectNotPermitted),
        }
    }

    /// The replica's key is there and enabled in the destination's region, and the role may encrypt
    /// with it (R-ENC-05, R-ENC-06); a destination that blocks SSE-C takes none (R-ENC-08).
    pub(super) fn may_encrypt(
        self,
        state: &State,
        under: &Encryption,
    ) -> Result<(), FailureReason> {
        let destination = state.buckets.get(self.destination);
        let blocked = destination.is_some_and(|bucket| bucket.blocks_customer_keys);
        if blocked && under.customer_md5().is_some() {
            return Err(DstPutObjectNotPermitted);
        }
        if under.kms_key().is_none() {
            return Ok(());
        }
        let key = self.replica_key.unwrap_or_default();
        match state.keys.state(key, region(state, self.destination)) {
            None => return Err(DstKmsKeyNotFound),
            Some(KeyState::Enabled) => {}
            Some(KeyState::Disabled | KeyState::PendingDeletion) => {
                return Err(DstKmsKeyInvalidState);
            }
        }
        let bucket_key = under.bucket_key().is_some();
        let wanted: &[&str] = match bucket_key {
            true => &["kms:Encrypt", "kms:Decrypt"],
            false => &["kms:Encrypt"],
        };
        let may = |action: &&str| key_says(state, self.role, action, key) == Decision::Allowed;
        match wanted.iter().all(may) {
            true => Ok(()),
            false => Err(DstPutObjectNotPermitted),
        }
    }

    fn at_source_key(self) -> String {
        format!("{}/{}", bucket_arn(self.source), self.key)
    }

    fn at_source(self, state: &State, action: &str, resource: &str) -> bool {
        says(state, self.role, action, self.source, resource) == Decision::Allowed
    }

    fn at_destination(self, state: &State, action: &str) -> bool {
        self.destination_says(state, action) == Decision::Allowed
    }

    fn destination_says(self, state: &State, action: &str) -> Decision {
        let resource = format!("{}/{}", bucket_arn(self.destination), self.key);
        says(state, self.role, action, self.destination, &resource)
    }
}

/// What the role's policies and the bucket's say together. Within an account one of them suffices;
/// across accounts both must allow (R-IAM-07). A denial wins in either (R-IAM-08).
fn says(state: &State, role: &str, action: &str, bucket: &str, resource: &str) -> Decision {
    let account = account_of(role).unwrap_or(ACCOUNT);
    let source = bucket_arn(bucket);
    let request = Request {
        principal: Principal::Role { arn: role, account },
        action,
        resource: Some(resource),
        context: &context(&source),
    };
    let own = state.roles.decide(role, &request);
    let policy = state
        .buckets
        .get(bucket)
        .and_then(|bucket| bucket.policy.as_ref());
    let bucket = policy.map_or(Decision::Silent, |policy| policy.document.decide(&request));
    if [own.policies, own.boundary, bucket].contains(&Decision::Denied) {
        return Decision::Denied;
    }
    let by_role = own.policies == Decision::Allowed && own.boundary == Decision::Allowed;
    let by_bucket = bucket == Decision::Allowed && own.boundary == Decision::Allowed;
    let allowed = match account == ACCOUNT {
        true => by_role || by_bucket,
        false => by_role && by_bucket,
    };
    if allowed {
        Decision::Allowed
    } else {
        Decision::Silent
    }
}

/// What the role's own policies say of a KMS key; key policies are not told of here.
fn key_says(state: &State, role: &str, action: &str, key: &str) -> Decision {
    let account = account_of(role).unwrap_or(ACCOUNT);
    let request = Request {
        principal: Principal::Role { arn: role, account },
        action,
        resource: Some(key),
        context: &[],
    };
    let own = state.roles.decide(role, &request);
    match [own.policies, own.boundary] {
        [Decision::Allowed, Decision::Allowed] => Decision::Allowed,
        _ => Decision::Denied,
    }
}

fn region<'a>(state: &'a State, bucket: &str) -> &'a str {
    let bucket = state.buckets.get(bucket);
    bucket.map_or("", |bucket| bucket.region.as_str())
}

fn bucket_arn(name: &str) -> String {
    format!("arn:aws:s3:::{name}")
}

/// What a condition can ask of replication's own requests.
fn context(source: &str) -> [(&'static str, &str); 3] {
    [
        ("aws:SourceAccount", ACCOUNT),
        ("aws:SourceArn", source),
        ("aws:SecureTransport", "true"),
    ]
}
