//! One upload on the wire.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::upload_part::UploadPartOutput;
use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload,
    CompletedPart, ExpirationStatus, LifecycleExpiration, LifecycleRule, LifecycleRuleFilter,
    NoncurrentVersionExpiration, ObjectLockLegalHoldStatus, ServerSideEncryption, StorageClass,
};

use super::acl;
use super::lock;
use super::payload::Payload;
use super::wire::Wire;
use crate::history::{Content, Lifecycle, Outcome};
use crate::replication::Tags;
use crate::target::{CustomerKey, Reserved};

/// Applies what goes with an object to a request builder that has S3's setters for it.
macro_rules! with_attributes {
    ($request:expr, $content:expr, $shown:expr) => {{
        let content: &Content = $content;
        let shown: Option<&CustomerKey> = $shown;
        let header = |name: &str| content.headers.get(name).cloned();
        $request
            .set_metadata(
                (!content.metadata.is_empty())
                    .then(|| content.metadata.clone().into_iter().collect()),
            )
            .set_content_type(header("content-type"))
            .set_cache_control(header("cache-control"))
            .set_content_disposition(header("content-disposition"))
            .set_content_encoding(header("content-encoding"))
            .set_content_language(header("content-language"))
            .set_tagging((!content.tags.is_empty()).then(|| query(&content.tags)))
            .set_storage_class(content.storage_class.as_deref().map(StorageClass::from))
            .set_checksum_algorithm(content.checksum.as_deref().map(ChecksumAlgorithm::from))
            .set_server_side_encryption(
                content
                    .encryption
                    .as_deref()
                    .map(ServerSideEncryption::from),
            )
            .set_object_lock_mode(lock::mode(content.retention.as_ref()))
            .set_object_lock_retain_until_date(lock::until(content.retention.as_ref()))
            .set_object_lock_legal_hold_status(
                content.held.then_some(ObjectLockLegalHoldStatus::On),
            )
            .set_grant_read(acl::readers(&content.grants))
            .set_ssekms_key_id(content.kms_key.clone())
            .set_bucket_key_enabled(content.bucket_key.then_some(true))
            .set_sse_customer_algorithm(shown.map(|_| CustomerKey::ALGORITHM.to_owned()))
            .set_sse_customer_key(shown.map(|key| key.key().to_owned()))
            .set_sse_customer_key_md5(shown.map(|key| key.md5().to_owned()))
    }};
}

/// `PutObject`.
pub(super) async fn put(
    client: &Client,
    bucket: &str,
    key: &str,
    content: &Content,
    payload: &Payload,
    shown: Option<&CustomerKey>,
) -> Result<Outcome, Wire> {
    let request = client
        .put_object()
        .bucket(bucket)
        .key(key)
        .body(payload.whole().await?);
    let answer = with_attributes!(request, content, shown)
        .send()
        .await
        .map_err(Wire::sdk)?;
    Ok(outcome(answer.version_id(), answer.e_tag()))
}

/// A multipart upload, part by part; it is aborted when a part fails.
pub(super) async fn multipart(
    client: &Client,
    bucket: &str,
    key: &str,
    content: &Content,
    payload: &Payload,
    how: Parts<'_>,
) -> Result<Outcome, Wire> {
    let create = client.create_multipart_upload().bucket(bucket).key(key);
    let kind = content.checksum_type.as_deref().map(ChecksumType::from);
    let created = with_attributes!(create, content, how.shown)
        .set_checksum_type(kind)
        .send()
        .await
        .map_err(Wire::sdk)?;
    let mut upload = Upload {
        client,
        bucket,
        key,
        id: created.upload_id().unwrap_or_default(),
        how,
    };
    let sent = upload.finish(content, payload).await;
    if sent.is_err() {
        upload.how.admitted.wait().await;
        let abort = client
            .abort_multipart_upload()
            .bucket(bucket)
            .key(key)
            .upload_id(upload.id);
        if let Err(error) = abort.send().await {
            tracing::warn!(bucket, key, %error, "an upload could not be aborted");
        }
    }
    sent
}

struct Upload<'a> {
    client: &'a Client,
    bucket: &'a str,
    key: &'a str,
    id: &'a str,
    how: Parts<'a>,
}

/// How an upload in parts is sent.
#[derive(Debug)]
pub(super) struct Parts<'a> {
    /// Bytes a part.
    pub(super) size: u64,
    /// The requests that it takes, reserved together.
    pub(super) admitted: &'a mut Reserved,
    /// The customer's key, where it is SSE-C's.
    pub(super) shown: Option<&'a CustomerKey>,
}

