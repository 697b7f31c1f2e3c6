//! Deleting: a marker where the bucket is versioned, a version where one is named.

use std::sync::Arc;
use std::time::SystemTime;

use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
};
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::super::Defect;
use super::super::matching;
use super::super::replicator;
use super::super::world::{Version, World};
use super::{Api, answer, bucket, bucket_mut};
use crate::replication::Tags;

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
    let deleted = delete(
        &api.world,
        &input.bucket,
        &input.key,
        input.version_id.as_deref(),
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
    let quiet = input.delete.quiet.unwrap_or_default();
    let mut done = Vec::new();
    for object in input.delete.objects {
        let named = object.version_id.clone();
        let deleted = delete(&api.world, &input.bucket, &object.key, named.as_deref())?;
        done.push(DeletedObject {
            key: Some(object.key),
            delete_marker: deleted.marker.then_some(true),
            delete_marker_version_id: deleted.version.filter(|_| deleted.marker),
            version_id: named,
        });
    }
    answer(DeleteObjectsOutput {
        deleted: (!quiet).then_some(done),
        ..Default::default()
    })
}

fn delete(
    world: &Arc<World>,
    bucket_name: &str,
    key: &str,
    version: Option<&str>,
) -> S3Result<Deleted> {
    match version {
        Some(version) => delete_version(world, bucket_name, key, version),
        None if bucket(&world.lock(), bucket_name)?.versioning.is_none() => {
            let mut state = world.lock();
            bucket_mut(&mut state, bucket_name)?.keys.remove(key);
            Ok(Deleted {
                marker: false,
                version: None,
            })
        }
        None => put_marker(world, bucket_name, key),
    }
}

fn delete_version(world: &Arc<World>, bucket_name: &str, key: &str, id: &str) -> S3Result<Deleted> {
    let mut state = world.lock();
    let bucket = bucket_mut(&mut state, bucket_name)?;
    let mut marker = false;
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
            delete_version(world, &rule.destination, key, id)?;
        }
    }
    Ok(Deleted {
        marker,
        version: Some(id.to_owned()),
    })
}

fn put_marker(world: &Arc<World>, bucket_name: &str, key: &str) -> S3Result<Deleted> {
    let mut state = world.lock();
    let (sequence, id) = (state.next(), state.version_id());
    let bucket = bucket_mut(&mut state, bucket_name)?;
    let versioned = bucket.is_versioned();
    let id = if versioned { id } else { "null".to_owned() };
    let rules = matching::for_marker(world, bucket, key);
    let marker = marker(id.clone(), sequence, SystemTime::now());
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

fn marker(id: String, sequence: u64, modified: SystemTime) -> Version {
    Version {
        id,
        sequence,
        modified,
        object: None,
        tags: Tags::new(),
        storage_class: None,
        status: None,
        outstanding: 0,
    }
}
