//! Objects that somebody has copied into a pair with any tool: each replica is asserted.
//!
//! Nothing is written. What an object has to hold comes from the user's file, its version ID and
//! its encryption from the source, and whether a rule should have selected it does not matter: the
//! claim is that it is at the destination. Under KMS it does matter: only the source's rules say
//! which key the replica has.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::exports::{Kept, unsaved};
use super::replica_key::ReplicaKeys;
use super::{Pace, Settings, Shared, Stage, budget, ended, in_order, opened, play, survey};
use crate::check::{Check, CheckKind, judge};
use crate::error::{Error, Result};
use crate::history::{
    Content, Failure, Journal, Operation, OperationKind, Outcome, Plan, Recorder, Seen, Side,
};
use crate::probe::Probe;
use crate::provision::{self, Pair};
use crate::replication::{ReplicationStatus, Rule, VersionId};
use crate::report::{Row, RunReport};
use crate::target::{Target, preflight};
use crate::workload::{Body, Payload};

/// What is asserted of each object.
const KINDS: [CheckKind; 6] = [
    CheckKind::Arrives,
    CheckKind::Bytes,
    CheckKind::VersionId,
    CheckKind::Encryption,
    CheckKind::SourceStatus,
    CheckKind::ReplicaStatus,
];

/// A file with the key it was copied to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The file on this machine.
    pub file: PathBuf,
    /// Its key in the source.
    pub key: String,
}

/// Looks for the replicas of objects that are in the source of `settings.pair`, until each is there
/// or the deadline has passed, and judges them.
///
/// # Errors
/// Whatever keeps it from beginning: an unreadable file, no pair, an unreachable target.
pub async fn check_copied(
    settings: Settings,
    copied: Vec<Copied>,
    on_row: impl Fn(&Row) + Send + Sync,
    interrupt: impl Future<Output = ()> + Send,
) -> Result<RunReport> {
    let files = prepared(copied).await?;
    tokio::pin!(interrupt);
    let (opened, interrupted) = opened(&settings, interrupt.as_mut()).await?;
    let outcome = async {
        if interrupted {
            return Err(Error::Interrupted);
        }
        preflight(&opened.target).await?;
        let shared = Shared::new(&opened, &settings)?;
        let (source, destination) = opened.named_pair()?;
        let pair = provision::seen(&shared.target, source, destination, &shared.run).await?;
        let pending = files.iter().map(|(file, _)| file.key.clone()).collect();
        let kept = Kept::begin(settings.report.as_deref(), &shared.header, pending);
        let on_row = |row: &Row| {
            kept.row(row);
            on_row(row);
        };
        let report = judged(&shared, &pair, files, on_row, interrupt).await;
        kept.end(Ok(report))
    };
    let outcome = outcome.await;
    Ok(ended(opened.closed(outcome).await?, &settings))
}

/// Size and SHA-256 of each file, before anything is asked of a server.
async fn prepared(copied: Vec<Copied>) -> Result<Vec<(Copied, Content)>> {
    let mut files = Vec::new();
    for file in copied {
        let payload = Payload::prepare(&Body::File(file.file.clone()), 0, "").await?;
        let content = Content {
            size: payload.size(),
            sha256: payload.sha256().to_owned(),
            ..Content::default()
        };
        files.push((file, content));
    }
    Ok(files)
}

async fn judged(
    shared: &Shared,
    pair: &Pair,
    files: Vec<(Copied, Content)>,
    on_row: impl Fn(&Row) + Send + Sync,
    interrupt: impl Future<Output = ()> + Send,
) -> RunReport {
    let began = Instant::now();
    let order: Vec<_> = files.iter().map(|(file, _)| file.key.clone()).collect();
    let (mut rows, mut interrupted, mut stopped) = (Vec::new(), false, None);
    let mut running = begun(shared, pair, files);
    tokio::pin!(interrupt);
    loop {
        tokio::select! {
            () = &mut interrupt => {
                running.shutdown().await;
                interrupted = true;
                break;
            }
            why = shared.target.stopped() => {
                running.shutdown().await;
                stopped = Some(why);
                break;
            }
            ended = running.join_next() => match ended {
                None => break,
                Some(ended) => {
                    let row = ended.unwrap_or_else(|panic| play::panicked(&panic));
                    on_row(&row);
                    rows.push(row);
                }
            }
        }
    }
    let mut report = RunReport::new(shared.header.clone(), in_order(rows, &order));
    (report.interrupted, report.elapsed) = (interrupted, began.elapsed());
    if let Some(why) = stopped {
        budget::tell(why, &mut report);
    }
    unsaved(shared.journal.finish(), &mut report);
    report
}

