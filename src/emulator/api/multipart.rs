//! Multipart uploads. Replication sees them when they are complete (R-DATA-19).

use std::collections::BTreeMap;

use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CreateMultipartUploadInput,
    CreateMultipartUploadOutput, ETag, ListMultipartUploadsInput, ListMultipartUploadsOutput,
    ListPartsInput, ListPartsOutput, MultipartUpload, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Error, S3Request, S3Response, S3Result, s3_error};

use super::super::acl::acl_asked;
use super::super::body::Body;
use super::super::checksum::Claims;
use super::super::encryption::{asked, customer_key};
use super::super::lock::lock_asked;
use super::super::spool::Spool;
use super::super::world::{Object, Part, State, Upload};
use super::super::{Defect, replicator};
use super::listing::Encoding;
use super::objects::{self, hex};
use super::refused::{self, what_is_not_there};
use super::{Api, answer, bucket, tagging};

/// The open upload, or 404.
pub(super) fn upload<'a>(
    state: &'a State,
    id: &str,
    bucket: &str,
    key: &str,
) -> S3Result<&'a Upload> {
    let found = state.uploads.get(id);
    found
        .filter(|upload| upload.bucket == bucket && upload.key == key)
        .ok_or_else(no_such_upload)
}

pub(super) fn no_such_upload() -> S3Error {
    s3_error!(
        NoSuchUpload,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have \
         been aborted or completed."
    )
}

/// `CreateMultipartUpload`.
pub(super) async fn create_multipart_upload(
    api: &Api,
    request: S3Request<CreateMultipartUploadInput>,
) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
    let input = request.input;
    what_is_not_there!(input);
    let under = objects::encryption(api, &input.bucket, &asked!(input))?;
    let object = Object {
        metadata: input.metadata,
        content_type: input.content_type,
        cache_control: input.cache_control,
        content_disposition: input.content_disposition,
        content_encoding: input.content_encoding,
        content_language: input.content_language,
        expires: input.expires,
        encryption: under.clone(),
        ..Object::default()
    };
    let mut state = api.world.lock();
    let found = bucket(&state, &input.bucket)?;
    acl_asked!(input).decide(found)?;
    lock_asked!(input).decide(found.lock.as_ref(), state.now())?;
    let id = state.version_id();
    let begun = Upload {
        bucket: input.bucket.clone(),
        key: input.key.clone(),
        begun: state.now(),
        object,
        tags: tagging::parse(input.tagging.as_deref())?,
        lock: lock_asked!(input),
        acl: acl_asked!(input),
        storage_class: input.storage_class.map(|class| class.as_str().to_owned()),
        algorithm: input.checksum_algorithm.clone(),
        checksum_type: input.checksum_type.clone(),
        parts: BTreeMap::new(),
        spool: Spool::default(),
    };
    state.uploads.insert(id.clone(), begun);
    answer(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(id),
        checksum_algorithm: input.checksum_algorithm,
        checksum_type: input.checksum_type,
        server_side_encryption: under.header(),
        ssekms_key_id: under.kms_key().map(str::to_owned),
        bucket_key_enabled: under.bucket_key(),
        sse_customer_algorithm: under.customer_algorithm(),
        sse_customer_key_md5: under.customer_md5(),
        ..Default::default()
    })
}

/// `UploadPart`.
pub(super) async fn upload_part(
    api: &Api,
    request: S3Request<UploadPartInput>,
) -> S3Result<S3Response<UploadPartOutput>> {
    let (input, headers) = (request.input, request.headers);
    let number = input.part_number;
    if !(1..=10_000).contains(&number) {
        return Err(s3_error!(
            InvalidArgument,
            "A part number is between 1 and 10,000"
        ));
    }
    let algorithm = {
        let state = api.world.lock();
        let open = upload(&state, &input.upload_id, &input.bucket, &input.key)?;
        let region = &bucket(&state, &input.bucket)?.region;
        let shown = customer_key!(input);
        let under = &open.object.encryption;
        under.may_be_read(&shown, &state.keys, region)?;
        open.algorithm.clone()
    };
    let claims = Claims::read(
        &headers,
        algorithm.as_ref().or(input.checksum_algorithm.as_ref()),
    )?;
    if let Some(expected) = algorithm.filter(|expected| !claims.are_of(expected)) {
        return Err(s3_error!(
            InvalidRequest,
            "Checksum Type mismatch occurred, expected checksum Type: {}",
            expected.as_str().to_ascii_lowercase()
        ));
    }
    let drained = claims
        .drain(input.body, request.trailing_headers.as_ref())
        .await?;
    let (md5, checksum) = (drained.md5, drained.checksum.clone());
    let body = keep(api, &input.upload_id, drained.body)?;
    let part = Part {
        number,
        body,
        md5,
        checksum: drained.checksum,
        modified: api.world.lock().now(),
    };
    let mut state = api.world.lock();
    let open = state
        .uploads
        .get_mut(&input.upload_id)
        .ok_or_else(no_such_upload)?;
    let under = open.object.encryption.clone();
    let body = part.body.clone();
    open.parts.insert(number, part);
    if api.world.has(Defect::ReplicatesUnfinished) {
        replicator::unfinished(&mut state, &input.bucket, &input.key, &body);
    }
    answer(UploadPartOutput {
        e_tag: Some(ETag::Strong(hex(&md5))),
        server_side_encryption: under.header(),
        ssekms_key_id: under.kms_key().map(str::to_owned),
        bucket_key_enabled: under.bucket_key(),
        sse_customer_algorithm: under.customer_algorithm(),
        sse_customer_key_md5: under.customer_md5(),
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        ..Default::default()
    })
}

