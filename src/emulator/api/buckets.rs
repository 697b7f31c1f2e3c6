//! Buckets and their configurations.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::StatusCode;
use s3s::dto::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketInput, CreateBucketOutput,
    DeleteBucketEncryptionInput, DeleteBucketEncryptionOutput, DeleteBucketInput,
    DeleteBucketLifecycleInput, DeleteBucketLifecycleOutput, DeleteBucketOutput,
    DeleteBucketReplicationInput, DeleteBucketReplicationOutput, DeletePublicAccessBlockInput,
    DeletePublicAccessBlockOutput, GetBucketLifecycleConfigurationInput,
    GetBucketLifecycleConfigurationOutput, GetBucketLocationInput, GetBucketLocationOutput,
    GetBucketReplicationInput, GetBucketReplicationOutput, GetBucketVersioningInput,
    GetBucketVersioningOutput, GetPublicAccessBlockInput, GetPublicAccessBlockOutput,
    HeadBucketInput, HeadBucketOutput, ListBucketsInput, ListBucketsOutput,
    ObjectLockConfiguration, ObjectLockEnabled, ObjectOwnership,
    PutBucketLifecycleConfigurationInput, PutBucketLifecycleConfigurationOutput,
    PutBucketReplicationInput, PutBucketReplicationOutput, PutBucketVersioningInput,
    PutBucketVersioningOutput, PutPublicAccessBlockInput, PutPublicAccessBlockOutput,
    ReplicationRuleFilter, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::super::creation::Tags;
use super::super::rules::{self, Buckets};
use super::super::trouble::Trouble;
use super::super::world::{Bucket, State, World, wall_clock};
use super::super::{ACCOUNT, Defect, replicator};
use super::{Api, answer, bucket, bucket_mut, refusal};

type Answer<T> = S3Result<S3Response<T>>;

const US_EAST_1: &str = "us-east-1";

/// `CreateBucket`. In us-east-1 a bucket that one already owns is answered with 200, as in AWS.
pub(super) async fn create_bucket(
    api: &Api,
    request: S3Request<CreateBucketInput>,
) -> Answer<CreateBucketOutput> {
    let tags = request.extensions.get::<Tags>().cloned();
    let input = request.input;
    let asked = input
        .create_bucket_configuration
        .and_then(|configuration| configuration.location_constraint)
        .map(|constraint| constraint.as_str().to_owned());
    let region = region_of_new_bucket(api, asked)?;
    let mut state = api.world.lock();
    let location = Some(format!("/{}", input.bucket));
    let output = CreateBucketOutput { location };
    match state.buckets.get(&input.bucket) {
        None => {
            let mut bucket = new_bucket(region, state.set_by);
            bucket.tags = tags.map(|tags| tags.0);
            if input.object_lock_enabled_for_bucket == Some(true) {
                lock_from_the_start(&mut bucket);
            }
            state.buckets.insert(input.bucket, bucket);
            answer(output)
        }
        Some(there) if there.region == US_EAST_1 && region == US_EAST_1 => answer(output),
        Some(_) => Err(s3_error!(
            BucketAlreadyOwnedByYou,
            "Your previous request to create the named bucket succeeded and you already own it."
        )),
    }
}

/// No ACLs, as in new buckets since April 2023.
fn enforced() -> ObjectOwnership {
    ObjectOwnership::from_static(ObjectOwnership::BUCKET_OWNER_ENFORCED)
}

/// A bucket that is made with Object Lock is versioned from the start.
fn lock_from_the_start(bucket: &mut Bucket) {
    let enabled = BucketVersioningStatus::from_static(BucketVersioningStatus::ENABLED);
    bucket.versioning = Some(enabled);
    bucket.lock = Some(ObjectLockConfiguration {
        object_lock_enabled: Some(ObjectLockEnabled::from_static(ObjectLockEnabled::ENABLED)),
        rule: None,
    });
}

/// The endpoint's region must be the constraint's; us-east-1 takes none, or any.
fn region_of_new_bucket(api: &Api, asked: Option<String>) -> S3Result<String> {
    let endpoint = api.region.clone();
    match (endpoint, asked) {
        (None, asked) => Ok(asked.unwrap_or_else(|| US_EAST_1.to_owned())),
        (Some(endpoint), None) if endpoint == US_EAST_1 => Ok(endpoint),
        (Some(endpoint), Some(asked)) if endpoint == asked || endpoint == US_EAST_1 => Ok(asked),
        (Some(_), asked) => Err(refusal(
            "IllegalLocationConstraintException",
            StatusCode::BAD_REQUEST,
            match asked {
                None => {
                    "The unspecified location constraint is incompatible for the region specific \
                     endpoint this request was sent to."
                }
                Some(_) => {
                    "The location constraint is incompatible for the region specific endpoint \
                     this request was sent to."
                }
            },
        )),
    }
}

