//! Completing a multipart upload: its parts are checked, and become one version.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::{Digest, Md5};
use s3s::dto::{
    Checksum, ChecksumAlgorithm, ChecksumType, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CompletedPart, ETag,
};
use s3s::{S3Error, S3Request, S3Response, S3Result, s3_error};

use super::super::body::Body;
use super::super::checksum::{Claims, hasher, value, with_value};
use super::super::world::{Object, Part, Upload};
use super::multipart::{no_such_upload, upload};
use super::objects::{New, commit, full_object, hex};
use super::{Api, answer, conditions};

/// All parts but the last hold at least this many bytes.
const SMALLEST: u64 = 5 << 20;

/// `CompleteMultipartUpload`: an `ETag` with `-N`, a composite or full-object checksum.
pub(super) async fn complete_multipart_upload(
    api: &Api,
    request: S3Request<CompleteMultipartUploadInput>,
) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
    let input = request.input;
    let (parts, open) = {
        let state = api.world.lock();
        let open = upload(&state, &input.upload_id, &input.bucket, &input.key)?;
        let listed = input.multipart_upload.as_ref();
        let listed = listed.and_then(|upload| upload.parts.as_deref());
        (chosen(open, listed.unwrap_or_default())?, open.as_begun())
    };
    let body = Body::concat(parts.iter().map(|part| &part.body));
    let checksum = whole_checksum(&body, &parts, open.algorithm, open.checksum_type).await?;
    claimed(&input, &checksum, body.size())?;
    let under = open.object.encryption.clone();
    let etag = under.etag(combined_etag(&parts));
    let object = Object {
        body,
        etag: etag.clone(),
        checksum: checksum.clone(),
        parts,
        ..open.object
    };
    let new = New {
        object,
        tags: open.tags,
        lock: open.lock,
        acl: open.acl,
        storage_class: open.storage_class,
        is_copy: false,
    };
    let condition = |current: Option<&str>| {
        conditions::write(
            input.if_match.as_ref(),
            input.if_none_match.as_ref(),
            current,
        )
    };
    // Whoever takes the upload away completes it: two requests at once make one version.
    let taken = api.world.lock().uploads.remove(&input.upload_id);
    let taken = taken.ok_or_else(no_such_upload)?;
    let committed = commit(&api.world, &input.bucket, &input.key, new, condition);
    if committed.is_err() {
        let mut state = api.world.lock();
        state.uploads.insert(input.upload_id.clone(), taken);
    }
    let committed = committed?;
    answer(CompleteMultipartUploadOutput {
        location: Some(format!("/{}/{}", input.bucket, input.key)),
        bucket: Some(input.bucket),
        key: Some(input.key),
        e_tag: Some(ETag::Strong(etag)),
        version_id: committed.version_id,
        server_side_encryption: under.header(),
        ssekms_key_id: under.kms_key().map(str::to_owned),
        bucket_key_enabled: under.bucket_key(),
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
                && has_checksums(part, &found.checksum)
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

/// Whether the part has the checksums that the request lists for it.
fn has_checksums(listed: &CompletedPart, there: &Checksum) -> bool {
    let pairs = [
        (&listed.checksum_crc32, &there.checksum_crc32),
        (&listed.checksum_crc32c, &there.checksum_crc32c),
        (&listed.checksum_crc64nvme, &there.checksum_crc64nvme),
        (&listed.checksum_sha1, &there.checksum_sha1),
        (&listed.checksum_sha256, &there.checksum_sha256),
    ];
    pairs
        .iter()
        .all(|(listed, there)| listed.is_none() || listed == there)
}

/// Compares what the request says of the whole: its checksum, the checksum's type, its size.
fn claimed(input: &CompleteMultipartUploadInput, there: &Checksum, size: u64) -> S3Result<()> {
    let bare = |sum: &Option<String>| {
        let sum = sum.as_deref()?;
        Some(sum.split_once('-').map_or(sum, |(sum, _)| sum).to_owned())
    };
    let pairs = [
        (&input.checksum_crc32, &there.checksum_crc32),
        (&input.checksum_crc32c, &there.checksum_crc32c),
        (&input.checksum_crc64nvme, &there.checksum_crc64nvme),
        (&input.checksum_sha1, &there.checksum_sha1),
        (&input.checksum_sha256, &there.checksum_sha256),
    ];
    let wrong = |(claimed, there): &(&Option<String>, &Option<String>)| {
        claimed.is_some() && bare(claimed) != bare(there)
    };
    if pairs.iter().any(wrong) {
        return Err(s3_error!(
            BadDigest,
            "The checksum you specified did not match the calculated checksum."
        ));
    }
    let type_differs = input.checksum_type.is_some() && input.checksum_type != there.checksum_type;
    let size_differs = input
        .mpu_object_size
        .is_some_and(|claimed| claimed != size as i64);
    match type_differs || size_differs {
        true => Err(s3_error!(
            InvalidRequest,
            "The checksum type or the size you specified is not that of the upload"
        )),
        false => Ok(()),
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