fn begun(shared: &Shared, pair: &Pair, files: Vec<(Copied, Content)>) -> JoinSet<Row> {
    let slots = Arc::new(Semaphore::new(shared.pace.jobs.max(1)));
    let looking = Looking {
        target: shared.target.clone(),
        pace: shared.pace,
        journal: shared.journal.clone(),
        pair: pair.clone(),
        keys: Arc::new(ReplicaKeys::new(&shared.target, pair)),
    };
    let mut running = JoinSet::new();
    for (file, content) in files {
        let (looking, slots) = (looking.clone(), Arc::clone(&slots));
        running.spawn(async move {
            let slot = slots.acquire_owned().await;
            let _slot = slot.expect("the semaphore is never closed");
            Box::pin(looking.judge(&file, content)).await
        });
    }
    running
}

/// What every object is looked at with.
#[derive(Clone)]
struct Looking {
    target: Target,
    pace: Pace,
    journal: Journal,
    pair: Pair,
    keys: Arc<ReplicaKeys>,
}

impl Looking {
    fn plan(&self, file: &Copied) -> Plan {
        let name = file.file.display();
        Plan {
            scenario: file.key.clone(),
            summary: format!("the object holds {name}, and so does its replica"),
            rule_ids: ["R-DATA-01", "R-DATA-02", "R-STATUS-01", "R-STATUS-03"]
                .map(str::to_owned)
                .to_vec(),
            buckets: self.pair.buckets.clone(),
            prefix: String::new(),
            rules: vec![Rule::new("asserted")],
            deadline_ns: self.pace.deadline.as_nanos() as u64,
            window_ns: self.pace.window.as_nanos() as u64,
            checks: Stage::planned(&KINDS.map(Check::new)),
        }
    }

    fn probe(&self, recorder: &Recorder) -> Probe {
        let (source, destination) = (&self.target.source, &self.target.destination);
        let buckets = self.pair.buckets.iter();
        let buckets = buckets.map(|bucket| (bucket.side, bucket.name.clone()));
        Probe::new(
            recorder.clone(),
            (source.client.clone(), destination.client.clone()),
            buckets.collect(),
            self.pace.schedule,
        )
    }

    async fn judge(self, file: &Copied, content: Content) -> Row {
        let object = self.begin(file, content).await;
        if let Some(version) = object.record() {
            object.look_for(&version).await;
            object.look_at(&version).await;
        }
        let history = object.recorder.history();
        match judge(&history) {
            Ok(judgement) => Row::Judged(judgement),
            Err(error) => Row::errored(&file.key, &history.plan.summary, &error),
        }
    }

    /// Looks at the source first: under which key the replica has to be is part of the plan, which a
    /// history begins with.
    async fn begin(&self, file: &Copied, mut content: Content) -> CopiedObject {
        let (mut plan, sent) = (self.plan(file), self.journal.now());
        let aside = self.probe(&Recorder::begin(&Journal::in_memory(), plan.clone()));
        let seen = aside.head(Side::Source, &file.key, None).await;
        let mut found = found(&seen);
        if let (Seen::Present(object), Ok(outcome)) = (&seen, &found) {
            content.encryption.clone_from(&object.encryption);
            content.bucket_key = object.bucket_key;
            let at = (file.key.as_str(), &version(outcome));
            match self.keys.find(&aside, &plan, at, &content).await {
                Ok(key) => plan.rules[0].replica_kms_key = key,
                Err(why) => found = Err(failure(0, "NoReplicaKey", why)),
            }
        }
        let recorder = Recorder::begin(&self.journal, plan);
        recorder.observe(Side::Source, &file.key, None, sent, seen);
        CopiedObject {
            probe: self.probe(&recorder),
            recorder,
            key: file.key.clone(),
            content,
            found,
            patience: self.pace.deadline,
        }
    }
}

