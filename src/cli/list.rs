//! `bucketpair list`.

use std::io::Write;

use clap::Args;

use super::args::Format;
use crate::error::{ExitCode, Result};
use crate::runner::by_name;
use crate::scenario::{Expectations, KnownRule, Scenario, catalogue, proofs, rules};

const LIST_EXAMPLES: &str = "\
Examples:
  bucketpair list                              all of them
  bucketpair list '*marker*' --format json     some of them, for a program
  bucketpair list --rules                      every rule of S3 replication, and what proves it
  bucketpair list --expectations               what is expected of which target";

/// Lists the scenarios with what each shows and the rules it proves.
#[derive(Debug, Args)]
#[command(after_help = LIST_EXAMPLES)]
pub(super) struct List {
    /// Which scenarios, by name or pattern; all where none is given
    #[arg(value_name = "GLOB")]
    pub(super) globs: Vec<String>,

    /// Every rule of S3 replication with the scenarios that prove it, or why none does
    #[arg(long, conflicts_with = "globs")]
    pub(super) rules: bool,

    /// What is expected of each kind of target, where it is not simply that every check passes
    #[arg(long, conflicts_with_all = ["globs", "rules", "format"])]
    pub(super) expectations: bool,

    /// How to print the list
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

/// Prints the scenarios with what each shows and the rules it proves.
pub(super) fn list(arguments: &List) -> Result<ExitCode> {
    let text = match (arguments.expectations, arguments.rules) {
        (true, _) => listed_expectations(),
        (_, true) => listed_rules(arguments.format),
        (_, false) => listed_scenarios(&by_name(&arguments.globs)?, arguments.format),
    };
    // A reader that has gone away is no failure.
    write!(std::io::stdout(), "{text}").ok();
    Ok(ExitCode::Passed)
}

fn listed_scenarios(scenarios: &[Scenario], format: Format) -> String {
    match format {
        Format::Terminal => scenarios.iter().map(for_people).collect(),
        Format::Json => for_programs(scenarios),
    }
}

fn listed_expectations() -> String {
    let of_target = |name: &str| {
        let expected = Expectations::of_target(name);
        let lines = expected.lines().join("\n  ");
        format!("{name}: {}\n  {lines}\n", expected.about())
    };
    Expectations::targets().map(of_target).collect()
}

fn listed_rules(format: Format) -> String {
    let proofs = proofs(&catalogue());
    let rules = rules();
    let scenarios = |rule: &KnownRule| proofs.get(&rule.id).cloned().unwrap_or_default();
    if format == Format::Json {
        let entry = |rule: &KnownRule| {
            serde_json::json!({
                "id": rule.id,
                "rule": rule.rule,
                "confidence": rule.confidence,
                "scenarios": scenarios(rule),
                "unproved": rule.unproved,
            })
        };
        let entries: Vec<_> = rules.iter().map(entry).collect();
        return format!("{:#}\n", serde_json::Value::from(entries));
    }
    let line = |rule: &KnownRule| {
        let proof = match &rule.unproved {
            Some(why) => format!("—  {why}"),
            None => format!("✓  {}", scenarios(rule).join(", ")),
        };
        format!("{:12} {}\n{:12} {proof}\n", rule.id, rule.rule, "")
    };
    let lines: String = rules.iter().map(line).collect();
    let proved = rules.iter().filter(|rule| rule.unproved.is_none()).count();
    format!(
        "{lines}\n{proved} of {} rules are proved by a scenario\n",
        rules.len()
    )
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
