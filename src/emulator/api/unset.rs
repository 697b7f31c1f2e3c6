//! Settings that nobody can change here: the answers are those of a fresh bucket of S3.
//!
//! Ownership: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html>
//! (enforced by default since April 2023).

use http::StatusCode;
use s3s::dto::{
    GetBucketLoggingInput, GetBucketLoggingOutput, GetBucketNotificationConfigurationInput,
    GetBucketNotificationConfigurationOutput, GetBucketOwnershipControlsInput,
    GetBucketOwnershipControlsOutput, GetBucketRequestPaymentInput, GetBucketRequestPaymentOutput,
    GetObjectLockConfigurationInput, GetObjectLockConfigurationOutput, ObjectOwnership,
    OwnershipControls, OwnershipControlsRule, Payer,
};
use s3s::{S3Request, S3Response, S3Result};

use super::{Api, answer, bucket, refusal};

type Answer<T> = S3Result<S3Response<T>>;

/// `GetBucketOwnershipControls`: ACLs are off.
pub(super) async fn get_bucket_ownership_controls(
    api: &Api,
    request: S3Request<GetBucketOwnershipControlsInput>,
) -> Answer<GetBucketOwnershipControlsOutput> {
    must_be_there(api, &request.input.bucket)?;
    let object_ownership = ObjectOwnership::from_static(ObjectOwnership::BUCKET_OWNER_ENFORCED);
    let rules = vec![OwnershipControlsRule { object_ownership }];
    let ownership_controls = Some(OwnershipControls { rules });
    answer(GetBucketOwnershipControlsOutput { ownership_controls })
}

/// `GetBucketRequestPayment`: the owner pays.
pub(super) async fn get_bucket_request_payment(
    api: &Api,
    request: S3Request<GetBucketRequestPaymentInput>,
) -> Answer<GetBucketRequestPaymentOutput> {
    must_be_there(api, &request.input.bucket)?;
    let payer = Some(Payer::from_static(Payer::BUCKET_OWNER));
    answer(GetBucketRequestPaymentOutput { payer })
}

/// `GetBucketNotificationConfiguration`: nobody is told.
pub(super) async fn get_bucket_notification_configuration(
    api: &Api,
    request: S3Request<GetBucketNotificationConfigurationInput>,
) -> Answer<GetBucketNotificationConfigurationOutput> {
    must_be_there(api, &request.input.bucket)?;
    answer(GetBucketNotificationConfigurationOutput::default())
}

/// `GetBucketLogging`: nothing is logged.
pub(super) async fn get_bucket_logging(
    api: &Api,
    request: S3Request<GetBucketLoggingInput>,
) -> Answer<GetBucketLoggingOutput> {
    must_be_there(api, &request.input.bucket)?;
    answer(GetBucketLoggingOutput::default())
}

/// `GetObjectLockConfiguration`: there is none.
pub(super) async fn get_object_lock_configuration(
    api: &Api,
    request: S3Request<GetObjectLockConfigurationInput>,
) -> Answer<GetObjectLockConfigurationOutput> {
    must_be_there(api, &request.input.bucket)?;
    Err(refusal(
        "ObjectLockConfigurationNotFoundError",
        StatusCode::NOT_FOUND,
        "Object Lock configuration does not exist for this bucket",
    ))
}

fn must_be_there(api: &Api, name: &str) -> S3Result<()> {
    bucket(&api.world.lock(), name).map(|_| ())
}
