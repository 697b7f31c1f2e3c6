//! Going on to look for what a measurement wrote: later, elsewhere, or after it was killed.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant as Clock;

use super::join::{Placed, Reading, place};
use super::kept::Kept;
use super::pending::pending;
use super::schedule::{Intended, prepared_keys, schedule};
use super::{LagProgress, LagSettings, Measurement, OnProgress, Shown, concluded};
use super::{clock, closed, cut_short, halted, policy, prepare};
use crate::error::{Error, Result};
use crate::history::{Event, Header, History, Instant, Journal, Recorder, Session, Side, resume};
use crate::lag::{Measure, Measured, OperationType, Sample, Setup};
use crate::probe::{Follower, Watched};
use crate::provision::Pair;
use crate::provision::ledger::Ledger;
use crate::runner::budget::Purse;
use crate::runner::{Opened, Settings, Shared, Stage, expectations, open, reached};
use crate::target::Limiter;

/// Of how many samples seen before something is learned.
const KNOWN: usize = 256;

/// How a measurement is gone on with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObserveSettings {
    /// No more requests are sent in any second; the run's own limit where none.
    pub max_requests_per_second: Option<u64>,
    /// No more requests are sent by this process; what is left of the run's budget where none.
    pub request_budget: Option<u64>,
    /// How far wall clocks may be apart, where no better clock is shared.
    pub clock_uncertainty: Duration,
}

impl Default for ObserveSettings {
    fn default() -> Self {
        Self {
            max_requests_per_second: None,
            request_budget: None,
            clock_uncertainty: Duration::from_secs(1),
        }
    }
}

/// Goes on with the measurement whose history is at `path`, and appends to it.
///
/// # Errors
/// [`Error::History`] and [`Error::Usage`] when the file is no measurement's, or another process
/// writes into it; whatever keeps the target from being looked at.
pub async fn observe(
    settings: &Settings,
    path: &Path,
    asked: &ObserveSettings,
    on_progress: Option<OnProgress<'_>>,
    interrupt: impl Future<Output = ()> + Send,
) -> Result<Measurement> {
    tokio::pin!(interrupt);
    let opened = open(settings).await?;
    let outcome = match reached(&opened, interrupt.as_mut()).await {
        Ok(()) => {
            let observing = observe_on(&opened, settings, path, asked, on_progress, interrupt);
            Box::pin(observing).await
        }
        Err(error) => Err(error),
    };
    closed(opened, outcome, settings).await
}

/// The same on a target that is open already.
///
/// # Errors
/// As [`observe`].
pub async fn observe_on(
    opened: &Opened,
    settings: &Settings,
    path: &Path,
    asked: &ObserveSettings,
    on_progress: Option<OnProgress<'_>>,
    interrupt: impl Future<Output = ()> + Send,
) -> Result<Measurement> {
    let (saved, file) = resume(path)?;
    let [history] = <[History; 1]>::try_from(saved.histories).map_err(|_| none_measured(path))?;
    let setup = setup(&history).ok_or_else(|| none_measured(path))?;
    let lag = LagSettings::of(&setup);
    let mut shared = shared(opened, settings, &saved.header)?;
    let deadline = Duration::from_nanos(setup.deadline_ns);
    shared.pace.deadline = settings.deadline.unwrap_or(deadline);
    let purse = Purse::open(&shared, settings, &[])?;
    let before = Measured::of(&saved.header, &history);
    let limiter = limiter(asked, &setup, &before)?;
    let read = Read::now(&shared, &history, &limiter).await;
    let placed = place(&history, &read.clocks, asked.clock_uncertainty)?;
    shared.journal = Journal::resumed(path, file, (read.clock, placed.at));
    let recorder = Recorder::resume(&shared.journal, history);
    begin(&recorder, &read, &placed);
    let kept = Kept::begin(settings.report.as_deref(), &shared.header, &lag.question());
    kept.follow(&recorder);
    let mut stage = on_stage(&shared, recorder);
    stage.measure(&limiter);
    let shown = Shown {
        on_progress,
        kept: &kept,
    };
    let halt = halted(&shared, &purse, interrupt);
    let looked = look(&stage, &lag, &before, &limiter, shown, halt).await;
    let mut ended = cut_short(&shared, looked)?;
    ended.kept = vec![what_stays(&stage)];
    let seen = (stage.history(), ended);
    Ok(concluded(&shared, &purse, &lag, kept, seen))
}

