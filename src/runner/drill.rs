//! The drill: proves that an alarm is alive.
//!
//! One action is denied to the replication role, fresh objects are written until FAILED appears
//! with the reason that S3 documents for it, the action is given back, and fresh objects are written
//! until they complete. What was written meanwhile stays FAILED for ever (R-STATUS-10), so a pair
//! that is somebody's is only drilled below a prefix of the run's own.

use std::collections::BTreeSet;
use std::pin::Pin;

use serde::Serialize;
use tokio::time::Instant;

use super::budget::Purse;
use super::{Settings, Shared, Stage, clean_up, opened, play, settling};
use crate::check::{Check, CheckKind, Obstacles, judge};
use crate::error::{Error, Result};
use crate::history::{Content, Event, History, OperationKind, Seen, Side};
use crate::lag::{Turn, turn};
use crate::provision;
use crate::replication::{Capability, ReplicationStatus};
use crate::report::{Row, RunReport};
use crate::scenario::Scenario;
use crate::target::preflight;
use crate::workload::{Object, Step};

/// What a drill is asked to do.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Drill {
    /// The action to deny, such as `s3:ReplicateObject`.
    pub action: String,
    /// The user says that the pair is theirs, and that objects of the drill may stay FAILED there.
    pub own_pair: bool,
}

impl Drill {
    /// A drill that denies this action.
    #[must_use]
    pub fn new(action: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            own_pair: false,
        }
    }

    /// Says that the pair is the user's own.
    #[must_use]
    pub fn with_own_pair(mut self, own: bool) -> Self {
        self.own_pair = own;
        self
    }
}

/// What a drill found.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct DrillReport {
    /// The action that was denied.
    pub denied: String,
    /// The role it was denied to.
    pub role: String,
    /// From the denial to the first FAILED; none where none appeared.
    pub to_failed: Option<Turn>,
    /// The reasons that the target told for it; empty where it tells none.
    pub reasons: Vec<String>,
    /// From the restoration to the first COMPLETED; none where none appeared.
    pub to_completed: Option<Turn>,
    /// How many objects were written during the denial, and after it.
    pub written: (u32, u32),
    /// The judgement, and what was left behind.
    pub report: RunReport,
}

/// Drills a pair. Whatever happens, a signal included, what was denied is given back.
///
/// # Errors
/// [`Error::Usage`] for an action whose denial makes no object FAILED and for a pair that is
/// somebody's, [`Error::NotOffered`] where nothing can be denied, and whatever keeps the pair from
/// being there and live.
pub async fn drill(
    settings: Settings,
    drill: Drill,
    interrupt: impl Future<Output = ()> + Send,
) -> Result<DrillReport> {
    must_fail_objects(&drill.action)?;
    tokio::pin!(interrupt);
    let (opened, interrupted) = opened(&settings, interrupt.as_mut()).await?;
    let outcome = async {
        if interrupted {
            return Err(Error::Interrupted);
        }
        preflight(&opened.target).await?;
        let shared = shared(&opened, &settings, &drill)?;
        let purse = Purse::open(&shared, &settings, &[])?;
        staged(&shared, &purse, &drill, interrupt).await
    };
    let outcome = outcome.await;
    let (mut report, left) = opened.closed(outcome).await?;
    report.report.left_behind.extend(left);
    Ok(report)
}

/// The same against a target that is open already.
///
/// # Errors
/// As [`drill`].
pub async fn drill_on(
    opened: &super::Opened,
    settings: &Settings,
    drill: &Drill,
    interrupt: impl Future<Output = ()> + Send,
) -> Result<DrillReport> {
    must_fail_objects(&drill.action)?;
    let shared = shared(opened, settings, drill)?;
    let purse = Purse::open(&shared, settings, &[])?;
    tokio::pin!(interrupt);
    staged(&shared, &purse, drill, interrupt).await
}

/// Who says that objects may stay FAILED in their pair has accepted writes into it.
fn shared(opened: &super::Opened, settings: &Settings, drill: &Drill) -> Result<Shared> {
    let mut shared = Shared::new(opened, settings)?;
    shared.accepts_writes |= drill.own_pair;
    Ok(shared)
}

