//! Replications that failed, as S3's event tells of them.

use std::time::SystemTime;

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::ACCOUNT;
use crate::replication::{FailureReason, VersionId};

/// One failed replication of one version to one destination.
///
/// S3 sends such an event only where the rule has metrics (R-EVT-06); the embedded pair keeps them
/// all.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplicationFailure {
    /// The source bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The source version.
    pub version_id: VersionId,
    /// The rule that sent it.
    pub rule_id: String,
    /// The destination bucket.
    pub destination: String,
    /// What was replicated. `OBJECT_PUT` is documented; the other words are the embedded pair's.
    pub operation: &'static str,
    /// Why it failed.
    pub reason: FailureReason,
    /// When the write asked for it.
    pub requested: SystemTime,
    /// When it failed.
    pub failed: SystemTime,
}

impl ReplicationFailure {
    /// The record of an `s3:Replication:OperationFailedReplication` event (R-EVT-07), as far as the
    /// embedded pair knows it.
    pub(super) fn record(&self, region: &str) -> Value {
        json!({
            "eventVersion": "2.2",
            "eventSource": "aws:s3",
            "awsRegion": region,
            "eventTime": date(self.failed),
            "eventName": "Replication:OperationFailedReplication",
            "userIdentity": {"principalId": "s3.amazonaws.com"},
            "requestParameters": {"sourceIPAddress": "s3.amazonaws.com"},
            "s3": {
                "s3SchemaVersion": "1.0",
                "bucket": {
                    "name": self.bucket,
                    "ownerIdentity": {"principalId": ACCOUNT},
                    "arn": format!("arn:aws:s3:::{}", self.bucket),
                },
                "object": {"key": self.key, "versionId": self.version_id.0},
            },
            "replicationEventData": {
                "replicationRuleId": self.rule_id,
                "destinationBucket": format!("arn:aws:s3:::{}", self.destination),
                "s3Operation": self.operation,
                "requestTime": date(self.requested),
                "failureReason": self.reason.to_string(),
            },
        })
    }
}

fn date(at: SystemTime) -> String {
    OffsetDateTime::from(at)
        .format(&Rfc3339)
        .unwrap_or_default()
}
