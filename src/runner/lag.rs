//! Measuring replication lag: writes in an open loop, looks that are planned, and what came of it.

mod clock;
mod prepare;
mod schedule;
mod settings;
mod write;

pub use settings::{LagSettings, Length};

use std::pin::Pin;
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::{Opened, Settings, Shared, Stage, open, play};
use crate::error::{Error, Result};
use crate::history::{Event, Header, History, Session, Side};
use crate::lag::Measure;
use crate::probe::{Follower, Policy, Watched};
use crate::provision::tear_down_all;
use crate::replication::Rule;
use crate::scenario::Scenario;
use crate::target::{Limiter, preflight};
use schedule::Intended;

/// How far a measurement is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LagProgress {
    /// How many writes there will be.
    pub planned: u64,
    /// How many were acknowledged, and are looked for.
    pub watched: u64,
    /// How many are not looked for any more: they were there, or their deadline has passed.
    pub ended: u64,
    /// When the last write is sent, from now.
    pub writes_end: Duration,
    /// How long it takes after that at most.
    pub deadline: Duration,
}

/// What a measurement left: its history holds everything that was seen.
#[derive(Debug)]
#[non_exhaustive]
pub struct Measurement {
    /// Run, seed and target.
    pub header: Header,
    /// What was done and seen.
    pub history: History,
    /// Whether a signal ended it.
    pub interrupted: bool,
    /// What could not be removed.
    pub left_behind: Vec<String>,
    /// The buckets that were kept.
    pub kept: Vec<String>,
    /// What the user should know besides.
    pub errors: Vec<String>,
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
    on_progress: Option<&(dyn Fn(LagProgress) + Send + Sync)>,
    interrupt: impl Future<Output = ()> + Send,
) -> Result<Measurement> {
    asked.check()?;
    tokio::pin!(interrupt);
    let opened = open(settings).await?;
    let outcome = tokio::select! {
        answer = preflight(&opened.target) => answer,
        () = &mut interrupt => Err(Error::Interrupted),
    };
    let outcome = match outcome {
        Ok(()) => Box::pin(lag_on(&opened, settings, asked, on_progress, interrupt)).await,
        Err(error) => Err(error),
    };
    match (outcome, opened.close().await) {
        (Ok(mut measurement), left) => {
            measurement.left_behind.extend(left);
            Ok(measurement)
        }
        (Err(cause), None) => Err(cause),
        (Err(cause), Some(names)) => Err(Error::LeftBehind {
            cause: Box::new(cause),
            names,
        }),
    }
}

/// Measures the lag of a target that is open already.
///
/// # Errors
/// As [`lag`].
pub async fn lag_on(
    opened: &Opened,
    settings: &Settings,
    asked: &LagSettings,
    on_progress: Option<&(dyn Fn(LagProgress) + Send + Sync)>,
    interrupt: impl Future<Output = ()> + Send,
) -> Result<Measurement> {
    asked.check()?;
    let mut shared = Shared::new(opened, settings)?;
    shared.target = shared.target.without_retries();
    shared.keep |= asked.write_only;
    // Where replicas may take days, a canary is not asked after every second.
    let schedule = &mut shared.pace.schedule;
    schedule.longest = schedule.longest.max(shared.pace.deadline / 2_000);
    tokio::pin!(interrupt);
    let scenario = scenario();
    let outcome = tokio::select! {
        outcome = Box::pin(staged(&shared, &scenario, asked)) => outcome,
        () = &mut interrupt => Err(Error::Interrupted),
    };
    let stage = match outcome {
        Ok(stage) => stage,
        Err(error) => {
            Box::pin(tear_down_all(&shared.target, &shared.ledger)).await;
            return Err(error);
        }
    };
    let measured = Box::pin(measure(&stage, asked, on_progress, interrupt)).await;
    let history = stage.history();
    let mut report = Measurement {
        header: shared.header.clone(),
        history,
        interrupted: matches!(measured, Err(Error::Interrupted)),
        left_behind: Vec::new(),
        kept: Vec::new(),
        errors: Vec::new(),
    };
    clean_up(&shared, &mut report).await;
    if let Err(error) = shared.journal.finish() {
        report.errors.push(error.to_string());
    }
    match measured {
        Ok(()) | Err(Error::Interrupted) => Ok(report),
        Err(error) => Err(error),
    }
}

fn scenario() -> Scenario {
    let mut scenario = Scenario::new("lag", "how late replicas are");
    scenario.rules = vec![Rule::new("everything").with_delete_markers()];
    scenario
}

async fn staged(shared: &Shared, scenario: &Scenario, asked: &LagSettings) -> Result<Stage> {
    let mut stage = play::stage(shared, scenario).await?;
    asked.offered(&shared.target, &stage.plan)?;
    stage.prove_live().await?;
    Ok(stage)
}

