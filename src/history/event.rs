//! The events of a history.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Answered, Ask, Lifecycle, Page, Session, Suspension, Trouble};
use crate::replication::{BucketSetting, ReplicationStatus, Retention, Rule, Tags, VersionId};

/// Nanoseconds since the run began, on the monotonic clock of the machine that recorded it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Instant(pub u64);

/// One side of a pair. `Destination(0)` is the first destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Side {
    /// The bucket that is written to.
    Source,
    /// A bucket that replicas arrive in.
    Destination(u8),
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source => f.write_str("source"),
            Self::Destination(0) => f.write_str("destination"),
            Self::Destination(n) => write!(f, "destination-{}", n + 1),
        }
    }
}

impl From<Side> for String {
    fn from(side: Side) -> Self {
        side.to_string()
    }
}

impl TryFrom<String> for Side {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let number = text
            .strip_prefix("destination-")
            .and_then(|n| n.parse::<u8>().ok());
        match (text.as_str(), number) {
            ("source", _) => Ok(Self::Source),
            ("destination", _) => Ok(Self::Destination(0)),
            (_, Some(n @ 2..)) => Ok(Self::Destination(n - 1)),
            _ => Err(format!("{text:?} is no side of a pair")),
        }
    }
}

/// An event with the moment it was appended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timed {
    /// When.
    pub at: Instant,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened. Jepsen's words: an operation is invoked, then ok, failed or indeterminate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// An operation is about to be sent.
    Invoke {
        /// Its number in the scenario, from 0.
        op: u32,
        /// What it does.
        operation: Box<Operation>,
        /// When it was meant to be sent, where that was fixed beforehand: in an open loop.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intended: Option<Instant>,
    },
    /// The operation was acknowledged; `at` is the receipt of the acknowledgement.
    Ok {
        /// The operation's number.
        op: u32,
        /// What S3 answered.
        outcome: Outcome,
    },
    /// The operation certainly did not happen.
    Fail {
        /// The operation's number.
        op: u32,
        /// Why.
        failure: Failure,
    },
    /// The operation may have happened: the answer was lost.
    Info {
        /// The operation's number.
        op: u32,
        /// Why nobody knows.
        failure: Failure,
    },
    /// Somebody looked.
    Observation {
        /// At which bucket.
        side: Side,
        /// At which key; empty where the bucket was looked at.
        key: String,
        /// At which version; none for the current one, or for a listing.
        version: Option<VersionId>,
        /// When the request was sent.
        sent: Instant,
        /// When the answer was received.
        received: Instant,
        /// What was seen.
        seen: Seen,
    },
    /// Somebody looked at many versions at once.
    Page(Page),
    /// A process begins the run, or goes on with it; the events behind this one are its.
    Session(Session),
    /// The clock of the events did not run for a while, though time passed: the machine slept.
    Suspended(Suspension),
}

/// An operation on one bucket of the pair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// The name that checks know the operation by. Canaries are `canary-N`.
    pub label: String,
    /// The bucket.
    pub side: Side,
    /// The key; empty for operations on the bucket.
    pub key: String,
    /// What is done.
    #[serde(flatten)]
    pub kind: OperationKind,
}

