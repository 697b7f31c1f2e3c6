//! Why S3 says that a version failed to replicate.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Declares the reasons, each by AWS's own name.
macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $reason:ident,)*) => {
        /// The `failureReason` of an `s3:Replication:OperationFailedReplication` event (R-EVT-14):
        /// the reasons of live replication, by AWS's names. Source: S3 user guide, "Receiving
        /// replication failure events with Amazon S3 Event Notifications".
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum FailureReason {
            $($(#[doc = $doc])+ $reason,)*
        }

        impl FailureReason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$reason,)*];
        }

        impl fmt::Display for FailureReason {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(match self { $(Self::$reason => stringify!($reason),)* })
            }
        }
    };
}

reasons! {
    /// S3 may not assume the role of the configuration (R-IAM-01).
    AssumeRoleNotPermitted,
    /// The destination bucket is not there.
    DstBucketNotFound,
    /// The source has Object Lock and the destination has not (R-DATA-11).
    DstBucketObjectLockConfigMissing,
    /// The destination is not versioned (R-CFG-19).
    DstBucketUnversioned,
    /// `s3:ReplicateDelete` is missing for a delete marker (R-IAM-05).
    DstDelObjNotPermitted,
    /// The destination's KMS key is not enabled.
    DstKmsKeyInvalidState,
    /// The destination's KMS key does not exist (R-ENC-05).
    DstKmsKeyNotFound,
    /// `s3:ReplicateObject` is missing to complete a multipart upload.
    DstMultipartCompleteNotPermitted,
    /// `s3:ReplicateObject` is missing to begin a multipart upload.
    DstMultipartInitNotPermitted,
    /// `s3:ReplicateObject` is missing to upload a part.
    DstMultipartUploadNotPermitted,
    /// `s3:ReplicateObject` is missing for an ACL.
    DstPutAclNotPermitted,
    /// `s3:PutObjectLegalHold` is missing.
    DstPutLegalHoldNotPermitted,
    /// `s3:ReplicateObject`, the owner override or the KMS key's use is missing (R-IAM-05).
    DstPutObjectNotPermitted,
    /// `s3:PutObjectRetention` is missing.
    DstPutRetentionNotPermitted,
    /// `s3:ReplicateObject` is missing for tags.
    DstPutTaggingNotPermitted,
    /// The version whose metadata changed is not at the destination (R-EVT-15).
    DstVersionNotFound,
    /// The source bucket is not there.
    SrcBucketNotFound,
    /// The source bucket has no replication configuration that S3 can find.
    SrcBucketReplicationConfigMissing,
    /// `s3:GetObjectVersionAcl` is missing (R-IAM-03).
    SrcGetAclNotPermitted,
    /// The legal hold may not be read.
    SrcGetLegalHoldNotPermitted,
    /// `s3:GetObjectVersionForReplication` is missing (R-IAM-03).
    SrcGetObjectNotPermitted,
    /// The retention may not be read.
    SrcGetRetentionNotPermitted,
    /// `s3:GetObjectVersionTagging` is missing (R-IAM-04).
    SrcGetTaggingNotPermitted,
    /// `s3:GetObjectVersionForReplication` is missing for the metadata (R-IAM-03).
    SrcHeadObjectNotPermitted,
    /// The key was deleted before it was copied (R-NOT-11).
    SrcKeyNotFound,
    /// The source's KMS key is not enabled.
    SrcKmsKeyInvalidState,
    /// Storage class or tags keep the object from being replicated (R-NOT-03).
    SrcObjectNotEligible,
    /// The source object is not there.
    SrcObjectNotFound,
    /// The object is replicated already.
    SrcReplicationNotPending,
    /// The version was deleted before it was copied (R-NOT-11).
    SrcVersionNotFound,
}

impl FromStr for FailureReason {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|reason| reason.to_string() == name);
        found
            .copied()
            .ok_or_else(|| format!("{name:?} is no failure reason of S3"))
    }
}
