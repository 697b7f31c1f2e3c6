//! Composition: opens a target, runs scenarios side by side, judges them, and cleans up.
//!
//! Preflight → provision → act and observe → judge → report → tear down. It decides nothing about
//! replication itself: what is expected comes from [`check`](crate::check), what is done from
//! [`scenario`](crate::scenario).

pub mod sweep;

mod accepted;
mod ask;
mod budget;
mod canary;
mod copied;
mod deny;
mod drill;
#[cfg(feature = "emulator")]
mod dry_run;
mod expiry;
mod exports;
mod files;
mod lag;
mod liveness;
mod load;
mod measured;
mod open;
mod play;
mod ready_made;
#[cfg(feature = "emulator")]
mod rehearsal;
mod replica_key;
mod role;
mod saved;
mod select;
#[cfg(feature = "emulator")]
mod selftest;
mod settings;
mod settling;
mod spent;
#[cfg(feature = "stacks")]
pub mod stack;
mod stage;
mod survey;
mod trouble;
mod watch;

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OnceCell, Semaphore};
use tokio::task::JoinSet;

use crate::error::{Error, Result};
use crate::history::{Header, Journal};
use crate::provision::ledger::{Ledger, State, default_folder};
use crate::provision::tear_down_all;
use crate::report::{self, Row, RunReport};
use crate::scenario::{Expectations, Scenario};
use crate::target::{Stop, Target, preflight};
use budget::Purse;
use exports::Kept;
use saved::begin_journal;
use settling::Settling;

pub use copied::{Copied, check_copied};
pub use drill::{Drill, DrillReport, drill, drill_on};
#[cfg(all(feature = "emulator", feature = "stacks"))]
pub use dry_run::stacks as dry_run_of_stacks;
#[cfg(feature = "emulator")]
pub use dry_run::{dry_run, estimate, must_fit};
pub use lag::{
    LagProgress, LagSettings, Length, Measurement, ObserveSettings, OnProgress, lag, lag_on,
    observe, observe_on,
};
pub use measured::{all_measured, histories, join, measured};
#[cfg(feature = "emulator")]
pub use open::open_in_process;
pub use open::{Opened, Pace, open};
#[cfg(feature = "emulator")]
pub use rehearsal::{Verb, rest};
pub use saved::{Judged, judge_saved};
pub use select::by_name;
#[cfg(feature = "emulator")]
pub use selftest::{SelfTestSettings, self_test};
pub use settings::Settings;
pub use stage::Stage;

/// What every scenario of a run shares.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub(crate) target: Target,
    pub(crate) pace: Pace,
    pub(crate) journal: Journal,
    pub(crate) header: Header,
    pub(crate) ledger: Ledger,
    pub(crate) run: String,
    pub(crate) seed: u64,
    pub(crate) keep: bool,
    /// Whether scenarios go on without a canary that arrived.
    pub(crate) survey: bool,
    pub(crate) pair: Option<(String, String)>,
    /// The stacks that the pair was named by.
    pub(crate) stack: Option<String>,
    /// Whether objects may be written into a pair that is somebody's.
    pub(crate) accepts_writes: bool,
    /// Whether that was asked, and what writes set off was told.
    pub(crate) accepted: Arc<OnceCell<()>>,
    /// The role of fresh pairs.
    pub(crate) role: String,
    /// What is expected of the target.
    pub(crate) expectations: Expectations,
}

impl Shared {
    fn new(opened: &Opened, settings: &Settings) -> Result<Self> {
        let role = role::of(opened, settings)?;
        let expectations = expectations(settings, &opened.target)?;
        let (journal, header) = begin_journal(settings, &opened.target)?;
        Ok(Self {
            role,
            expectations,
            target: opened.target.clone(),
            pace: opened.pace,
            journal,
            ledger: ledger(settings, opened, &header)?,
            run: header.run.clone(),
            seed: settings.seed,
            keep: settings.keep,
            survey: settings.survey,
            pair: opened.pair.clone(),
            stack: settings.stack.clone(),
            accepts_writes: settings.accept_writes,
            accepted: Arc::default(),
            header,
        })
    }

    fn rest(&self) -> Duration {
        self.pace.rest(self.pair.is_some())
    }
}

