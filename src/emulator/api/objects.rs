//! Writing objects: put and copy. Every write ends in [`commit`].

use std::sync::Arc;
use std::time::SystemTime;

use s3s::dto::{
    Checksum, ChecksumAlgorithm, CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource,
    ETag, MetadataDirective, PutObjectInput, PutObjectOutput, TaggingDirective,
};
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::super::acl::{self, acl_asked};
use super::super::checksum::{self, Claims};
use super::super::encryption::{Asked, CustomerKey, Encryption, asked};
use super::super::lock::{self, lock_asked};
use super::super::matching::{self, Written};
use super::super::replicator;
use super::super::world::{Object, Version, World};
use super::super::{Defect, FirstStatus};
use super::conditions::{self, Conditions};
use super::refused::{self, what_is_not_there};
use super::{Api, answer, bucket, reading, tagging};
use crate::replication::{ReplicationStatus, Rule, Tags};

/// What is about to become a version.
pub(super) struct New {
    pub(super) object: Object,
    pub(super) tags: Tags,
    pub(super) lock: lock::Asked,
    pub(super) acl: acl::Asked,
    pub(super) storage_class: Option<String>,
    pub(super) is_copy: bool,
}

/// A version that was committed.
pub(super) struct Committed {
    /// None in a bucket that was never versioned.
    pub(super) version_id: Option<String>,
    pub(super) modified: SystemTime,
}

/// `PutObject`.
pub(super) async fn put_object(
    api: &Api,
    request: S3Request<PutObjectInput>,
) -> S3Result<S3Response<PutObjectOutput>> {
    let (input, headers) = (request.input, request.headers);
    what_is_not_there!(input);
    refused::unless(
        input.write_offset_bytes.is_none(),
        "appending is not implemented",
    )?;
    let encryption = encryption(api, &input.bucket, &asked!(input))?;
    let claims = Claims::read(&headers, input.checksum_algorithm.as_ref())?;
    let drained = claims
        .drain(input.body, request.trailing_headers.as_ref())
        .await?;
    let etag = encryption.etag(hex(&drained.md5));
    let checksum = Checksum {
        checksum_type: Some(full_object()),
        ..drained.checksum
    };
    let object = Object {
        body: drained.body,
        etag: etag.clone(),
        metadata: input.metadata,
        content_type: input.content_type,
        cache_control: input.cache_control,
        content_disposition: input.content_disposition,
        content_encoding: input
            .content_encoding
            .filter(|encoding| encoding != "aws-chunked"),
        content_language: input.content_language,
        expires: input.expires,
        encryption: encryption.clone(),
        checksum: checksum.clone(),
        parts: Vec::new(),
    };
    let tags = tagging::parse(input.tagging.as_deref())?;
    let storage_class = input.storage_class.map(|class| class.as_str().to_owned());
    let new = New {
        object,
        tags,
        lock: lock_asked!(input),
        acl: acl_asked!(input),
        storage_class,
        is_copy: false,
    };
    let condition = |current: Option<&str>| {
        conditions::write(
            input.if_match.as_ref(),
            input.if_none_match.as_ref(),
            current,
        )
    };
    let committed = commit(&api.world, &input.bucket, &input.key, new, condition)?;
    answer(PutObjectOutput {
        e_tag: Some(ETag::Strong(etag)),
        version_id: committed.version_id,
        server_side_encryption: encryption.header(),
        ssekms_key_id: encryption.kms_key().map(str::to_owned),
        bucket_key_enabled: encryption.bucket_key(),
        sse_customer_algorithm: encryption.customer_algorithm(),
        sse_customer_key_md5: encryption.customer_md5(),
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        checksum_type: checksum.checksum_type,
        ..Default::default()
    })
}

