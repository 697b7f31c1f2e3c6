//! `bucketpair trend`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use rand::SeedableRng;
use rand::rngs::SmallRng;

use super::args::Format;
use super::output::{format, look, print};
use super::shares::{chance, quantile};
use crate::config::Variables;
use crate::error::{ExitCode, Result};
use crate::lag::{Night, Trended, trend as followed};
use crate::report::lag::{trend_json, trend_text};
use crate::runner::{histories, measured};

const TREND_EXAMPLES: &str = "\
Examples:
  bucketpair trend nightly/                        nightly/2026-11-24/history.jsonl, …
  bucketpair trend nightly/ --fail-on regression   as the last step of the nightly run

Exit codes:
  0  shown                                        2  usage, or no history
  1  the last change of a series is a             4  fewer than two runs have anything in common
     regression, where --fail-on names it";

/// Shows a history of runs of the same measurement, and where it changed.
///
/// A history without a change shows one with the chance of --alpha, all series together.
/// docs/statistics.md has the method and how many runs it takes to see a change.
#[derive(Debug, Args)]
#[command(after_help = TREND_EXAMPLES)]
pub(super) struct TrendFlags {
    /// A folder of histories, or of folders that hold one each
    #[arg(value_name = "DIR")]
    pub(super) folder: PathBuf,

    /// Which quantiles
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = quantile, default_value = "p50,p90,p99")]
    pub(super) quantiles: Vec<f64>,

    /// The chance that a history without a change shows one
    #[arg(long, value_name = "SHARE", value_parser = chance, default_value = "1%")]
    pub(super) alpha: f64,

    /// What ends the command with an error
    #[arg(long, value_name = "WHAT", value_enum)]
    pub(super) fail_on: Option<FailOn>,

    /// The seed of the permutations
    #[arg(long, default_value_t)]
    pub(super) seed: u64,

    /// How to print it [default: terminal] [BUCKETPAIR_FORMAT]
    #[arg(long, value_enum)]
    pub(super) format: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// The last change of a series made it slower: exit 1
    Regression,
}

/// Shows a history of runs.
pub(super) fn trend(flags: &TrendFlags, variables: &Variables) -> Result<ExitCode> {
    let format = format(flags.format, variables)?;
    // One run at a time: a year of nightly runs does not fit into memory at once.
    let nights = histories(&flags.folder)?.into_iter();
    let nights: Result<Vec<_>> = nights
        .map(|path| Ok(Night::of(&measured(&path)?)))
        .collect();
    let mut asked = Trended::default();
    asked.quantiles.clone_from(&flags.quantiles);
    asked.alpha = flags.alpha;
    let trend = followed(nights?, &asked, &mut SmallRng::seed_from_u64(flags.seed));
    let code = match (trend.series.is_empty(), flags.fail_on) {
        (true, _) => ExitCode::NothingRan,
        (false, Some(FailOn::Regression)) if trend.is_slower() => ExitCode::Failed,
        _ => ExitCode::Passed,
    };
    print(&match format {
        Format::Terminal => trend_text(&trend, look()),
        Format::Json => trend_json(&trend, code),
    });
    Ok(code)
}
