//! What the seeded writes are.

use std::time::Duration;

use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::ServerSideEncryption::{AwsKms, AwsKmsDsse};
use aws_sdk_s3::types::{
    ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart, Delete, ObjectIdentifier,
    ObjectLockLegalHold, ObjectLockLegalHoldStatus, ObjectLockMode, ReplicationStatus,
    StorageClass, Tag, Tagging,
};
use bucketpair::history::Side;
use bucketpair::replication::{BucketSetting, Rule};
use bucketpair::runner::Stage;
use bucketpair::workload::Step;
use sha2::{Digest, Sha256};

use super::{DEADLINE, KEYS, Labels, Pair, Result, SOURCE, STEPS, kms_key, rules};

/// The class whose objects stay at the source, and are not read.
pub(super) const ARCHIVED: &str = "GLACIER";
const CLASSES: [&str; 6] = [
    "STANDARD",
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    ARCHIVED,
];
/// A customer's key and its MD5, and what the label of an object under it ends with.
pub(super) const CUSTOMER_KEY: (&str, &str) = (
    "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "KYvwGXoFFJ42a2u2GDWhwQ==",
);
pub(super) const UNDER_CUSTOMER_KEY: &str = "under a customer's key";
/// Until when an object is retained: a date, so that both can be compared.
const RETAINED_UNTIL: i64 = 4_070_908_800;
/// The smallest part that is not the last.
const PART: usize = 5 << 20;

/// Writes, and names each version by its step.
pub(super) async fn write(pair: &Pair, stage: &mut Stage, seed: u64) -> Result<Labels> {
    let mut writer = Writer {
        pair,
        stage,
        labels: Labels::new(),
        written: Vec::new(),
        markers: Vec::new(),
        configurations: 0,
    };
    for step in 0..STEPS {
        let random = Sha256::digest(format!("{seed}-{step}"));
        let made = Box::pin(writer.step(step, &random)).await;
        made.map_err(|error| format!("step {step}: {}", DisplayErrorContext(&*error)))?;
    }
    Ok(writer.labels)
}

/// A key with one of its versions.
type Version = (&'static str, String);

struct Writer<'a> {
    pair: &'a Pair,
    stage: &'a mut Stage,
    labels: Labels,
    /// What may be copied, changed and deleted. No status shows when a later change has travelled
    /// (R-STATUS-14), so that what is changed leaves this list.
    written: Vec<Version>,
    /// Delete markers, and whether they travel.
    markers: Vec<(Version, bool)>,
    configurations: usize,
}