fn new_bucket(region: String, set_by: i64) -> Bucket {
    Bucket {
        region,
        created: wall_clock(set_by),
        versioning: None,
        encryption: aes256(),
        blocks_customer_keys: true,
        ownership: Some(enforced()),
        lock: None,
        lifecycle: None,
        access_block: None,
        tags: None,
        replication: None,
        policy: None,
        trouble: Trouble::default(),
        ahead: std::time::Duration::ZERO,
        set_by,
        keys: BTreeMap::new(),
    }
}

/// SSE-S3, which every bucket has by default since 2023 (R-ENC-01).
fn aes256() -> ServerSideEncryptionConfiguration {
    let default = ServerSideEncryptionByDefault {
        kms_master_key_id: None,
        sse_algorithm: ServerSideEncryption::from_static(ServerSideEncryption::AES256),
    };
    let rule = ServerSideEncryptionRule {
        apply_server_side_encryption_by_default: Some(default),
        ..Default::default()
    };
    ServerSideEncryptionConfiguration { rules: vec![rule] }
}

/// `HeadBucket`.
pub(super) async fn head_bucket(
    api: &Api,
    request: S3Request<HeadBucketInput>,
) -> Answer<HeadBucketOutput> {
    let state = api.world.lock();
    let region = bucket(&state, &request.input.bucket)?.region.clone();
    answer(HeadBucketOutput {
        bucket_region: Some(region),
        ..Default::default()
    })
}

/// `ListBuckets`, of every region.
pub(super) async fn list_buckets(
    api: &Api,
    _request: S3Request<ListBucketsInput>,
) -> Answer<ListBucketsOutput> {
    let state = api.world.lock();
    let buckets = state.buckets.iter().map(|(name, bucket)| s3s::dto::Bucket {
        name: Some(name.clone()),
        creation_date: Some(bucket.created.into()),
        bucket_region: Some(bucket.region.clone()),
    });
    let owner = s3s::dto::Owner {
        id: Some(ACCOUNT.to_owned()),
        ..Default::default()
    };
    let (buckets, owner) = (Some(buckets.collect()), Some(owner));
    answer(ListBucketsOutput {
        buckets,
        owner,
        ..Default::default()
    })
}

/// `GetBucketLocation`: empty for us-east-1.
pub(super) async fn get_bucket_location(
    api: &Api,
    request: S3Request<GetBucketLocationInput>,
) -> Answer<GetBucketLocationOutput> {
    let state = api.world.lock();
    let region = bucket(&state, &request.input.bucket)?.region.clone();
    let constraint = (region != US_EAST_1).then(|| BucketLocationConstraint::from(region));
    answer(GetBucketLocationOutput {
        location_constraint: constraint,
    })
}

/// `DeleteBucket`: 409 while a version, a marker or nothing but an open upload is left.
pub(super) async fn delete_bucket(
    api: &Api,
    request: S3Request<DeleteBucketInput>,
) -> Answer<DeleteBucketOutput> {
    let mut state = api.world.lock();
    if !bucket(&state, &request.input.bucket)?.keys.is_empty() {
        return Err(s3_error!(
            BucketNotEmpty,
            "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
        ));
    }
    state.buckets.remove(&request.input.bucket);
    state
        .uploads
        .retain(|_, upload| upload.bucket != request.input.bucket);
    answer(DeleteBucketOutput {})
}

