//! Objects that somebody has copied into a pair with any tool: each replica is asserted.
//!
//! Nothing is written. What an object has to hold comes from the user's file, its version ID and
//! its encryption from the source, and whether a rule should have selected it does not matter: the
//! claim is that it is at the destination.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::exports::{Kept, unsaved};
use super::{Settings, Shared, Stage, budget, ended, in_order, opened, play, survey};
use crate::check::{Check, CheckKind, judge};
use crate::error::{Error, Result};
use crate::history::{
    Content, Failure, Operation, OperationKind, Outcome, Plan, Recorder, Seen, Side,
};
use crate::probe::Probe;
use crate::provision::{self, Pair};
use crate::replication::{ReplicationStatus, Rule, VersionId};
use crate::report::{Row, RunReport};
use crate::target::preflight;
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
    let mut running = JoinSet::new();
    for (file, content) in files {
        let (object, slots) = (CopiedObject::new(shared, pair, &file), Arc::clone(&slots));
        running.spawn(async move {
            let slot = slots.acquire_owned().await;
            let _slot = slot.expect("the semaphore is never closed");
            object.judge(content).await
        });
    }
    running
}

fn plan(shared: &Shared, pair: &Pair, file: &Copied) -> Plan {
    let name = file.file.display();
    Plan {
        scenario: file.key.clone(),
        summary: format!("the object holds {name}, and so does its replica"),
        rule_ids: ["R-DATA-01", "R-DATA-02", "R-STATUS-01", "R-STATUS-03"]
            .map(str::to_owned)
            .to_vec(),
        buckets: pair.buckets.clone(),
        prefix: String::new(),
        rules: vec![Rule::new("asserted")],
        deadline_ns: shared.pace.deadline.as_nanos() as u64,
        window_ns: shared.pace.window.as_nanos() as u64,
        checks: Stage::planned(&KINDS.map(Check::new)),
    }
}

/// One object that is looked at.
struct CopiedObject {
    recorder: Recorder,
    probe: Probe,
    key: String,
    patience: std::time::Duration,
}

impl CopiedObject {
    fn new(shared: &Shared, pair: &Pair, file: &Copied) -> Self {
        let recorder = Recorder::begin(&shared.journal, plan(shared, pair, file));
        let target = &shared.target;
        let clients = (
            target.source.client.clone(),
            target.destination.client.clone(),
        );
        let buckets = pair.buckets.iter();
        let buckets = buckets.map(|bucket| (bucket.side, bucket.name.clone()));
        let probe = Probe::new(
            recorder.clone(),
            clients,
            buckets.collect(),
            shared.pace.schedule,
        );
        Self {
            recorder,
            probe,
            key: file.key.clone(),
            patience: shared.pace.deadline,
        }
    }

    async fn judge(self, mut content: Content) -> Row {
        let seen = self.probe.head(Side::Source, &self.key, None).await;
        if let Seen::Present(object) = &seen {
            content.encryption.clone_from(&object.encryption);
        }
        if let Some(version) = self.record(content, seen) {
            self.look_for(&version).await;
            self.look_at(&version).await;
        }
        let history = self.recorder.history();
        match judge(&history) {
            Ok(judgement) => Row::Judged(judgement),
            Err(error) => Row::errored(&self.key, &history.plan.summary, &error),
        }
    }

    /// What has to be there; the version that the source has, if it has any.
    fn record(&self, content: Content, seen: Seen) -> Option<VersionId> {
        let op = self.recorder.invoke(Operation {
            label: self.key.clone(),
            side: Side::Source,
            key: self.key.clone(),
            kind: OperationKind::Found(content),
        });
        let (now, recorder) = (self.recorder.now(), &self.recorder);
        let failure = match seen {
            Seen::Present(object) => {
                let (version, etag) = (object.version, object.etag);
                let id = version.clone().unwrap_or_else(|| "null".into());
                let outcome = Outcome {
                    version,
                    etag,
                    ..Outcome::default()
                };
                recorder.ok(now, op, outcome);
                return Some(id);
            }
            Seen::Failed(failure) => failure,
            _ => Failure {
                status: 404,
                code: "NotFound".to_owned(),
                message: "the source has no such object".to_owned(),
            },
        };
        recorder.not_ok(now, op, failure, true);
        None
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
