//! S3's operations over the world. What is not here answers 501 `NotImplemented`.

mod access;
mod acl;
mod buckets;
mod complete;
mod conditions;
mod delete;
mod encrypting;
mod listing;
mod lock;
mod multipart;
mod objects;
mod own;
mod policy;
mod reading;
mod refused;
mod tagging;
mod unset;

use std::sync::Arc;

use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CopyObjectInput, CopyObjectOutput, CreateBucketInput,
    CreateBucketOutput, CreateMultipartUploadInput, CreateMultipartUploadOutput,
    DeleteBucketEncryptionInput, DeleteBucketEncryptionOutput, DeleteBucketInput,
    DeleteBucketLifecycleInput, DeleteBucketLifecycleOutput, DeleteBucketOutput,
    DeleteBucketPolicyInput, DeleteBucketPolicyOutput, DeleteBucketReplicationInput,
    DeleteBucketReplicationOutput, DeleteBucketTaggingInput, DeleteBucketTaggingOutput,
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectTaggingInput, DeleteObjectTaggingOutput,
    DeleteObjectsInput, DeleteObjectsOutput, DeletePublicAccessBlockInput,
    DeletePublicAccessBlockOutput, GetBucketLifecycleConfigurationInput,
    GetBucketLifecycleConfigurationOutput, GetBucketLocationInput, GetBucketLocationOutput,
    GetBucketLoggingInput, GetBucketLoggingOutput, GetBucketNotificationConfigurationInput,
    GetBucketNotificationConfigurationOutput, GetBucketOwnershipControlsInput,
    GetBucketOwnershipControlsOutput, GetBucketPolicyInput, GetBucketPolicyOutput,
    GetBucketReplicationInput, GetBucketReplicationOutput, GetBucketRequestPaymentInput,
    GetBucketRequestPaymentOutput, GetBucketTaggingInput, GetBucketTaggingOutput,
    GetBucketVersioningInput, GetBucketVersioningOutput, GetObjectAttributesInput,
    GetObjectAttributesOutput, GetObjectInput, GetObjectLockConfigurationInput,
    GetObjectLockConfigurationOutput, GetObjectOutput, GetObjectTaggingInput,
    GetObjectTaggingOutput, GetPublicAccessBlockInput, GetPublicAccessBlockOutput, HeadBucketInput,
    HeadBucketOutput, HeadObjectInput, HeadObjectOutput, ListBucketsInput, ListBucketsOutput,
    ListMultipartUploadsInput, ListMultipartUploadsOutput, ListObjectVersionsInput,
    ListObjectVersionsOutput, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input,
    ListObjectsV2Output, ListPartsInput, ListPartsOutput, PutBucketLifecycleConfigurationInput,
    PutBucketLifecycleConfigurationOutput, PutBucketPolicyInput, PutBucketPolicyOutput,
    PutBucketReplicationInput, PutBucketReplicationOutput, PutBucketTaggingInput,
    PutBucketTaggingOutput, PutBucketVersioningInput, PutBucketVersioningOutput, PutObjectInput,
    PutObjectOutput, PutObjectTaggingInput, PutObjectTaggingOutput, PutPublicAccessBlockInput,
    PutPublicAccessBlockOutput, UploadPartInput, UploadPartOutput,
};
use s3s::dto::{
    DeleteBucketOwnershipControlsInput, DeleteBucketOwnershipControlsOutput, GetObjectAclInput,
    GetObjectAclOutput, GetObjectLegalHoldInput, GetObjectLegalHoldOutput, GetObjectRetentionInput,
    GetObjectRetentionOutput, PutBucketOwnershipControlsInput, PutBucketOwnershipControlsOutput,
    PutObjectAclInput, PutObjectAclOutput, PutObjectLegalHoldInput, PutObjectLegalHoldOutput,
    PutObjectLockConfigurationInput, PutObjectLockConfigurationOutput, PutObjectRetentionInput,
    PutObjectRetentionOutput,
};
use s3s::service::S3ServiceBuilder;
use s3s::{S3, S3Error, S3Request, S3Response, S3Result, s3_error};

pub(super) use objects::hex;

use super::endpoint::Endpoint;
use super::world::{Bucket, State, World};

