//! Settings that nobody can change here: the answers are those of a fresh bucket of S3.

use s3s::dto::{
    GetBucketLoggingInput, GetBucketLoggingOutput, GetBucketNotificationConfigurationInput,
    GetBucketNotificationConfigurationOutput, GetBucketRequestPaymentInput,
    GetBucketRequestPaymentOutput, Payer,
};
use s3s::{S3Request, S3Response, S3Result};

use super::{Api, answer, bucket};

type Answer<T> = S3Result<S3Response<T>>;

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

fn must_be_there(api: &Api, name: &str) -> S3Result<()> {
    bucket(&api.world.lock(), name).map(|_| ())
}
