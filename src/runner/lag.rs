//! Measuring replication lag: writes in an open loop, looks that are planned, and what came of it.

mod clock;
mod join;
mod kept;
mod observe;
mod pending;
mod prepare;
mod schedule;
mod settings;
mod write;

pub use observe::{ObserveSettings, observe, observe_on};
pub use settings::{LagSettings, Length};

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant as Clock;

use super::budget::{self, Purse};
use super::{Opened, Settings, Shared, Stage, open, play, reached, settling};
use crate::error::{Error, Result};
use crate::history::{Event, Header, History, Journal, Side};
use crate::lag::{Measure, Measured};
use crate::probe::{Follower, Following, Policy, Watched};
use crate::provision::ledger::State;
use crate::provision::tear_down_all;
use crate::replication::Rule;
use crate::report::lag::{Ended, LagReport, save};
use crate::scenario::Scenario;
use crate::target::Limiter;
use kept::Kept;
use schedule::{Intended, requests};

/// How far a measurement is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LagProgress {
    /// How many writes there will be.
    pub planned: u64,
    /// How many were acknowledged.
    pub written: u64,
    /// How many effects of them were given to be looked for: a status is another.
    pub watched: u64,
    /// How many are not looked for any more: they were there, or their deadline has passed.
    pub ended: u64,
    /// When the last write is sent, from now.
    pub writes_end: Duration,
    /// The longest lag seen so far, by its upper bound.
    pub slowest: Duration,
    /// How long it takes after the last write at most; nothing where nobody looks.
    pub deadline: Duration,
}

/// Is told how far a measurement is.
pub type OnProgress<'a> = &'a (dyn Fn(LagProgress) + Send + Sync);

/// What a measurement left: its history holds everything that was seen.
#[derive(Debug)]
#[non_exhaustive]
pub struct Measurement {
    /// Run, seed and target.
    pub header: Header,
    /// What was done and seen.
    pub history: History,
    /// Whose clock the history's moments are of.
    pub journal: Journal,
    /// The figures, and how it ended.
    pub report: LagReport,
}

/// Measures the lag of a target.
///
/// `on_progress` is called a few times a second, where there is one; `interrupt` ends the
/// measurement early, with everything that was seen so far in its history.
///
/// # Errors
/// Whatever keeps the measurement from beginning.
pub async fn lag(
    settings: &Settings,
    asked: &LagSettings,
    on_progress: Option<OnProgress<'_>>,
    interrupt: impl Future<Output = ()> + Send,
) -> Result<Measurement> {
    asked.check(settings.seed)?;
    tokio::pin!(interrupt);
    let opened = open(settings).await?;
    let reached = match asked.outlives(&opened.target) {
        Ok(()) => reached(&opened, interrupt.as_mut()).await,
        Err(error) => Err(error),
    };
    let outcome = match reached {
        Ok(()) => Box::pin(lag_on(&opened, settings, asked, on_progress, interrupt)).await,
        Err(error) => Err(error),
    };
    closed(opened, outcome, settings).await
}

/// A target that could not be closed is found out after the report was written.
async fn closed(
    opened: Opened,
    outcome: Result<Measurement>,
    settings: &Settings,
) -> Result<Measurement> {
    let (mut measurement, left) = opened.closed(outcome).await?;
    if let Some(left) = left {
        let report = &mut measurement.report;
        report.ended.left_behind.push(left);
        let folder = settings.report.as_deref();
        let saved = folder.map_or(Ok(()), |folder| save(folder, report));
        kept::unsaved(saved, report);
    }
    Ok(measurement)
}

/// Measures the lag of a target that is open already.
///
/// # Errors
/// As [`lag`].
pub async fn lag_on(
    opened: &Opened,
    settings: &Settings,
    asked: &LagSettings,
    on_progress: Option<OnProgress<'_>>,
    interrupt: impl Future<Output = ()> + Send,
) -> Result<Measurement> {
    asked.check(settings.seed)?;
    let mut shared = Shared::new(opened, settings)?;
    shared.keep |= asked.write_only;
    // Where replicas may take days, a canary is not asked after every second.
    let schedule = &mut shared.pace.schedule;
    schedule.longest = schedule.longest.max(shared.pace.deadline / 200);
    let kept = Kept::begin(
        settings.report.as_deref(),
        &shared.header,
        &asked.question(),
    );
    let outcome = async {
        let purse = Purse::open(&shared, settings, &[])?;
        let seen = carried_out(&shared, &purse, asked, &kept, on_progress, interrupt).await?;
        Ok((seen, purse))
    };
    match outcome.await {
        Ok((seen, purse)) => Ok(concluded(&shared, &purse, asked, kept, seen)),
        Err(error) => {
            kept.failed(&error);
            Err(error)
        }
    }
}