/// The operations of one endpoint.
#[derive(Debug, Clone)]
struct Api {
    world: Arc<World>,
    /// The endpoint's region; none where one endpoint serves both.
    region: Option<String>,
}

/// The operations alone, in both regions.
pub(super) fn operations(world: &Arc<World>) -> impl S3 + use<> {
    Api {
        world: Arc::clone(world),
        region: None,
    }
}

/// The endpoint of one region, or of both.
pub(super) fn service(world: &Arc<World>, region: Option<&str>) -> Endpoint {
    let api = Api {
        world: Arc::clone(world),
        region: region.map(str::to_owned),
    };
    let mut builder = S3ServiceBuilder::new(api.clone());
    let (id, secret) = world.settings.keys.clone();
    builder.set_auth(access::Keys {
        id,
        secret: secret.into(),
    });
    builder.set_access(access::Access(api.clone()));
    builder.set_host(access::Hosts);
    builder.set_validation(own::Names);
    builder.set_route(encrypting::Routes {
        own: own::Own(Arc::clone(world)),
        api: api.clone(),
    });
    Endpoint::new(builder.build(), Arc::clone(world))
}

/// Delegates each operation to the function of its name.
macro_rules! operations {
    ($($name:ident: $input:ident => $output:ident in $module:ident;)*) => {
        #[async_trait::async_trait]
        impl S3 for Api {
            $(
                async fn $name(&self, request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                    $module::$name(self, request).await
                }
            )*
        }
    };
}

