//! `bucketpair compare`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rand::SeedableRng;
use rand::rngs::SmallRng;

use super::args::Format;
use super::output::{format, look, print};
use super::shares::{chance, quantile, share};
use crate::config::Variables;
use crate::error::{Error, ExitCode, Result};
use crate::lag::{Change, Compared, Comparisons, Measured, compare as compared};
use crate::report::lag::{Compare, comparison, comparison_json};
use crate::runner::all_measured;

const COMPARE_EXAMPLES: &str = "\
Examples:
  bucketpair compare monday/ tuesday/                   two folders that lag --report wrote
  bucketpair compare base/ new/ --fail-on regression    as a step of CI
  bucketpair compare a.jsonl b.jsonl --quantiles p50,p99 --min-effect 25%

Exit codes:
  0  compared                                3  unseen: something could not be seen, where
  1  a regression, where --fail-on names it     --fail-on names it
  2  usage, or no history                    4  the sides have nothing in common";

/// Compares the lag of two runs, or of two groups of runs.
///
/// For each operation, size and quantile: a test of significance, and by how much NEW is slower or
/// faster with its interval. Equal runs are told apart in at most one of a hundred invocations, all
/// lines together, also where the lags of a run come in bunches. docs/statistics.md has the method,
/// its error rates, and how many samples it takes to see a change.
#[derive(Debug, Args)]
#[command(after_help = COMPARE_EXAMPLES)]
pub(super) struct CompareFlags {
    /// A history.jsonl, or a folder that holds one or several
    #[arg(value_name = "BASE")]
    pub(super) base: PathBuf,

    /// The same, of what is compared with it
    #[arg(value_name = "NEW")]
    pub(super) new: PathBuf,

    /// Which quantiles
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = quantile, default_value = "p50,p90,p99,p99.9")]
    pub(super) quantiles: Vec<f64>,

    /// The chance of any false alarm in one invocation
    #[arg(long, value_name = "SHARE", value_parser = chance, default_value = "1%")]
    pub(super) alpha: f64,

    /// The smallest change that matters
    #[arg(long, value_name = "SHARE", value_parser = share, default_value = "10%")]
    pub(super) min_effect: f64,

    /// What ends the command with an error
    #[arg(long, value_name = "WHAT", value_delimiter = ',', value_enum)]
    pub(super) fail_on: Vec<FailOn>,

    /// The seed of the permutations
    #[arg(long, default_value_t)]
    pub(super) seed: u64,

    /// How to print it [default: terminal] [BUCKETPAIR_FORMAT]
    #[arg(long, value_enum)]
    pub(super) format: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// A line says regression: exit 1
    Regression,
    /// A change as large as asked could not be seen in some line: exit 3
    Unseen,
}

/// Compares two sides, and says what changed.
pub(super) fn compare(flags: &CompareFlags, variables: &Variables) -> Result<ExitCode> {
    let format = format(flags.format, variables)?;
    let (base, new) = (side(&flags.base)?, side(&flags.new)?);
    let mut asked = Compared::default();
    asked.quantiles.clone_from(&flags.quantiles);
    (asked.alpha, asked.min_effect) = (flags.alpha, flags.min_effect);
    let mut rng = SmallRng::seed_from_u64(flags.seed);
    let compare = Compare::of(&base, &new, compared(&base, &new, &asked, &mut rng));
    let code = exit_code(&compare.comparisons, &flags.fail_on);
    print(&match format {
        Format::Terminal => comparison(&compare, look()),
        Format::Json => comparison_json(&compare, code),
    });
    Ok(code)
}

/// The runs of one side, of which at least one has a sample.
fn side(path: &Path) -> Result<Vec<Measured>> {
    let runs = all_measured(path)?;
    match runs.iter().all(|run| run.samples.is_empty()) {
        true => Err(Error::Usage(format!(
            "{} has no samples; nothing can be compared with it",
            path.display()
        ))),
        false => Ok(runs),
    }
}

fn exit_code(seen: &Comparisons, fail_on: &[FailOn]) -> ExitCode {
    let is_unseen = seen.has(Change::TooFew) || seen.has(Change::TooCoarse);
    let codes = fail_on.iter().map(|what| match what {
        FailOn::Regression if seen.has(Change::Regression) => ExitCode::Failed,
        FailOn::Unseen if is_unseen => ExitCode::Inconclusive,
        _ => ExitCode::Passed,
    });
    let nothing = seen.rows.is_empty().then_some(ExitCode::NothingRan);
    ExitCode::worst(codes.chain(nothing))
}