/// The kinds of operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum OperationKind {
    /// `PutObject`.
    Put(Content),
    /// A multipart upload with parts of this size.
    Multipart {
        /// What is uploaded.
        content: Content,
        /// Bytes a part.
        part_size: u64,
    },
    /// `CopyObject` within the bucket. `content` is what the copy then holds.
    Copy {
        /// The key copied from.
        from: String,
        /// What the copy holds.
        content: Content,
    },
    /// Nothing is sent: somebody else wrote the object, and this is what it has to hold. `ok` means
    /// that the source showed it, and has no acknowledgement to count a lag from.
    Found(Content),
    /// A `DeleteObject` without a version: makes a delete marker.
    Delete,
    /// A `DeleteObject` of one version.
    DeleteVersion {
        /// The version.
        version: VersionId,
    },
    /// `PutObjectTagging` on one version.
    Tag {
        /// The version.
        version: VersionId,
        /// The new tags.
        tags: Tags,
    },
    /// `PutBucketVersioning`.
    Versioning {
        /// `Enabled` or `Suspended`.
        enabled: bool,
    },
    /// `PutObjectRetention` on one version.
    Retain {
        /// The version.
        version: VersionId,
        /// The new retention.
        retention: Retention,
    },
    /// `PutObjectLegalHold` on one version.
    Hold {
        /// The version.
        version: VersionId,
        /// Whether it is held.
        held: bool,
    },
    /// A multipart upload is begun, and one part of it sent; it is never completed.
    BeginUpload,
    /// `PutObjectAcl` on one version.
    Acl {
        /// The version.
        version: VersionId,
        /// The new grants, beside the owner's: `READ http://acs.amazonaws.com/groups/…`.
        grants: BTreeSet<String>,
    },
    /// A setting of a bucket is put.
    Setting {
        /// Which one.
        #[serde(flatten)]
        setting: BucketSetting,
    },
    /// Actions are denied to the replication role, on the pair's keys, in the place of what was
    /// denied before.
    Deny {
        /// Such as `s3:ReplicateObject`.
        actions: BTreeSet<String>,
    },
    /// Actions are denied to the replication role by the policy of the operation's bucket, in the
    /// place of what that denied before (R-IAM-08).
    DenyAt {
        /// Such as `s3:ReplicateTags`.
        actions: BTreeSet<String>,
    },
    /// What was denied is given back.
    Restore,
    /// The bucket is emptied and deleted.
    DeleteBucket,
    /// The bucket is created again, under its old name, versioned and empty.
    CreateBucket,
    /// `PutBucketLifecycleConfiguration`.
    Lifecycle {
        /// In the place of what was there.
        lifecycle: Lifecycle,
    },
    /// The clocks of all buckets of the pair are advanced, upon which lifecycle acts.
    Advance {
        /// By how many days.
        days: u32,
    },
    /// Something begins or ends to hold replication up.
    Trouble {
        /// What.
        trouble: Trouble,
    },
    /// `PutBucketReplication`.
    Configure {
        /// The new rules.
        rules: Vec<Rule>,
    },
    /// A call whose answer is what is judged.
    Ask(Ask),
}

impl OperationKind {
    /// What the operation writes, if it writes an object.
    #[must_use]
    pub fn content(&self) -> Option<&Content> {
        match self {
            Self::Put(content)
            | Self::Found(content)
            | Self::Multipart { content, .. }
            | Self::Copy { content, .. } => Some(content),
            _ => None,
        }
    }
}

/// What an object holds, as it was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// User metadata, without `x-amz-meta-`.
    pub metadata: BTreeMap<String, String>,
    /// System headers by lower-case name (`content-type`, `cache-control`, …).
    pub headers: BTreeMap<String, String>,
    /// Tags.
    pub tags: Tags,
    /// The storage class; none for STANDARD.
    pub storage_class: Option<String>,
    /// The additional checksum that was asked for (`CRC32C`, `SHA256`, …).
    pub checksum: Option<String>,
    /// `x-amz-server-side-encryption`; none for the bucket's default.
    pub encryption: Option<String>,
    /// The ARN of the KMS key.
    pub kms_key: Option<String>,
    /// Whether a bucket key was asked for.
    pub bucket_key: bool,
    /// The MD5 of the customer's key (SSE-C), in base64. The key itself is written nowhere.
    pub customer_key: Option<String>,
    /// The type of a multipart upload's checksum, where one was asked for.
    pub checksum_type: Option<String>,
    /// The retention that was sent.
    pub retention: Option<Retention>,
    /// Whether it was put under a legal hold.
    pub held: bool,
    /// The grants that were sent, beside the owner's: `READ http://acs.amazonaws.com/groups/…`.
    pub grants: BTreeSet<String>,
}

