//! Retention and legal holds, on the wire.

use std::time::{Duration, SystemTime};

use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::{
    ObjectLockLegalHold, ObjectLockLegalHoldStatus, ObjectLockMode, ObjectLockRetention,
    ObjectLockRetentionMode,
};

use super::driver::{Applied, Driver};
use super::wire::Wire;
use crate::error::Result;
use crate::history::{OperationKind, Outcome, Side};
use crate::replication::{Retention, VersionId};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// GOVERNANCE for so many days from now.
pub(super) fn in_days(days: u32) -> Retention {
    let until = SystemTime::now() + DAY * days;
    let since = until.duration_since(SystemTime::UNIX_EPOCH);
    Retention::governance(since.map_or(0, |since| since.as_secs() as i64))
}

/// The mode, as an upload's header has it.
pub(super) fn mode(retention: Option<&Retention>) -> Option<ObjectLockMode> {
    retention.map(|retention| ObjectLockMode::from(retention.mode.as_str()))
}

/// The date, as an upload's header has it.
pub(super) fn until(retention: Option<&Retention>) -> Option<DateTime> {
    retention.map(|retention| DateTime::from_secs(retention.until))
}

impl Driver {
    /// Keeps one version of a full key at the source for so many days.
    ///
    /// # Errors
    /// As [`Driver::write`].
    pub async fn retain(
        &self,
        label: &str,
        key: &str,
        version: &VersionId,
        days: u32,
    ) -> Result<Applied> {
        let retention = in_days(days);
        let kind = OperationKind::Retain {
            version: version.clone(),
            retention: retention.clone(),
        };
        let op = self.invoke(label, Side::Source, key, kind);
        let put = self.client(Side::Source).put_object_retention();
        let put = put.bucket(self.bucket(Side::Source)).key(key);
        let retention = ObjectLockRetention::builder()
            .mode(ObjectLockRetentionMode::from(retention.mode.as_str()))
            .set_retain_until_date(until(Some(&retention)))
            .build();
        let sent = put.version_id(&version.0).retention(retention).send().await;
        let sent = sent.map(|_| of(version)).map_err(Wire::sdk);
        self.conclude(op, key, "PutObjectRetention", None, sent)
    }

    /// Puts one version of a full key at the source under a legal hold, or takes it off.
    ///
    /// # Errors
    /// As [`Driver::write`].
    pub async fn hold(
        &self,
        label: &str,
        key: &str,
        version: &VersionId,
        held: bool,
    ) -> Result<Applied> {
        let kind = OperationKind::Hold {
            version: version.clone(),
            held,
        };
        let op = self.invoke(label, Side::Source, key, kind);
        let put = self.client(Side::Source).put_object_legal_hold();
        let put = put.bucket(self.bucket(Side::Source)).key(key);
        let status = match held {
            true => ObjectLockLegalHoldStatus::On,
            false => ObjectLockLegalHoldStatus::Off,
        };
        let hold = ObjectLockLegalHold::builder().status(status).build();
        let sent = put.version_id(&version.0).legal_hold(hold).send().await;
        let sent = sent.map(|_| of(version)).map_err(Wire::sdk);
        self.conclude(op, key, "PutObjectLegalHold", None, sent)
    }
}

fn of(version: &VersionId) -> Outcome {
    Outcome {
        version: Some(version.clone()),
        etag: None,
        answered: None,
    }
}
