//! Reading objects: get, head, attributes.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use s3s::dto::{
    ETag, GetObjectAttributesInput, GetObjectAttributesOutput, GetObjectAttributesParts,
    GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, ObjectAttributes,
    ObjectPart, ReplicationStatus as Status, StorageClass,
};
use s3s::{S3Error, S3Request, S3Response, S3Result, s3_error};

use super::super::Defect;
use super::super::encryption::{CustomerKey, customer_key};
use super::super::lock::Retention;
use super::super::world::{Object, State, Version};
use super::conditions::Conditions;
use super::{Api, answer, bucket, lock, refusal};

/// The version that a request names: this one, or the current one.
///
/// # Errors
/// 404 when there is none; for a delete marker that is current 404 with its headers.
pub(super) fn find<'a>(
    state: &'a State,
    bucket_name: &str,
    key: &str,
    id: Option<&str>,
) -> S3Result<&'a Version> {
    let versions = bucket(state, bucket_name)?.keys.get(key);
    let found = match id {
        None => versions.and_then(|versions| versions.last()),
        Some(id) => versions.and_then(|versions| versions.iter().rfind(|v| v.id == id)),
    };
    match (found, id) {
        (Some(version), _) => Ok(version),
        (None, None) => Err(s3_error!(NoSuchKey, "The specified key does not exist.")),
        (None, Some(_)) => Err(s3_error!(
            NoSuchVersion,
            "The specified version does not exist."
        )),
    }
}

/// The object that a request names. A marker is 404 when current, 405 by its ID (R-STATUS-18).
fn object<'a>(
    state: &'a State,
    bucket: &str,
    key: &str,
    id: Option<&str>,
) -> S3Result<(&'a Version, &'a Object)> {
    let version = find(state, bucket, key, id)?;
    match (&version.object, id) {
        (Some(object), _) => Ok((version, object)),
        (None, None) => Err(marked(
            s3_error!(NoSuchKey, "The specified key does not exist."),
            version,
        )),
        (None, Some(_)) => {
            let message = "The specified method is not allowed against this resource.";
            let mut error = S3Error::with_message(s3s::S3ErrorCode::MethodNotAllowed, message);
            error.set_status_code(StatusCode::METHOD_NOT_ALLOWED);
            Err(marked(error, version))
        }
    }
}

/// The defect that answers 404 of a marker by its ID.
fn hidden(api: &Api, error: S3Error) -> S3Error {
    let of_a_marker = error.status_code() == Some(StatusCode::METHOD_NOT_ALLOWED);
    match of_a_marker && api.world.has(Defect::HidesMarkers) {
        true => s3_error!(NoSuchKey, "The specified key does not exist."),
        false => error,
    }
}

fn marked(mut error: S3Error, version: &Version) -> S3Error {
    let headers = [
        ("x-amz-delete-marker", "true".to_owned()),
        ("x-amz-version-id", version.id.clone()),
    ];
    let header = |(name, value): (&'static str, String)| {
        Some((
            HeaderName::from_static(name),
            HeaderValue::from_str(&value).ok()?,
        ))
    };
    error.set_headers(
        headers
            .into_iter()
            .filter_map(header)
            .collect::<HeaderMap>(),
    );
    error
}

fn class(version: &Version) -> Option<StorageClass> {
    let class = version
        .storage_class
        .clone()
        .filter(|class| class != "STANDARD");
    class.map(StorageClass::from)
}

