//! Sends operations and records them: invoke, then ok, fail or info.

mod bucket;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{Tag, Tagging};

use tokio::time::Instant as Clock;

use super::acl;
use super::lock;
use super::payload::Payload;
use super::send;
use super::step::{How, Write};
use super::wire::{Wire, refused};
use crate::error::{Error, Result};
use crate::history::{Content, Instant, Operation, OperationKind, Outcome, Recorder, Side};
use crate::replication::{Tags, VersionId};
use crate::target::{CustomerKey, Limiter, Reserved};

/// How long an object that was acknowledged may be unknown to S3.
const UNKNOWN: Duration = Duration::from_secs(30);

/// What was written last at each key, and as which version.
type Written = BTreeMap<String, (Content, Option<VersionId>)>;

/// Writes into one pair, and remembers what it wrote.
#[derive(Debug, Clone)]
pub struct Driver {
    recorder: Recorder,
    source: Client,
    destination: Client,
    buckets: BTreeMap<Side, String>,
    /// The side that it writes to.
    side: Side,
    prefix: String,
    seed: u64,
    customer_key: CustomerKey,
    written: Arc<Mutex<Written>>,
    intended: Option<Instant>,
    limiter: Limiter,
}

/// An operation that was acknowledged.
#[derive(Debug, Clone)]
pub struct Applied {
    /// Its number in the history.
    pub op: u32,
    /// The side that it was sent to.
    pub side: Side,
    /// The full key.
    pub key: String,
    /// What it wrote, if it wrote an object.
    pub content: Option<Content>,
    /// What S3 answered.
    pub outcome: Outcome,
    /// When the answer was received.
    pub acknowledged: Instant,
}

impl Driver {
    /// A driver for the buckets of one pair. Every key is put behind `prefix`.
    #[must_use]
    pub fn new(
        recorder: Recorder,
        clients: (Client, Client),
        buckets: BTreeMap<Side, String>,
        prefix: impl Into<String>,
        seed: u64,
    ) -> Self {
        let (source, destination) = clients;
        let (prefix, written) = (prefix.into(), Arc::default());
        Self {
            recorder,
            source,
            destination,
            buckets,
            side: Side::Source,
            prefix,
            seed,
            customer_key: CustomerKey::seeded(seed),
            written,
            intended: None,
            limiter: Limiter::default(),
        }
    }

    /// The same driver for an operation whose moment was fixed beforehand.
    #[must_use]
    pub fn intended(&self, at: Instant) -> Self {
        Self {
            intended: Some(at),
            ..self.clone()
        }
    }

    /// The same driver, writing to another side.
    #[must_use]
    pub fn at(&self, side: Side) -> Self {
        Self {
            side,
            ..self.clone()
        }
    }

    /// The side that it writes to.
    #[must_use]
    pub fn side(&self) -> Side {
        self.side
    }

    /// The same driver, held back by a limiter.
    #[must_use]
    pub fn limited(mut self, limiter: Limiter) -> Self {
        self.limiter = limiter;
        self
    }

    /// The version that was written last at a key, given without the prefix.
    #[must_use]
    pub fn version(&self, key: &str) -> Option<VersionId> {
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.get(&self.key(key))?.1.clone()
    }

    /// A key with the prefix.
    #[must_use]
    pub fn full_key(&self, key: &str) -> String {
        self.key(key)
    }

