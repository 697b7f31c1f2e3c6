//! The reports of a run while it goes on.

use std::path::Path;

use crate::error::{Error, Result};
use crate::history::Header;
use crate::report::{Exports, Row, RunReport, save};

/// The reports of a run: each scenario that ends is in them soon, and until the run's end they are
/// marked partial.
#[derive(Debug)]
pub(super) struct Kept(Exports<RunReport>);

impl Kept {
    /// Begins with no row, and what is to come pending.
    pub(super) fn begin(folder: Option<&Path>, header: &Header, pending: Vec<String>) -> Self {
        let mut report = RunReport::new(header.clone(), Vec::new());
        report.partial = true;
        report.pending = pending;
        Self(Exports::begin(folder, report, save))
    }

    /// A scenario ended.
    pub(super) fn row(&self, row: &Row) {
        self.0.change(|report| {
            report.pending.retain(|name| name != row.scenario());
            report.rows.push(row.clone());
        });
    }

    /// The run ended: the report takes over what is still pending, and says so where it cannot
    /// be written. What ended it before a scenario could begin is a row of its own.
    pub(super) fn end(self, outcome: Result<RunReport>) -> Result<RunReport> {
        match outcome {
            Ok(mut report) => {
                report.pending = self.0.report().pending;
                unsaved(self.0.end(&report), &mut report);
                Ok(report)
            }
            Err(error) => {
                let report = failed(self.0.report(), &error);
                self.0.end(&report).ok();
                Err(error)
            }
        }
    }
}

fn failed(mut report: RunReport, error: &Error) -> RunReport {
    report.partial = false;
    match error {
        Error::Interrupted => report.interrupted = true,
        _ => report
            .rows
            .push(Row::errored("preflight", "this target replicates", error)),
    }
    report
}

/// Says in the report that it could not be written.
pub(super) fn unsaved(saved: Result<()>, report: &mut RunReport) {
    if let Err(error) = saved {
        report.errors.push(error.to_string());
        report.unsaved = true;
    }
}