fn none_measured(path: &Path) -> Error {
    Error::Usage(format!(
        "{} holds no measurement that could be gone on with; `bucketpair lag --report DIR` writes one",
        path.display()
    ))
}

fn setup(history: &History) -> Option<Setup> {
    let first = sessions(history).next()?;
    serde_json::from_value(first.setup.clone()).ok()
}

/// What stages share, for a run that is somebody else's: nothing is made, and nothing removed.
fn shared(opened: &Opened, settings: &Settings, header: &Header) -> Result<Shared> {
    Ok(Shared {
        target: opened.target.clone(),
        pace: opened.pace,
        journal: Journal::in_memory(),
        header: header.clone(),
        ledger: Ledger::in_memory(&header.run, ""),
        run: header.run.clone(),
        seed: header.seed,
        keep: true,
        survey: false,
        accepts_writes: false,
        accepted: Arc::default(),
        pair: None,
        stack: None,
        role: String::new(),
        expectations: expectations(settings, &opened.target)?,
    })
}

fn on_stage(shared: &Shared, recorder: Recorder) -> Stage {
    let plan = recorder.history().plan;
    let pair = Pair {
        buckets: plan.buckets.clone(),
        existing: true,
        prefix: plan.prefix.clone(),
        run: shared.run.clone(),
        notes: Vec::new(),
    };
    Stage::recorded(shared, pair, plan, recorder)
}

/// The requests of this process: as asked, else what the run's own limits leave.
fn limiter(asked: &ObserveSettings, setup: &Setup, before: &Measured) -> Result<Limiter> {
    let spent = before.facts.requests.total();
    let rest = setup.request_budget.map(|all| all.saturating_sub(spent));
    let budget = asked.request_budget.or(rest);
    if budget == Some(0) {
        return Err(Error::Budget(format!(
            "the run's budget of {} requests is spent; give this process one with --request-budget",
            setup.request_budget.unwrap_or_default()
        )));
    }
    let rate = asked
        .max_requests_per_second
        .or(setup.max_requests_per_second);
    Ok(Limiter::new(rate, budget))
}

/// The clocks of this process at a moment, and the looks that it took to read them.
struct Read {
    clock: Clock,
    clocks: Reading,
    /// On a clock that is not the run's.
    looks: Recorder,
}

impl Read {
    async fn now(shared: &Shared, history: &History, limiter: &Limiter) -> Self {
        let looks = Recorder::begin(&Journal::in_memory(), history.plan.clone());
        let mut stage = on_stage(shared, looks.clone());
        stage.measure(limiter);
        // A server that the writer did not compare itself with is no common clock.
        let is_common = sessions(history).any(|session| session.server_ns.is_some());
        let server = match is_common {
            true => clock::server(&stage).await,
            false => None,
        };
        let (clock, clocks) = clock::read(server);
        Self {
            clock,
            clocks,
            looks,
        }
    }
}

fn sessions(history: &History) -> impl Iterator<Item = &Session> {
    history
        .events
        .iter()
        .filter_map(|timed| match &timed.event {
            Event::Session(session) => Some(session),
            _ => None,
        })
}

