//! Object Lock: of the bucket, and of a version.

use http::StatusCode;
use s3s::dto::{
    GetObjectLegalHoldInput, GetObjectLegalHoldOutput, GetObjectLockConfigurationInput,
    GetObjectLockConfigurationOutput, GetObjectRetentionInput, GetObjectRetentionOutput,
    ObjectLockConfiguration, ObjectLockLegalHold, ObjectLockLegalHoldStatus, ObjectLockRetention,
    ObjectLockRetentionMode, PutObjectLegalHoldInput, PutObjectLegalHoldOutput,
    PutObjectLockConfigurationInput, PutObjectLockConfigurationOutput, PutObjectRetentionInput,
    PutObjectRetentionOutput,
};
use s3s::{S3Error, S3Request, S3Response, S3Result, s3_error};

use super::super::lock::{self, Lock};
use super::super::replicator;
use super::super::world::State;
use super::{Api, answer, bucket, bucket_mut, reading, refusal};

type Answer<T> = S3Result<S3Response<T>>;

/// `PutObjectLockConfiguration`: on for good, also in a bucket that was made without (since 2023).
pub(super) async fn put_object_lock_configuration(
    api: &Api,
    request: S3Request<PutObjectLockConfigurationInput>,
) -> Answer<PutObjectLockConfigurationOutput> {
    let mut state = api.world.lock();
    let bucket = bucket_mut(&mut state, &request.input.bucket)?;
    let configuration = request.input.object_lock_configuration;
    let configuration = configuration.filter(is_well_formed).ok_or_else(malformed)?;
    if !bucket.is_versioned() {
        return Err(refusal(
            "InvalidBucketState",
            StatusCode::CONFLICT,
            "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
        ));
    }
    bucket.lock = Some(configuration);
    answer(PutObjectLockConfigurationOutput::default())
}

/// Enabled, and a default retention of days or of years.
fn is_well_formed(configuration: &ObjectLockConfiguration) -> bool {
    let enabled = configuration.object_lock_enabled.as_ref();
    let rule = configuration.rule.as_ref();
    let default = rule.map(|rule| rule.default_retention.as_ref());
    let fits = |default: Option<&s3s::dto::DefaultRetention>| {
        let period = |days: Option<i32>| days.is_some_and(|days| days > 0);
        default.is_some_and(|default| {
            default.mode.is_some() && (period(default.days) != period(default.years))
        })
    };
    enabled.is_some_and(|word| word.as_str() == "Enabled") && default.is_none_or(fits)
}

fn malformed() -> S3Error {
    s3_error!(
        MalformedXML,
        "The XML you provided was not well-formed or did not validate against our published schema"
    )
}

/// `GetObjectLockConfiguration`.
pub(super) async fn get_object_lock_configuration(
    api: &Api,
    request: S3Request<GetObjectLockConfigurationInput>,
) -> Answer<GetObjectLockConfigurationOutput> {
    let state = api.world.lock();
    let lock = bucket(&state, &request.input.bucket)?.lock.clone();
    let missing = || {
        refusal(
            "ObjectLockConfigurationNotFoundError",
            StatusCode::NOT_FOUND,
            "Object Lock configuration does not exist for this bucket",
        )
    };
    answer(GetObjectLockConfigurationOutput {
        object_lock_configuration: Some(lock.ok_or_else(missing)?),
    })
}

/// `PutObjectRetention`; it follows to the replicas (R-DATA-08).
pub(super) async fn put_object_retention(
    api: &Api,
    request: S3Request<PutObjectRetentionInput>,
) -> Answer<PutObjectRetentionOutput> {
    let input = request.input;
    let asked = input.retention.unwrap_or_default();
    let now = api.world.lock().now();
    let until = asked.retain_until_date;
    let until = until.map(|date| time::OffsetDateTime::from(date).into());
    let mode = asked.mode.as_ref().map(ObjectLockRetentionMode::as_str);
    let retention = lock::read(mode, until, now)?;
    let bypass = input.bypass_governance_retention == Some(true);
    change(
        api,
        (&input.bucket, &input.key, input.version_id.as_deref()),
        |lock| lock.retain(retention, now, bypass),
    )?;
    answer(PutObjectRetentionOutput::default())
}

