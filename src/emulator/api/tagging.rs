//! Tags of objects and buckets.

use std::sync::Arc;

use http::StatusCode;
use s3s::dto::{
    DeleteBucketTaggingInput, DeleteBucketTaggingOutput, DeleteObjectTaggingInput,
    DeleteObjectTaggingOutput, GetBucketTaggingInput, GetBucketTaggingOutput,
    GetObjectTaggingInput, GetObjectTaggingOutput, PutBucketTaggingInput, PutBucketTaggingOutput,
    PutObjectTaggingInput, PutObjectTaggingOutput, Tag, TagSet,
};
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::super::replicator;
use super::super::world::World;
use super::{Api, answer, bucket, bucket_mut, reading, refusal};
use crate::replication::Tags;

/// An object has at most ten tags.
const MOST: usize = 10;

/// Reads `x-amz-tagging`.
///
/// # Errors
/// 400 `InvalidTag` for a duplicate key, or more than ten.
pub(super) fn parse(header: Option<&str>) -> S3Result<Tags> {
    let pairs = header
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty());
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        urlencoding::decode(&spaced)
            .map(std::borrow::Cow::into_owned)
            .unwrap_or(spaced)
    };
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    collect(pairs.map(|(key, value)| (decode(key), decode(value))))
}

fn from_set(set: TagSet) -> S3Result<Tags> {
    collect(
        set.into_iter()
            .map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default())),
    )
}

fn collect(pairs: impl Iterator<Item = (String, String)>) -> S3Result<Tags> {
    let mut tags = Tags::new();
    for (key, value) in pairs {
        if tags.insert(key, value).is_some() {
            return Err(s3_error!(
                InvalidTag,
                "Cannot provide multiple Tags with the same key"
            ));
        }
    }
    match tags.len() > MOST {
        true => Err(s3_error!(
            InvalidTag,
            "Object tags cannot be greater than 10"
        )),
        false => Ok(tags),
    }
}

fn to_set(tags: &Tags) -> TagSet {
    let tag = |(key, value): (&String, &String)| Tag {
        key: Some(key.clone()),
        value: Some(value.clone()),
    };
    tags.iter().map(tag).collect()
}

/// `PutObjectTagging`; a version with replicas passes its tags on (R-DATA-08).
pub(super) async fn put_object_tagging(
    api: &Api,
    request: S3Request<PutObjectTaggingInput>,
) -> S3Result<S3Response<PutObjectTaggingOutput>> {
    let input = request.input;
    let tags = from_set(input.tagging.tag_set)?;
    let id = input.version_id.as_deref();
    let version_id = set(&api.world, &input.bucket, &input.key, id, tags)?;
    answer(PutObjectTaggingOutput { version_id })
}

/// `DeleteObjectTagging`.
pub(super) async fn delete_object_tagging(
    api: &Api,
    request: S3Request<DeleteObjectTaggingInput>,
) -> S3Result<S3Response<DeleteObjectTaggingOutput>> {
    let input = request.input;
    let id = input.version_id.as_deref();
    let version_id = set(&api.world, &input.bucket, &input.key, id, Tags::new())?;
    answer(DeleteObjectTaggingOutput { version_id })
}

fn set(
    world: &Arc<World>,
    bucket_name: &str,
    key: &str,
    id: Option<&str>,
    tags: Tags,
) -> S3Result<Option<String>> {
    let mut state = world.lock();
    let found = reading::find(&state, bucket_name, key, id)?;
    if found.object.is_none() {
        return Err(s3_error!(MethodNotAllowed, "A delete marker has no tags"));
    }
    let id = found.id.clone();
    let versioned = bucket(&state, bucket_name)?.versioning.is_some();
    if let Some(version) = state.version_mut(bucket_name, key, &id) {
        version.tags = tags;
    }
    drop(state);
    replicator::replicate_tags(world, bucket_name, key, &id);
    Ok(versioned.then_some(id))
}

/// `GetObjectTagging`.
pub(super) async fn get_object_tagging(
    api: &Api,
    request: S3Request<GetObjectTaggingInput>,
) -> S3Result<S3Response<GetObjectTaggingOutput>> {
    let input = request.input;
    let state = api.world.lock();
    let version = reading::find(
        &state,
        &input.bucket,
        &input.key,
        input.version_id.as_deref(),
    )?;
    if version.object.is_none() {
        return Err(s3_error!(MethodNotAllowed, "A delete marker has no tags"));
    }
    let versioned = bucket(&state, &input.bucket)?.versioning.is_some();
    let version_id = versioned.then(|| version.id.clone());
    answer(GetObjectTaggingOutput {
        tag_set: to_set(&version.tags),
        version_id,
    })
}

/// `PutBucketTagging`.
pub(super) async fn put_bucket_tagging(
    api: &Api,
    request: S3Request<PutBucketTaggingInput>,
) -> S3Result<S3Response<PutBucketTaggingOutput>> {
    let tags = request.input.tagging.tag_set;
    bucket_mut(&mut api.world.lock(), &request.input.bucket)?.tags = Some(tags);
    answer(PutBucketTaggingOutput {})
}

/// `GetBucketTagging`.
pub(super) async fn get_bucket_tagging(
    api: &Api,
    request: S3Request<GetBucketTaggingInput>,
) -> S3Result<S3Response<GetBucketTaggingOutput>> {
    let state = api.world.lock();
    let tags = bucket(&state, &request.input.bucket)?.tags.clone();
    let missing = || {
        refusal(
            "NoSuchTagSet",
            StatusCode::NOT_FOUND,
            "The TagSet does not exist",
        )
    };
    answer(GetBucketTaggingOutput {
        tag_set: tags.ok_or_else(missing)?,
    })
}

/// `DeleteBucketTagging`.
pub(super) async fn delete_bucket_tagging(
    api: &Api,
    request: S3Request<DeleteBucketTaggingInput>,
) -> S3Result<S3Response<DeleteBucketTaggingOutput>> {
    bucket_mut(&mut api.world.lock(), &request.input.bucket)?.tags = None;
    answer(DeleteBucketTaggingOutput {})
}
