//! `bucketpair list`.

use std::io::Write;

use clap::Args;

use super::args::Format;
use crate::error::{ExitCode, Result};
use crate::runner::by_name;
use crate::scenario::Scenario;

const LIST_EXAMPLES: &str = "\
Examples:
  bucketpair list                              all of them
  bucketpair list '*marker*' --format json     some of them, for a program";

/// Lists the scenarios with what each shows and the rules it proves.
#[derive(Debug, Args)]
#[command(after_help = LIST_EXAMPLES)]
pub(super) struct List {
    /// Which scenarios, by name or pattern; all where none is given
    #[arg(value_name = "GLOB")]
    pub(super) globs: Vec<String>,

    /// How to print the list
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

/// Prints the scenarios with what each shows and the rules it proves.
pub(super) fn list(arguments: &List) -> Result<ExitCode> {
    let scenarios = by_name(&arguments.globs)?;
    let text = match arguments.format {
        Format::Terminal => scenarios.iter().map(for_people).collect(),
        Format::Json => for_programs(&scenarios),
    };
    // A reader that has gone away is no failure.
    write!(std::io::stdout(), "{text}").ok();
    Ok(ExitCode::Passed)
}

fn for_people(scenario: &Scenario) -> String {
    let (name, rules) = (&scenario.name, scenario.rule_ids.join(" "));
    format!("{name:22} {}\n{:22} {rules}\n", scenario.summary, "")
}

fn for_programs(scenarios: &[Scenario]) -> String {
    let entry = |scenario: &Scenario| {
        serde_json::json!({
            "name": scenario.name,
            "summary": scenario.summary,
            "rule_ids": scenario.rule_ids,
            "needs": scenario.needs,
        })
    };
    let entries: Vec<_> = scenarios.iter().map(entry).collect();
    format!("{:#}\n", serde_json::Value::from(entries))
}