async fn staged(
    shared: &Shared,
    purse: &Purse,
    drill: &Drill,
    interrupt: Pin<&mut (impl Future<Output = ()> + Send)>,
) -> Result<DrillReport> {
    let began = Instant::now();
    let mut stage = set(shared, purse, drill).await?;
    let (acted, stopped) = tokio::select! {
        acted = Box::pin(stage.drill(drill)) => (acted, None),
        why = shared.target.stopped() => (Err(purse.error(why)), Some(why)),
        () = interrupt => (Err(Error::Interrupted), None),
    };
    // What was denied is given back, whatever that costs.
    shared.target.meter.lift();
    let restored = stage.restore_what_is_denied().await;
    let mut report = RunReport::new(shared.header.clone(), Vec::new());
    report.interrupted = matches!(acted, Err(Error::Interrupted));
    let found = stage.found(drill, acted, report);
    stage.tear_down().await;
    let mut found = found?;
    clean_up(shared, &mut found.report).await;
    stopped
        .into_iter()
        .for_each(|why| purse.tell(why, &mut found.report));
    purse.account(&shared.target, &mut found.report);
    found.report.elapsed = began.elapsed();
    // The clean-up has gone at it again, unless the user keeps everything.
    let left = &mut found.report.left_behind;
    if let (Err(error), true, true) = (restored, shared.keep, left.is_empty()) {
        left.push(format!("the denial of {} ({error})", drill.action));
    }
    Ok(found)
}

/// The pair that is drilled. What was made of one that cannot be had is removed.
async fn set(shared: &Shared, purse: &Purse, drill: &Drill) -> Result<Stage> {
    let scenario = Scenario::new("drill", "an alarm for failed replication is alive")
        .proves(["R-IAM-09", "R-STATUS-09", "R-STATUS-10"])
        .needs([Capability::DenyReplication]);
    let setting = async {
        allowed(shared, drill).await?;
        let stage = play::stage(shared, &scenario).await?;
        settling::rested(shared).await;
        Ok(stage)
    };
    let set = tokio::select! {
        set = Box::pin(setting) => set,
        why = shared.target.stopped() => Err(purse.error(why)),
    };
    if set.is_err() {
        shared.target.meter.lift();
        Box::pin(provision::tear_down_all(&shared.target, &shared.ledger)).await;
    }
    set
}

/// Whether denying this action makes an object FAILED: only that is an alarm's business.
fn must_fail_objects(action: &str) -> Result<()> {
    let denied = Obstacles {
        denied: all_of(action),
        ..Obstacles::default()
    };
    let put = OperationKind::Put(Content::default());
    if action.starts_with("s3:") && denied.fail(Side::Destination(0), &put) {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "denying {action} makes no object FAILED; deny s3:ReplicateObject, \
         s3:GetObjectVersionForReplication, s3:GetObjectVersionAcl, s3:GetReplicationConfiguration \
         or s3:ListBucket"
    )))
}

/// The action, and the one that S3 does with where it is missing (R-IAM-10).
fn all_of(action: &str) -> BTreeSet<String> {
    let instead = (action == "s3:GetObjectVersionForReplication").then_some("s3:GetObjectVersion");
    let all = std::iter::once(action).chain(instead);
    all.map(str::to_owned).collect()
}

/// Refuses a pair that is somebody's, unless they say so.
async fn allowed(shared: &Shared, drill: &Drill) -> Result<()> {
    let Some((source, _)) = &shared.pair else {
        return Ok(());
    };
    if drill.own_pair || shared.target.offers(Capability::Expendable) {
        return Ok(());
    }
    if provision::is_of_a_run(&shared.target, source).await? {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "{source} was not made by bucketpair, and what is written during a drill stays FAILED for \
         ever; with --i-own-this-pair the denial is limited to objects below the drill's own prefix"
    )))
}

/// The labels of the objects that count: the last written in each phase.
#[derive(Debug)]
struct Acted {
    denied: u32,
    restored: u32,
}

