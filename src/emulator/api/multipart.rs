//! Multipart uploads. Replication sees them when they are complete (R-DATA-19).

use std::collections::BTreeMap;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::{Digest, Md5};
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, Checksum, ChecksumAlgorithm,
    ChecksumType, CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CompletedPart,
    CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag, ListMultipartUploadsInput,
    ListMultipartUploadsOutput, ListPartsInput, ListPartsOutput, MultipartUpload, UploadPartInput,
    UploadPartOutput,
};
use s3s::{S3Error, S3Request, S3Response, S3Result, s3_error};

use super::super::body::Body;
use super::super::checksum::{Claims, hasher, value, with_value};
use super::super::world::{Object, Part, State, Upload};
use super::objects::{self, New, commit, full_object, hex};
use super::{Api, answer, bucket, reading, tagging};

/// All parts but the last hold at least this many bytes.
const SMALLEST: u64 = 5 << 20;

fn upload<'a>(state: &'a State, id: &str, bucket: &str, key: &str) -> S3Result<&'a Upload> {
    let found = state.uploads.get(id);
    found
        .filter(|upload| upload.bucket == bucket && upload.key == key)
        .ok_or_else(no_such_upload)
}

fn no_such_upload() -> S3Error {
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
    let customer_key = input.sse_customer_algorithm.is_some();
    objects::refuse_encryption(input.server_side_encryption.as_ref(), customer_key)?;
    let object = Object {
        metadata: input.metadata,
        content_type: input.content_type,
        cache_control: input.cache_control,
        content_disposition: input.content_disposition,
        content_encoding: input.content_encoding,
        content_language: input.content_language,
        expires: input.expires,
        encrypted: objects::encrypted(&api.world, input.server_side_encryption.as_ref()),
        ..Object::default()
    };
    let mut state = api.world.lock();
    bucket(&state, &input.bucket)?;
    let id = state.version_id();
    let encryption = reading::encryption(&object);
    let begun = Upload {
        bucket: input.bucket.clone(),
        key: input.key.clone(),
        begun: SystemTime::now(),
        object,
        tags: tagging::parse(input.tagging.as_deref())?,
        storage_class: input.storage_class.map(|class| class.as_str().to_owned()),
        algorithm: input.checksum_algorithm.clone(),
        checksum_type: input.checksum_type.clone(),
        parts: BTreeMap::new(),
    };
    state.uploads.insert(id.clone(), begun);
    answer(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(id),
        checksum_algorithm: input.checksum_algorithm,
        checksum_type: input.checksum_type,
        server_side_encryption: encryption,
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
        upload(&state, &input.upload_id, &input.bucket, &input.key)?
            .algorithm
            .clone()
    };
    let claims = Claims::read(
        &headers,
        algorithm.as_ref().or(input.checksum_algorithm.as_ref()),
    )?;
    let drained = claims
        .drain(input.body, request.trailing_headers.as_ref())
        .await?;
    let (md5, checksum) = (drained.md5, drained.checksum.clone());
    let part = Part {
        number,
        body: drained.body,
        md5,
        checksum: drained.checksum,
        modified: SystemTime::now(),
    };
    let mut state = api.world.lock();
    let open = state
        .uploads
        .get_mut(&input.upload_id)
        .ok_or_else(no_such_upload)?;
    let encryption = reading::encryption(&open.object);
    open.parts.insert(number, part);
    answer(UploadPartOutput {
        e_tag: Some(ETag::Strong(hex(&md5))),
        server_side_encryption: encryption,
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        ..Default::default()
    })
}

/// `CompleteMultipartUpload`: an `ETag` with `-N`, a composite or full-object checksum.
pub(super) async fn complete_multipart_upload(
    api: &Api,
    request: S3Request<CompleteMultipartUploadInput>,
) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
    let input = request.input;
    let listed = input
        .multipart_upload
        .and_then(|upload| upload.parts)
        .unwrap_or_default();
    let (parts, algorithm, kind, new) = {
        let state = api.world.lock();
        let open = upload(&state, &input.upload_id, &input.bucket, &input.key)?;
        let new = New {
            object: open.object.clone(),
            tags: open.tags.clone(),
            storage_class: open.storage_class.clone(),
            is_copy: false,
        };
        (
            chosen(open, &listed)?,
            open.algorithm.clone(),
            open.checksum_type.clone(),
            new,
        )
    };
    let body = Body::concat(parts.iter().map(|part| &part.body));
    let checksum = whole_checksum(&body, &parts, algorithm, kind).await?;
    let etag = combined_etag(&parts);
    let object = Object {
        body,
        etag: etag.clone(),
        checksum: checksum.clone(),
        parts,
        ..new.object
    };
    let encryption = reading::encryption(&object);
    let new = New { object, ..new };
    let committed = commit(&api.world, &input.bucket, &input.key, new, |_| Ok(()))?;
    api.world.lock().uploads.remove(&input.upload_id);
    answer(CompleteMultipartUploadOutput {
        location: Some(format!("/{}/{}", input.bucket, input.key)),
        bucket: Some(input.bucket),
        key: Some(input.key),
        e_tag: Some(ETag::Strong(etag)),
        version_id: committed.version_id,
        server_side_encryption: encryption,
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        checksum_type: checksum.checksum_type,
        ..Default::default()
    })
}

