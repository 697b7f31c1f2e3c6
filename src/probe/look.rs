//! One look at one thing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Config, ResponseChecksumValidation};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::{ChecksumMode, ExpirationStatus, ObjectLockLegalHoldStatus};
use sha2::{Digest, Sha256};

use super::listing::listed;
use crate::history::hex;
use crate::history::{Failure, Instant, ObjectSeen, Recorder, Seen, Side};
use crate::replication::{ReplicationStatus, Retention, VersionId};
use crate::target::{CustomerKey, Limiter};

/// Looks at the buckets of one pair, and records what it sees.
#[derive(Debug, Clone)]
pub struct Probe {
    pub(super) recorder: Recorder,
    source: Client,
    destination: Client,
    buckets: BTreeMap<Side, String>,
    pub(super) schedule: super::Schedule,
    shown: Shown,
    /// Holds back the looks of whoever waits for something.
    pub(super) limiter: Limiter,
}

/// The customer's key, and the keys of the objects that are under it.
#[derive(Debug, Clone, Default)]
struct Shown(Arc<Mutex<Option<UnderKey>>>);

type UnderKey = (CustomerKey, BTreeSet<String>);

/// Reads what HEAD and GET have in common.
macro_rules! object_seen {
    ($answer:expr) => {{
        let answer = $answer;
        ObjectSeen {
            version: answer.version_id().map(VersionId::from),
            size: answer.content_length().unwrap_or_default() as u64,
            sha256: None,
            etag: answer.e_tag().map(|etag| etag.trim_matches('"').to_owned()),
            status: answer
                .replication_status()
                .and_then(|s| ReplicationStatus::parse(s.as_str())),
            encryption: answer
                .server_side_encryption()
                .map(|e| e.as_str().to_owned()),
            kms_key: answer.ssekms_key_id().map(str::to_owned),
            bucket_key: answer.bucket_key_enabled().unwrap_or_default(),
            customer_key: answer.sse_customer_key_md5().map(str::to_owned),
            retention: answer
                .object_lock_mode()
                .zip(answer.object_lock_retain_until_date())
                .map(|(mode, until)| Retention {
                    mode: mode.as_str().to_owned(),
                    until: until.secs(),
                }),
            held: answer.object_lock_legal_hold_status() == Some(&ObjectLockLegalHoldStatus::On),
            storage_class: answer
                .storage_class()
                .map(|class| class.as_str().to_owned())
                .filter(|class| class != "STANDARD"),
            last_modified: answer.last_modified().map(|time| time.secs()),
            metadata: answer.metadata().into_iter().flatten().map(owned).collect(),
            headers: present([
                ("content-type", answer.content_type()),
                ("cache-control", answer.cache_control()),
                ("content-disposition", answer.content_disposition()),
                ("content-encoding", answer.content_encoding()),
                ("content-language", answer.content_language()),
            ]),
            checksums: present([
                ("CRC32", answer.checksum_crc32()),
                ("CRC32C", answer.checksum_crc32_c()),
                ("CRC64NVME", answer.checksum_crc64_nvme()),
                ("SHA1", answer.checksum_sha1()),
                ("SHA256", answer.checksum_sha256()),
            ]),
        }
    }};
}

/// Shows the customer's key, if there is one.
macro_rules! shows {
    ($request:expr, $shown:expr) => {{
        let shown: Option<CustomerKey> = $shown;
        let shown = shown.as_ref();
        $request
            .set_sse_customer_algorithm(shown.map(|_| CustomerKey::ALGORITHM.to_owned()))
            .set_sse_customer_key(shown.map(|key| key.key().to_owned()))
            .set_sse_customer_key_md5(shown.map(|key| key.md5().to_owned()))
    }};
}

impl Probe {
    /// A probe for the buckets of one pair.
    #[must_use]
    pub fn new(
        recorder: Recorder,
        clients: (Client, Client),
        buckets: BTreeMap<Side, String>,
        schedule: super::Schedule,
    ) -> Self {
        let (source, destination) = clients;
        Self {
            recorder,
            source,
            destination,
            buckets,
            schedule,
            shown: Shown::default(),
            limiter: Limiter::default(),
        }
    }

