//! Saved runs: the file that a run is written into, and what it is judged to be, offline.

use std::fs::File;
use std::path::Path;
use std::time::SystemTime;

use super::Settings;
use crate::check::judge;
use crate::error::{Error, Result};
use crate::history::{
    Event, Header, History, Journal, Line, Saved, TargetDescription, Timed, VERSION, lock, read,
};
use crate::lag::{Asked, Measured};
use crate::report::lag::{Ended, LagReport};
use crate::report::{Row, RunReport};
use crate::target::Target;

/// Begins the journal of a run, in the folder of its reports where there is one.
pub(super) fn begin_journal(settings: &Settings, target: &Target) -> Result<(Journal, Header)> {
    let started = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let header = Header {
        bucketpair_history: VERSION,
        bucketpair: env!("CARGO_PKG_VERSION").to_owned(),
        run: uuid::Uuid::new_v4().to_string(),
        seed: settings.seed,
        started: started.map_or(0, |since| since.as_secs()),
        target: TargetDescription {
            name: target.name.clone(),
            source: target.source.url.clone(),
            destination: target.destination.url.clone(),
            source_region: target.source.region.clone(),
            destination_region: target.destination.region.clone(),
            engine: target.engine.clone(),
        },
    };
    let journal = match &settings.report {
        None => Journal::in_memory(),
        Some(folder) => save_in(folder)?,
    };
    journal.write(&Line::Header(header.clone()));
    Ok((journal, header))
}

fn save_in(folder: &Path) -> Result<Journal> {
    let path = folder.join("history.jsonl");
    let cannot = |source| Error::Report {
        path: path.clone(),
        source,
    };
    std::fs::create_dir_all(folder).map_err(cannot)?;
    let mut options = File::options();
    let options = options.create(true).write(true).truncate(false);
    let file = options.open(&path).map_err(cannot)?;
    // What another run is writing is not thrown away.
    lock(&file, &path)?;
    // A pipe or a device has nothing to throw away.
    if file.metadata().map_err(cannot)?.is_file() {
        file.set_len(0).map_err(cannot)?;
    }
    Ok(Journal::saved(&path, file))
}

/// What a saved run is judged to be.
#[derive(Debug, Clone)]
pub enum Judged {
    /// Scenarios.
    Run(Box<RunReport>),
    /// A measurement.
    Lag(Box<LagReport>),
}

/// Judges a saved run again, offline.
///
/// # Errors
/// [`Error::History`] when the file is no history.
pub fn judge_saved(path: &Path) -> Result<Judged> {
    let saved = read(path)?;
    let is_session = |timed: &Timed| matches!(timed.event, Event::Session(_));
    Ok(match saved.histories.as_slice() {
        [history] if history.events.iter().any(is_session) => {
            Judged::Lag(Box::new(judged_lag(&saved, history)))
        }
        _ => Judged::Run(Box::new(judged_run(saved))),
    })
}

const CUT_OFF: &str = "the last line was cut off and left out";

fn judged_lag(saved: &Saved, history: &History) -> LagReport {
    let measured = Measured::of(&saved.header, history);
    let slo = measured.facts.setup.slo;
    let asked = Asked::default().with_slo(slo.unwrap_or_default());
    let mut ended = Ended::default();
    ended
        .errors
        .extend(saved.truncated.then(|| CUT_OFF.to_owned()));
    let report = LagReport::of(vec![measured], &asked);
    report.held(slo.is_some()).ended(ended)
}

fn judged_run(saved: Saved) -> RunReport {
    let rows = saved.histories.iter().map(|history| match judge(history) {
        Ok(judgement) => Row::Judged(judgement),
        Err(error) => Row::errored(&history.plan.scenario, &history.plan.summary, &error),
    });
    let mut report = RunReport::new(saved.header, rows.collect());
    if saved.truncated {
        report.errors.push(CUT_OFF.to_owned());
    }
    report
}