/// The parts that the request lists, checked.
fn chosen(open: &Upload, listed: &[CompletedPart]) -> S3Result<Vec<Part>> {
    if listed.is_empty() {
        return Err(s3_error!(
            MalformedXML,
            "You must specify at least one part"
        ));
    }
    let mut parts: Vec<Part> = Vec::with_capacity(listed.len());
    for part in listed {
        let number = part.part_number.unwrap_or_default();
        if parts.last().is_some_and(|last| last.number >= number) {
            let message = "The list of parts was not in ascending order.";
            return Err(S3Error::with_message(
                s3s::S3ErrorCode::InvalidPartOrder,
                message,
            ));
        }
        let found = open.parts.get(&number).filter(|found| {
            part.e_tag
                .as_ref()
                .is_none_or(|etag| etag.value() == hex(&found.md5))
        });
        let invalid = || {
            s3_error!(
                InvalidPart,
                "One or more of the specified parts could not be found."
            )
        };
        parts.push(found.ok_or_else(invalid)?.clone());
    }
    let small = parts[..parts.len() - 1]
        .iter()
        .any(|part| part.body.size() < SMALLEST);
    match small {
        true => Err(s3_error!(
            EntityTooSmall,
            "Your proposed upload is smaller than the minimum allowed size"
        )),
        false => Ok(parts),
    }
}

/// The MD5 of the parts' MD5s, and how many there are.
fn combined_etag(parts: &[Part]) -> String {
    let mut md5 = Md5::new();
    parts.iter().for_each(|part| md5.update(part.md5));
    format!("{}-{}", hex(&md5.finalize()), parts.len())
}

async fn whole_checksum(
    body: &Body,
    parts: &[Part],
    algorithm: Option<ChecksumAlgorithm>,
    kind: Option<ChecksumType>,
) -> S3Result<Checksum> {
    let algorithm = algorithm.unwrap_or_else(|| ChecksumAlgorithm::from_static("CRC64NVME"));
    let full = algorithm.as_str() == "CRC64NVME"
        || kind
            .as_ref()
            .is_some_and(|kind| kind.as_str() == ChecksumType::FULL_OBJECT);
    if full {
        let claims = Claims::read(&http::HeaderMap::new(), Some(&algorithm))?;
        let drained = claims
            .drain(Some(body.stream(0..body.size())), None)
            .await?;
        return Ok(Checksum {
            checksum_type: Some(full_object()),
            ..drained.checksum
        });
    }
    let mut composite = hasher(algorithm.as_str());
    for part in parts {
        let digest = value(&part.checksum).and_then(|value| BASE64.decode(value).ok());
        composite.update(&digest.unwrap_or_default());
    }
    let composite = composite.finalize();
    let value = format!("{}-{}", value(&composite).unwrap_or_default(), parts.len());
    let kind = ChecksumType::from_static(ChecksumType::COMPOSITE);
    Ok(Checksum {
        checksum_type: Some(kind),
        ..with_value(&composite, &value)
    })
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

/// `ListMultipartUploads`, in one page.
pub(super) async fn list_multipart_uploads(
    api: &Api,
    request: S3Request<ListMultipartUploadsInput>,
) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
    let input = request.input;
    let state = api.world.lock();
    bucket(&state, &input.bucket)?;
    let prefix = input.prefix.clone().unwrap_or_default();
    let here = state
        .uploads
        .iter()
        .filter(|(_, upload)| upload.bucket == input.bucket && upload.key.starts_with(&prefix));
    let mut uploads: Vec<_> = here
        .map(|(id, upload)| MultipartUpload {
            key: Some(upload.key.clone()),
            upload_id: Some(id.clone()),
            initiated: Some(upload.begun.into()),
            ..Default::default()
        })
        .collect();
    uploads.sort_by(|a, b| (&a.key, &a.upload_id).cmp(&(&b.key, &b.upload_id)));
    answer(ListMultipartUploadsOutput {
        bucket: Some(input.bucket),
        prefix: input.prefix,
        is_truncated: Some(false),
        uploads: Some(uploads),
        ..Default::default()
    })
}