    /// The same probe, whose waiting is held back by a limiter. Single looks are not: who asks for
    /// one has been admitted.
    #[must_use]
    pub fn limited(mut self, limiter: Limiter) -> Self {
        self.limiter = limiter;
        self
    }

    /// The same probe, which waits for what is expected to take about so long.
    #[must_use]
    pub fn expecting(mut self, lag: Duration) -> Self {
        self.schedule = self.schedule.expecting(lag);
        self
    }

    /// From now on the customer's key is shown to whoever is asked for this object (R-ENC-07).
    pub fn show(&self, customer: &CustomerKey, key: &str) {
        let mut shown = self.shown.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, keys) = shown.get_or_insert_with(|| (customer.clone(), BTreeSet::new()));
        keys.insert(key.to_owned());
    }

    /// The customer's key, where this object is under it.
    fn shown_for(&self, key: &str) -> Option<CustomerKey> {
        let shown = self.shown.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (customer, keys) = shown.as_ref()?;
        keys.contains(key).then(|| customer.clone())
    }

    /// HEAD of one version, with its checksums.
    pub async fn head(&self, side: Side, key: &str, version: Option<&VersionId>) -> Seen {
        let sent = self.recorder.now();
        let request = self
            .client(side)
            .head_object()
            .bucket(self.bucket(side))
            .key(key);
        let request = request.checksum_mode(ChecksumMode::Enabled);
        let request = shows!(request, self.shown_for(key));
        let answer = request
            .set_version_id(version.map(|v| v.0.clone()))
            .send()
            .await;
        let seen = match &answer {
            Ok(answer) => Seen::Present(Box::new(head_seen(answer))),
            Err(error) => missing(error),
        };
        self.note(side, key, version, sent, seen)
    }

    /// GET of one version: its whole body is read and hashed.
    ///
    /// The SDK's own checksum validation is off: a body that differs has to be seen, not refused.
    pub async fn get(&self, side: Side, key: &str, version: Option<&VersionId>) -> Seen {
        let sent = self.recorder.now();
        let request = self
            .client(side)
            .get_object()
            .bucket(self.bucket(side))
            .key(key);
        let request = shows!(request, self.shown_for(key))
            .set_version_id(version.map(|v| v.0.clone()))
            .customize();
        let unchecked = Config::builder()
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        let answer = request.config_override(unchecked).send().await;
        let seen = match answer {
            Ok(answer) => read(answer).await,
            Err(error) => missing(&error),
        };
        self.note(side, key, version, sent, seen)
    }

    /// The tags of one version.
    pub async fn tags(&self, side: Side, key: &str, version: &VersionId) -> Seen {
        let sent = self.recorder.now();
        let request = self
            .client(side)
            .get_object_tagging()
            .bucket(self.bucket(side))
            .key(key);
        let seen = match request.version_id(&version.0).send().await {
            Ok(answer) => {
                let tag = |tag: &aws_sdk_s3::types::Tag| (tag.key.clone(), tag.value.clone());
                Seen::Tags {
                    tags: answer.tag_set().iter().map(tag).collect(),
                }
            }
            Err(error) => missing(&error),
        };
        self.note(side, key, Some(version), sent, seen)
    }

    /// All versions and delete markers of one key, newest first.
    pub async fn versions(&self, side: Side, key: &str) -> Seen {
        let sent = self.recorder.now();
        let seen = match listed(self.client(side), self.bucket(side), key).await {
            Ok(versions) => Seen::Versions { versions },
            Err(failure) => Seen::Failed(failure),
        };
        self.note(side, key, None, sent, seen)
    }

    /// The configuration of a bucket, as far as a pair needs it.
    pub async fn bucket_configuration(&self, side: Side) -> Seen {
        let sent = self.recorder.now();
        let seen = match self.read_configuration(side).await {
            Ok(seen) => seen,
            Err(failure) => Seen::Failed(failure),
        };
        self.note(side, "", None, sent, seen)
    }

    async fn read_configuration(&self, side: Side) -> Result<Seen, Failure> {
        let (client, bucket) = (self.client(side), self.bucket(side));
        let versioning = client.get_bucket_versioning().bucket(bucket).send();
        let encryption = client.get_bucket_encryption().bucket(bucket).send();
        let lifecycle = client
            .get_bucket_lifecycle_configuration()
            .bucket(bucket)
            .send();
        let (versioning, encryption, lifecycle) = tokio::join!(versioning, encryption, lifecycle);
        let versioning = versioning.map_err(|error| Failure::of(&error))?;
        let encryption = not_configured(encryption)?;
        let lifecycle = not_configured(lifecycle)?;
        Ok(Seen::Bucket {
            versioning: versioning.status().map(|status| status.as_str().to_owned()),
            encryption: encryption.and_then(|answer| {
                let rule = answer
                    .server_side_encryption_configuration?
                    .rules
                    .into_iter()
                    .next()?;
                let default = rule.apply_server_side_encryption_by_default?;
                Some(default.sse_algorithm.as_str().to_owned())
            }),
            noncurrent_days: lifecycle.and_then(|answer| {
                let enabled = |rule: &&aws_sdk_s3::types::LifecycleRule| {
                    rule.status == ExpirationStatus::Enabled
                };
                let days = |rule: &aws_sdk_s3::types::LifecycleRule| {
                    rule.noncurrent_version_expiration()?.noncurrent_days()
                };
                let days = answer.rules().iter().filter(enabled).find_map(days);
                days.and_then(|days| u32::try_from(days).ok())
            }),
        })
    }

    pub(super) fn note(
        &self,
        side: Side,
        key: &str,
        version: Option<&VersionId>,
        sent: Instant,
        seen: Seen,
    ) -> Seen {
        self.recorder
            .observe(side, key, version, sent, seen.clone());
        seen
    }

    pub(super) fn client(&self, side: Side) -> &Client {
        match side {
            Side::Source => &self.source,
            Side::Destination(_) => &self.destination,
        }
    }

    pub(super) fn bucket(&self, side: Side) -> &str {
        self.buckets.get(&side).map_or("", String::as_str)
    }

    /// The side of the bucket with this name.
    pub(super) fn side(&self, bucket: &str) -> Option<Side> {
        let named = self.buckets.iter().find(|(_, name)| *name == bucket);
        named.map(|(side, _)| *side)
    }
}