/// `PutBucketVersioning`. A replicated source cannot be suspended (R-CFG-18).
pub(super) async fn put_bucket_versioning(
    api: &Api,
    request: S3Request<PutBucketVersioningInput>,
) -> Answer<PutBucketVersioningOutput> {
    let status = request.input.versioning_configuration.status;
    let known = |status: &BucketVersioningStatus| {
        [
            BucketVersioningStatus::ENABLED,
            BucketVersioningStatus::SUSPENDED,
        ]
        .contains(&status.as_str())
    };
    let Some(status) = status.filter(known) else {
        return Err(s3_error!(
            MalformedXML,
            "The versioning status is Enabled or Suspended"
        ));
    };
    let mut state = api.world.lock();
    let bucket = bucket_mut(&mut state, &request.input.bucket)?;
    let replicated = bucket.replication.is_some();
    let kept = replicated && !api.world.has(Defect::SuspendsUnderReplication);
    if status.as_str() == BucketVersioningStatus::SUSPENDED && kept {
        return Err(refusal(
            "InvalidBucketState",
            StatusCode::CONFLICT,
            "A replication configuration is present on this bucket, so you cannot change the \
             versioning state. To change the versioning state, first delete the replication \
             configuration.",
        ));
    }
    if status.as_str() == BucketVersioningStatus::SUSPENDED && bucket.lock.is_some() {
        return Err(refusal(
            "InvalidBucketState",
            StatusCode::CONFLICT,
            "An Object Lock configuration is present on this bucket, so the versioning state \
             cannot be changed.",
        ));
    }
    bucket.versioning = Some(status);
    drop(state);
    if api.world.has(Defect::RestoresDestination) {
        replicator::restore(&Arc::clone(&api.world), &request.input.bucket);
    }
    answer(PutBucketVersioningOutput {})
}

/// `GetBucketVersioning`.
pub(super) async fn get_bucket_versioning(
    api: &Api,
    request: S3Request<GetBucketVersioningInput>,
) -> Answer<GetBucketVersioningOutput> {
    let state = api.world.lock();
    let status = bucket(&state, &request.input.bucket)?.versioning.clone();
    answer(GetBucketVersioningOutput {
        status,
        ..Default::default()
    })
}

/// `DeleteBucketEncryption`: back to SSE-S3.
pub(super) async fn delete_bucket_encryption(
    api: &Api,
    request: S3Request<DeleteBucketEncryptionInput>,
) -> Answer<DeleteBucketEncryptionOutput> {
    bucket_mut(&mut api.world.lock(), &request.input.bucket)?.encryption = aes256();
    answer(DeleteBucketEncryptionOutput {})
}

/// `PutBucketLifecycleConfiguration`: carried out when the bucket's clock is advanced.
pub(super) async fn put_bucket_lifecycle_configuration(
    api: &Api,
    request: S3Request<PutBucketLifecycleConfigurationInput>,
) -> Answer<PutBucketLifecycleConfigurationOutput> {
    let rules = request
        .input
        .lifecycle_configuration
        .map(|configuration| configuration.rules);
    let Some(mut rules) = rules.filter(|rules| !rules.is_empty()) else {
        return Err(s3_error!(
            MalformedXML,
            "The lifecycle configuration holds no rule"
        ));
    };
    for (index, rule) in rules.iter_mut().enumerate() {
        rule.id.get_or_insert_with(|| format!("rule-{index}"));
    }
    let forget = api.world.has(Defect::DropsLifecycle);
    bucket_mut(&mut api.world.lock(), &request.input.bucket)?.lifecycle =
        (!forget).then_some(rules);
    answer(PutBucketLifecycleConfigurationOutput::default())
}

/// `GetBucketLifecycleConfiguration`.
pub(super) async fn get_bucket_lifecycle_configuration(
    api: &Api,
    request: S3Request<GetBucketLifecycleConfigurationInput>,
) -> Answer<GetBucketLifecycleConfigurationOutput> {
    let state = api.world.lock();
    let rules = bucket(&state, &request.input.bucket)?.lifecycle.clone();
    let missing = || {
        let message = "The lifecycle configuration does not exist";
        refusal(
            "NoSuchLifecycleConfiguration",
            StatusCode::NOT_FOUND,
            message,
        )
    };
    let rules = Some(rules.ok_or_else(missing)?);
    answer(GetBucketLifecycleConfigurationOutput {
        rules,
        ..Default::default()
    })
}

/// `DeleteBucketLifecycle`.
pub(super) async fn delete_bucket_lifecycle(
    api: &Api,
    request: S3Request<DeleteBucketLifecycleInput>,
) -> Answer<DeleteBucketLifecycleOutput> {
    bucket_mut(&mut api.world.lock(), &request.input.bucket)?.lifecycle = None;
    answer(DeleteBucketLifecycleOutput {})
}

/// `PutPublicAccessBlock`.
pub(super) async fn put_public_access_block(
    api: &Api,
    request: S3Request<PutPublicAccessBlockInput>,
) -> Answer<PutPublicAccessBlockOutput> {
    let block = request.input.public_access_block_configuration;
    bucket_mut(&mut api.world.lock(), &request.input.bucket)?.access_block = Some(block);
    answer(PutPublicAccessBlockOutput {})
}

