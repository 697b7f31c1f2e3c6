//! What a scenario sets on a bucket of its own.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A setting of a bucket, by the call that makes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "setting", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BucketSetting {
    /// `PutBucketEncryption`: what encrypts new objects that ask for nothing.
    Encryption {
        /// `AES256`, `aws:kms` or `aws:kms:dsse`.
        algorithm: String,
        /// The KMS key; none for the AWS managed one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        /// Whether SSE-C is blocked, as it is in new buckets since April 2026 (R-ENC-08).
        blocks_customer_keys: bool,
    },
    /// `PutObjectLockConfiguration`: Object Lock is on, for good.
    ObjectLock {
        /// For how many days GOVERNANCE keeps what comes without a retention.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        days: Option<u32>,
    },
    /// `PutBucketOwnershipControls`: whether the bucket has ACLs.
    Ownership {
        /// `BucketOwnerEnforced`, `BucketOwnerPreferred` or `ObjectWriter`.
        ownership: String,
    },
}

/// Until when a version may not be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// `GOVERNANCE` or `COMPLIANCE`.
    pub mode: String,
    /// In seconds since 1970.
    pub until: i64,
}

impl Retention {
    /// The mode of which one can rid oneself: scenarios know no other.
    pub const GOVERNANCE: &'static str = "GOVERNANCE";

    /// GOVERNANCE until then.
    #[must_use]
    pub fn governance(until: i64) -> Self {
        Self {
            mode: Self::GOVERNANCE.to_owned(),
            until,
        }
    }
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} until {}", self.mode, self.until)
    }
}

impl BucketSetting {
    /// Default encryption with this algorithm; SSE-C stays blocked.
    #[must_use]
    pub fn encryption(algorithm: &str) -> Self {
        Self::Encryption {
            algorithm: algorithm.to_owned(),
            key: None,
            blocks_customer_keys: true,
        }
    }

    /// Who owns the bucket's objects, which says whether there are ACLs.
    #[must_use]
    pub fn ownership(ownership: &str) -> Self {
        let ownership = ownership.to_owned();
        Self::Ownership { ownership }
    }

    /// SSE-S3 by default, and SSE-C allowed.
    #[must_use]
    pub fn customer_keys() -> Self {
        Self::Encryption {
            algorithm: "AES256".to_owned(),
            key: None,
            blocks_customer_keys: false,
        }
    }
}

impl fmt::Display for BucketSetting {
    /// The call's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Encryption { .. } => "PutBucketEncryption",
            Self::ObjectLock { .. } => "PutObjectLockConfiguration",
            Self::Ownership { .. } => "PutBucketOwnershipControls",
        })
    }
}