fn head_seen(answer: &HeadObjectOutput) -> ObjectSeen {
    object_seen!(answer)
}

async fn read(answer: GetObjectOutput) -> Seen {
    let mut object = object_seen!(&answer);
    let (mut body, mut hash, mut size) = (answer.body, Sha256::new(), 0);
    while let Some(chunk) = body.next().await {
        match chunk {
            Ok(bytes) => {
                hash.update(&bytes);
                size += bytes.len() as u64;
            }
            Err(error) => {
                let (code, message) = ("Body".to_owned(), error.to_string());
                return Seen::Failed(Failure {
                    status: 0,
                    code,
                    message,
                });
            }
        }
    }
    object.size = size;
    object.sha256 = Some(hex(&hash.finalize()));
    Seen::Present(Box::new(object))
}

/// What an error means: a delete marker, nothing there, or no evidence at all.
pub(super) fn missing<E>(error: &SdkError<E>) -> Seen
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let failure = Failure::of(error);
    let header = |name| {
        error
            .raw_response()
            .and_then(|answer| answer.headers().get(name))
    };
    let marker = header("x-amz-delete-marker") == Some("true");
    match failure.status {
        404 | 405 if marker => Seen::DeleteMarker {
            version: header("x-amz-version-id").map(VersionId::from),
        },
        404 if failure.code != "NoSuchBucket" => Seen::Absent,
        _ => Seen::Failed(failure),
    }
}

/// `None` where the bucket has no such configuration.
fn not_configured<T, E>(answer: Result<T, SdkError<E>>) -> Result<Option<T>, Failure>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) => match Failure::of(&error) {
            failure if failure.status == 404 && failure.code != "NoSuchBucket" => Ok(None),
            failure => Err(failure),
        },
    }
}

fn owned((name, value): (&String, &String)) -> (String, String) {
    (name.clone(), value.clone())
}

fn present<const N: usize>(headers: [(&str, Option<&str>); N]) -> BTreeMap<String, String> {
    let set = |(name, value): (&str, Option<&str>)| Some((name.to_owned(), value?.to_owned()));
    headers.into_iter().filter_map(set).collect()
}