    /// Writes an object.
    ///
    /// # Errors
    /// [`Error::Usage`] for an unreadable file, [`Error::Refused`] when S3 refuses or the answer
    /// is lost: either way the history holds what happened. [`Error::Budget`] when the limiter's
    /// budget is spent, and nothing was sent.
    pub async fn write(&self, write: &Write) -> Result<Applied> {
        let key = self.key(&write.key);
        let payload = Payload::prepare(&write.object.body, self.seed, &write.label).await?;
        let content = self.content(write, &payload);
        let requests = write.how.requests(content.size);
        let applied = until_known(|| async {
            let kind = kind(&write.how, content.clone(), &self.prefix);
            let mut admitted = self.admitted(requests, &write.label).await?;
            let op = self.invoke(&write.label, self.side, &key, kind);
            let sending = self.send(&key, &write.how, &content, &payload, &mut admitted);
            let sent = sending.await;
            self.conclude(op, &key, "write", Some(content.clone()), sent)
        })
        .await?;
        self.written
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, (content, applied.outcome.version.clone()));
        Ok(applied)
    }

    async fn send(
        &self,
        key: &str,
        how: &How,
        content: &Content,
        payload: &Payload,
        admitted: &mut Reserved,
    ) -> Result<Outcome, Wire> {
        let (client, bucket) = (self.client(self.side), self.bucket(self.side));
        let shown = content.customer_key.as_ref().map(|_| &self.customer_key);
        match how {
            How::Put => send::put(client, bucket, key, content, payload, shown).await,
            How::Multipart { part_size } => {
                let parts = send::Parts {
                    size: *part_size,
                    admitted,
                    shown,
                };
                send::multipart(client, bucket, key, content, payload, parts).await
            }
            How::Copy { from } => send::copy(client, bucket, &self.key(from), key).await,
        }
    }

    /// Deletes a key without naming a version.
    ///
    /// # Errors
    /// As [`Driver::write`].
    pub async fn delete(&self, label: &str, key: &str) -> Result<Applied> {
        let key = self.key(key);
        let _admitted = self.admitted(1, label).await?;
        let op = self.invoke(label, self.side, &key, OperationKind::Delete);
        let request = self
            .client(self.side)
            .delete_object()
            .bucket(self.bucket(self.side))
            .key(&key);
        let sent = request.send().await.map_err(Wire::sdk);
        let sent = sent.map(|answer| send::outcome(answer.version_id(), None));
        self.conclude(op, &key, "DeleteObject", None, sent)
    }

    /// Deletes one version of a full key.
    ///
    /// # Errors
    /// As [`Driver::write`].
    pub async fn delete_version(
        &self,
        label: &str,
        key: &str,
        version: &VersionId,
    ) -> Result<Applied> {
        let kind = OperationKind::DeleteVersion {
            version: version.clone(),
        };
        let op = self.invoke(label, self.side, key, kind);
        let request = self
            .client(self.side)
            .delete_object()
            .bucket(self.bucket(self.side))
            .key(key);
        let sent = request
            .version_id(&version.0)
            .send()
            .await
            .map_err(Wire::sdk);
        let sent = sent.map(|answer| send::outcome(answer.version_id(), None));
        self.conclude(op, key, "DeleteObject", None, sent)
    }

    /// Replaces the tags of one version of a full key.
    ///
    /// # Errors
    /// As [`Driver::write`].
    pub async fn tag(
        &self,
        label: &str,
        key: &str,
        version: &VersionId,
        tags: &Tags,
    ) -> Result<Applied> {
        until_known(|| async {
            let kind = OperationKind::Tag {
                version: version.clone(),
                tags: tags.clone(),
            };
            let _admitted = self.admitted(1, label).await?;
            let op = self.invoke(label, self.side, key, kind);
            let request = self
                .client(self.side)
                .put_object_tagging()
                .bucket(self.bucket(self.side))
                .key(key);
            let request = request.version_id(&version.0).tagging(tagging(tags));
            let sent = request.send().await.map_err(Wire::sdk);
            let sent = sent.map(|answer| send::outcome(answer.version_id(), None));
            self.conclude(op, key, "PutObjectTagging", None, sent)
        })
        .await
    }

    pub(super) fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// Waits until the first of the requests of an operation may be sent; the others are reserved.
    async fn admitted(&self, requests: u64, label: &str) -> Result<Reserved> {
        let reserved = self.limiter.reserve(requests);
        let mut reserved = reserved.ok_or_else(|| {
            Error::Budget(format!(
                "the request budget is spent, and {label} was not sent; allow more"
            ))
        })?;
        reserved.wait().await;
        Ok(reserved)
    }

    pub(super) fn invoke(&self, label: &str, side: Side, key: &str, kind: OperationKind) -> u32 {
        let (label, key) = (label.to_owned(), key.to_owned());
        let operation = Operation {
            label,
            side,
            key,
            kind,
        };
        self.recorder.invoke_as_intended(operation, self.intended)
    }

    pub(super) fn conclude(
        &self,
        op: u32,
        key: &str,
        actor: &str,
        content: Option<Content>,
        sent: Result<Outcome, Wire>,
    ) -> Result<Applied> {
        let at = self.recorder.now();
        match sent {
            Ok(outcome) => {
                self.recorder.ok(at, op, outcome.clone());
                Ok(Applied {
                    op,
                    side: self.side,
                    key: key.to_owned(),
                    content,
                    outcome,
                    acknowledged: at,
                })
            }
            Err(wire) => {
                let (failure, indeterminate) = wire.clone().told();
                self.recorder.not_ok(at, op, failure, indeterminate);
                Err(refused(actor, self.bucket(self.side), key, wire))
            }
        }
    }

    fn content(&self, write: &Write, payload: &Payload) -> Content {
        if let How::Copy { from } = &write.how {
            let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
            let (from, _) = written.get(&self.key(from)).cloned().unwrap_or_default();
            return copied(from);
        }
        let object = write.object.clone();
        Content {
            size: payload.size(),
            sha256: payload.sha256().to_owned(),
            metadata: object.metadata,
            headers: object.headers,
            tags: object.tags,
            storage_class: object.storage_class,
            checksum: object.checksum,
            encryption: object.encryption,
            kms_key: object.kms_key,
            bucket_key: object.bucket_key,
            customer_key: object
                .customer_key
                .then(|| self.customer_key.md5().to_owned()),
            checksum_type: object.checksum_type,
            retention: object.retained_days.map(lock::in_days),
            held: object.held,
            grants: acl::grants(&object.readers),
        }
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    pub(super) fn bucket(&self, side: Side) -> &str {
        self.buckets.get(&side).map_or("", String::as_str)
    }

    pub(super) fn client(&self, side: Side) -> &Client {
        match side {
            Side::Source => &self.source,
            Side::Destination(_) => &self.destination,
        }
    }
}

