//! The reports of a measurement while it goes on.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::history::{Header, History, Plan, Recorder};
use crate::lag::{Asked, Measured};
use crate::report::Exports;
use crate::report::lag::{Ended, LagReport, save};

/// What the reports are made of: the recorder while events come in, then the last word.
#[derive(Debug, Clone)]
enum Source {
    GoesOn(Box<GoesOn>),
    Over(Arc<LagReport>),
}

#[derive(Debug, Clone)]
struct GoesOn {
    header: Header,
    asked: Asked,
    recorder: Option<Recorder>,
    /// What was reported last: only what came since is copied from the recorder.
    seen: Arc<Mutex<History>>,
}

/// The reports of a measurement: what was seen is in them soon, and until the end they are marked
/// partial.
#[derive(Debug)]
pub(super) struct Kept {
    exports: Exports<Source>,
    is_saved: bool,
}

impl Kept {
    /// Begins with nothing measured.
    pub(super) fn begin(folder: Option<&Path>, header: &Header, asked: &Asked) -> Self {
        let nothing = History {
            plan: Plan::of_rules(&[]),
            events: Vec::new(),
        };
        let source = Source::GoesOn(Box::new(GoesOn {
            header: header.clone(),
            asked: asked.clone(),
            recorder: None,
            seen: Arc::new(Mutex::new(nothing)),
        }));
        Self {
            exports: Exports::begin(folder, source, save_source),
            is_saved: folder.is_some(),
        }
    }

    /// From now on, events come in here.
    pub(super) fn follow(&self, of: &Recorder) {
        self.exports.change(|source| {
            if let Source::GoesOn(goes_on) = source {
                goes_on.recorder = Some(of.clone());
            }
        });
    }

    /// Something may have happened. Returns whether anybody minds.
    pub(super) fn changed(&self) -> bool {
        if self.is_saved {
            self.exports.change(|_| {});
        }
        self.is_saved
    }

    /// The measurement ended, and this is its report, which says so where it cannot be written.
    pub(super) fn end(self, mut report: LagReport) -> LagReport {
        let saved = self.exports.end(&Source::Over(Arc::new(report.clone())));
        unsaved(saved, &mut report);
        report
    }

    /// The measurement could not be carried out.
    pub(super) fn failed(self, error: &Error) {
        let mut report = self.exports.report().report();
        report.partial = false;
        report.ended = failure(error);
        self.exports.end(&Source::Over(Arc::new(report))).ok();
    }
}

fn failure(error: &Error) -> Ended {
    Ended {
        interrupted: matches!(error, Error::Interrupted),
        errors: vec![error.to_string()],
        code: Some(error.exit_code()),
        ..Ended::default()
    }
}

/// Says in the report that it could not be written.
pub(super) fn unsaved(saved: Result<()>, report: &mut LagReport) {
    if let Err(error) = saved {
        report.ended.errors.push(error.to_string());
        report.ended.unsaved = true;
    }
}

impl Source {
    fn report(&self) -> LagReport {
        match self {
            Self::GoesOn(goes_on) => goes_on.report(),
            Self::Over(report) => LagReport::clone(report),
        }
    }
}

impl GoesOn {
    fn report(&self) -> LagReport {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(recorder) = &self.recorder {
            recorder.catch_up(&mut seen);
        }
        LagReport::so_far(Measured::of(&self.header, &seen), &self.asked)
    }
}

fn save_source(folder: &Path, source: &Source) -> Result<()> {
    save(folder, &source.report())
}