operations! {
    create_bucket: CreateBucketInput => CreateBucketOutput in buckets;
    head_bucket: HeadBucketInput => HeadBucketOutput in buckets;
    list_buckets: ListBucketsInput => ListBucketsOutput in buckets;
    get_bucket_location: GetBucketLocationInput => GetBucketLocationOutput in buckets;
    delete_bucket: DeleteBucketInput => DeleteBucketOutput in buckets;
    put_bucket_versioning: PutBucketVersioningInput => PutBucketVersioningOutput in buckets;
    get_bucket_versioning: GetBucketVersioningInput => GetBucketVersioningOutput in buckets;
    delete_bucket_encryption: DeleteBucketEncryptionInput => DeleteBucketEncryptionOutput in buckets;
    put_bucket_lifecycle_configuration: PutBucketLifecycleConfigurationInput => PutBucketLifecycleConfigurationOutput in buckets;
    get_bucket_lifecycle_configuration: GetBucketLifecycleConfigurationInput => GetBucketLifecycleConfigurationOutput in buckets;
    delete_bucket_lifecycle: DeleteBucketLifecycleInput => DeleteBucketLifecycleOutput in buckets;
    put_public_access_block: PutPublicAccessBlockInput => PutPublicAccessBlockOutput in buckets;
    get_public_access_block: GetPublicAccessBlockInput => GetPublicAccessBlockOutput in buckets;
    delete_public_access_block: DeletePublicAccessBlockInput => DeletePublicAccessBlockOutput in buckets;
    put_bucket_tagging: PutBucketTaggingInput => PutBucketTaggingOutput in tagging;
    get_bucket_tagging: GetBucketTaggingInput => GetBucketTaggingOutput in tagging;
    delete_bucket_tagging: DeleteBucketTaggingInput => DeleteBucketTaggingOutput in tagging;
    put_bucket_policy: PutBucketPolicyInput => PutBucketPolicyOutput in policy;
    get_bucket_policy: GetBucketPolicyInput => GetBucketPolicyOutput in policy;
    delete_bucket_policy: DeleteBucketPolicyInput => DeleteBucketPolicyOutput in policy;
    put_bucket_ownership_controls: PutBucketOwnershipControlsInput => PutBucketOwnershipControlsOutput in acl;
    get_bucket_ownership_controls: GetBucketOwnershipControlsInput => GetBucketOwnershipControlsOutput in acl;
    delete_bucket_ownership_controls: DeleteBucketOwnershipControlsInput => DeleteBucketOwnershipControlsOutput in acl;
    put_object_acl: PutObjectAclInput => PutObjectAclOutput in acl;
    get_object_acl: GetObjectAclInput => GetObjectAclOutput in acl;
    get_bucket_request_payment: GetBucketRequestPaymentInput => GetBucketRequestPaymentOutput in unset;
    get_bucket_notification_configuration: GetBucketNotificationConfigurationInput => GetBucketNotificationConfigurationOutput in unset;
    get_bucket_logging: GetBucketLoggingInput => GetBucketLoggingOutput in unset;
    put_object_lock_configuration: PutObjectLockConfigurationInput => PutObjectLockConfigurationOutput in lock;
    get_object_lock_configuration: GetObjectLockConfigurationInput => GetObjectLockConfigurationOutput in lock;
    put_object_retention: PutObjectRetentionInput => PutObjectRetentionOutput in lock;
    get_object_retention: GetObjectRetentionInput => GetObjectRetentionOutput in lock;
    put_object_legal_hold: PutObjectLegalHoldInput => PutObjectLegalHoldOutput in lock;
    get_object_legal_hold: GetObjectLegalHoldInput => GetObjectLegalHoldOutput in lock;
    put_bucket_replication: PutBucketReplicationInput => PutBucketReplicationOutput in buckets;
    get_bucket_replication: GetBucketReplicationInput => GetBucketReplicationOutput in buckets;
    delete_bucket_replication: DeleteBucketReplicationInput => DeleteBucketReplicationOutput in buckets;
    put_object: PutObjectInput => PutObjectOutput in objects;
    copy_object: CopyObjectInput => CopyObjectOutput in objects;
    get_object: GetObjectInput => GetObjectOutput in reading;
    head_object: HeadObjectInput => HeadObjectOutput in reading;
    get_object_attributes: GetObjectAttributesInput => GetObjectAttributesOutput in reading;
    delete_object: DeleteObjectInput => DeleteObjectOutput in delete;
    delete_objects: DeleteObjectsInput => DeleteObjectsOutput in delete;
    put_object_tagging: PutObjectTaggingInput => PutObjectTaggingOutput in tagging;
    get_object_tagging: GetObjectTaggingInput => GetObjectTaggingOutput in tagging;
    delete_object_tagging: DeleteObjectTaggingInput => DeleteObjectTaggingOutput in tagging;
    list_objects: ListObjectsInput => ListObjectsOutput in listing;
    list_objects_v2: ListObjectsV2Input => ListObjectsV2Output in listing;
    list_object_versions: ListObjectVersionsInput => ListObjectVersionsOutput in listing;
    create_multipart_upload: CreateMultipartUploadInput => CreateMultipartUploadOutput in multipart;
    upload_part: UploadPartInput => UploadPartOutput in multipart;
    complete_multipart_upload: CompleteMultipartUploadInput => CompleteMultipartUploadOutput in complete;
    abort_multipart_upload: AbortMultipartUploadInput => AbortMultipartUploadOutput in multipart;
    list_parts: ListPartsInput => ListPartsOutput in multipart;
    list_multipart_uploads: ListMultipartUploadsInput => ListMultipartUploadsOutput in multipart;
}

/// The bucket, or 404 (R-CFG-10).
fn bucket<'a>(state: &'a State, name: &str) -> S3Result<&'a Bucket> {
    state.buckets.get(name).ok_or_else(no_such_bucket)
}

/// The bucket, or 404.
fn bucket_mut<'a>(state: &'a mut State, name: &str) -> S3Result<&'a mut Bucket> {
    state.buckets.get_mut(name).ok_or_else(no_such_bucket)
}

fn no_such_bucket() -> S3Error {
    s3_error!(NoSuchBucket, "The specified bucket does not exist")
}

/// An answer without anything special.
#[expect(clippy::unnecessary_wraps, reason = "every operation ends with it")]
fn answer<T>(output: T) -> S3Result<S3Response<T>> {
    Ok(S3Response::new(output))
}

/// An error with a code that S3 has and s3s may not, and its HTTP status.
pub(super) fn refusal(
    code: &'static str,
    status: http::StatusCode,
    message: &'static str,
) -> S3Error {
    let mut error = S3Error::with_message(s3s::S3ErrorCode::Custom(code.into()), message);
    error.set_status_code(status);
    error
}
