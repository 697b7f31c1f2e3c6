//! `bucketpair merge`.

use std::path::PathBuf;

use clap::Args;

use super::args::Format;
use super::output::{format, look, print};
use crate::config::Variables;
use crate::error::{ExitCode, Result};
use crate::lag::{Asked, Slo};
use crate::report::lag::{LagReport, json, save, terminal};
use crate::runner::join;

const MERGE_EXAMPLES: &str = "\
Examples:
  bucketpair merge tokyo/ osaka/ --into both/        runs of two machines as one
  bucketpair merge night-*/ --into november/ --slo '99.9% within 15m'

Exit codes:
  0  joined; with --slo: met     3  nothing was measured; with --slo: undecided
  1  with --slo: missed         70  the folder cannot be written
  2  usage, or no history";

/// Joins the runs of several machines, or of several nights, without loss.
///
/// Every history is kept as it is, in runs/ below the folder, and every sample keeps its run. The
/// figures are made from all samples together, never from other figures; from five runs on their
/// confidence is by run.
#[derive(Debug, Args)]
#[command(after_help = MERGE_EXAMPLES)]
pub(super) struct Merge {
    /// Histories, or folders that hold them
    #[arg(value_name = "RUN", required = true)]
    pub(super) runs: Vec<PathBuf>,

    /// Where to put the histories and the reports of all of them
    #[arg(long, value_name = "DIR")]
    pub(super) into: PathBuf,

    /// Judge all of them by this service level
    #[arg(long, value_name = "LEVEL")]
    pub(super) slo: Option<Slo>,

    /// How to print it [default: terminal] [BUCKETPAIR_FORMAT]
    #[arg(long, value_enum)]
    pub(super) format: Option<Format>,
}

/// Joins runs, and writes the reports of all of them together.
pub(super) fn merge(arguments: &Merge, variables: &Variables) -> Result<ExitCode> {
    let format = format(arguments.format, variables)?;
    let runs = join(&arguments.runs, &arguments.into)?;
    let asked = Asked::default().with_slo(arguments.slo.unwrap_or_default());
    let report = LagReport::of(runs, &asked).held(arguments.slo.is_some());
    save(&arguments.into, &report)?;
    print(&match format {
        Format::Terminal => terminal(&report, look()),
        Format::Json => json(&report),
    });
    Ok(report.exit_code())
}
