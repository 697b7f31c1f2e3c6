//! `bucketpair list`.

use super::args::List;
use crate::error::{ExitCode, Result};
use crate::runner::by_name;

/// Prints the scenarios with what each shows and the rules it proves.
pub(super) fn list(arguments: &List) -> Result<ExitCode> {
    for scenario in by_name(&arguments.globs)? {
        println!("{:22} {}", scenario.name, scenario.summary);
        println!("{:22} {}", "", scenario.rule_ids.join(" "));
    }
    Ok(ExitCode::Passed)
}