/// `CopyObject`: shares the bytes of its source (R-DATA-18).
pub(super) async fn copy_object(
    api: &Api,
    request: S3Request<CopyObjectInput>,
) -> S3Result<S3Response<CopyObjectOutput>> {
    let input = request.input;
    what_is_not_there!(input);
    let (from, source, original) = copied(api, &input)?;
    let mut object = Object {
        parts: Vec::new(),
        ..(*original).clone()
    };
    let asked = input.checksum_algorithm.clone();
    let algorithm = asked.or_else(|| checksum::algorithm(&original.checksum));
    if original.etag.contains('-') || input.checksum_algorithm.is_some() {
        // A copy is written whole: its ETag is the MD5 of its bytes, and so is its checksum, by its
        // original's algorithm unless another is asked for.
        rehash(&mut object, algorithm.as_ref()).await?;
    }
    let under = encryption(api, &input.bucket, &asked!(input))?;
    if under != original.encryption && !matches!(under, Encryption::Nothing) {
        rehash(&mut object, algorithm.as_ref()).await?;
    }
    object.etag = under.etag(object.etag);
    object.encryption = under;
    if replaces(
        input
            .metadata_directive
            .as_ref()
            .map(MetadataDirective::as_str),
    ) {
        object.metadata = input.metadata;
        object.content_type = input.content_type;
        object.cache_control = input.cache_control;
        object.content_disposition = input.content_disposition;
        object.content_encoding = input.content_encoding;
        object.content_language = input.content_language;
        object.expires = input.expires;
    } else if from.is(&input.bucket, &input.key)
        && input.storage_class.is_none()
        && input.server_side_encryption.is_none()
        && input.sse_customer_algorithm.is_none()
    {
        return Err(s3_error!(
            InvalidRequest,
            "This copy request is illegal because it is trying to copy an object to itself without \
             changing the object's metadata, storage class, website redirect location or \
             encryption attributes."
        ));
    }
    let tags = match replaces(
        input
            .tagging_directive
            .as_ref()
            .map(TaggingDirective::as_str),
    ) {
        true => tagging::parse(input.tagging.as_deref())?,
        false => source.tags,
    };
    let storage_class = input.storage_class.map(|class| class.as_str().to_owned());
    let of_source = source
        .storage_class
        .filter(|_| api.world.has(Defect::CopiesStorageClass));
    let storage_class = storage_class.or(of_source);
    let (etag, encryption) = (object.etag.clone(), object.encryption.clone());
    let checksum = object.checksum.clone();
    let new = New {
        object,
        tags,
        lock: lock_asked!(input),
        acl: acl_asked!(input),
        storage_class,
        is_copy: true,
    };
    let committed = commit(&api.world, &input.bucket, &input.key, new, |_| Ok(()))?;
    let result = CopyObjectResult {
        e_tag: Some(ETag::Strong(etag)),
        last_modified: Some(committed.modified.into()),
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        checksum_type: checksum.checksum_type,
    };
    answer(CopyObjectOutput {
        copy_object_result: Some(result),
        copy_source_version_id: (source.id != "null").then_some(source.id),
        version_id: committed.version_id,
        server_side_encryption: encryption.header(),
        ssekms_key_id: encryption.kms_key().map(str::to_owned),
        bucket_key_enabled: encryption.bucket_key(),
        sse_customer_algorithm: encryption.customer_algorithm(),
        sse_customer_key_md5: encryption.customer_md5(),
        ..Default::default()
    })
}

/// What a copy is of.
struct Origin<'a> {
    bucket: &'a str,
    key: &'a str,
    version: Option<&'a str>,
}

impl Origin<'_> {
    /// Whether it is the current version of this very object.
    fn is(&self, bucket: &str, key: &str) -> bool {
        self.bucket == bucket && self.key == key && self.version.is_none()
    }
}

/// The version that is copied, when the conditions on it hold.
fn copied<'a>(
    api: &Api,
    input: &'a CopyObjectInput,
) -> S3Result<(Origin<'a>, Version, Arc<Object>)> {
    let CopySource::Bucket {
        bucket,
        key,
        version_id,
    } = &input.copy_source
    else {
        return Err(s3_error!(
            NotImplemented,
            "copies from access points are not implemented"
        ));
    };
    let version = version_id.as_deref();
    let from = Origin {
        bucket,
        key,
        version,
    };
    let state = api.world.lock();
    let source = reading::find(&state, bucket, key, version)?.clone();
    let Some(original) = source.object.clone() else {
        return Err(s3_error!(NoSuchKey, "The specified key does not exist."));
    };
    let shown = CustomerKey {
        algorithm: input.copy_source_sse_customer_algorithm.clone(),
        key: input.copy_source_sse_customer_key.clone(),
        md5: input.copy_source_sse_customer_key_md5.clone(),
    };
    let region = &super::bucket(&state, bucket)?.region;
    let under = &original.encryption;
    under.may_be_read(&shown, &state.keys, region)?;
    let asked = Conditions {
        if_match: input.copy_source_if_match.clone(),
        if_none_match: input.copy_source_if_none_match.clone(),
        modified_since: input.copy_source_if_modified_since.clone(),
        unmodified_since: input.copy_source_if_unmodified_since.clone(),
    };
    asked.copy(&source, &original)?;
    Ok((from, source, original))
}