/// What the source has, or why nothing can be asserted of it.
fn found(seen: &Seen) -> Result<Outcome, Failure> {
    match seen {
        Seen::Present(object) => Ok(Outcome {
            version: object.version.clone(),
            etag: object.etag.clone(),
            ..Outcome::default()
        }),
        Seen::Failed(failure) => Err(failure.clone()),
        _ => {
            let nothing = "the source has no such object".to_owned();
            Err(failure(404, "NotFound", nothing))
        }
    }
}

fn failure(status: u16, code: &str, message: String) -> Failure {
    Failure {
        status,
        code: code.to_owned(),
        message,
    }
}

fn version(outcome: &Outcome) -> VersionId {
    outcome.version.clone().unwrap_or_else(|| "null".into())
}

/// One object that is looked at.
struct CopiedObject {
    recorder: Recorder,
    probe: Probe,
    key: String,
    content: Content,
    found: Result<Outcome, Failure>,
    patience: Duration,
}

impl CopiedObject {
    /// What has to be there; the version that the source has, if it has any.
    fn record(&self) -> Option<VersionId> {
        let op = self.recorder.invoke(Operation {
            label: self.key.clone(),
            side: Side::Source,
            key: self.key.clone(),
            kind: OperationKind::Found(self.content.clone()),
        });
        let now = self.recorder.now();
        match &self.found {
            Ok(outcome) => self.recorder.ok(now, op, outcome.clone()),
            Err(failure) => self.recorder.not_ok(now, op, failure.clone(), true),
        }
        self.found.as_ref().ok().map(version)
    }

    /// Until the replica is there and the source's status is final, at most until the deadline.
    /// FAILED is final (R-STATUS-10): nobody has to wait for a replica then.
    async fn look_for(&self, version: &VersionId) {
        let deadline = Instant::now() + self.patience;
        let there = Side::Destination(0);
        let replica = self
            .probe
            .until_present(there, &self.key, Some(version), deadline);
        let failed = self.fails(version, deadline);
        tokio::pin!(replica, failed);
        tokio::select! {
            failed = &mut failed => if !failed { replica.await; },
            _ = &mut replica => { failed.await; }
        }
    }

    /// Waits for the source's final status; whether it is FAILED.
    async fn fails(&self, version: &VersionId, deadline: Instant) -> bool {
        use ReplicationStatus::{Completed, Failed};
        let (probe, key) = (&self.probe, self.key.as_str());
        let wanted = [Completed, Failed];
        let is_final = probe
            .until_status(Side::Source, key, version, &wanted, deadline)
            .await;
        let seen = probe.head(Side::Source, key, Some(version)).await;
        is_final && matches!(seen, Seen::Present(object) if object.status == Some(Failed))
    }

    /// The bytes of both sides; where the replica is not under its version ID, whatever is there.
    async fn look_at(&self, version: &VersionId) {
        let (probe, key, there) = (&self.probe, self.key.as_str(), Side::Destination(0));
        probe.get(Side::Source, key, Some(version)).await;
        let replica = probe.get(there, key, Some(version)).await;
        if matches!(replica, Seen::Present(_)) {
            probe.head(there, key, Some(version)).await;
            return;
        }
        let at_source = survey::listed(probe.versions(Side::Source, key).await);
        let at_destination = survey::listed(probe.versions(there, key).await);
        for foreign in survey::foreign(&at_source, &at_destination, version) {
            probe.head(there, key, Some(&foreign)).await;
            probe.get(there, key, Some(&foreign)).await;
        }
    }
}