/// `GetPublicAccessBlock`.
pub(super) async fn get_public_access_block(
    api: &Api,
    request: S3Request<GetPublicAccessBlockInput>,
) -> Answer<GetPublicAccessBlockOutput> {
    let state = api.world.lock();
    let block = bucket(&state, &request.input.bucket)?.access_block.clone();
    let missing = || {
        let message = "The public access block configuration was not found";
        refusal(
            "NoSuchPublicAccessBlockConfiguration",
            StatusCode::NOT_FOUND,
            message,
        )
    };
    let block = Some(block.ok_or_else(missing)?);
    answer(GetPublicAccessBlockOutput {
        public_access_block_configuration: block,
    })
}

/// `DeletePublicAccessBlock`.
pub(super) async fn delete_public_access_block(
    api: &Api,
    request: S3Request<DeletePublicAccessBlockInput>,
) -> Answer<DeletePublicAccessBlockOutput> {
    bucket_mut(&mut api.world.lock(), &request.input.bucket)?.access_block = None;
    answer(DeletePublicAccessBlockOutput {})
}

/// The buckets there are, and the defects that bend what is refused.
struct Known<'a> {
    state: &'a State,
    world: &'a World,
}

impl Buckets for Known<'_> {
    fn exists(&self, bucket: &str) -> bool {
        self.state.buckets.contains_key(bucket)
    }

    fn is_versioned(&self, bucket: &str) -> bool {
        let bucket = self.state.buckets.get(bucket);
        bucket.is_some_and(Bucket::is_versioned)
    }

    fn has(&self, defect: Defect) -> bool {
        self.world.has(defect)
    }
}

/// `PutBucketReplication`: checked, then in force at once (R-CFG-07).
pub(super) async fn put_bucket_replication(
    api: &Api,
    request: S3Request<PutBucketReplicationInput>,
) -> Answer<PutBucketReplicationOutput> {
    let input = request.input;
    let mut state = api.world.lock();
    let before = bucket(&state, &input.bucket)?.replication.clone();
    let known = Known {
        state: &state,
        world: &api.world,
    };
    let mut checked = rules::check(&input.bucket, input.replication_configuration, &known)?;
    if let (Some(before), true) = (&before, api.world.has(Defect::MergesConfigurations)) {
        checked.merge(before);
    }
    bucket_mut(&mut state, &input.bucket)?.replication = Some(checked);
    drop(state);
    replicator::reconfigured(&Arc::clone(&api.world), &input.bucket, before);
    answer(PutBucketReplicationOutput {})
}

/// `GetBucketReplication` (R-CFG-08).
pub(super) async fn get_bucket_replication(
    api: &Api,
    request: S3Request<GetBucketReplicationInput>,
) -> Answer<GetBucketReplicationOutput> {
    let state = api.world.lock();
    let configuration = bucket(&state, &request.input.bucket)?.replication.as_ref();
    let missing = || {
        let message = "The replication configuration was not found";
        refusal(
            "ReplicationConfigurationNotFoundError",
            StatusCode::NOT_FOUND,
            message,
        )
    };
    let mut echo = configuration.ok_or_else(missing)?.echo.clone();
    if api.world.has(Defect::DropsMetrics) {
        for rule in &mut echo.rules {
            rule.destination.metrics = None;
        }
    }
    if api.world.has(Defect::ShowsV1AsV2) {
        for rule in echo.rules.iter_mut().filter(|rule| rule.filter.is_none()) {
            let prefix = rule.prefix.take();
            rule.filter = Some(ReplicationRuleFilter {
                prefix,
                ..Default::default()
            });
        }
    }
    answer(GetBucketReplicationOutput {
        replication_configuration: Some(echo),
    })
}

/// `DeleteBucketReplication`: 204 whether there was one or not (R-CFG-09).
pub(super) async fn delete_bucket_replication(
    api: &Api,
    request: S3Request<DeleteBucketReplicationInput>,
) -> Answer<DeleteBucketReplicationOutput> {
    let mut state = api.world.lock();
    let bucket = bucket_mut(&mut state, &request.input.bucket)?;
    if !api.world.has(Defect::KeepsDeletedConfiguration) {
        bucket.replication = None;
    }
    answer(DeleteBucketReplicationOutput {})
}
