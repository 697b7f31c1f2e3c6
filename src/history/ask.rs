//! Calls whose answer is itself what is judged: refusals, and what S3 shows of a configuration.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A call, and what S3 documents to answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// What is called.
    pub call: Call,
    /// Whether a bucket is asked that nobody made, instead of the operation's own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub of_nowhere: bool,
    /// What has to be answered.
    pub expected: Reply,
}

/// The calls that can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Call {
    /// `PutBucketReplication` with this document, which may be wrong.
    PutReplication {
        /// XML as it is sent.
        document: String,
    },
    /// `GetBucketReplication`.
    GetReplication,
    /// `DeleteBucketReplication`.
    DeleteReplication,
    /// `PutBucketVersioning`.
    PutVersioning {
        /// `Enabled` or `Suspended`.
        enabled: bool,
    },
    /// `GetBucketEncryption`.
    GetEncryption,
    /// `ListObjectVersions` of the whole bucket.
    ListVersions,
    /// `HeadObject` of one version; it has no body, so that its code is `Http` and the status.
    HeadVersion {
        /// The key.
        key: String,
        /// The version.
        version: String,
    },
}

/// What has to be answered to a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "kebab-case")]
pub enum Reply {
    /// A success.
    Accepted {
        /// Its HTTP status.
        status: u16,
        /// XML that the answer has to hold.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        shows: Vec<String>,
        /// XML that the answer must not hold.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lacks: Vec<String>,
    },
    /// A refusal.
    Refused {
        /// Its HTTP status.
        status: u16,
        /// The codes that will do; where S3 documents none, any code will.
        codes: Vec<String>,
    },
}

/// What was answered to a call, as far as the SDK does not say it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// The body, on one line, with empty elements written as two tags.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PutReplication { .. } => f.write_str("PutBucketReplication"),
            Self::GetReplication => f.write_str("GetBucketReplication"),
            Self::DeleteReplication => f.write_str("DeleteBucketReplication"),
            Self::GetEncryption => f.write_str("GetBucketEncryption"),
            Self::ListVersions => f.write_str("ListObjectVersions"),
            Self::HeadVersion { key, version } => write!(f, "HeadObject {key}@{version}"),
            Self::PutVersioning { enabled: true } => f.write_str("PutBucketVersioning Enabled"),
            Self::PutVersioning { enabled: false } => f.write_str("PutBucketVersioning Suspended"),
        }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, codes } if codes.is_empty() => {
                write!(f, "refused with {status}")
            }
            Self::Refused { status, codes } => {
                write!(f, "refused with {status} {}", codes.join(" or "))
            }
            Self::Accepted {
                status,
                shows,
                lacks,
            } => {
                write!(f, "accepted with {status}")?;
                for shown in shows {
                    write!(f, ", showing {shown}")?;
                }
                for lacking in lacks {
                    write!(f, ", not showing {lacking}")?;
                }
                Ok(())
            }
        }
    }
}
