//! What keeps a replica that the rules would send: a bucket's state, or the role's permissions.

use std::collections::{BTreeMap, BTreeSet};

use super::keys::is_under_kms;
use super::reference::Fate;
use crate::history::{Operation, OperationKind, Side, Trouble};
use crate::replication::BucketSetting;
use crate::replication::FailureReason::{
    self, AssumeRoleNotPermitted, DstBucketNotFound, DstBucketObjectLockConfigMissing,
    DstBucketUnversioned, DstDelObjNotPermitted, DstMultipartCompleteNotPermitted,
    DstMultipartInitNotPermitted, DstMultipartUploadNotPermitted, DstPutObjectNotPermitted,
    SrcGetAclNotPermitted, SrcGetLegalHoldNotPermitted, SrcGetObjectNotPermitted,
    SrcGetRetentionNotPermitted, SrcHeadObjectNotPermitted,
};

/// What is in the way at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Obstacles {
    /// Destinations whose versioning is suspended.
    pub suspended: BTreeSet<Side>,
    /// Buckets that take SSE-C; the others block it, as new ones do since April 2026 (R-ENC-08).
    pub taking_customer_keys: BTreeSet<Side>,
    /// Buckets with ACLs; new ones have none since April 2023.
    pub with_acls: BTreeSet<Side>,
    /// Buckets with Object Lock, and their default retention in days.
    pub locks: BTreeMap<Side, Option<u32>>,
    /// The actions that are denied to the replication role.
    pub denied: BTreeSet<String>,
    /// The actions that a destination's policy denies to the role (R-IAM-08).
    pub denied_at: BTreeMap<Side, BTreeSet<String>>,
    /// Destinations that were deleted.
    pub missing: BTreeSet<Side>,
    /// Sides out of which replication is paused.
    pub paused: BTreeSet<Side>,
    /// Sides that replication cannot reach.
    pub away: BTreeSet<Side>,
}

impl Obstacles {
    /// Follows an operation that was acknowledged.
    pub fn change(&mut self, operation: &Operation) {
        match &operation.kind {
            OperationKind::Versioning { enabled: true } => {
                self.suspended.remove(&operation.side);
            }
            OperationKind::Versioning { enabled: false } => {
                self.suspended.insert(operation.side);
            }
            OperationKind::Setting { setting } => self.set(operation.side, setting),
            OperationKind::Deny { actions } => self.denied.clone_from(actions),
            OperationKind::DenyAt { actions } => {
                self.denied_at.insert(operation.side, actions.clone());
            }
            OperationKind::Restore => {
                self.denied.clear();
                self.denied_at.clear();
            }
            OperationKind::DeleteBucket => {
                self.missing.insert(operation.side);
            }
            OperationKind::CreateBucket => {
                self.missing.remove(&operation.side);
            }
            OperationKind::Trouble { trouble } => self.trouble(operation.side, *trouble),
            _ => {}
        }
    }

    fn set(&mut self, side: Side, setting: &BucketSetting) {
        match setting {
            BucketSetting::Encryption {
                blocks_customer_keys: true,
                ..
            } => {
                self.taking_customer_keys.remove(&side);
            }
            BucketSetting::Ownership { ownership } if ownership == "BucketOwnerEnforced" => {
                self.with_acls.remove(&side);
            }
            BucketSetting::Ownership { .. } => {
                self.with_acls.insert(side);
            }
            BucketSetting::ObjectLock { days } => {
                self.locks.insert(side, *days);
            }
            BucketSetting::Encryption { .. } => {
                self.taking_customer_keys.insert(side);
            }
        }
    }

    fn trouble(&mut self, side: Side, trouble: Trouble) {
        match trouble {
            Trouble::Pause => self.paused.insert(side),
            Trouble::Resume => self.paused.remove(&side),
            Trouble::Outage => self.away.insert(side),
            Trouble::Recovery => self.away.remove(&side),
            // It delays, and ends by itself.
            Trouble::SlowDown { .. } => false,
        };
    }

    /// Whether what is written at `origin` waits before it gets to `side` (R-STATUS-09).
    #[must_use]
    pub fn hold(&self, origin: Side, side: Side) -> bool {
        self.paused.contains(&origin) || self.away.contains(&side)
    }

    /// Whether tags stay behind: they may not be read (R-IAM-04, as the page on permissions says),
    /// or not be written (R-IAM-06).
    pub(super) fn keep_tags(&self) -> bool {
        let actions = ["s3:GetObjectVersionTagging", "s3:ReplicateTags"];
        let at = self.denied_at.values().flatten();
        let mut denied = self.denied.iter().chain(at);
        denied.any(|action| actions.contains(&action.as_str()))
    }

    /// Whether an action is denied to the role, for this destination.
    fn denies(&self, side: Side, action: &str) -> bool {
        let at = self.denied_at.get(&side);
        self.denied.contains(action) || at.is_some_and(|denied| denied.contains(action))
    }

    /// Whether nothing is in the way of an object from one side to another.
    #[must_use]
    pub fn leave_open(&self, origin: Side, side: Side) -> bool {
        !self.suspended.contains(&side)
            && self.denied.is_empty()
            && !self.denied_at.contains_key(&side)
            && !self.hold(origin, side)
    }

    /// Whether they make FAILED of what an operation writes for this destination.
    #[must_use]
    pub fn fail(&self, side: Side, kind: &OperationKind) -> bool {
        self.failure(side, kind).is_some()
    }

