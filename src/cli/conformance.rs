//! `bucketpair conformance`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::output::print;
use crate::error::{Error, ExitCode, Result};
use crate::report::{ProvedRule, RunReport, conformance};
use crate::scenario::{catalogue, proofs, rules};

const CONFORMANCE_EXAMPLES: &str = "\
Examples:
  bucketpair run --survey --target http://127.0.0.1:5000 --report moto/
  bucketpair conformance 'moto 5.2.5=moto/' 'mine=mine/' > servers.md

Exit codes:
  0  printed      2  usage, or no report";

/// Prints a table of rules and servers from the reports of surveys, as Markdown.
///
/// Every rule that a scenario proves is a line; a rule that a server broke is shown below with the
/// evidence.
#[derive(Debug, Args)]
#[command(after_help = CONFORMANCE_EXAMPLES)]
pub(super) struct Conformance {
    /// What a server is called, and the folder that `run --survey --report` wrote
    #[arg(value_name = "NAME=DIR", required = true, value_parser = named)]
    pub(super) servers: Vec<(String, PathBuf)>,
}

fn named(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, folder)) if !name.is_empty() && !folder.is_empty() => {
            Ok((name.to_owned(), folder.into()))
        }
        _ => Err("write NAME=DIR, such as 'moto 5.2.5=moto/'".to_owned()),
    }
}

/// Prints the table.
pub(super) fn table(arguments: Conformance) -> Result<ExitCode> {
    let servers = arguments.servers.into_iter();
    let servers = servers.map(|(name, folder)| Ok((name, report(&folder)?)));
    print(&conformance(
        &proved(),
        &servers.collect::<Result<Vec<_>>>()?,
    ));
    Ok(ExitCode::Passed)
}

/// The rules that scenarios prove, in the table's order.
fn proved() -> Vec<ProvedRule> {
    let mut proofs = proofs(&catalogue());
    let rules = rules().into_iter();
    let proved = rules.filter_map(|rule| {
        let scenarios = proofs.remove(&rule.id)?;
        Some(ProvedRule::new(rule.id, rule.rule, scenarios))
    });
    proved.collect()
}

fn report(folder: &Path) -> Result<RunReport> {
    let path = folder.join("report.json");
    let cannot = |cause: String| {
        let path = path.display();
        Error::Usage(format!(
            "{path}: {cause}; name the folder of a report that `bucketpair run --report DIR` wrote"
        ))
    };
    let text = std::fs::read_to_string(&path).map_err(|error| cannot(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| cannot(error.to_string()))
}
