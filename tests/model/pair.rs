//! An embedded pair that lives a random history, and the history of it.

use std::collections::BTreeSet;
use std::time::Duration;

use bucketpair::emulator::{Defect, Emulator, Settings};
use bucketpair::history::{
    Bucket, Content, Event, Failure, History, Instant, Operation, OperationKind, Outcome, Plan,
    Side, Timed, Trouble,
};
use bucketpair::replication::{Rule, VersionId};
use s3s::dto;
use s3s::{S3, S3Request};
use tokio::runtime::Runtime;

use crate::generate::{Action, Random};
use crate::rules::replication_rule;
use crate::words::{content, header, outcome, role, tag_map};
use crate::{checks, observe};

pub(crate) const ROLE: &str = "arn:aws:iam::000000000000:role/model";
pub(crate) const DEADLINE: Duration = Duration::from_secs(2);
const WINDOW: Duration = Duration::from_millis(300);
const SIDES: [Side; 3] = [Side::Source, Side::Destination(0), Side::Destination(1)];

/// One whose clock is virtual.
pub(crate) fn runtime() -> Runtime {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().start_paused(true).build().unwrap()
}

/// A request as S3's operations take it: nothing of HTTP matters.
pub(crate) fn ask<T>(input: T) -> S3Request<T> {
    S3Request {
        input,
        method: http::Method::default(),
        uri: http::Uri::default(),
        headers: http::HeaderMap::new(),
        extensions: http::Extensions::new(),
        credentials: None,
        region: None,
        service: None,
        trailing_headers: None,
    }
}

/// A version of the source that was written.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) key: &'static str,
    pub(crate) id: VersionId,
    /// None for a delete marker.
    pub(crate) content: Option<Content>,
    pub(crate) deleted: bool,
}

pub(crate) struct Pair<S> {
    pub(crate) s3: S,
    emulator: Emulator,
    began: tokio::time::Instant,
    pub(crate) events: Vec<Timed>,
    ops: u32,
    pub(crate) written: Vec<Written>,
    /// The destinations that replication does not reach.
    away: BTreeSet<&'static str>,
    paused: bool,
}

/// Lives a history, waits until its end, and looks at everything.
pub(crate) async fn live(random: &Random, defect: Option<Defect>) -> History {
    let settings = Settings::default()
        .with_seed(random.seed)
        .with_defects(defect);
    let emulator = Emulator::new(settings);
    let mut pair = Pair {
        s3: emulator.operations(),
        emulator,
        began: tokio::time::Instant::now(),
        events: Vec::new(),
        ops: 0,
        written: Vec::new(),
        away: BTreeSet::new(),
        paused: false,
    };
    pair.make(&random.rules).await;
    for action in &random.actions {
        pair.act(action).await;
    }
    observe::everything(&mut pair).await;
    pair.free().await;
    observe::everything(&mut pair).await;
    tokio::time::sleep(DEADLINE + WINDOW).await;
    observe::everything(&mut pair).await;
    History {
        plan: plan(&random.rules),
        events: pair.events,
    }
}

fn plan(rules: &[Rule]) -> Plan {
    let bucket = |side: Side| Bucket {
        side,
        name: side.to_string(),
        region: "us-east-1".to_owned(),
    };
    Plan {
        scenario: "model".to_owned(),
        buckets: SIDES.map(bucket).to_vec(),
        deadline_ns: DEADLINE.as_nanos() as u64,
        window_ns: WINDOW.as_nanos() as u64,
        checks: checks(),
        ..Plan::of_rules(rules)
    }
}

impl<S: S3> Pair<S> {
    async fn make(&mut self, rules: &[Rule]) {
        for side in SIDES {
            let name = side.to_string();
            let create = dto::CreateBucketInput::builder()
                .bucket(name)
                .build()
                .unwrap();
            self.s3.create_bucket(ask(create)).await.unwrap();
            self.version(side, true).await;
        }
        self.put_rules(rules).await.unwrap();
    }

    pub(crate) fn now(&self) -> Instant {
        Instant(self.began.elapsed().as_nanos() as u64)
    }

