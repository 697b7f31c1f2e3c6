//! Bucket policies: stored, and held against replication alone; requests of users are not.

use http::StatusCode;
use s3s::dto::{
    DeleteBucketPolicyInput, DeleteBucketPolicyOutput, GetBucketPolicyInput, GetBucketPolicyOutput,
    PutBucketPolicyInput, PutBucketPolicyOutput,
};
use s3s::{S3Request, S3Response, S3Result};

use super::super::policy::{Document, Kind};
use super::super::world::BucketPolicy;
use super::{Api, answer, bucket, bucket_mut, refusal};

type Answer<T> = S3Result<S3Response<T>>;

/// `PutBucketPolicy`.
pub(super) async fn put_bucket_policy(
    api: &Api,
    request: S3Request<PutBucketPolicyInput>,
) -> Answer<PutBucketPolicyOutput> {
    let text = request.input.policy;
    let json =
        serde_json::from_str(&text).map_err(|_| malformed("This policy contains invalid Json"))?;
    let document =
        Document::read(&json, Kind::Bucket).map_err(|error| malformed(&error.to_string()))?;
    let policy = BucketPolicy { text, document };
    bucket_mut(&mut api.world.lock(), &request.input.bucket)?.policy = Some(policy);
    answer(PutBucketPolicyOutput {})
}

/// `GetBucketPolicy`.
pub(super) async fn get_bucket_policy(
    api: &Api,
    request: S3Request<GetBucketPolicyInput>,
) -> Answer<GetBucketPolicyOutput> {
    let state = api.world.lock();
    let policy = bucket(&state, &request.input.bucket)?.policy.as_ref();
    let missing = || {
        refusal(
            "NoSuchBucketPolicy",
            StatusCode::NOT_FOUND,
            "The bucket policy does not exist",
        )
    };
    let policy = Some(policy.ok_or_else(missing)?.text.clone());
    answer(GetBucketPolicyOutput { policy })
}

/// `DeleteBucketPolicy`: 204 whether there was one or not.
pub(super) async fn delete_bucket_policy(
    api: &Api,
    request: S3Request<DeleteBucketPolicyInput>,
) -> Answer<DeleteBucketPolicyOutput> {
    bucket_mut(&mut api.world.lock(), &request.input.bucket)?.policy = None;
    answer(DeleteBucketPolicyOutput {})
}

fn malformed(why: &str) -> s3s::S3Error {
    let mut error = refusal("MalformedPolicy", StatusCode::BAD_REQUEST, "");
    error.set_message(why.to_owned());
    error
}