impl Writer<'_> {
    async fn step(&mut self, step: usize, random: &[u8]) -> Result<()> {
        let key = KEYS[usize::from(random[0]) % KEYS.len()];
        let one = usize::from(random[1]);
        match random[2] % 20 {
            0 | 1 => self.delete(key, step).await,
            2 => self.delete_version(one).await,
            3 => self.tag(one, step).await,
            4 => self.delete_many(step).await,
            5 => self.configure().await,
            6 => self.copy(key, one, step).await,
            7 => self.multipart(key, random, step).await,
            8 | 9 => self.undelete(one).await,
            10 => self.paused(key, step).await,
            11 => self.hold(one).await,
            12 => self.put_under_a_customers_key(key, step).await,
            13 => self.put_under_kms(key, random, step).await,
            _ => self.put(key, random, step).await,
        }
    }

    fn rules(&self) -> Vec<Rule> {
        rules(self.configurations)
    }

    fn label(&mut self, version: &str, label: String) {
        self.labels.insert(version.to_owned(), label);
    }

    /// One that was written, and is left alone from here on.
    fn take(&mut self, one: usize) -> Option<Version> {
        let one = one.checked_rem(self.written.len())?;
        Some(self.written.swap_remove(one))
    }

    async fn put(&mut self, key: &'static str, random: &[u8], step: usize) -> Result<()> {
        let put = self.pair.here.put_object().bucket(&self.pair.source);
        let put = put.key(key).body(random.to_vec().into());
        let put = put.metadata("step", step.to_string());
        let class = CLASSES[usize::from(random[4]) % CLASSES.len()];
        let put = put.set_tagging(random[3].is_multiple_of(2).then(|| format!("step={step}")));
        let put = put.storage_class(StorageClass::from(class));
        let (put, is_locked) = locked(with_headers(put, random[6]), random[5]);
        let version = put.send().await?.version_id;
        let version = version.ok_or("a put gave no version ID")?;
        self.label(&version, format!("step {step}"));
        if class != ARCHIVED && !is_locked {
            self.written.push((key, version));
        }
        Ok(())
    }

    async fn put_plain(&mut self, key: &'static str, step: usize) -> Result<()> {
        let put = self.pair.here.put_object().bucket(&self.pair.source);
        let put = put.key(key).body(step.to_string().into_bytes().into());
        let version = put.send().await?.version_id;
        let version = version.ok_or("a put gave no version ID")?;
        self.label(&version, format!("step {step}"));
        self.written.push((key, version));
        Ok(())
    }

    /// FAILED where the destination blocks SSE-C. Nothing else is done with it, since that would
    /// take the key.
    async fn put_under_a_customers_key(&mut self, key: &str, step: usize) -> Result<()> {
        let put = self.pair.here.put_object().bucket(&self.pair.source);
        let put = put.key(key).body(step.to_string().into_bytes().into());
        let put = put.sse_customer_algorithm("AES256");
        let put = put
            .sse_customer_key(CUSTOMER_KEY.0)
            .sse_customer_key_md5(CUSTOMER_KEY.1);
        let version = put.send().await?.version_id;
        let version = version.ok_or("a put gave no version ID")?;
        self.label(&version, format!("step {step} {UNDER_CUSTOMER_KEY}"));
        self.settled(key, &version).await
    }

    /// FAILED where the rule's key is not enabled; without an opt-in it stays.
    async fn put_under_kms(&mut self, key: &'static str, random: &[u8], step: usize) -> Result<()> {
        let put = self.pair.here.put_object().bucket(&self.pair.source);
        let put = put.key(key).body(step.to_string().into_bytes().into());
        let put = match random[3] % 3 {
            0 => put.server_side_encryption(AwsKms),
            1 => put.server_side_encryption(AwsKms).bucket_key_enabled(true),
            _ => put.server_side_encryption(AwsKmsDsse),
        };
        let put = put.ssekms_key_id(kms_key(SOURCE, "enabled"));
        let version = put.send().await?.version_id;
        let version = version.ok_or("a put gave no version ID")?;
        self.label(&version, format!("step {step}"));
        self.written.push((key, version));
        Ok(())
    }

    /// Two parts, the last of them small.
    async fn multipart(&mut self, key: &'static str, random: &[u8], step: usize) -> Result<()> {
        let (client, bucket) = (&self.pair.here, &self.pair.source);
        let begin = client.create_multipart_upload().bucket(bucket).key(key);
        let begin = begin.metadata("step", step.to_string()).tagging("in=parts");
        let begin = begin.checksum_algorithm(ChecksumAlgorithm::Crc32);
        let upload = begin.send().await?.upload_id.unwrap_or_default();
        let mut done = CompletedMultipartUpload::builder();
        for (number, body) in [(1, vec![random[3]; PART]), (2, random.to_vec())] {
            let part = client.upload_part().bucket(bucket).key(key);
            let part = part.upload_id(&upload).part_number(number);
            let sent = part.body(body.into()).send().await?;
            let part = CompletedPart::builder().part_number(number);
            let part = part
                .set_e_tag(sent.e_tag)
                .set_checksum_crc32(sent.checksum_crc32);
            done = done.parts(part.build());
        }
        let complete = client.complete_multipart_upload().bucket(bucket).key(key);
        let complete = complete.upload_id(&upload).multipart_upload(done.build());
        let version = complete.send().await?.version_id;
        let version = version.ok_or("an upload gave no version ID")?;
        self.label(&version, format!("step {step}"));
        self.written.push((key, version));
        Ok(())
    }

    /// With the original's metadata and tags.
    async fn copy(&mut self, key: &'static str, one: usize, step: usize) -> Result<()> {
        let Some(one) = one.checked_rem(self.written.len()) else {
            return Ok(());
        };
        let (from, version) = &self.written[one];
        let from = format!("{}/{}", self.pair.source, urlencoding::encode(from));
        let copy = self
            .pair
            .here
            .copy_object()
            .bucket(&self.pair.source)
            .key(key);
        let copy = copy.copy_source(format!("{from}?versionId={version}"));
        let copied = copy.storage_class(StorageClass::StandardIa).send().await?;
        let version = copied.version_id.ok_or("a copy gave no version ID")?;
        self.label(&version, format!("step {step}"));
        self.written.push((key, version));
        Ok(())
    }

    async fn delete(&mut self, key: &'static str, step: usize) -> Result<()> {
        let delete = self.pair.here.delete_object().bucket(&self.pair.source);
        let marker = delete.key(key).send().await?.version_id;
        self.marked(key, marker, step)
    }

    async fn delete_many(&mut self, step: usize) -> Result<()> {
        let object = |key: &&str| ObjectIdentifier::builder().key(*key).build();
        let objects = KEYS[1..4]
            .iter()
            .map(object)
            .collect::<std::result::Result<_, _>>()?;
        let delete = Delete::builder().set_objects(Some(objects)).build()?;
        let sent = self.pair.here.delete_objects().bucket(&self.pair.source);
        let answer = sent.delete(delete).send().await?;
        for key in &KEYS[1..4] {
            let mut deleted = answer.deleted().iter();
            let of_key = deleted.find(|one| one.key() == Some(*key));
            let marker = of_key.and_then(|one| one.delete_marker_version_id());
            self.marked(key, marker.map(str::to_owned), step)?;
        }
        Ok(())
    }

    fn marked(&mut self, key: &'static str, marker: Option<String>, step: usize) -> Result<()> {
        let marker = marker.ok_or("a delete made no marker")?;
        self.label(&marker, format!("step {step}"));
        let travels = travels(&self.rules(), key);
        self.markers.push(((key, marker), travels));
        Ok(())
    }

    /// Once it is known whether it was copied: what is deleted before that is lost (R-NOT-11).
    async fn delete_version(&mut self, one: usize) -> Result<()> {
        let Some((key, version)) = self.take(one) else {
            return Ok(());
        };
        self.settled(key, &version).await?;
        self.gone(key, &version).await
    }

    /// Deletes a marker by its ID, which does not travel (R-DEL-06).
    async fn undelete(&mut self, one: usize) -> Result<()> {
        let Some(one) = one.checked_rem(self.markers.len()) else {
            return Ok(());
        };
        let ((key, marker), travels) = self.markers.swap_remove(one);
        if travels {
            self.arrived(key, &marker).await?;
        }
        self.gone(key, &marker).await
    }

    async fn gone(&self, key: &str, version: &str) -> Result<()> {
        let delete = self.pair.here.delete_object().bucket(&self.pair.source);
        delete.key(key).version_id(version).send().await?;
        Ok(())
    }

    async fn tag(&mut self, one: usize, step: usize) -> Result<()> {
        let Some((key, version)) = self.take(one) else {
            return Ok(());
        };
        let tag = Tag::builder().key("late").value(step.to_string()).build()?;
        let tagging = Tagging::builder().tag_set(tag).build()?;
        let put = self
            .pair
            .here
            .put_object_tagging()
            .bucket(&self.pair.source);
        let put = put.key(key).version_id(version).tagging(tagging);
        put.send().await?;
        Ok(())
    }

    /// A legal hold after the write.
    async fn hold(&mut self, one: usize) -> Result<()> {
        let Some((key, version)) = self.take(one) else {
            return Ok(());
        };
        let hold = ObjectLockLegalHold::builder().status(ObjectLockLegalHoldStatus::On);
        let put = self
            .pair
            .here
            .put_object_legal_hold()
            .bucket(&self.pair.source);
        let put = put.key(key).version_id(version).legal_hold(hold.build());
        put.send().await?;
        Ok(())
    }

    async fn configure(&mut self) -> Result<()> {
        self.configurations += 1;
        let rules = self.rules();
        self.stage.step(&Step::Configure { rules }).await?;
        let setting = match self.configurations % 2 {
            0 => BucketSetting::customer_keys(),
            _ => BucketSetting::encryption("AES256"),
        };
        let setting = Step::set(Side::Destination(0), setting);
        self.stage.step(&setting).await?;
        Ok(())
    }

    /// While nothing leaves the source: what is deleted is lost (R-NOT-11), and what is tagged
    /// arrives with its tags.
    async fn paused(&mut self, key: &'static str, step: usize) -> Result<()> {
        self.stage.step(&Step::pause()).await?;
        let before = self.written.len();
        for _ in 0..3 {
            self.put_plain(key, step).await?;
        }
        if let Some((key, lost)) = self.take(before) {
            self.gone(key, &lost).await?;
        }
        self.tag(before, step).await?;
        self.delete(key, step).await?;
        if let Some(((key, marker), _)) = self.markers.pop() {
            self.gone(key, &marker).await?;
        }
        self.stage.step(&Step::resume()).await?;
        Ok(())
    }

    /// Waits until a version is no longer PENDING.
    async fn settled(&self, key: &str, version: &str) -> Result<()> {
        let label = self.labels.get(version);
        let shown = label.is_some_and(|label| label.ends_with(UNDER_CUSTOMER_KEY));
        let head = || {
            let head = self.pair.here.head_object().bucket(&self.pair.source);
            match shown {
                true => head
                    .sse_customer_algorithm("AES256")
                    .sse_customer_key(CUSTOMER_KEY.0)
                    .sse_customer_key_md5(CUSTOMER_KEY.1),
                false => head,
            }
        };
        let settled = async {
            let mut tick = tokio::time::interval(Duration::from_millis(20));
            loop {
                tick.tick().await;
                let head = head().key(key).version_id(version).send().await?;
                if head.replication_status != Some(ReplicationStatus::Pending) {
                    return Ok(());
                }
            }
        };
        tokio::time::timeout(DEADLINE, settled).await?
    }

    /// Waits until the destination lists a marker.
    async fn arrived(&self, key: &str, marker: &str) -> Result<()> {
        let (client, bucket) = (&self.pair.there, &self.pair.destination);
        let arrived = async {
            let mut tick = tokio::time::interval(Duration::from_millis(20));
            loop {
                tick.tick().await;
                let list = client.list_object_versions().bucket(bucket).prefix(key);
                let listed = list.send().await?;
                let mut markers = listed.delete_markers().iter();
                if markers.any(|one| one.version_id() == Some(marker)) {
                    return Ok(());
                }
            }
        };
        tokio::time::timeout(DEADLINE, arrived).await?
    }
}