fn expectations(settings: &Settings, target: &Target) -> Result<Expectations> {
    let own = Expectations::of_target(&target.name);
    match &settings.expectations {
        None => Ok(own),
        Some(path) => own.with_file(path),
    }
}

/// On disk where what is made outlives this process.
fn ledger(settings: &Settings, opened: &Opened, header: &Header) -> Result<Ledger> {
    let expires = expiry::expires(header.started, opened.pace.deadline);
    if !opened.target.outlives_process {
        return Ok(Ledger::in_memory(&header.run, expires));
    }
    let folder = ledger_folder(settings)?;
    Ok(Ledger::on_disk(&folder, &header.run, expires))
}

/// The folder that the settings name, or the user's own.
fn ledger_folder(settings: &Settings) -> Result<PathBuf> {
    match &settings.ledger {
        Some(folder) => Ok(folder.clone()),
        None => default_folder(&|name| std::env::var(name).ok()),
    }
}

/// Runs the catalogue, or the user's files, against a target.
///
/// `on_row` is called as each scenario ends; `interrupt` ends the run early, with what was
/// measured so far in the report and what was created removed.
///
/// # Errors
/// Whatever keeps the run from beginning: an unknown name, an unreachable target, a report that
/// cannot be written. What goes wrong later is in the report.
pub async fn run(
    settings: Settings,
    on_row: impl Fn(&Row) + Send + Sync,
    interrupt: impl Future<Output = ()> + Send,
) -> Result<RunReport> {
    let scenarios = select::select(&settings)?;
    tokio::pin!(interrupt);
    let (opened, interrupted) = opened(&settings, interrupt.as_mut()).await?;
    let outcome = match interrupted {
        true => Err(Error::Interrupted),
        false => prepared(&opened, scenarios, &settings, on_row, interrupt).await,
    };
    Ok(ended(opened.closed(outcome).await?, &settings))
}

/// A report, with what of the target could not be removed.
fn ended((report, left): (RunReport, Option<String>), settings: &Settings) -> RunReport {
    match left {
        None => report,
        Some(left) => left_running(report, left, settings),
    }
}

/// A target that could not be closed is found out after the report was written.
fn left_running(mut report: RunReport, left: String, settings: &Settings) -> RunReport {
    report.left_behind.push(left);
    let folder = settings.report.as_deref();
    let saved = folder.map_or(Ok(()), |folder| report::save(folder, &report));
    exports::unsaved(saved, &mut report);
    report
}

/// Opens the target, and tells whether the run was interrupted meanwhile. Opening goes on to its
/// end even then: a container that is half started would belong to nobody.
async fn opened(
    settings: &Settings,
    interrupt: Pin<&mut (impl Future<Output = ()> + Send)>,
) -> Result<(Opened, bool)> {
    let opening = open(settings);
    tokio::pin!(opening);
    tokio::select! {
        opened = &mut opening => Ok((opened?, false)),
        () = interrupt => Ok((opening.await?, true)),
    }
}

async fn prepared(
    opened: &Opened,
    scenarios: Vec<Scenario>,
    settings: &Settings,
    on_row: impl Fn(&Row) + Send + Sync,
    mut interrupt: Pin<&mut (impl Future<Output = ()> + Send)>,
) -> Result<RunReport> {
    role::of(opened, settings)?;
    reached(opened, interrupt.as_mut()).await?;
    run_on(opened, scenarios, settings, on_row, interrupt).await
}

/// Preflight, unless a signal comes first.
async fn reached(
    opened: &Opened,
    interrupt: Pin<&mut (impl Future<Output = ()> + Send)>,
) -> Result<()> {
    tokio::select! {
        answer = preflight(&opened.target) => answer,
        () = interrupt => Err(Error::Interrupted),
    }
}

/// Runs scenarios against a target that is open already.
///
/// # Errors
/// As [`run`].
pub async fn run_on(
    opened: &Opened,
    scenarios: Vec<Scenario>,
    settings: &Settings,
    on_row: impl Fn(&Row) + Send + Sync,
    interrupt: impl Future<Output = ()> + Send,
) -> Result<RunReport> {
    let shared = Shared::new(opened, settings)?;
    let pending = scenarios.iter().map(|s| s.name.clone()).collect();
    let kept = Kept::begin(settings.report.as_deref(), &shared.header, pending);
    let on_row = |row: &Row| {
        kept.row(row);
        on_row(row);
    };
    let outcome = carried_out(&shared, scenarios, settings, on_row, interrupt).await;
    kept.end(outcome)
}

