//! Asking a target why a version is FAILED.

use serde::Deserialize;
use tokio::time::Instant;

use super::Probe;
use crate::history::{Failure, FailureSeen, Seen, Side};
use crate::replication::VersionId;
use crate::target::read_own;

/// The event records of a source bucket, as far as they are read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Events {
    records: Vec<Record>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    s3: S3,
    replication_event_data: Data,
}

#[derive(Debug, Deserialize)]
struct S3 {
    object: Object,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    key: String,
    version_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    destination_bucket: String,
    failure_reason: String,
}

impl Probe {
    /// Asks for the failures of a version until one towards `side` is told of, or the deadline has
    /// passed.
    pub async fn until_failure(
        &self,
        side: Side,
        key: &str,
        version: &VersionId,
        deadline: Instant,
    ) -> bool {
        let look = || async {
            let seen = self.failures(key, version).await;
            matches!(seen, Seen::Failures { failures } if failures.iter().any(|f| f.side == side))
        };
        self.until(look, deadline).await
    }

    /// The failed replications of a version that the target tells of.
    pub async fn failures(&self, key: &str, version: &VersionId) -> Seen {
        let sent = self.recorder.now();
        let path = format!("failures/{}", self.bucket(Side::Source));
        let seen = match read_own::<Events>(self.client(Side::Source), &path).await {
            Ok(events) => Seen::Failures {
                failures: self.of_version(events, key, version),
            },
            Err(error) => Seen::Failed(Failure {
                status: 0,
                code: "Failures".to_owned(),
                message: error.to_string(),
            }),
        };
        self.note(Side::Source, key, Some(version), sent, seen)
    }

    fn of_version(&self, events: Events, key: &str, version: &VersionId) -> Vec<FailureSeen> {
        let same = |record: &Record| {
            record.s3.object.key == key && record.s3.object.version_id == version.0
        };
        let records = events.records.into_iter().filter(same);
        let seen = records.filter_map(|record| {
            let data = record.replication_event_data;
            let bucket = data.destination_bucket.rsplit(":::").next()?;
            Some(FailureSeen {
                side: self.side(bucket)?,
                reason: data.failure_reason,
            })
        });
        seen.collect()
    }
}