/// What S3 answered to an operation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outcome {
    /// The version that was written, or the marker's.
    pub version: Option<VersionId>,
    /// The `ETag`, without quotes.
    pub etag: Option<String>,
    /// The answer itself, where that is what is judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered: Option<Answered>,
}

/// Why an operation or an observation failed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The HTTP status; 0 where there was no answer.
    pub status: u16,
    /// S3's error code, or `Timeout`, `Connection`.
    pub code: String,
    /// S3's message.
    pub message: String,
}

/// What an observation saw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "seen", rename_all = "kebab-case")]
pub enum Seen {
    /// 404: it was not there.
    Absent,
    /// It was there.
    Present(Box<ObjectSeen>),
    /// A delete marker (404 or 405 with `x-amz-delete-marker`).
    DeleteMarker {
        /// The marker's version.
        version: Option<VersionId>,
    },
    /// The object's tags, by `GetObjectTagging`.
    Tags {
        /// The tags.
        tags: Tags,
    },
    /// The bytes of each part of an upload, in their order, by HEAD of each.
    Parts {
        /// Bytes a part; one entry for an object that was not uploaded in parts.
        sizes: Vec<u64>,
    },
    /// The object's grants, beside its owner's, by `GetObjectAcl`.
    Acl {
        /// The grants.
        grants: BTreeSet<String>,
    },
    /// All versions and markers of the key, newest first, by `ListObjectVersions`.
    Versions {
        /// The versions.
        versions: Vec<ListedVersion>,
    },
    /// The failed replications of a version that the target tells of.
    Failures {
        /// One a failure.
        failures: Vec<FailureSeen>,
    },
    /// The bucket's configuration.
    Bucket {
        /// `Enabled`, `Suspended` or none.
        versioning: Option<String>,
        /// Default encryption (`AES256`, `aws:kms`), or none.
        encryption: Option<String>,
        /// After how many days a noncurrent version is deleted by an enabled lifecycle rule.
        noncurrent_days: Option<u32>,
    },
    /// No evidence: the request failed.
    Failed(Failure),
}

/// A failed replication, as S3's event tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureSeen {
    /// The destination.
    pub side: Side,
    /// `failureReason`, in the target's own word.
    pub reason: String,
}

/// A version as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedVersion {
    /// Its ID.
    pub version: VersionId,
    /// Whether it is a delete marker.
    pub marker: bool,
    /// Whether it is the current one.
    pub latest: bool,
    /// The `ETag`, without quotes; none for a marker.
    pub etag: Option<String>,
    /// Bytes; 0 for a marker.
    pub size: u64,
    /// `LastModified`, in milliseconds since 1970; none in histories from before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified_ms: Option<i64>,
}

/// An object as HEAD or GET shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObjectSeen {
    /// `x-amz-version-id`.
    pub version: Option<VersionId>,
    /// `Content-Length`.
    pub size: u64,
    /// SHA-256 of the body in lower-case hexadecimal; none when only HEAD was asked.
    pub sha256: Option<String>,
    /// The `ETag`, without quotes.
    pub etag: Option<String>,
    /// `x-amz-replication-status`.
    pub status: Option<ReplicationStatus>,
    /// `x-amz-server-side-encryption`.
    pub encryption: Option<String>,
    /// The ARN of the KMS key.
    pub kms_key: Option<String>,
    /// `x-amz-server-side-encryption-bucket-key-enabled`.
    pub bucket_key: bool,
    /// The MD5 of the customer's key (SSE-C), in base64.
    pub customer_key: Option<String>,
    /// The retention.
    pub retention: Option<Retention>,
    /// Whether it is under a legal hold.
    pub held: bool,
    /// `x-amz-storage-class`; none for STANDARD.
    pub storage_class: Option<String>,
    /// `Last-Modified`, in seconds since 1970.
    pub last_modified: Option<i64>,
    /// User metadata, without `x-amz-meta-`.
    pub metadata: BTreeMap<String, String>,
    /// System headers by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// Additional checksums by algorithm (`SHA256` → base64, with `-N` where composite).
    pub checksums: BTreeMap<String, String>,
}