async fn carried_out(
    shared: &Shared,
    scenarios: Vec<Scenario>,
    settings: &Settings,
    on_row: impl Fn(&Row) + Send + Sync,
    interrupt: impl Future<Output = ()> + Send,
) -> Result<RunReport> {
    let jobs = settings.jobs.unwrap_or(shared.pace.jobs).max(1);
    let began = tokio::time::Instant::now();
    let mut rows = Vec::new();
    let names = scenarios.iter().map(|scenario| scenario.name.clone());
    let order: Vec<String> = std::iter::once(liveness::NAME.to_owned())
        .chain(names)
        .collect();
    let scenarios = select::suitable(scenarios, shared, &mut rows).await?;
    rows.iter().for_each(&on_row);
    tokio::pin!(interrupt);
    let purse = Purse::open(shared, settings, &scenarios)?;
    // Where pairs rest first, each scenario's own canaries have to do: another rest for one more
    // pair would show nothing else.
    if !scenarios.is_empty() && shared.pace.settle.is_zero() {
        let unproved = Box::pin(liveness::proved(shared, &purse, interrupt.as_mut())).await?;
        rows.extend(unproved.inspect(&on_row));
    }
    let end = all(shared, scenarios, jobs, &mut rows, &on_row, interrupt).await;
    let mut report = RunReport::new(shared.header.clone(), in_order(rows, &order));
    report.interrupted = end == End::Interrupted;
    if let End::Stopped(why) = end {
        purse.tell(why, &mut report);
    }
    Box::pin(clean_up(shared, &mut report)).await;
    purse.account(&shared.target, &mut report);
    report.elapsed = began.elapsed();
    exports::unsaved(shared.journal.finish(), &mut report);
    Ok(report)
}

/// How the scenarios ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// All of them by themselves.
    Whole,
    /// By a signal.
    Interrupted,
    /// Because nothing more could be sent.
    Stopped(Stop),
}

/// Runs scenarios side by side. Returns how that ended.
async fn all(
    shared: &Shared,
    scenarios: Vec<Scenario>,
    jobs: usize,
    rows: &mut Vec<Row>,
    on_row: &(impl Fn(&Row) + Send + Sync),
    mut interrupt: Pin<&mut (impl Future<Output = ()> + Send)>,
) -> End {
    let slots = Arc::new(Semaphore::new(jobs));
    let mut running = JoinSet::new();
    let settling = Settling::new(shared.rest(), scenarios.len());
    for scenario in scenarios {
        let (slots, settling) = (Arc::clone(&slots), settling.clone());
        running.spawn(play::begun(shared.clone(), scenario, slots, settling));
    }
    loop {
        tokio::select! {
            () = &mut interrupt => {
                running.shutdown().await;
                return End::Interrupted;
            }
            ended = running.join_next() => match ended {
                // What is stopped ends by itself, with what it has.
                None => return shared.target.meter.why_stopped().map_or(End::Whole, End::Stopped),
                Some(ended) => {
                    let row = ended.unwrap_or_else(|panic| Some(play::panicked(&panic)));
                    row.iter().for_each(on_row);
                    rows.extend(row);
                }
            }
        }
    }
}

async fn clean_up(shared: &Shared, report: &mut RunReport) {
    shared.target.meter.lift();
    if shared.keep {
        for entry in shared.ledger.entries() {
            report.kept.push(entry.to_string());
            if let Err(error) = shared.ledger.note(&entry, State::Kept).await {
                report.errors.push(error.to_string());
            }
        }
        return;
    }
    let left = tear_down_all(&shared.target, &shared.ledger).await;
    report.left_behind = left.iter().map(ToString::to_string).collect();
}

fn in_order(mut rows: Vec<Row>, order: &[String]) -> Vec<Row> {
    let place = |row: &Row| order.iter().position(|name| name == row.scenario());
    rows.sort_by_key(|row| place(row).unwrap_or(usize::MAX));
    rows
}
