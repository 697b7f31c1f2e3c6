//! Deleting: a marker where the bucket is versioned, a version where one is named.

use std::sync::{Arc, MutexGuard};

use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
    ETagCondition, ObjectIdentifier,
};
use s3s::{S3Error, S3Request, S3Response, S3Result, s3_error};

use super::super::Defect;
use super::super::matching;
use super::super::replicator;
use super::super::world::{State, Version, World};
use super::conditions;
use super::{Api, answer, bucket, bucket_mut};

/// What a deletion did.
struct Deleted {
    marker: bool,
    version: Option<String>,
}

/// `DeleteObject`.
pub(super) async fn delete_object(
    api: &Api,
    request: S3Request<DeleteObjectInput>,
) -> S3Result<S3Response<DeleteObjectOutput>> {
    let input = request.input;
    refuse_directory_conditions(
        input.if_match_last_modified_time.is_some() || input.if_match_size.is_some(),
    )?;
    let deleted = delete(
        &api.world,
        &input.bucket,
        &input.key,
        input.version_id.as_deref(),
        input.if_match.as_ref(),
        true,
        input.bypass_governance_retention == Some(true),
    )?;
    answer(DeleteObjectOutput {
        delete_marker: deleted.marker.then_some(true),
        version_id: deleted.version,
        ..Default::default()
    })
}

/// `DeleteObjects`: at most 1,000, each as `DeleteObject` would.
pub(super) async fn delete_objects(
    api: &Api,
    request: S3Request<DeleteObjectsInput>,
) -> S3Result<S3Response<DeleteObjectsOutput>> {
    let input = request.input;
    bucket(&api.world.lock(), &input.bucket)?;
    if input.delete.objects.len() > 1000 {
        return Err(s3_error!(
            MalformedXML,
            "at most 1,000 objects are deleted at once"
        ));
    }
    let bypass = input.bypass_governance_retention == Some(true);
    let quiet = input.delete.quiet.unwrap_or_default();
    let (mut done, mut errors) = (Vec::new(), Vec::new());
    for object in input.delete.objects {
        match delete_one(&api.world, &input.bucket, &object, bypass) {
            Ok(deleted) => done.push(deleted),
            Err(error) => errors.push(refused(object, &error)),
        }
    }
    answer(DeleteObjectsOutput {
        deleted: (!quiet).then_some(done),
        errors: Some(errors),
        ..Default::default()
    })
}

fn delete_one(
    world: &Arc<World>,
    bucket: &str,
    object: &ObjectIdentifier,
    bypass: bool,
) -> S3Result<DeletedObject> {
    refuse_directory_conditions(object.last_modified_time.is_some() || object.size.is_some())?;
    let if_match = object.e_tag.clone().map(ETagCondition::ETag);
    let version = object.version_id.as_deref();
    let travels = !world.has(Defect::ForgetsMarkersOfMany);
    let deleted = delete(
        world,
        bucket,
        &object.key,
        version,
        if_match.as_ref(),
        travels,
        bypass,
    )?;
    Ok(DeletedObject {
        key: Some(object.key.clone()),
        delete_marker: deleted.marker.then_some(true),
        delete_marker_version_id: deleted.version.filter(|_| deleted.marker),
        version_id: object.version_id.clone(),
    })
}

/// One refusal among many: the others are deleted all the same.
fn refused(object: ObjectIdentifier, error: &S3Error) -> s3s::dto::Error {
    s3s::dto::Error {
        code: Some(error.code().as_str().to_owned()),
        message: error.message().map(str::to_owned),
        key: Some(object.key),
        version_id: object.version_id,
    }
}

/// Times and sizes are conditions of directory buckets.
fn refuse_directory_conditions(given: bool) -> S3Result<()> {
    match given {
        true => Err(s3_error!(
            NotImplemented,
            "conditions on size and time are for directory buckets"
        )),
        false => Ok(()),
    }
}

fn delete(
    world: &Arc<World>,
    bucket_name: &str,
    key: &str,
    version: Option<&str>,
    if_match: Option<&ETagCondition>,
    travels: bool,
    bypass: bool,
) -> S3Result<Deleted> {
    if let Some(version) = version {
        return delete_version(world, bucket_name, key, version, if_match, bypass);
    }
    let mut state = world.lock();
    let bucket = bucket_mut(&mut state, bucket_name)?;
    let current = bucket.keys.get(key).and_then(|versions| versions.last());
    conditions::delete(if_match, current)?;
    if bucket.versioning.is_some() {
        return put_marker(world, state, bucket_name, key, travels);
    }
    bucket.keys.remove(key);
    Ok(Deleted {
        marker: false,
        version: None,
    })
}

fn delete_version(
    world: &Arc<World>,
    bucket_name: &str,
    key: &str,
    id: &str,
    if_match: Option<&ETagCondition>,
    bypass: bool,
) -> S3Result<Deleted> {
    let mut state = world.lock();
    let now = state.now();
    let bucket = bucket_mut(&mut state, bucket_name)?;
    let mut marker = false;
    let versions = bucket.keys.get(key);
    let named = versions.and_then(|versions| versions.iter().rfind(|version| version.id == id));
    conditions::delete(if_match, named)?;
    if let Some(named) = named {
        named.lock.may_be_deleted(now, bypass)?;
    }
    if let Some(versions) = bucket.keys.get_mut(key) {
        versions.retain(|version| {
            marker |= version.id == id && version.object.is_none();
            version.id != id
        });
        if versions.is_empty() {
            bucket.keys.remove(key);
        }
    }
    let rules = bucket
        .replication
        .as_ref()
        .map_or_else(Vec::new, |set| set.rules.clone());
    drop(state);
    if world.has(Defect::ReplicatesVersionDelete) {
        for rule in rules {
            delete_version(world, &rule.destination, key, id, None, bypass)?;
        }
    }
    Ok(Deleted {
        marker,
        version: Some(id.to_owned()),
    })
}

fn put_marker(
    world: &Arc<World>,
    mut state: MutexGuard<'_, State>,
    bucket_name: &str,
    key: &str,
    travels: bool,
) -> S3Result<Deleted> {
    let (sequence, id) = (state.next(), state.version_id());
    let bucket = bucket_mut(&mut state, bucket_name)?;
    let versioned = bucket.is_versioned();
    let id = if versioned { id } else { "null".to_owned() };
    let mut rules = matching::for_marker(world, bucket, key);
    rules.retain(|_| travels);
    let marker = Version::marker(id.clone(), sequence, bucket.now());
    let versions = bucket.keys.entry(key.to_owned()).or_default();
    if !versioned {
        versions.retain(|version| version.id != "null");
    }
    versions.push(marker);
    drop(state);
    replicator::replicate_marker(world, bucket_name, key, &id, rules);
    Ok(Deleted {
        marker: true,
        version: Some(id),
    })
}

/// Sends a marker that lifecycle made: the defect that S3 does not have (R-NOT-05).
pub(super) fn send_marker(world: &Arc<World>, bucket_name: &str, key: &str, id: &str) {
    let rules = {
        let state = world.lock();
        let bucket = state.buckets.get(bucket_name);
        bucket.map_or_else(Vec::new, |bucket| matching::for_marker(world, bucket, key))
    };
    replicator::replicate_marker(world, bucket_name, key, id, rules);
}
