//! `bucketpair list`.

use std::io::Write;

use super::args::{Format, List};
use crate::error::{ExitCode, Result};
use crate::runner::by_name;
use crate::scenario::Scenario;

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
