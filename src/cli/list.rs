//! `bucketpair list`.

use std::io::Write;

use super::args::List;
use crate::error::{ExitCode, Result};
use crate::runner::by_name;

/// Prints the scenarios with what each shows and the rules it proves.
pub(super) fn list(arguments: &List) -> Result<ExitCode> {
    for scenario in by_name(&arguments.globs)? {
        let (name, rules) = (&scenario.name, scenario.rule_ids.join(" "));
        let text = format!("{name:22} {}\n{:22} {rules}", scenario.summary, "");
        if writeln!(std::io::stdout(), "{text}").is_err() {
            break;
        }
    }
    Ok(ExitCode::Passed)
}
