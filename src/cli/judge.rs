//! `bucketpair judge`.

use std::path::PathBuf;

use clap::Args;

use super::output::OutputFlags;
use crate::config::{Variable, Variables};
use crate::error::{ExitCode, Result};
use crate::report;
use crate::runner::{self, Judged};

const JUDGE_EXAMPLES: &str = "\
Examples:
  bucketpair run --report out/                 writes out/history.jsonl
  bucketpair judge out/history.jsonl           the same verdicts, or lags, without a target
  bucketpair judge killed/history.jsonl --report killed/    the reports of a run that was killed

Exit codes are those of the run; 2 when the file is no history.";

/// Judges a saved run again, offline.
///
/// The history holds what was done and seen, the rules and what was expected; nothing else is
/// needed. A last line that was cut off, as by a kill, is left out and said so.
#[derive(Debug, Args)]
#[command(after_help = JUDGE_EXAMPLES)]
pub(super) struct Judge {
    /// A history.jsonl that `run --report DIR` or `lag --report DIR` wrote
    #[arg(value_name = "HISTORY")]
    pub(super) history: PathBuf,

    #[command(flatten)]
    pub(super) output: OutputFlags,
}

/// Judges a saved run again.
pub(super) fn judge(arguments: &Judge, variables: &Variables) -> Result<ExitCode> {
    let variable = variables.get(Variable::Report).map(PathBuf::from);
    let folder = arguments.output.report.clone().or(variable);
    let output = arguments.output.output(folder.as_deref(), variables)?;
    let folder = folder.as_deref();
    match runner::judge_saved(&arguments.history)? {
        Judged::Run(report) => {
            folder.map_or(Ok(()), |folder| report::save(folder, &report))?;
            output.show(report.as_ref())
        }
        Judged::Lag(report) => {
            folder.map_or(Ok(()), |folder| report::lag::save(folder, &report))?;
            output.show(report.as_ref())
        }
    }
}