impl Stage {
    async fn drill(&mut self, drill: &Drill) -> Result<Acted> {
        self.prove_live().await?;
        self.deny(&all_of(&drill.action)).await?;
        let denied = self
            .write_until("denied", ReplicationStatus::Failed)
            .await?;
        self.restore().await?;
        let restored = self
            .write_until("restored", ReplicationStatus::Completed)
            .await?;
        self.all_watched().await;
        // What did not recover shows in the judgement, with its evidence.
        let canary = self.prove_live().await.ok().flatten().unwrap_or_default();
        self.wait_out(self.pace().window.max(canary * 2)).await;
        self.survey().await;
        Ok(Acted { denied, restored })
    }

    /// Writes fresh objects, one after the other, until one ends with this status or the deadline
    /// has passed. Returns how many.
    async fn write_until(&mut self, phase: &str, wanted: ReplicationStatus) -> Result<u32> {
        let deadline = self.deadline();
        for number in 1.. {
            let label = format!("{phase}-{number}");
            self.step(&Step::put(&label, &label, Object::sized(64)))
                .await?;
            self.watched(&label).await;
            let (key, version) = self.written(&label)?;
            let seen = self.probe.head(Side::Source, &key, Some(&version)).await;
            let ended = matches!(seen, Seen::Present(object) if object.status == Some(wanted));
            if ended || Instant::now() >= deadline {
                return Ok(number);
            }
        }
        Err(Error::Internal(
            "more objects than there are numbers".to_owned(),
        ))
    }

    /// Gives back what a drill that was cut short left denied.
    async fn restore_what_is_denied(&mut self) -> Result<()> {
        match self.denial.is_some() {
            true => self.restore().await,
            false => Ok(()),
        }
    }

    fn found(
        &self,
        drill: &Drill,
        acted: Result<Acted>,
        mut report: RunReport,
    ) -> Result<DrillReport> {
        let mut history = self.recorder.history();
        let mut written = (0, 0);
        match acted {
            Ok(acted) => {
                written = (acted.denied, acted.restored);
                history.plan.checks = self.checks(&acted)?;
                report.rows.push(Row::Judged(judge(&history)?));
            }
            Err(Error::Interrupted | Error::Budget(_)) => {}
            Err(error) => {
                let plan = &history.plan;
                report
                    .rows
                    .push(Row::errored(&plan.scenario, &plan.summary, &error));
            }
        }
        let is_denial = |kind: &OperationKind| matches!(kind, OperationKind::Deny { .. });
        let is_restoration = |kind: &OperationKind| matches!(kind, OperationKind::Restore);
        Ok(DrillReport {
            denied: drill.action.clone(),
            role: self.role.clone(),
            to_failed: turn(&history, is_denial, ReplicationStatus::Failed),
            reasons: reasons(&history),
            to_completed: turn(&history, is_restoration, ReplicationStatus::Completed),
            written,
            report,
        })
    }

    /// What is asked of the last object of each phase.
    fn checks(&self, acted: &Acted) -> Result<Vec<serde_json::Value>> {
        let denied = format!("denied-{}", acted.denied);
        let restored = format!("restored-{}", acted.restored);
        let of = |kind, label: &str| Check::new(kind).of([label]);
        let checks = [
            of(CheckKind::Fails, &denied),
            of(CheckKind::FailureReason, &denied),
            of(CheckKind::FailedIsFinal, &denied),
            of(CheckKind::Arrives, &restored),
            of(CheckKind::SourceStatus, &restored),
        ];
        let scenario = Scenario::new("drill", "").checks(checks);
        play::planned(&scenario, &self.shared)
    }
}

/// The reasons that the target told, each once.
fn reasons(history: &History) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    for timed in &history.events {
        if let Event::Observation {
            seen: Seen::Failures { failures },
            ..
        } = &timed.event
        {
            let told = failures.iter().map(|failure| failure.reason.clone());
            reasons.extend(told);
        }
    }
    reasons.sort();
    reasons.dedup();
    reasons
}