fn concluded(
    shared: &Shared,
    purse: &Purse,
    asked: &LagSettings,
    kept: Kept,
    (history, mut ended): (History, Ended),
) -> Measurement {
    if let Err(error) = shared.journal.finish() {
        ended.errors.push(error.to_string());
        ended.unsaved = true;
    }
    let measured = vec![Measured::of(&shared.header, &history)];
    let report = LagReport::of(measured, &asked.question());
    let mut report = report.held(asked.slo.is_some()).ended(ended);
    purse.account_lag(&shared.target, &mut report);
    Measurement {
        header: shared.header.clone(),
        history,
        journal: shared.journal.clone(),
        report: kept.end(report),
    }
}

async fn carried_out(
    shared: &Shared,
    purse: &Purse,
    asked: &LagSettings,
    kept: &Kept,
    on_progress: Option<OnProgress<'_>>,
    interrupt: impl Future<Output = ()> + Send,
) -> Result<(History, Ended)> {
    let halt = halted(shared, purse, interrupt);
    tokio::pin!(halt);
    let scenario = scenario();
    let limiter = Limiter::new(asked.max_requests_per_second, asked.request_budget);
    let outcome = tokio::select! {
        outcome = Box::pin(staged(shared, &scenario, asked, &limiter)) => outcome,
        error = &mut halt => Err(error),
    };
    let stage = match outcome {
        Ok(stage) => stage,
        Err(error) => {
            shared.target.meter.lift();
            Box::pin(tear_down_all(&shared.target, &shared.ledger)).await;
            return Err(error);
        }
    };
    kept.follow(&stage.recorder);
    let shown = Shown { on_progress, kept };
    let measured = Box::pin(measure(&stage, asked, &limiter, shown, halt)).await;
    let history = stage.history();
    let ended = cut_short(shared, measured);
    shared.target.meter.lift();
    let mut ended = ended?;
    clean_up(shared, &mut ended).await;
    Ok((history, ended))
}

/// Comes with what ends a measurement before its end: a signal, its cap, or keys that are no longer
/// valid.
async fn halted(
    shared: &Shared,
    purse: &Purse,
    interrupt: impl Future<Output = ()> + Send,
) -> Error {
    tokio::select! {
        () = interrupt => Error::Interrupted,
        why = shared.target.stopped() => purse.error(why),
    }
}

/// How it ended; what was measured before it was cut short is worth a report.
fn cut_short(shared: &Shared, measured: Result<()>) -> Result<Ended> {
    let mut ended = Ended::default();
    match (measured, shared.target.meter.why_stopped()) {
        (Ok(()), _) => {}
        (Err(Error::Interrupted), _) => ended.interrupted = true,
        (Err(error), Some(why)) => {
            ended.stopped = Some(budget::stopped(why));
            ended.errors.push(error.to_string());
        }
        (Err(error), None) => return Err(error),
    }
    Ok(ended)
}

fn scenario() -> Scenario {
    let mut scenario = Scenario::new("lag", "how late replicas are");
    scenario.rules = vec![Rule::new("everything").with_delete_markers()];
    scenario
}

async fn staged(
    shared: &Shared,
    scenario: &Scenario,
    asked: &LagSettings,
    limiter: &Limiter,
) -> Result<Stage> {
    let mut stage = play::stage(shared, scenario).await?;
    asked.offered(&shared.target, &stage.plan)?;
    settling::rested(shared).await;
    stage.measure(limiter);
    stage.prove_live().await?;
    Ok(stage)
}

async fn clean_up(shared: &Shared, ended: &mut Ended) {
    if !shared.keep {
        let left = Box::pin(tear_down_all(&shared.target, &shared.ledger)).await;
        ended.left_behind = left.iter().map(ToString::to_string).collect();
        return;
    }
    for entry in shared.ledger.entries() {
        ended.kept.push(entry.to_string());
        if let Err(error) = shared.ledger.note(&entry, State::Kept).await {
            ended.errors.push(error.to_string());
        }
    }
}

/// Who is told how far it is.
#[derive(Clone, Copy)]
struct Shown<'a> {
    on_progress: Option<OnProgress<'a>>,
    kept: &'a Kept,
}