/// `GetObjectRetention`.
pub(super) async fn get_object_retention(
    api: &Api,
    request: S3Request<GetObjectRetentionInput>,
) -> Answer<GetObjectRetentionOutput> {
    let input = request.input;
    let state = api.world.lock();
    let lock = found(
        &state,
        &input.bucket,
        &input.key,
        input.version_id.as_deref(),
    )?;
    let retention = lock.retention.ok_or_else(not_locked)?;
    let mode = match retention.compliance {
        true => ObjectLockRetentionMode::COMPLIANCE,
        false => ObjectLockRetentionMode::GOVERNANCE,
    };
    answer(GetObjectRetentionOutput {
        retention: Some(ObjectLockRetention {
            mode: Some(ObjectLockRetentionMode::from_static(mode)),
            retain_until_date: Some(retention.until.into()),
        }),
    })
}

/// `PutObjectLegalHold`; it follows to the replicas (R-DATA-08).
pub(super) async fn put_object_legal_hold(
    api: &Api,
    request: S3Request<PutObjectLegalHoldInput>,
) -> Answer<PutObjectLegalHoldOutput> {
    let input = request.input;
    let status = input.legal_hold.and_then(|hold| hold.status);
    let status = status.ok_or_else(malformed)?;
    change(
        api,
        (&input.bucket, &input.key, input.version_id.as_deref()),
        |lock| {
            lock.hold = Some(status.as_str() == ObjectLockLegalHoldStatus::ON);
            Ok(())
        },
    )?;
    answer(PutObjectLegalHoldOutput::default())
}

/// `GetObjectLegalHold`.
pub(super) async fn get_object_legal_hold(
    api: &Api,
    request: S3Request<GetObjectLegalHoldInput>,
) -> Answer<GetObjectLegalHoldOutput> {
    let input = request.input;
    let state = api.world.lock();
    let lock = found(
        &state,
        &input.bucket,
        &input.key,
        input.version_id.as_deref(),
    )?;
    let status = hold_status(lock).ok_or_else(not_locked)?;
    answer(GetObjectLegalHoldOutput {
        legal_hold: Some(ObjectLockLegalHold {
            status: Some(status),
        }),
    })
}

/// The legal hold, as the headers have it.
pub(super) fn hold_status(lock: &Lock) -> Option<ObjectLockLegalHoldStatus> {
    let word = match lock.hold? {
        true => ObjectLockLegalHoldStatus::ON,
        false => ObjectLockLegalHoldStatus::OFF,
    };
    Some(ObjectLockLegalHoldStatus::from_static(word))
}

fn not_locked() -> S3Error {
    refusal(
        "NoSuchObjectLockConfiguration",
        StatusCode::NOT_FOUND,
        "The specified object does not have a ObjectLock configuration",
    )
}

fn found<'a>(state: &'a State, name: &str, key: &str, id: Option<&str>) -> S3Result<&'a Lock> {
    bucket(state, name)?.lock.as_ref().ok_or_else(no_lock)?;
    Ok(&reading::find(state, name, key, id)?.lock)
}

fn no_lock() -> S3Error {
    s3_error!(
        InvalidRequest,
        "Bucket is missing Object Lock Configuration"
    )
}

/// Changes the lock of a version, and sends it after the replicas.
fn change(
    api: &Api,
    (name, key, id): (&str, &str, Option<&str>),
    change: impl FnOnce(&mut Lock) -> S3Result<()>,
) -> S3Result<()> {
    let id = {
        let mut state = api.world.lock();
        found(&state, name, key, id)?;
        let id = reading::find(&state, name, key, id)?.id.clone();
        if let Some(version) = state.version_mut(name, key, &id) {
            change(&mut version.lock)?;
        }
        id
    };
    replicator::replicate_lock(&api.world, name, key, &id);
    Ok(())
}