    /// The failure of what goes over to the destination's owner.
    pub(super) fn failure_of_override(&self) -> Option<Fate> {
        let denied = |(actions, _, _): &&(&[&str], &str, &[FailureReason])| {
            actions.iter().all(|action| self.denied.contains(*action))
        };
        let (_, because, reasons) = OWNER.iter().find(denied)?;
        Some(Fate::Fails { because, reasons })
    }

    /// The failure of what an operation writes, and the reasons that S3 may name for it; none
    /// where nothing is in the way.
    pub(super) fn failure(&self, side: Side, kind: &OperationKind) -> Option<Fate> {
        let written: &[(&[&str], &str, &[FailureReason])] = match kind {
            OperationKind::Delete => MARKER,
            OperationKind::Multipart { .. } => MULTIPART,
            _ => OBJECT,
        };
        let denied = |(actions, _, _): &&(&[&str], &str, &[FailureReason])| {
            actions.iter().all(|action| self.denies(side, action))
        };
        let under_kms = kind.content().is_some_and(is_under_kms);
        let kms = if under_kms { KMS } else { &[] };
        let is_object = kind.content().is_some() && self.locks.contains_key(&Side::Source);
        let lock = if is_object { LOCK } else { &[] };
        let in_order = BEFORE.iter().chain(lock).chain(kms).chain(written);
        if let Some((_, because, reasons)) = in_order.clone().find(denied) {
            return Some(Fate::Fails { because, reasons });
        }
        if self.missing.contains(&side) {
            return Some(Fate::Fails {
                because: "R-STATUS-09",
                reasons: &[DstBucketNotFound],
            });
        }
        if self.suspended.contains(&side) {
            let reasons = &[DstBucketUnversioned];
            let because = "R-CFG-19";
            return Some(Fate::Fails { because, reasons });
        }
        if is_object && !self.locks.contains_key(&side) {
            let reasons = &[DstBucketObjectLockConfigMissing];
            let because = "R-DATA-11";
            return Some(Fate::Fails { because, reasons });
        }
        let customer = kind.content().and_then(|c| c.customer_key.as_ref());
        let blocked = customer.is_some() && !self.taking_customer_keys.contains(&side);
        blocked.then_some(Fate::Fails {
            because: "R-ENC-08",
            reasons: &[DstPutObjectNotPermitted, DstMultipartInitNotPermitted],
        })
    }
}

/// Actions that fail a replication when all of them are denied, the rule, and the reasons for it.
type Denials = [(
    &'static [&'static str],
    &'static str,
    &'static [FailureReason],
)];

const BEFORE: &Denials = &[
    (&["sts:AssumeRole"], "R-IAM-01", &[AssumeRoleNotPermitted]),
    // S3 names no reason of its own for these two.
    (&["s3:GetReplicationConfiguration"], "R-IAM-02", &[]),
    (&["s3:ListBucket"], "R-IAM-02", &[]),
];
/// What stands between an object under KMS and its replica. S3 names no reason for the right to
/// decrypt.
const KMS: &Denials = &[
    (
        &["s3:GetObjectVersionForReplication"],
        "R-IAM-10",
        &[SrcGetObjectNotPermitted, SrcHeadObjectNotPermitted],
    ),
    (&["kms:Decrypt"], "R-ENC-06", &[]),
    (&["kms:Encrypt"], "R-ENC-06", &[DstPutObjectNotPermitted]),
];
/// What a source with Object Lock needs besides (R-DATA-11).
const LOCK: &Denials = &[
    (
        &["s3:GetObjectRetention"],
        "R-DATA-11",
        &[SrcGetRetentionNotPermitted],
    ),
    (
        &["s3:GetObjectLegalHold"],
        "R-DATA-11",
        &[SrcGetLegalHoldNotPermitted],
    ),
];
const MARKER: &Denials = &[(
    &["s3:ReplicateDelete"],
    "R-IAM-05",
    &[DstDelObjNotPermitted],
)];
const OBJECT: &Denials = &[READ, ACL, (PUT, "R-IAM-05", &[DstPutObjectNotPermitted])];
const MULTIPART: &Denials = &[
    READ,
    ACL,
    (
        PUT,
        "R-IAM-05",
        &[
            DstMultipartInitNotPermitted,
            DstMultipartUploadNotPermitted,
            DstMultipartCompleteNotPermitted,
            DstPutObjectNotPermitted,
        ],
    ),
];

/// The owner may not be given away (R-OWN-02).
const OWNER: &Denials = &[(
    &["s3:ObjectOwnerOverrideToBucketOwner"],
    "R-OWN-02",
    &[DstPutObjectNotPermitted],
)];
const PUT: &[&str] = &["s3:ReplicateObject"];
/// The older action will do where no KMS key is in play (R-IAM-10), so both must be denied.
const READ: (&[&str], &str, &[FailureReason]) = (
    &["s3:GetObjectVersionForReplication", "s3:GetObjectVersion"],
    "R-IAM-03",
    &[SrcGetObjectNotPermitted, SrcHeadObjectNotPermitted],
);
const ACL: (&[&str], &str, &[FailureReason]) = (
    &["s3:GetObjectVersionAcl"],
    "R-IAM-03",
    &[SrcGetAclNotPermitted],
);