/// Writes, and looks, until everything was seen or its deadline has passed.
async fn measure(
    stage: &Stage,
    asked: &LagSettings,
    limiter: &Limiter,
    shown: Shown<'_>,
    mut halt: Pin<&mut (impl Future<Output = Error> + Send)>,
) -> Result<()> {
    let deadline = stage.pace().deadline;
    let writes = schedule::schedule(asked, stage.shared.seed);
    begin_session(stage, asked, writes.len() as u64).await;
    let took = prepare::canary_lag(&stage.history());
    let lag = took.map_or(Duration::ZERO, |(_, upper)| upper);
    tokio::select! {
        prepared = prepare::prepare(stage, &writes, limiter, lag) => prepared?,
        error = &mut halt => return Err(error),
    }
    // Looks cannot spend what the writes take.
    let of_writes = limiter.split(requests(&writes)).ok_or_else(|| {
        let budget = asked.request_budget.unwrap_or_default();
        Error::Budget(format!(
            "--request-budget {budget}: what was sent beforehand leaves too little for the writes; \
             raise it"
        ))
    })?;
    let (probe, side) = (stage.probe.clone(), Side::Destination(0));
    let policy = policy(stage, asked, &writes, lag);
    let follower = Follower::new(probe, side, policy, limiter.clone(), stage.shared.seed);
    let things = writes.len() * asked.measures().len();
    let mut follower = follower.expecting(things as u64);
    took.into_iter().for_each(|took| follower.expect(took));
    for key in schedule::prepared_keys(&writes) {
        follower.note_entry(&format!("{}{key}", stage.pair.prefix));
    }
    let following = follower.progress();
    let (things, watched) = mpsc::unbounded_channel::<Watched>();
    let mut tasks = JoinSet::new();
    tasks.spawn(clock::watch(stage.recorder.clone(), deadline));
    let written = Arc::new(AtomicU64::new(0));
    let ends = Clock::now() + writes.last().map_or(Duration::ZERO, |write| write.after);
    let work = async {
        let writer = write::write(stage, &writes, asked, &of_writes, things, &written);
        let writer = async {
            writer.await;
            limiter.take_back(&of_writes);
        };
        tokio::join!(writer, follower.follow(watched));
    };
    let progress = || {
        let seen = *following.borrow();
        LagProgress {
            planned: writes.len() as u64,
            written: written.load(Ordering::Relaxed),
            writes_end: ends.saturating_duration_since(Clock::now()),
            deadline: if asked.write_only {
                Duration::ZERO
            } else {
                deadline
            },
            ..LagProgress::of(seen)
        }
    };
    shown.meanwhile(work, progress, halt).await
}

impl LagProgress {
    fn of(seen: Following) -> Self {
        Self {
            watched: seen.watched,
            ended: seen.ended,
            slowest: seen.slowest,
            ..Self::default()
        }
    }
}

impl Shown<'_> {
    /// Tells how far it is, until the work is done or halted.
    async fn meanwhile(
        self,
        work: impl Future<Output = ()>,
        progress: impl Fn() -> LagProgress,
        mut halt: Pin<&mut (impl Future<Output = Error> + Send)>,
    ) -> Result<()> {
        tokio::pin!(work);
        let mut tick = tokio::time::interval(Duration::from_millis(200));
        let mut tell = tokio::time::interval(Duration::from_secs(1));
        let mut is_saved = true;
        loop {
            tokio::select! {
                () = &mut work => return Ok(()),
                error = &mut halt => return Err(error),
                _ = tick.tick(), if self.on_progress.is_some() => {
                    self.on_progress.into_iter().for_each(|show| show(progress()));
                }
                _ = tell.tick(), if is_saved => is_saved = self.kept.changed(),
            }
        }
    }
}

/// Whoever goes on elsewhere has to find the time: then the server's clock is asked too.
async fn begin_session(stage: &Stage, asked: &LagSettings, writes: u64) {
    let (role, server) = match asked.write_only {
        true => ("write-only", clock::server(stage).await),
        false => ("lag", None),
    };
    let (clock, reading) = clock::read(server);
    let mut session = clock::session(role, &reading);
    let setup = asked.setup(writes, stage.pace().deadline);
    session.setup = serde_json::to_value(setup).unwrap_or_default();
    let at = stage.recorder.at(clock);
    stage.recorder.append(at, Event::Session(session));
}

/// How it looks for what takes about so long.
fn policy(stage: &Stage, asked: &LagSettings, writes: &[Intended], lag: Duration) -> Policy {
    let is_near = stage.shared.target.costs_nothing;
    let prefixes = f64::from(asked.prefixes);
    let policy = match is_near {
        true => Policy::near(asked.rate),
        false => Policy::FAR,
    };
    let mut prior = policy.prior;
    prior.longest = prior.longest.max(stage.pace().deadline / 50);
    let policy = policy.with_rate(asked.rate / prefixes).with_prior(prior);
    let policy = policy.with_at_most(writes.len() as f64 / prefixes, lag);
    let Some(most) = asked.max_requests_per_second else {
        return policy;
    };
    let of_writes = asked.rate * requests(writes) as f64 / writes.len().max(1) as f64;
    let each = ((most as f64 - of_writes) / asked.rate).max(0.1) * 0.9;
    policy.with_requests(policy.requests.min(each))
}

/// What is looked for after each kind of write.
fn is_measured(asked: &LagSettings, measure: Measure) -> bool {
    asked.measures().contains(&measure)
}

#[cfg(test)]
mod tests;
