//! `bucketpair judge`.

use std::path::PathBuf;

use clap::Args;

use super::args::Format;
use super::run::print;
use crate::error::{ExitCode, Result};
use crate::runner;

const JUDGE_EXAMPLES: &str = "\
Examples:
  bucketpair run --report out/                 writes out/history.jsonl
  bucketpair judge out/history.jsonl           the same verdicts, without a target

Exit codes are those of the run; 2 when the file is no history.";

/// Judges a saved run again, offline.
///
/// The history holds what was done and seen, the rules and what was expected; nothing else is
/// needed. A last line that was cut off, as by a kill, is left out and said so.
#[derive(Debug, Args)]
#[command(after_help = JUDGE_EXAMPLES)]
pub(super) struct Judge {
    /// A history.jsonl that `run --report DIR` wrote
    #[arg(value_name = "HISTORY")]
    pub(super) history: PathBuf,

    /// How to print the report
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

/// Judges a saved run again.
pub(super) fn judge(arguments: &Judge) -> Result<ExitCode> {
    let report = runner::judge_saved(&arguments.history)?;
    print(&report, arguments.format);
    Ok(report.exit_code())
}
