//! `bucketpair selftest`.

use clap::Args;

use super::args::Format;
use super::output::{format, look, print};
use crate::config::Variables;
use crate::error::{ExitCode, Result};
use crate::report::{selftest as text, selftest_json};
use crate::runner::{SelfTestSettings, self_test};

const SELFTEST_EXAMPLES: &str = "\
Examples:
  bucketpair selftest                          each defect against the scenarios that own it
  bucketpair selftest wrong-byte loses-tags    two of them
  bucketpair selftest --all                    each defect against the whole catalogue

Exit codes:
  0  every defect is caught by the checks that own it, and no check fires without a defect
  1  one is missed, or a check fires that should not
  2  usage: a defect that does not exist    70  internal error";

/// Proves that the checks can fail: plays scenarios on embedded pairs that are broken on purpose.
///
/// Every defect is one way in which replication goes wrong. It has to be caught by the check that
/// owns it, with evidence, and a pair without a defect must not be accused. No sockets, no waiting:
/// time is virtual.
#[derive(Debug, Args)]
#[command(after_help = SELFTEST_EXAMPLES)]
pub(super) struct SelfTestFlags {
    /// Which defects; all where none is given
    #[arg(value_name = "DEFECT")]
    pub(super) defects: Vec<String>,

    /// Play the whole catalogue with each defect: the full matrix
    #[arg(long)]
    pub(super) all: bool,

    /// Payloads and delays come from this
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub(super) seed: u64,

    /// How many objects are written at once where one of as many is lost
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(200..=1_000_000))]
    pub(super) objects: u32,

    /// How many defects are tried side by side [default: one a processor]
    #[arg(long, value_name = "N")]
    pub(super) jobs: Option<usize>,

    /// How to print what was found [default: terminal] [BUCKETPAIR_FORMAT]
    #[arg(long, value_enum)]
    pub(super) format: Option<Format>,
}

/// Tries the defects, and prints which check caught which.
pub(super) fn selftest(flags: SelfTestFlags, variables: &Variables) -> Result<ExitCode> {
    let format = format(flags.format, variables)?;
    let settings = SelfTestSettings {
        seed: flags.seed,
        all: flags.all,
        defects: flags.defects,
        objects: flags.objects,
        jobs: flags.jobs,
    };
    let found = self_test(&settings, |_| {})?;
    print(&match format {
        Format::Json => selftest_json(&found),
        Format::Terminal => text(&found, look()),
    });
    Ok(found.exit_code())
}