/// From here on, the events are this process's. The looks at the server's clock come first, on the
/// run's time.
fn begin(recorder: &Recorder, read: &Read, placed: &Placed) {
    let mut session = clock::session("observe", &read.clocks);
    session.uncertainty_ns = placed.uncertainty_ns;
    session.joined = Some(placed.by);
    recorder.append(placed.at, Event::Session(session));
    let moved = |at: Instant| recorder.at(read.looks.clock(at)).max(placed.at);
    for timed in read.looks.history().events {
        let mut event = timed.event;
        if let Event::Observation { sent, received, .. } = &mut event {
            (*sent, *received) = (moved(*sent), moved(*received));
        }
        recorder.append(moved(timed.at), event);
    }
}

async fn look(
    stage: &Stage,
    lag: &LagSettings,
    before: &Measured,
    limiter: &Limiter,
    shown: Shown<'_>,
    halt: impl Future<Output = Error> + Send,
) -> Result<()> {
    tokio::pin!(halt);
    let (history, deadline) = (stage.history(), stage.pace().deadline);
    let writes = schedule(lag, stage.shared.seed);
    let things = pending(&history, &before.samples, &writes, (lag.status, deadline));
    let follower = follower(stage, lag, before, &writes, limiter, things.len() as u64);
    let following = follower.progress();
    let (sender, watched) = mpsc::unbounded_channel::<Watched>();
    let (all, acknowledged) = (things.len() as u64, before.facts.operations.acknowledged);
    let last = things.iter().map(|thing| thing.deadline).max();
    for thing in things {
        sender.send(thing).ok();
    }
    drop(sender);
    let mut tasks = JoinSet::new();
    tasks.spawn(clock::watch(stage.recorder.clone(), deadline));
    let work = async {
        follower.follow(watched).await;
    };
    let progress = || {
        let seen = *following.borrow();
        let left = last.unwrap_or_default().0;
        let left = left.saturating_sub(stage.recorder.now().0);
        LagProgress {
            planned: acknowledged,
            written: acknowledged,
            watched: all,
            deadline: Duration::from_nanos(left.max(1)),
            ..LagProgress::of(seen)
        }
    };
    shown.meanwhile(work, progress, halt).await
}

fn follower(
    stage: &Stage,
    lag: &LagSettings,
    before: &Measured,
    writes: &[Intended],
    limiter: &Limiter,
    things: u64,
) -> Follower {
    let canary = prepare::canary_lag(&stage.history());
    let took_about = canary.map_or(Duration::ZERO, |(_, upper)| upper);
    let policy = policy(stage, lag, writes, took_about);
    let (probe, side) = (stage.probe.clone(), Side::Destination(0));
    let follower = Follower::new(probe, side, policy, limiter.clone(), stage.shared.seed);
    let mut follower = follower.expecting(things);
    let known = before.samples.iter().rev().filter_map(took).take(KNOWN);
    canary
        .into_iter()
        .chain(known)
        .for_each(|took| follower.expect(took));
    // What was seen before is listed all the same.
    before
        .samples
        .iter()
        .filter(|sample| is_listed(sample))
        .for_each(|sample| follower.note_entry(&sample.key));
    for key in prepared_keys(writes) {
        follower.note_entry(&format!("{}{key}", stage.pair.prefix));
    }
    follower
}

fn took(sample: &Sample) -> Option<(Duration, Duration)> {
    let (lower, upper) = (sample.interval.lower_ns, sample.interval.upper_ns?);
    Some((Duration::from_nanos(lower), Duration::from_nanos(upper)))
}

/// Whether it was seen at a destination, where a listing shows it.
fn is_listed(sample: &Sample) -> bool {
    sample.measure == Measure::Visible
        && sample.operation != OperationType::TagChange
        && sample.interval.upper_ns.is_some()
}

/// What the run made, which who observes does not remove: it may be on another machine.
fn what_stays(stage: &Stage) -> String {
    let buckets = stage.pair.buckets.iter();
    let buckets: Vec<_> = buckets.map(|bucket| bucket.name.as_str()).collect();
    format!(
        "{}; `bucketpair sweep --run {} --yes` with the same --target removes what this run made",
        buckets.join(", "),
        stage.shared.run
    )
}
