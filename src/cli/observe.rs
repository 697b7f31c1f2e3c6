//! `bucketpair observe`.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::Args;

use super::caution::CapFlags;
use super::ended;
use super::lag::Bar;
use super::output::{OutputFlags, ReportFormat};
use super::targeting::{TargetFlags, parsed};
use crate::config::{Variable, Variables};
use crate::error::{Error, ExitCode, Result};
use crate::history::{TargetDescription, header};
use crate::runner::{self, ObserveSettings, OnProgress, Settings};
use crate::span;

const OBSERVE_EXAMPLES: &str = "\
Examples:
  bucketpair lag --write-only --target URL --report out/     writes, and ends
  bucketpair observe out/history.jsonl                       looks, now or tomorrow
  bucketpair observe history.jsonl --target aws --account ID --report here/
                                                             on another machine, with its own keys

Exit codes are those of lag; 3 also where looking ended before every deadline.";

/// Goes on with a measurement: looks for what was written and not yet seen.
///
/// Appends to the history, whose run it joins; the reports are those of the whole run. It may be
/// killed and begun again, on the writer's machine or another: what was seen stays seen. On the
/// same boot of one machine the times are joined to some microseconds, elsewhere by the clock of
/// the source's endpoint, else by the wall clocks; the error is stated, and every interval is
/// widened by it. It removes nothing.
#[derive(Debug, Args)]
#[command(after_help = OBSERVE_EXAMPLES)]
pub(super) struct ObserveFlags {
    /// The history.jsonl that `lag --report DIR` wrote
    #[arg(value_name = "HISTORY")]
    history: PathBuf,

    /// Never send more requests in a second [default: as the run]
    #[arg(long, value_name = "NUMBER")]
    max_requests_per_second: Option<u64>,

    /// Never send more requests from here [default: what is left of the run's]
    #[arg(long, value_name = "NUMBER")]
    request_budget: Option<u64>,

    /// How far wall clocks may be apart, where no better clock is shared [default: 1s]
    #[arg(long, value_name = "TIME")]
    clock_uncertainty: Option<String>,

    #[command(flatten)]
    target: TargetFlags,

    #[command(flatten)]
    cap: CapFlags,

    #[command(flatten)]
    output: OutputFlags,
}

/// Looks, prints the report of the whole run, and says how it ended.
pub(super) async fn observe(flags: ObserveFlags, variables: Variables) -> Result<ExitCode> {
    let mut asked = ObserveSettings {
        max_requests_per_second: flags.max_requests_per_second,
        request_budget: flags.request_budget,
        ..ObserveSettings::default()
    };
    let uncertainty = flags.clock_uncertainty.clone();
    let uncertainty = parsed(
        "--clock-uncertainty",
        uncertainty,
        "a time such as 1s",
        span::parse,
    )?;
    asked.clock_uncertainty = uncertainty.unwrap_or(asked.clock_uncertainty);
    let mut settings = settings(&flags, &variables)?;
    flags.cap.apply(&mut settings)?;
    let output = flags
        .output
        .output(settings.report.as_deref(), &variables)?;
    let is_shown = output.format == ReportFormat::Terminal && std::io::stderr().is_terminal();
    let bar = Bar::new(is_shown);
    let show = |progress| bar.show(progress);
    let shown: Option<OnProgress<'_>> = is_shown.then_some(&show);
    let looking = runner::observe(&settings, &flags.history, &asked, shown, ended());
    let measurement = Box::pin(looking).await;
    bar.end();
    output.show(&measurement?.report)
}

/// The settings of variables, then of flags; target and regions are the run's where nobody says
/// otherwise, and the reports go where the history is.
fn settings(flags: &ObserveFlags, variables: &Variables) -> Result<Settings> {
    let run = header(&flags.history)?.target;
    let named = flags.target.target.clone();
    let is_named = named.is_some() || variables.get(Variable::Target).is_some();
    let named = match is_named {
        true => named,
        false => Some(target_of(&run)?),
    };
    let mut settings = variables.settings_below(named.as_deref())?;
    settings.connect.source_region = run.source_region;
    settings.connect.destination_region = run.destination_region;
    flags.target.clone().apply(&mut settings)?;
    (settings.pair, settings.stack) = (None, None);
    let beside = flags.history.parent().map(PathBuf::from);
    settings.report = flags.output.report.clone().or(settings.report).or(beside);
    Ok(settings)
}

fn target_of(run: &TargetDescription) -> Result<String> {
    match run.name.as_str() {
        "endpoint" => Ok(format!("{},{}", run.source, run.destination)),
        name => Err(Error::Usage(format!(
            "the run was on {name} ({}); name it with --target",
            run.source
        ))),
    }
}
