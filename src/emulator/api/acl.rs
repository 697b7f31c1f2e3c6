//! ACLs of objects, and the ownership controls of buckets.

use http::StatusCode;
use s3s::dto::{
    DeleteBucketOwnershipControlsInput, DeleteBucketOwnershipControlsOutput,
    GetBucketOwnershipControlsInput, GetBucketOwnershipControlsOutput, GetObjectAclInput,
    GetObjectAclOutput, ObjectOwnership, OwnershipControls, OwnershipControlsRule,
    PutBucketOwnershipControlsInput, PutBucketOwnershipControlsOutput, PutObjectAclInput,
    PutObjectAclOutput,
};
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::super::acl::{self, acl_asked};
use super::super::replicator;
use super::{Api, answer, bucket, bucket_mut, reading, refusal};

type Answer<T> = S3Result<S3Response<T>>;

/// `PutBucketOwnershipControls`.
pub(super) async fn put_bucket_ownership_controls(
    api: &Api,
    request: S3Request<PutBucketOwnershipControlsInput>,
) -> Answer<PutBucketOwnershipControlsOutput> {
    let rules = request.input.ownership_controls.rules;
    let known = [
        ObjectOwnership::BUCKET_OWNER_ENFORCED,
        ObjectOwnership::BUCKET_OWNER_PREFERRED,
        ObjectOwnership::OBJECT_WRITER,
    ];
    let [rule] = rules.as_slice() else {
        return Err(s3_error!(MalformedXML, "There has to be one rule"));
    };
    if !known.contains(&rule.object_ownership.as_str()) {
        return Err(s3_error!(MalformedXML, "The ownership is not known"));
    }
    let ownership = Some(rule.object_ownership.clone());
    bucket_mut(&mut api.world.lock(), &request.input.bucket)?.ownership = ownership;
    answer(PutBucketOwnershipControlsOutput::default())
}

/// `GetBucketOwnershipControls`: new buckets have no ACLs since April 2023.
pub(super) async fn get_bucket_ownership_controls(
    api: &Api,
    request: S3Request<GetBucketOwnershipControlsInput>,
) -> Answer<GetBucketOwnershipControlsOutput> {
    let state = api.world.lock();
    let ownership = bucket(&state, &request.input.bucket)?.ownership.clone();
    let missing = || {
        refusal(
            "OwnershipControlsNotFoundError",
            StatusCode::NOT_FOUND,
            "The bucket ownership controls were not found",
        )
    };
    let object_ownership = ownership.ok_or_else(missing)?;
    let rules = vec![OwnershipControlsRule { object_ownership }];
    answer(GetBucketOwnershipControlsOutput {
        ownership_controls: Some(OwnershipControls { rules }),
    })
}

/// `DeleteBucketOwnershipControls`: the object's writer owns it, as before 2021.
pub(super) async fn delete_bucket_ownership_controls(
    api: &Api,
    request: S3Request<DeleteBucketOwnershipControlsInput>,
) -> Answer<DeleteBucketOwnershipControlsOutput> {
    bucket_mut(&mut api.world.lock(), &request.input.bucket)?.ownership = None;
    answer(DeleteBucketOwnershipControlsOutput::default())
}

/// `PutObjectAcl`, by a canned ACL, by headers or by a document; it follows to the replicas
/// (R-DATA-07).
pub(super) async fn put_object_acl(
    api: &Api,
    request: S3Request<PutObjectAclInput>,
) -> Answer<PutObjectAclOutput> {
    let input = request.input;
    let asked = acl_asked!(input);
    let policy = input.access_control_policy;
    let id = {
        let mut state = api.world.lock();
        let found = bucket(&state, &input.bucket)?;
        let grants = match policy {
            Some(_) if acl::is_enforced(found) => return Err(acl::not_supported()),
            Some(policy) => policy.grants.unwrap_or_default(),
            None => asked.decide(found)?,
        };
        acl::not_public(found.access_block.as_ref(), &grants)?;
        let id = input.version_id.as_deref();
        let id = reading::find(&state, &input.bucket, &input.key, id)?
            .id
            .clone();
        if let Some(version) = state.version_mut(&input.bucket, &input.key, &id) {
            version.acl = grants;
        }
        id
    };
    replicator::replicate_acl(&api.world, &input.bucket, &input.key, &id);
    answer(PutObjectAclOutput::default())
}

/// `GetObjectAcl`: the owner's alone where the bucket has no ACLs.
pub(super) async fn get_object_acl(
    api: &Api,
    request: S3Request<GetObjectAclInput>,
) -> Answer<GetObjectAclOutput> {
    let input = request.input;
    let state = api.world.lock();
    let id = input.version_id.as_deref();
    let version = reading::find(&state, &input.bucket, &input.key, id)?;
    if version.object.is_none() {
        return Err(s3_error!(
            MethodNotAllowed,
            "The specified method is not allowed against this resource."
        ));
    }
    let grants = match acl::is_enforced(bucket(&state, &input.bucket)?) {
        true => acl::owners(),
        false => version.acl.clone(),
    };
    answer(GetObjectAclOutput {
        grants: Some(grants),
        owner: Some(acl::owner()),
        ..Default::default()
    })
}