/// System headers and metadata, some of them odd. What is not ASCII is encoded as S3 answers it:
/// raw bytes are read in different ways before anything is copied.
fn with_headers(put: PutObjectFluentBuilder, random: u8) -> PutObjectFluentBuilder {
    match random % 4 {
        0 => put
            .content_type("text/csv; charset=utf-8")
            .cache_control("max-age=60, must-revalidate")
            .content_language("ja")
            .metadata("Note-1", "Kept As It Is"),
        1 => put
            .content_disposition("attachment; filename=\"a b.csv\"")
            .content_encoding("identity")
            .metadata("name", "=?UTF-8?B?5p2x5Lqs?="),
        2 => put.metadata("odd.name_1", "a=b; c=\"d\"  e"),
        _ => put,
    }
}

/// With a lock at times; answers whether there is one.
fn locked(put: PutObjectFluentBuilder, random: u8) -> (PutObjectFluentBuilder, bool) {
    match random % 8 {
        0 => {
            let hold = ObjectLockLegalHoldStatus::On;
            (put.object_lock_legal_hold_status(hold), true)
        }
        1 => {
            let put = put.object_lock_mode(ObjectLockMode::Governance);
            let until = DateTime::from_secs(RETAINED_UNTIL);
            (put.object_lock_retain_until_date(until), true)
        }
        _ => (put, false),
    }
}

/// Whether the marker of a key travels: the rule of the highest priority says so.
fn travels(rules: &[Rule], key: &str) -> bool {
    let fits = |rule: &&Rule| rule.enabled && key.starts_with(&rule.filter.prefix);
    let rule = rules.iter().filter(fits).max_by_key(|rule| rule.priority);
    rule.is_some_and(|rule| rule.delete_markers)
}