/// Sets what GET and HEAD have in common.
macro_rules! describe {
    ($output:ident, $version:expr, $object:expr, $checksums:expr, $versioned:expr) => {{
        let (version, object): (&Version, &Object) = ($version, $object);
        let checksum = if $checksums {
            object.checksum.clone()
        } else {
            Default::default()
        };
        $output {
            accept_ranges: Some("bytes".to_owned()),
            e_tag: Some(ETag::Strong(object.etag.clone())),
            last_modified: Some(version.modified.into()),
            metadata: object.metadata.clone(),
            content_type: object
                .content_type
                .clone()
                .or_else(|| Some("binary/octet-stream".to_owned())),
            cache_control: object.cache_control.clone(),
            content_disposition: object.content_disposition.clone(),
            content_encoding: object.content_encoding.clone(),
            content_language: object.content_language.clone(),
            expires: object.expires.clone(),
            server_side_encryption: object.encryption.header(),
            ssekms_key_id: object.encryption.kms_key().map(str::to_owned),
            bucket_key_enabled: object.encryption.bucket_key(),
            sse_customer_algorithm: object.encryption.customer_algorithm(),
            sse_customer_key_md5: object.encryption.customer_md5(),
            object_lock_mode: version.lock.retention.map(Retention::mode),
            object_lock_retain_until_date: version.lock.retention.map(|kept| kept.until.into()),
            object_lock_legal_hold_status: lock::hold_status(&version.lock),
            storage_class: class(version),
            replication_status: version
                .status
                .map(|status| Status::from(status.to_string())),
            version_id: $versioned.then(|| version.id.clone()),
            checksum_crc32: checksum.checksum_crc32,
            checksum_crc32c: checksum.checksum_crc32c,
            checksum_crc64nvme: checksum.checksum_crc64nvme,
            checksum_sha1: checksum.checksum_sha1,
            checksum_sha256: checksum.checksum_sha256,
            checksum_type: checksum.checksum_type,
            ..Default::default()
        }
    }};
}

fn with_tag_count<T>(output: T, version: &Version) -> S3Response<T> {
    let mut answer = S3Response::new(output);
    if !version.tags.is_empty() {
        let count = HeaderValue::from(version.tags.len());
        answer.headers.insert("x-amz-tagging-count", count);
    }
    answer
}

/// `GetObject`, with ranges, parts and conditions.
pub(super) async fn get_object(
    api: &Api,
    request: S3Request<GetObjectInput>,
) -> S3Result<S3Response<GetObjectOutput>> {
    let input = request.input;
    let state = api.world.lock();
    let id = input.version_id.as_deref();
    let (version, object) = object(&state, &input.bucket, &input.key, id)?;
    must_show_the_key(&state, &input.bucket, object, &customer_key!(input))?;
    let conditions = Conditions {
        if_match: input.if_match,
        if_none_match: input.if_none_match,
        modified_since: input.if_modified_since,
        unmodified_since: input.if_unmodified_since,
    };
    conditions.read(version, object)?;
    let size = object.body.size();
    let range = wanted(object, input.range.as_ref(), input.part_number)?;
    let whole = range == (0..size);
    let versioned = bucket(&state, &input.bucket)?.versioning.is_some();
    let checksums = input.checksum_mode.is_some() && whole;
    let mut output = describe!(GetObjectOutput, version, object, checksums, versioned);
    output.content_length = Some((range.end - range.start) as i64);
    let part = input.part_number.is_some() || input.range.is_some();
    output.content_range = part.then(|| content_range(&range, size)).flatten();
    output.parts_count = input.part_number.and_then(|_| parts_count(object));
    output.body = Some(object.body.stream(range));
    // s3s answers 206 where there is a content range.
    Ok(with_tag_count(output, version))
}

/// `HeadObject`.
pub(super) async fn head_object(
    api: &Api,
    request: S3Request<HeadObjectInput>,
) -> S3Result<S3Response<HeadObjectOutput>> {
    let input = request.input;
    let state = api.world.lock();
    let id = input.version_id.as_deref();
    let (version, object) =
        object(&state, &input.bucket, &input.key, id).map_err(|error| hidden(api, error))?;
    must_show_the_key(&state, &input.bucket, object, &customer_key!(input))?;
    let conditions = Conditions {
        if_match: input.if_match,
        if_none_match: input.if_none_match,
        modified_since: input.if_modified_since,
        unmodified_since: input.if_unmodified_since,
    };
    conditions.read(version, object)?;
    let range = wanted(object, input.range.as_ref(), input.part_number)?;
    let versioned = bucket(&state, &input.bucket)?.versioning.is_some();
    let checksums = input.checksum_mode.is_some();
    let mut output = describe!(HeadObjectOutput, version, object, checksums, versioned);
    output.content_length = Some((range.end - range.start) as i64);
    output.parts_count = input.part_number.and_then(|_| parts_count(object));
    let part = input.part_number.is_some() || input.range.is_some();
    output.content_range = part
        .then(|| content_range(&range, object.body.size()))
        .flatten();
    let status = output
        .content_range
        .is_some()
        .then_some(StatusCode::PARTIAL_CONTENT);
    let mut answer = with_tag_count(output, version);
    answer.status = status;
    Ok(answer)
}