fn kind(how: &How, content: Content, prefix: &str) -> OperationKind {
    match how {
        How::Put => OperationKind::Put(content),
        How::Multipart { part_size } => OperationKind::Multipart {
            content,
            part_size: *part_size,
        },
        How::Copy { from } => OperationKind::Copy {
            from: format!("{prefix}{from}"),
            content,
        },
    }
}

/// What a copy that asks for nothing holds: bytes, metadata and tags. The rest is the bucket's
/// default (`CopyObject`).
fn copied(from: Content) -> Content {
    Content {
        size: from.size,
        sha256: from.sha256,
        metadata: from.metadata,
        headers: from.headers,
        tags: from.tags,
        checksum: from.checksum,
        ..Content::default()
    }
}

fn tagging(tags: &Tags) -> Tagging {
    let tag = |(key, value): (&String, &String)| {
        Tag::builder()
            .key(key)
            .value(value)
            .build()
            .expect("key and value are set")
    };
    let set = Some(tags.iter().map(tag).collect());
    Tagging::builder()
        .set_tag_set(set)
        .build()
        .expect("the tag set is set")
}

/// Sends an operation on an acknowledged object again while S3 says that there is none: for a while
/// after versioning was first enabled it may (R-CFG-12). Each attempt is in the history.
async fn until_known<F>(send: impl Fn() -> F) -> Result<Applied>
where
    F: Future<Output = Result<Applied>>,
{
    let deadline = Clock::now() + UNKNOWN;
    let mut pause = Duration::from_millis(100);
    loop {
        match send().await {
            Err(Error::Refused { code, .. }) if is_unknown(&code) && Clock::now() < deadline => {
                tokio::time::sleep_until((Clock::now() + pause).min(deadline)).await;
                pause *= 2;
            }
            outcome => return outcome,
        }
    }
}

fn is_unknown(code: &str) -> bool {
    matches!(code, "NoSuchKey" | "NoSuchVersion")
}
