//! Object Lock: retention and legal holds, and what they keep from being deleted.
//!
//! Source: S3 user guide, "Locking objects with Object Lock".

use std::time::{Duration, SystemTime};

use s3s::dto::{
    ObjectLockConfiguration, ObjectLockLegalHoldStatus, ObjectLockMode, ObjectLockRetentionMode,
};
use s3s::{S3Result, s3_error};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// What locks a version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lock {
    pub(super) retention: Option<Retention>,
    /// The legal hold: none where nobody ever set one.
    pub(super) hold: Option<bool>,
}

/// Until when a version is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Retention {
    /// Nobody can take it back.
    pub(super) compliance: bool,
    pub(super) until: SystemTime,
}

impl Retention {
    /// The mode, as the headers have it.
    pub(super) fn mode(self) -> ObjectLockMode {
        ObjectLockMode::from_static(match self.compliance {
            true => ObjectLockMode::COMPLIANCE,
            false => ObjectLockMode::GOVERNANCE,
        })
    }

    /// Whether it may be replaced by another: only lengthened, but by who bypasses GOVERNANCE.
    fn gives_way(self, to: Option<Self>, now: SystemTime, bypass: bool) -> bool {
        let lengthened =
            to.is_some_and(|to| to.until >= self.until && to.compliance >= self.compliance);
        self.until <= now || lengthened || (bypass && !self.compliance)
    }
}

impl Lock {
    /// Refuses to delete what is locked.
    pub(super) fn may_be_deleted(&self, now: SystemTime, bypass: bool) -> S3Result<()> {
        let kept = self
            .retention
            .is_some_and(|retention| !retention.gives_way(None, now, bypass));
        match kept || self.hold == Some(true) {
            true => Err(s3_error!(
                AccessDenied,
                "Access Denied because object protected by object lock."
            )),
            false => Ok(()),
        }
    }

    /// Sets another retention, where the present one gives way.
    pub(super) fn retain(
        &mut self,
        retention: Option<Retention>,
        now: SystemTime,
        bypass: bool,
    ) -> S3Result<()> {
        let gives_way = |present: Retention| present.gives_way(retention, now, bypass);
        if !self.retention.is_none_or(gives_way) {
            return Err(s3_error!(
                AccessDenied,
                "Access Denied because object protected by object lock."
            ));
        }
        self.retention = retention;
        Ok(())
    }
}

/// What a write asks for.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    pub(super) mode: Option<ObjectLockMode>,
    pub(super) until: Option<SystemTime>,
    pub(super) hold: Option<ObjectLockLegalHoldStatus>,
}

/// Takes it from a write that has it under S3's names.
macro_rules! lock_asked {
    ($input:expr) => {
        $crate::emulator::lock::Asked {
            mode: $input.object_lock_mode.clone(),
            until: $input
                .object_lock_retain_until_date
                .clone()
                .map(|date| time::OffsetDateTime::from(date).into()),
            hold: $input.object_lock_legal_hold_status.clone(),
        }
    };
}
pub(super) use lock_asked;

impl Asked {
    /// What locks the new version in a bucket with this configuration.
    ///
    /// # Errors
    /// What S3 refuses: a lock where the bucket has none, half a retention, a date that has passed.
    pub(super) fn decide(
        &self,
        bucket: Option<&ObjectLockConfiguration>,
        now: SystemTime,
    ) -> S3Result<Lock> {
        let asked = self.mode.is_some() || self.until.is_some() || self.hold.is_some();
        let Some(bucket) = bucket else {
            return match asked {
                true => Err(s3_error!(
                    InvalidRequest,
                    "Bucket is missing Object Lock Configuration"
                )),
                false => Ok(Lock::default()),
            };
        };
        let hold = self.hold.as_ref();
        let hold = hold.map(|hold| hold.as_str() == ObjectLockLegalHoldStatus::ON);
        let mode = self.mode.as_ref().map(ObjectLockMode::as_str);
        let retention = read(mode, self.until, now)?;
        Ok(Lock {
            retention: retention.or_else(|| by_default(Some(bucket), now)),
            hold,
        })
    }
}

/// A retention that a request names.
///
/// # Errors
/// 400 for half of one, an unknown mode, and a date that has passed.
pub(super) fn read(
    mode: Option<&str>,
    until: Option<SystemTime>,
    now: SystemTime,
) -> S3Result<Option<Retention>> {
    let (mode, until) = match (mode, until) {
        (None, None) => return Ok(None),
        (Some(mode), Some(until)) => (mode, until),
        _ => {
            return Err(s3_error!(
                InvalidArgument,
                "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied"
            ));
        }
    };
    if ![ObjectLockMode::GOVERNANCE, ObjectLockMode::COMPLIANCE].contains(&mode) {
        return Err(s3_error!(InvalidArgument, "Unknown wormMode directive."));
    }
    if until <= now {
        return Err(s3_error!(
            InvalidArgument,
            "The retain until date must be in the future!"
        ));
    }
    let compliance = mode == ObjectLockMode::COMPLIANCE;
    Ok(Some(Retention { compliance, until }))
}

/// The retention that a bucket gives to what comes without one (R-DATA-10).
pub(super) fn by_default(
    bucket: Option<&ObjectLockConfiguration>,
    now: SystemTime,
) -> Option<Retention> {
    let default = bucket?.rule.as_ref()?.default_retention.as_ref()?;
    let days = default.days.or(default.years.map(|years| years * 365))?;
    let mode = default.mode.as_ref()?.as_str();
    Some(Retention {
        compliance: mode == ObjectLockRetentionMode::COMPLIANCE,
        until: now + DAY * u32::try_from(days).unwrap_or_default(),
    })
}