/// The header of a partial answer; an empty object has none.
fn content_range(range: &std::ops::Range<u64>, size: u64) -> Option<String> {
    let last = range.end.checked_sub(1)?;
    Some(format!("bytes {}-{last}/{size}", range.start))
}

fn must_show_the_key(
    state: &State,
    name: &str,
    object: &Object,
    shown: &CustomerKey,
) -> S3Result<()> {
    let region = &bucket(state, name)?.region;
    object.encryption.may_be_read(shown, &state.keys, region)
}

fn parts_count(object: &Object) -> Option<i32> {
    (!object.parts.is_empty()).then_some(object.parts.len() as i32)
}

fn wanted(
    object: &Object,
    range: Option<&s3s::dto::Range>,
    part: Option<i32>,
) -> S3Result<std::ops::Range<u64>> {
    let size = object.body.size();
    let unsatisfiable = || s3_error!(InvalidRange, "The requested range is not satisfiable");
    match (range, part) {
        (Some(_), _) if size == 0 => Err(unsatisfiable()),
        (Some(range), _) => range.check(size).map_err(|_| unsatisfiable()),
        (None, Some(number)) => part_range(object, number),
        (None, None) => Ok(0..size),
    }
}

fn part_range(object: &Object, number: i32) -> S3Result<std::ops::Range<u64>> {
    let invalid = || {
        let message = "The requested partnumber is not satisfiable";
        refusal(
            "InvalidPartNumber",
            StatusCode::RANGE_NOT_SATISFIABLE,
            message,
        )
    };
    if object.parts.is_empty() && number == 1 {
        return Ok(0..object.body.size());
    }
    let index = usize::try_from(number - 1).map_err(|_| invalid())?;
    let size = object.parts.get(index).ok_or_else(invalid)?.body.size();
    let start: u64 = object.parts[..index]
        .iter()
        .map(|part| part.body.size())
        .sum();
    Ok(start..start + size)
}

/// `GetObjectAttributes`.
pub(super) async fn get_object_attributes(
    api: &Api,
    request: S3Request<GetObjectAttributesInput>,
) -> S3Result<S3Response<GetObjectAttributesOutput>> {
    let input = request.input;
    let state = api.world.lock();
    let id = input.version_id.as_deref();
    let (version, object) = object(&state, &input.bucket, &input.key, id)?;
    must_show_the_key(&state, &input.bucket, object, &customer_key!(input))?;
    let asked = |name| {
        input
            .object_attributes
            .iter()
            .any(|asked| asked.as_str() == name)
    };
    let versioned = bucket(&state, &input.bucket)?.versioning.is_some();
    let parts = asked(ObjectAttributes::OBJECT_PARTS)
        .then(|| parts(object))
        .flatten();
    answer(GetObjectAttributesOutput {
        checksum: asked(ObjectAttributes::CHECKSUM).then(|| object.checksum.clone()),
        e_tag: asked(ObjectAttributes::ETAG).then(|| ETag::Strong(object.etag.clone())),
        last_modified: Some(version.modified.into()),
        object_parts: parts,
        object_size: asked(ObjectAttributes::OBJECT_SIZE).then(|| object.body.size() as i64),
        storage_class: asked(ObjectAttributes::STORAGE_CLASS).then(|| {
            class(version).unwrap_or_else(|| StorageClass::from_static(StorageClass::STANDARD))
        }),
        version_id: versioned.then(|| version.id.clone()),
        ..Default::default()
    })
}

fn parts(object: &Object) -> Option<GetObjectAttributesParts> {
    let count = parts_count(object)?;
    let part = |part: &super::super::world::Part| ObjectPart {
        part_number: Some(part.number),
        size: Some(part.body.size() as i64),
        checksum_crc32: part.checksum.checksum_crc32.clone(),
        checksum_crc32c: part.checksum.checksum_crc32c.clone(),
        checksum_crc64nvme: part.checksum.checksum_crc64nvme.clone(),
        checksum_sha1: part.checksum.checksum_sha1.clone(),
        checksum_sha256: part.checksum.checksum_sha256.clone(),
    };
    Some(GetObjectAttributesParts {
        total_parts_count: Some(count),
        is_truncated: Some(false),
        max_parts: Some(1000),
        parts: Some(object.parts.iter().map(part).collect()),
        ..Default::default()
    })
}