/// A part joins the upload's file once the upload is too large for memory.
fn keep(api: &Api, id: &str, body: Body) -> S3Result<Body> {
    let spool = {
        let mut state = api.world.lock();
        let open = state.uploads.get_mut(id).ok_or_else(no_such_upload)?;
        open.spool.admit(&body).map_err(S3Error::internal_error)?
    };
    match spool {
        Some(spool) => spool.keep(&body).map_err(S3Error::internal_error),
        None => Ok(body),
    }
}

/// `AbortMultipartUpload`.
pub(super) async fn abort_multipart_upload(
    api: &Api,
    request: S3Request<AbortMultipartUploadInput>,
) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
    let input = request.input;
    let mut state = api.world.lock();
    upload(&state, &input.upload_id, &input.bucket, &input.key)?;
    state.uploads.remove(&input.upload_id);
    answer(AbortMultipartUploadOutput::default())
}

/// `ListParts`.
pub(super) async fn list_parts(
    api: &Api,
    request: S3Request<ListPartsInput>,
) -> S3Result<S3Response<ListPartsOutput>> {
    let input = request.input;
    let state = api.world.lock();
    let open = upload(&state, &input.upload_id, &input.bucket, &input.key)?;
    let after = input.part_number_marker.unwrap_or_default();
    let limit = input.max_parts.unwrap_or(1000).clamp(1, 1000) as usize;
    let behind = open.parts.range(after + 1..);
    let (total, page) = (behind.clone().count(), behind.take(limit));
    let parts: Vec<_> = page.map(|(_, part)| listed(part)).collect();
    answer(ListPartsOutput {
        is_truncated: Some(total > parts.len()),
        next_part_number_marker: parts.last().and_then(|part| part.part_number),
        parts: Some(parts),
        max_parts: Some(limit as i32),
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        checksum_algorithm: open.algorithm.clone(),
        checksum_type: open.checksum_type.clone(),
        ..Default::default()
    })
}

fn listed(part: &Part) -> s3s::dto::Part {
    s3s::dto::Part {
        part_number: Some(part.number),
        e_tag: Some(ETag::Strong(hex(&part.md5))),
        size: Some(part.body.size() as i64),
        last_modified: Some(part.modified.into()),
        checksum_crc32: part.checksum.checksum_crc32.clone(),
        checksum_crc32c: part.checksum.checksum_crc32c.clone(),
        checksum_crc64nvme: part.checksum.checksum_crc64nvme.clone(),
        checksum_sha1: part.checksum.checksum_sha1.clone(),
        checksum_sha256: part.checksum.checksum_sha256.clone(),
    }
}

/// `ListMultipartUploads`: by key and then by ID, page by page.
pub(super) async fn list_multipart_uploads(
    api: &Api,
    request: S3Request<ListMultipartUploadsInput>,
) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
    let input = request.input;
    refused::unless(
        input.delimiter.is_none(),
        "a delimiter is not implemented for uploads",
    )?;
    let state = api.world.lock();
    bucket(&state, &input.bucket)?;
    let limit = input.max_uploads.unwrap_or(1000).clamp(1, 1000) as usize;
    let mut found = behind_the_markers(&state, &input);
    let truncated = found.len() > limit;
    found.truncate(limit);
    let encoding = Encoding::of(input.encoding_type.as_ref());
    let last = found.last().filter(|_| truncated);
    answer(ListMultipartUploadsOutput {
        is_truncated: Some(truncated),
        next_key_marker: last.map(|(key, _, _)| encoding.key(key)),
        next_upload_id_marker: last.map(|(_, id, _)| (*id).to_owned()),
        uploads: Some(
            found
                .iter()
                .map(|open| listed_upload(open, &encoding))
                .collect(),
        ),
        max_uploads: Some(limit as i32),
        bucket: Some(input.bucket),
        prefix: input.prefix.map(|prefix| encoding.key(&prefix)),
        key_marker: input.key_marker,
        upload_id_marker: input.upload_id_marker,
        encoding_type: input.encoding_type,
        ..Default::default()
    })
}

/// An open upload with its key and ID, by which they are sorted.
type Open<'a> = (&'a str, &'a str, &'a Upload);

fn behind_the_markers<'a>(state: &'a State, input: &ListMultipartUploadsInput) -> Vec<Open<'a>> {
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let key = input.key_marker.as_deref().filter(|key| !key.is_empty());
    let id = input.upload_id_marker.as_deref();
    let is_behind = |open: &Open<'_>| match (key, id) {
        (None, _) => true,
        (Some(key), None) => open.0 > key,
        (Some(key), Some(id)) => (open.0, open.1) > (key, id),
    };
    let here = state
        .uploads
        .iter()
        .filter(|(_, upload)| upload.bucket == input.bucket && upload.key.starts_with(prefix));
    let mut found: Vec<Open<'a>> = here
        .map(|(id, upload)| (upload.key.as_str(), id.as_str(), upload))
        .filter(is_behind)
        .collect();
    found.sort_by_key(|(key, id, _)| (*key, *id));
    found
}

fn listed_upload((key, id, upload): &Open<'_>, encoding: &Encoding) -> MultipartUpload {
    MultipartUpload {
        key: Some(encoding.key(key)),
        upload_id: Some((*id).to_owned()),
        initiated: Some(upload.begun.into()),
        checksum_algorithm: upload.algorithm.clone(),
        checksum_type: upload.checksum_type.clone(),
        ..Default::default()
    }
}