    /// Waits until nothing is on its way but what is held up.
    pub(crate) async fn settle(&self) {
        // Who waited for the end of a trouble may not yet know of it.
        tokio::task::yield_now().await;
        while self.emulator.pending() > self.emulator.waiting() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Looks at what has arrived in time, and lets more time pass than a replica is given.
    async fn wait(&mut self) {
        self.settle().await;
        observe::everything(self).await;
        tokio::time::sleep(DEADLINE + WINDOW).await;
    }

    /// Ends what holds replication up, and waits until nothing is on its way.
    async fn free(&mut self) {
        for side in self.away.clone() {
            self.trouble(side, Trouble::Recovery);
        }
        if self.paused {
            self.trouble("source", Trouble::Resume);
        }
        self.settle().await;
    }

    fn trouble(&mut self, side: &'static str, trouble: Trouble) {
        let kind = OperationKind::Trouble { trouble };
        let op = self.invoke(Side::try_from(side.to_owned()).unwrap(), "", kind);
        match trouble {
            Trouble::Pause | Trouble::Resume => {
                self.paused = trouble == Trouble::Pause;
                self.emulator.pause(side, self.paused);
            }
            Trouble::Outage => {
                self.away.insert(side);
                self.emulator.cut_off(side, true);
            }
            Trouble::Recovery => {
                self.away.remove(side);
                self.emulator.cut_off(side, false);
            }
            Trouble::SlowDown { replications } => self.emulator.slow_down(side, replications),
            _ => {}
        }
        self.ok(op, Outcome::default());
    }

    async fn act(&mut self, action: &Action) {
        match action {
            Action::Put { key, tags, class } => self.put(key, tags, *class).await,
            Action::Multipart { key, tags } => self.multipart(key, tags).await,
            Action::Copy { from, to } => self.copy(from, to).await,
            Action::Delete { key } => self.delete(key).await,
            Action::Undelete { key } => self.undelete(key).await,
            Action::DeleteVersion(nth) => self.delete_nth(*nth).await,
            Action::Tag(nth, tags) => self.tag(*nth, tags).await,
            Action::Configure(rules) => self.configure(rules).await,
            Action::Suspend(side) => self.suspend(side, false).await,
            Action::Resume(side) => self.suspend(side, true).await,
            Action::Deny(action) => self.deny(Some(action)).await,
            Action::Restore => self.deny(None).await,
            Action::Outage(side) => self.trouble(side, Trouble::Outage),
            Action::Recover(side) => self.trouble(side, Trouble::Recovery),
            Action::Pause => self.trouble("source", Trouble::Pause),
            Action::GoOn => self.trouble("source", Trouble::Resume),
            Action::SlowDown(side, replications) => {
                let replications = *replications;
                self.trouble(side, Trouble::SlowDown { replications });
            }
            Action::Wait => self.wait().await,
            Action::Look(nth) => observe::nth(self, *nth).await,
            Action::Settle => self.settle().await,
        }
    }

    fn invoke(&mut self, side: Side, key: &str, kind: OperationKind) -> u32 {
        let op = self.ops;
        self.ops += 1;
        let (label, key) = (format!("op-{op}"), key.to_owned());
        let operation = Operation {
            label,
            side,
            key,
            kind,
        };
        let (at, intended) = (self.now(), None);
        self.events.push(Timed {
            at,
            event: Event::Invoke {
                op,
                operation: Box::new(operation),
                intended,
            },
        });
        op
    }

    fn ok(&mut self, op: u32, outcome: Outcome) {
        let at = self.now();
        self.events.push(Timed {
            at,
            event: Event::Ok { op, outcome },
        });
    }

    fn fail(&mut self, op: u32, code: &str) {
        let at = self.now();
        let failure = Failure {
            code: code.to_owned(),
            ..Failure::default()
        };
        self.events.push(Timed {
            at,
            event: Event::Fail { op, failure },
        });
    }

    fn wrote(&mut self, op: u32, key: &'static str, content: Option<Content>, outcome: Outcome) {
        let id = outcome.version.clone().unwrap();
        self.written.push(Written {
            key,
            id,
            content,
            deleted: false,
        });
        self.ok(op, outcome);
    }

    fn body(&self) -> Vec<u8> {
        format!("body {}", self.ops).into_bytes()
    }

    async fn put(&mut self, key: &'static str, tags: &[&str], class: Option<&str>) {
        let body = self.body();
        let content = content(&body, tags, class);
        let op = self.invoke(Side::Source, key, OperationKind::Put(content.clone()));
        let put = dto::PutObjectInput::builder()
            .bucket("source".to_owned())
            .key(key.to_owned())
            .body(Some(dto::StreamingBlob::from(s3s::Body::from(body))))
            .tagging(header(tags))
            .storage_class(class.map(|class| dto::StorageClass::from(class.to_owned())))
            .build()
            .unwrap();
        let answer = self.s3.put_object(ask(put)).await.unwrap().output;
        let outcome = outcome(answer.version_id, answer.e_tag.as_ref());
        self.wrote(op, key, Some(content), outcome);
    }

    /// One part, which may be small.
    async fn multipart(&mut self, key: &'static str, tags: &[&str]) {
        let body = self.body();
        let content = content(&body, tags, None);
        let (bucket, name) = ("source".to_owned(), key.to_owned());
        let kind = OperationKind::Multipart {
            content: content.clone(),
            part_size: content.size,
        };
        let op = self.invoke(Side::Source, key, kind);
        let create = dto::CreateMultipartUploadInput::builder()
            .bucket(bucket.clone())
            .key(name.clone())
            .tagging(header(tags))
            .build()
            .unwrap();
        let created = self
            .s3
            .create_multipart_upload(ask(create))
            .await
            .unwrap()
            .output;
        let upload = created.upload_id.unwrap();
        let part = dto::UploadPartInput::builder()
            .bucket(bucket.clone())
            .key(name.clone())
            .upload_id(upload.clone())
            .part_number(1)
            .body(Some(dto::StreamingBlob::from(s3s::Body::from(body))))
            .build()
            .unwrap();
        let e_tag = self.s3.upload_part(ask(part)).await.unwrap().output.e_tag;
        let part = dto::CompletedPart {
            e_tag,
            part_number: Some(1),
            ..Default::default()
        };
        let complete = dto::CompleteMultipartUploadInput::builder()
            .bucket(bucket)
            .key(name)
            .upload_id(upload)
            .multipart_upload(Some(dto::CompletedMultipartUpload {
                parts: Some(vec![part]),
            }))
            .build()
            .unwrap();
        let answer = self
            .s3
            .complete_multipart_upload(ask(complete))
            .await
            .unwrap()
            .output;
        let outcome = outcome(answer.version_id, answer.e_tag.as_ref());
        self.wrote(op, key, Some(content), outcome);
    }

    /// The current version of a key, where it is an object.
    fn current(&self, key: &str) -> Option<&Written> {
        self.written
            .iter()
            .rfind(|written| written.key == key && !written.deleted)
    }

    async fn copy(&mut self, from: &'static str, to: &'static str) {
        let original = self
            .current(from)
            .and_then(|written| written.content.clone());
        let Some(content) = original.filter(|_| from != to) else {
            return;
        };
        // A copy is STANDARD where its request names no class.
        let content = Content {
            storage_class: None,
            ..content
        };
        let kind = OperationKind::Copy {
            from: from.to_owned(),
            content: content.clone(),
        };
        let op = self.invoke(Side::Source, to, kind);
        let source = dto::CopySource::Bucket {
            bucket: "source".into(),
            key: from.into(),
            version_id: None,
        };
        let copy = dto::CopyObjectInput::builder()
            .bucket("source".to_owned())
            .key(to.to_owned())
            .copy_source(source)
            .build()
            .unwrap();
        let answer = self.s3.copy_object(ask(copy)).await.unwrap().output;
        let e_tag = answer.copy_object_result.and_then(|result| result.e_tag);
        self.wrote(
            op,
            to,
            Some(content),
            outcome(answer.version_id, e_tag.as_ref()),
        );
    }

    async fn delete(&mut self, key: &'static str) {
        let op = self.invoke(Side::Source, key, OperationKind::Delete);
        let answer = self.delete_object(key, None).await;
        self.wrote(op, key, None, outcome(answer.version_id, None));
    }

    async fn delete_object(
        &self,
        key: &str,
        version: Option<&VersionId>,
    ) -> dto::DeleteObjectOutput {
        let delete = dto::DeleteObjectInput::builder()
            .bucket("source".to_owned())
            .key(key.to_owned())
            .version_id(version.map(|id| id.0.clone()))
            .build()
            .unwrap();
        self.s3.delete_object(ask(delete)).await.unwrap().output
    }

    async fn undelete(&mut self, key: &'static str) {
        let current = |written: &&Written| written.key == key && !written.deleted;
        let newest = self.written.iter().rposition(|written| current(&written));
        if let Some(place) = newest.filter(|place| self.written[*place].content.is_none()) {
            self.delete_version(place).await;
        }
    }

    /// The n-th version that was written, counted round.
    pub(crate) fn place(&self, nth: u8) -> Option<usize> {
        (usize::from(nth)).checked_rem(self.written.len())
    }

    async fn delete_nth(&mut self, nth: u8) {
        if let Some(place) = self
            .place(nth)
            .filter(|place| !self.written[*place].deleted)
        {
            self.delete_version(place).await;
        }
    }

    /// What is deleted before it was copied may be lost (R-NOT-11), so everything arrives first that is
    /// not held up.
    async fn delete_version(&mut self, place: usize) {
        self.settle().await;
        observe::nth(self, place as u8).await;
        let written = self.written[place].clone();
        let kind = OperationKind::DeleteVersion {
            version: written.id.clone(),
        };
        let op = self.invoke(Side::Source, written.key, kind);
        let answer = self.delete_object(written.key, Some(&written.id)).await;
        self.written[place].deleted = true;
        self.ok(op, outcome(answer.version_id, None));
    }

    async fn tag(&mut self, nth: u8, tags: &[&str]) {
        let Some(place) = self.place(nth) else { return };
        let written = self.written[place].clone();
        let Some(mut content) = written.content.filter(|_| !written.deleted) else {
            return;
        };
        content.tags = tag_map(tags);
        let kind = OperationKind::Tag {
            version: written.id.clone(),
            tags: content.tags.clone(),
        };
        let op = self.invoke(Side::Source, written.key, kind);
        let tag = |(key, value): (&String, &String)| dto::Tag {
            key: Some(key.clone()),
            value: Some(value.clone()),
        };
        let put = dto::PutObjectTaggingInput::builder()
            .bucket("source".to_owned())
            .key(written.key.to_owned())
            .version_id(Some(written.id.0.clone()))
            .tagging(dto::Tagging {
                tag_set: content.tags.iter().map(tag).collect(),
            })
            .build()
            .unwrap();
        self.s3.put_object_tagging(ask(put)).await.unwrap();
        self.written[place].content = Some(content);
        self.ok(
            op,
            Outcome {
                version: Some(written.id),
                etag: None,
                ..Outcome::default()
            },
        );
    }

    async fn configure(&mut self, rules: &[Rule]) {
        let kind = OperationKind::Configure {
            rules: rules.to_vec(),
        };
        let op = self.invoke(Side::Source, "", kind);
        match self.put_rules(rules).await {
            Ok(()) => self.ok(op, Outcome::default()),
            Err(refused) => self.fail(op, refused.code().as_str()),
        }
    }

    /// Refused while a destination is suspended (R-CFG-02); then the old rules stay.
    async fn put_rules(&self, rules: &[Rule]) -> s3s::S3Result<()> {
        let configuration = dto::ReplicationConfiguration {
            role: ROLE.to_owned(),
            rules: rules.iter().map(replication_rule).collect(),
        };
        let put = dto::PutBucketReplicationInput::builder()
            .bucket("source".to_owned())
            .replication_configuration(configuration)
            .build()
            .unwrap();
        self.s3.put_bucket_replication(ask(put)).await.map(drop)
    }

    /// What was sent before a change arrives before it.
    async fn suspend(&mut self, side: &str, enabled: bool) {
        self.free().await;
        let side = Side::try_from(side.to_owned()).unwrap();
        let op = self.invoke(side, "", OperationKind::Versioning { enabled });
        self.version(side, enabled).await;
        self.ok(op, Outcome::default());
    }

    async fn version(&self, side: Side, enabled: bool) {
        let status = match enabled {
            true => dto::BucketVersioningStatus::ENABLED,
            false => dto::BucketVersioningStatus::SUSPENDED,
        };
        let versioning_configuration = dto::VersioningConfiguration {
            status: Some(dto::BucketVersioningStatus::from_static(status)),
            ..Default::default()
        };
        let put = dto::PutBucketVersioningInput::builder()
            .bucket(side.to_string())
            .versioning_configuration(versioning_configuration)
            .build()
            .unwrap();
        self.s3.put_bucket_versioning(ask(put)).await.unwrap();
    }

    async fn deny(&mut self, action: Option<&str>) {
        self.free().await;
        let actions: BTreeSet<String> = action.iter().map(|action| (*action).to_owned()).collect();
        let kind = match action {
            Some(_) => OperationKind::Deny { actions },
            None => OperationKind::Restore,
        };
        let op = self.invoke(Side::Source, "", kind);
        self.emulator.put_role(ROLE, role(action)).unwrap();
        self.ok(op, Outcome::default());
    }
}