impl Upload<'_> {
    async fn finish(&mut self, content: &Content, payload: &Payload) -> Result<Outcome, Wire> {
        let (part_size, shown) = (self.how.size, self.how.shown);
        let mut parts = CompletedMultipartUpload::builder();
        let count = content.size.div_ceil(part_size).max(1);
        for index in 0..count {
            let offset = index * part_size;
            let length = part_size.min(content.size - offset);
            let body = payload.part(offset, length).await?;
            self.how.admitted.wait().await;
            let number = i32::try_from(index + 1).expect("an upload has at most 10,000 parts");
            let request = self.client.upload_part().bucket(self.bucket).key(self.key);
            let request = request.upload_id(self.id).part_number(number).body(body);
            let algorithm = content.checksum.as_deref().map(ChecksumAlgorithm::from);
            let sent = request
                .set_checksum_algorithm(algorithm)
                .set_sse_customer_algorithm(shown.map(|_| CustomerKey::ALGORITHM.to_owned()))
                .set_sse_customer_key(shown.map(|key| key.key().to_owned()))
                .set_sse_customer_key_md5(shown.map(|key| key.md5().to_owned()))
                .send()
                .await
                .map_err(Wire::sdk)?;
            // S3 takes a part's checksum only where the upload was begun with its algorithm.
            let declared = content.checksum.is_some();
            parts = parts.parts(completed(number, &sent, declared));
        }
        self.how.admitted.wait().await;
        let complete = self
            .client
            .complete_multipart_upload()
            .bucket(self.bucket)
            .key(self.key);
        let complete = complete.upload_id(self.id).multipart_upload(parts.build());
        let answer = complete.send().await.map_err(Wire::sdk)?;
        Ok(outcome(answer.version_id(), answer.e_tag()))
    }
}

fn completed(number: i32, sent: &UploadPartOutput, with_checksum: bool) -> CompletedPart {
    let part = CompletedPart::builder()
        .part_number(number)
        .set_e_tag(sent.e_tag.clone());
    if !with_checksum {
        return part.build();
    }
    part.set_checksum_crc32(sent.checksum_crc32.clone())
        .set_checksum_crc32_c(sent.checksum_crc32_c.clone())
        .set_checksum_crc64_nvme(sent.checksum_crc64_nvme.clone())
        .set_checksum_sha1(sent.checksum_sha1.clone())
        .set_checksum_sha256(sent.checksum_sha256.clone())
        .build()
}

/// `CopyObject` of the current version of `from`, metadata and tags included.
pub(super) async fn copy(
    client: &Client,
    bucket: &str,
    from: &str,
    key: &str,
) -> Result<Outcome, Wire> {
    let source = format!("{bucket}/{}", urlencoding::encode(from));
    let request = client
        .copy_object()
        .bucket(bucket)
        .key(key)
        .copy_source(source);
    let answer = request.send().await.map_err(Wire::sdk)?;
    let etag = answer
        .copy_object_result()
        .and_then(|result| result.e_tag());
    Ok(outcome(answer.version_id(), etag))
}

/// Version and `ETag` of an answer, the `ETag` without its quotes.
pub(super) fn outcome(version: Option<&str>, etag: Option<&str>) -> Outcome {
    Outcome {
        version: version.map(Into::into),
        etag: etag.map(|etag| etag.trim_matches('"').to_owned()),
        ..Outcome::default()
    }
}

/// Tags as `x-amz-tagging` wants them.
fn query(tags: &Tags) -> String {
    let pair = |(key, value): (&String, &String)| {
        format!(
            "{}={}",
            urlencoding::encode(key),
            urlencoding::encode(value)
        )
    };
    tags.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// A lifecycle configuration for every key.
pub(super) fn lifecycle(lifecycle: Lifecycle) -> BucketLifecycleConfiguration {
    let rule = |id: &str| {
        LifecycleRule::builder()
            .id(id)
            .status(ExpirationStatus::Enabled)
            .filter(LifecycleRuleFilter::builder().prefix("").build())
    };
    let days = |days: u32| i32::try_from(days).unwrap_or(i32::MAX);
    let expiration = lifecycle.expiration_days.map(|expires| {
        let expiration = LifecycleExpiration::builder().days(days(expires));
        rule("expiration").expiration(expiration.build())
    });
    let noncurrent = lifecycle.noncurrent_days.map(|removed| {
        let removal = NoncurrentVersionExpiration::builder().noncurrent_days(days(removed));
        rule("noncurrent").noncurrent_version_expiration(removal.build())
    });
    let markers = lifecycle.expired_markers.then(|| {
        let removal = LifecycleExpiration::builder().expired_object_delete_marker(true);
        rule("markers").expiration(removal.build())
    });
    let rules = [expiration, noncurrent, markers].into_iter().flatten();
    let rules = rules.map(|rule| rule.build().expect("the status is set"));
    let configuration = BucketLifecycleConfiguration::builder();
    let configuration = configuration.set_rules(Some(rules.collect()));
    configuration.build().expect("the rules are set")
}