async fn clean_up(shared: &Shared, report: &mut Measurement) {
    if shared.keep {
        report.kept = shared
            .ledger
            .entries()
            .iter()
            .map(ToString::to_string)
            .collect();
        return;
    }
    let left = Box::pin(tear_down_all(&shared.target, &shared.ledger)).await;
    report.left_behind = left.iter().map(ToString::to_string).collect();
}

/// Writes, and looks, until everything was seen or its deadline has passed.
async fn measure(
    stage: &Stage,
    asked: &LagSettings,
    on_progress: Option<&(dyn Fn(LagProgress) + Send + Sync)>,
    mut interrupt: Pin<&mut (impl Future<Output = ()> + Send)>,
) -> Result<()> {
    let deadline = stage.pace().deadline;
    let writes = schedule::schedule(asked, stage.shared.seed);
    begin_session(stage, asked, &writes, deadline);
    let limiter = Limiter::new(asked.max_requests_per_second, asked.request_budget);
    let took = prepare::canary_lag(&stage.history());
    tokio::select! {
        prepared = prepare::prepare(stage, &writes, &limiter) => prepared?,
        () = &mut interrupt => return Err(Error::Interrupted),
    }
    let mut follower = follower(stage, asked, &writes, &limiter);
    took.into_iter().for_each(|took| follower.expect(took));
    for key in schedule::prepared_keys(&writes) {
        follower.note_entry(&format!("{}{key}", stage.pair.prefix));
    }
    let following = follower.progress();
    let (things, watched) = mpsc::unbounded_channel::<Watched>();
    let mut tasks = JoinSet::new();
    tasks.spawn(clock::watch(stage.recorder.clone(), deadline));
    let follow = follower.follow(watched);
    let began = tokio::time::Instant::now();
    let ends = began + writes.last().map_or(Duration::ZERO, |write| write.after);
    let writer = write::write(stage, &writes, asked, &limiter, things);
    let work = async {
        tokio::join!(writer, follow);
    };
    tokio::pin!(work);
    let mut tick = tokio::time::interval(Duration::from_millis(200));
    loop {
        tokio::select! {
            () = &mut work => return Ok(()),
            () = &mut interrupt => return Err(Error::Interrupted),
            _ = tick.tick(), if on_progress.is_some() => {
                let seen = *following.borrow();
                let progress = LagProgress {
                    planned: writes.len() as u64,
                    watched: seen.watched,
                    ended: seen.ended,
                    writes_end: ends.saturating_duration_since(tokio::time::Instant::now()),
                    deadline,
                };
                on_progress.into_iter().for_each(|show| show(progress));
            }
        }
    }
}

fn begin_session(stage: &Stage, asked: &LagSettings, writes: &[Intended], deadline: Duration) {
    let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let role = if asked.write_only {
        "write-only"
    } else {
        "lag"
    };
    let setup = asked.setup(writes.len() as u64, deadline);
    let session = Session {
        role: role.to_owned(),
        wall_ns: wall.map_or(0, |wall| wall.as_nanos() as u64),
        uncertainty_ns: 0,
        boot: clock::boot(),
        boot_ns: clock::since_boot().map(|boot| boot.as_nanos() as u64),
        bucketpair: env!("CARGO_PKG_VERSION").to_owned(),
        setup: serde_json::to_value(setup).unwrap_or_default(),
    };
    stage
        .recorder
        .append(stage.recorder.now(), Event::Session(session));
}

fn follower(
    stage: &Stage,
    asked: &LagSettings,
    writes: &[Intended],
    limiter: &Limiter,
) -> Follower {
    let is_near = stage.shared.target.costs_nothing;
    let prefixes = f64::from(asked.prefixes);
    let policy = match is_near {
        // Some 400 requests a second leave a core to the writes.
        true => Policy::NEAR.with_requests((400.0 / asked.rate).clamp(0.5, 48.0)),
        false => Policy::FAR,
    };
    let mut prior = policy.prior;
    prior.longest = prior.longest.max(stage.pace().deadline / 50);
    let policy = policy.with_rate(asked.rate / prefixes).with_prior(prior);
    let policy = match asked.max_requests_per_second {
        Some(most) => {
            let each = ((most as f64 - asked.rate) / asked.rate).max(0.1) * 0.9;
            policy.with_requests(policy.requests.min(each))
        }
        None => policy,
    };
    let things = writes.len() as u64 * asked.measures().len() as u64;
    let (probe, side) = (stage.probe.clone(), Side::Destination(0));
    Follower::new(probe, side, policy, limiter.clone(), stage.shared.seed).expecting(things)
}

/// What is looked for after each kind of write.
fn is_measured(asked: &LagSettings, measure: Measure) -> bool {
    asked.measures().contains(&measure)
}

#[cfg(test)]
mod tests;