fn replaces(directive: Option<&str>) -> bool {
    directive == Some("REPLACE")
}

async fn rehash(object: &mut Object, algorithm: Option<&ChecksumAlgorithm>) -> S3Result<()> {
    let all = object.body.stream(0..object.body.size());
    let claims = Claims::read(&http::HeaderMap::new(), algorithm)?;
    let drained = claims.drain(Some(all), None).await?;
    object.etag = hex(&drained.md5);
    object.checksum = Checksum {
        checksum_type: Some(full_object()),
        ..drained.checksum
    };
    Ok(())
}

/// Makes the version current, decides its replication in the same section, and sets it going.
pub(super) fn commit(
    world: &Arc<World>,
    bucket_name: &str,
    key: &str,
    new: New,
    condition: impl FnOnce(Option<&str>) -> S3Result<()>,
) -> S3Result<Committed> {
    let mut state = world.lock();
    let (sequence, id) = (state.next(), state.version_id());
    let bucket = super::bucket_mut(&mut state, bucket_name)?;
    let modified = bucket.now();
    let current = bucket
        .keys
        .get(key)
        .and_then(|versions| versions.last()?.object.as_ref());
    condition(current.map(|object| object.etag.as_str()))?;
    let written = Written {
        key,
        tags: &new.tags,
        class: new.storage_class.as_deref(),
        encryption: &new.object.encryption,
    };
    let mut rules = matching::for_object(world, bucket, written);
    if world.has(Defect::IgnoresCopy) && new.is_copy {
        rules.clear();
    }
    if world.has(Defect::ForgetsSecondDestination) && new.object.body.size() > 512 {
        rules.truncate(1);
    }
    let lock = new.lock.decide(bucket.lock.as_ref(), modified)?;
    let acl = new.acl.decide(bucket)?;
    let versioned = bucket.is_versioned();
    let version = Version {
        id: if versioned { id } else { "null".to_owned() },
        sequence,
        modified,
        object: Some(Arc::new(new.object)),
        tags: new.tags,
        lock,
        acl,
        storage_class: new.storage_class,
        status: first_status(world, &rules),
        outstanding: rules.len(),
        is_refused: false,
        is_replica: false,
        arrived: None,
    };
    let version_id = bucket.versioning.is_some().then(|| version.id.clone());
    let id = version.id.clone();
    let versions = bucket.keys.entry(key.to_owned()).or_default();
    if !versioned {
        versions.retain(|version| version.id != "null");
    }
    versions.push(version);
    drop(state);
    replicator::replicate(world, bucket_name, key, &id, rules);
    Ok(Committed {
        version_id,
        modified,
    })
}

fn first_status(world: &World, rules: &[Rule]) -> Option<ReplicationStatus> {
    match rules.is_empty() {
        true => world
            .has(Defect::StatusWithoutRule)
            .then_some(ReplicationStatus::Completed),
        false if world.has(Defect::CompletedTooEarly) => Some(ReplicationStatus::Completed),
        false if world.has(Defect::LateStatus) => None,
        false if world.settings.unsure.first_status == FirstStatus::Later => None,
        false => Some(ReplicationStatus::Pending),
    }
}

/// Under what an object of this bucket is encrypted: what was asked for, or the bucket's default.
pub(super) fn encryption(api: &Api, name: &str, asked: &Asked) -> S3Result<Encryption> {
    let state = api.world.lock();
    let under = asked.decide(bucket(&state, name)?, &state.keys)?;
    let by_default = asked.algorithm.is_none() && asked.customer.key.is_none();
    Ok(match api.world.has(Defect::IgnoresDefaultEncryption) {
        true if by_default => Encryption::Nothing,
        _ => under,
    })
}

pub(super) fn full_object() -> s3s::dto::ChecksumType {
    s3s::dto::ChecksumType::from_static(s3s::dto::ChecksumType::FULL_OBJECT)
}

/// Lower-case hexadecimal.
pub(in crate::emulator) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            write!(text, "{byte:02x}").expect("a String takes every write");
            text
        })
}
