//! `bucketpair lag`.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::args::Format;
use super::caution::AcceptFlags;
use super::ended;
use super::targeting::{TargetFlags, parsed};
use crate::config::Variables;
use crate::error::{Error, ExitCode, Result};
use crate::lag::{
    Asked, Cell, OperationShare, Profile, Quantile, RunFacts, Sample, SizeShare, Slo, intervals,
};
use crate::runner::{self, LagProgress, LagSettings, Length, Measurement};
use crate::span;

const LAG_EXAMPLES: &str = "\
Examples:
  bucketpair lag                                          a hundred writes on the embedded pair
  bucketpair lag --rate 50 --duration 1m --report out/    out/history.jsonl, out/lag.json
  bucketpair lag --operations put:8,delete-marker:2       what else travels, and how late
  bucketpair lag --pair SRC,DST --accept-writes --slo '99.9% within 15m' --count 2995

Exit codes:
  0  measured; the service level was met, where one was given
  1  the service level was missed
  2  usage; a value that the target does not offer
  3  undecided; the budget was spent, or nothing arrived
  5  preflight or set-up failed      6  resources were left behind (named)
 70  internal error                130  interrupted; what was measured is reported";

/// Measures how late replicas are, with the error stated.
///
/// Writes in an open loop: the moment of every write is fixed beforehand, so that a stall shows.
/// Each lag is an interval, counted from the receipt of the acknowledgement. Looks are planned from
/// the lag seen so far, and many objects share a page of a listing. The observer is best placed in
/// the destination's region: no interval is narrower than its round trip.
#[derive(Debug, Default, Args)]
#[command(after_help = LAG_EXAMPLES)]
pub(super) struct Lag {
    /// Writes a second [default: 10]
    #[arg(long, value_name = "NUMBER")]
    rate: Option<f64>,

    /// How many writes [default: 100]
    #[arg(long, value_name = "NUMBER", conflicts_with = "duration")]
    count: Option<u64>,

    /// For how long to write: 30s, 15m, 2h
    #[arg(long, value_name = "TIME")]
    duration: Option<String>,

    /// The sizes of the objects, with weights [default: 1KiB]
    #[arg(long, value_name = "SIZE:WEIGHT,..")]
    sizes: Option<String>,

    /// put, overwrite, multipart, copy, delete-marker, tag-change, with weights [default: put]
    #[arg(long, value_name = "NAME:WEIGHT,..")]
    operations: Option<String>,

    /// Over how many key prefixes the objects are spread [default: 1]
    #[arg(long, value_name = "NUMBER")]
    prefixes: Option<u32>,

    /// Look at the source's status too: when it says COMPLETED
    #[arg(long)]
    status: bool,

    /// Never send more requests in a second
    #[arg(long, value_name = "NUMBER")]
    max_requests_per_second: Option<u64>,

    /// Never send more requests in all
    #[arg(long, value_name = "NUMBER")]
    request_budget: Option<u64>,

    /// Hold the lag against a service level: '99.9% within 15m'
    #[arg(long, value_name = "LEVEL")]
    slo: Option<String>,

    #[command(flatten)]
    target: TargetFlags,

    #[command(flatten)]
    accept: AcceptFlags,

    /// Leave the buckets where they are, and name them [BUCKETPAIR_KEEP]
    #[arg(long)]
    keep: bool,

    /// Write history.jsonl as it happens, and lag.json, into this folder [BUCKETPAIR_REPORT]
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,

    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Measures, prints the profile, and says how it ended.
pub(super) async fn lag(arguments: Lag, variables: Variables) -> Result<ExitCode> {
    let asked = asked(&arguments)?;
    let mut settings = variables.settings_below(arguments.target.target.as_deref())?;
    arguments.target.apply(&mut settings)?;
    arguments.accept.apply(&mut settings);
    settings.keep |= arguments.keep;
    settings.report = arguments.report.or(settings.report);
    let is_shown = arguments.format == Format::Terminal && std::io::stderr().is_terminal();
    if let (Some(slo), true) = (&asked.slo, is_shown) {
        let (needed, planned) = (slo.samples_needed(0.95, 0), asked.count());
        eprintln!("{slo} takes {needed} samples without a late one at 95 %; {planned} are planned");
    }
    let bar = Bar::new(is_shown);
    let show = |progress| bar.show(progress);
    let shown: Option<&(dyn Fn(LagProgress) + Send + Sync)> = is_shown.then_some(&show);
    let measurement = Box::pin(runner::lag(&settings, &asked, shown, ended())).await;
    bar.end();
    conclude(
        &measurement?,
        &asked,
        settings.report.as_deref(),
        arguments.format,
    )
}

fn asked(arguments: &Lag) -> Result<LagSettings> {
    let mut asked = LagSettings::default();
    asked.rate = arguments.rate.unwrap_or(asked.rate);
    let duration = arguments.duration.clone();
    let duration = parsed("--duration", duration, "a time such as 15m", span::parse)?;
    if let Some(duration) = duration {
        asked.length = Length::For(duration);
    }
    if let Some(count) = arguments.count {
        asked.length = Length::Count(count);
    }
    if let Some(sizes) = &arguments.sizes {
        asked.sizes = SizeShare::mix(sizes)?;
    }
    if let Some(operations) = &arguments.operations {
        asked.operations = OperationShare::mix(operations)?;
    }
    asked.prefixes = arguments.prefixes.unwrap_or(asked.prefixes);
    asked.status = arguments.status;
    asked.max_requests_per_second = arguments.max_requests_per_second;
    asked.request_budget = arguments.request_budget;
    asked.slo = arguments
        .slo
        .as_deref()
        .map(str::parse::<Slo>)
        .transpose()?;
    Ok(asked)
}

/// Prints what was measured, saves it, and says how it ended.
fn conclude(
    measurement: &Measurement,
    asked: &LagSettings,
    folder: Option<&Path>,
    format: Format,
) -> Result<ExitCode> {
    let (header, history) = (&measurement.header, &measurement.history);
    let samples = intervals(history);
    let facts = RunFacts::of(header, history, &samples);
    let question = asked
        .slo
        .map_or_else(Asked::default, |slo| Asked::default().with_slo(slo));
    let profile = Profile::of(&facts, &samples, &question);
    let document = serde_json::json!({ "profile": profile, "facts": facts });
    if let Some(folder) = folder {
        save(&folder.join("lag.json"), &document)?;
    }
    let text = match format {
        Format::Json => document.to_string(),
        Format::Terminal => terminal(&facts, &profile, measurement),
    };
    writeln!(std::io::stdout(), "{text}").ok();
    Ok(exit_code(measurement, asked, &facts, &samples, &profile))
}

fn save(path: &Path, document: &serde_json::Value) -> Result<()> {
    let text = serde_json::to_string_pretty(document).unwrap_or_default();
    std::fs::write(path, text).map_err(|source| Error::Report {
        path: path.to_owned(),
        source,
    })
}

fn exit_code(
    measurement: &Measurement,
    asked: &LagSettings,
    facts: &RunFacts,
    samples: &[Sample],
    profile: &Profile,
) -> ExitCode {
    let arrived = samples
        .iter()
        .any(|sample| sample.interval.upper_ns.is_some());
    let spent = asked
        .request_budget
        .is_some_and(|budget| facts.requests.total() >= budget);
    let level = match (asked.write_only, asked.slo) {
        (true, _) => ExitCode::Passed,
        (false, Some(_)) => profile.exit_code(),
        (false, None) if arrived && !spent => ExitCode::Passed,
        (false, None) => ExitCode::Inconclusive,
    };
    let codes = [
        (measurement.interrupted, ExitCode::Interrupted),
        (!measurement.errors.is_empty(), ExitCode::Internal),
        (!measurement.left_behind.is_empty(), ExitCode::LeftBehind),
        (true, level),
    ];
    ExitCode::worst(
        codes
            .into_iter()
            .filter_map(|(is, code)| is.then_some(code)),
    )
}

fn terminal(facts: &RunFacts, profile: &Profile, measurement: &Measurement) -> String {
    let (operations, requests) = (&facts.operations, &facts.requests);
    let mut lines = vec![format!(
        "{} writes acknowledged of {} planned; {} requests: {} writes, {} pages, {} single looks, {} failed",
        operations.acknowledged,
        operations.planned,
        requests.total(),
        requests.writes,
        requests.pages,
        requests.single,
        requests.failed,
    )];
    profile
        .totals()
        .for_each(|cell| lines.extend(figures(cell)));
    lines.extend(
        profile
            .slos
            .iter()
            .map(|slo| format!("{}: {:?}", slo.slo, slo.verdict)),
    );
    if let Some(floor) = facts.floor {
        let ms = |ns: u64| ns as f64 / 1e6;
        lines.push(format!(
            "floor: a round trip to the destination takes {:.1} ms (median), {:.1} ms (99th percentile)",
            ms(floor.median_ns),
            ms(floor.p99_ns)
        ));
    }
    lines.extend(
        profile
            .warnings
            .iter()
            .map(|warning| format!("warning: {warning}")),
    );
    lines.extend(facts.caveats.iter().map(|caveat| format!("note: {caveat}")));
    let kept = measurement.kept.iter().map(|kept| format!("kept: {kept}"));
    lines.extend(kept);
    let left = measurement.left_behind.iter();
    lines.extend(left.map(|left| format!("left behind: {left}")));
    lines.join("\n")
}

fn milliseconds(ns: u64) -> String {
    format!("{:.1} ms", ns as f64 / 1e6)
}

/// One lag at one destination: a line, and one for each quantile that the samples support.
fn figures(cell: &Cell) -> Vec<String> {
    let wide = |ns: Option<u64>| ns.map_or_else(|| "unknown".to_owned(), milliseconds);
    let mut lines = vec![format!(
        "{:?} at the {}: {} samples, {} there at the first look, {} not seen; intervals {} wide \
         (median), {} (99th percentile)",
        cell.measure,
        cell.side,
        cell.n,
        cell.left_censored,
        cell.right_censored,
        wide(cell.width.median_ns),
        wide(cell.width.p99_ns),
    )];
    for quantile in &cell.service {
        if let Quantile::Band(band) = quantile {
            let upper = wide(band.upper_ns);
            let (percent, lower) = (band.quantile * 100.0, milliseconds(band.lower_ns));
            lines.push(format!("  p{percent}: {lower} to {upper}"));
        }
    }
    lines
}

/// The line that says how far it is, and between when and when it ends.
struct Bar(Option<indicatif::ProgressBar>);

impl Bar {
    fn new(is_shown: bool) -> Self {
        Self(is_shown.then(indicatif::ProgressBar::new_spinner))
    }

    fn show(&self, progress: LagProgress) {
        let Some(bar) = &self.0 else { return };
        let seconds = |time: std::time::Duration| indicatif::HumanDuration(time).to_string();
        let LagProgress {
            planned,
            watched,
            ended,
            ..
        } = progress;
        let latest = progress.writes_end + progress.deadline;
        let end = match progress.writes_end.is_zero() {
            true => format!("at the latest in {}", seconds(latest)),
            false => format!(
                "in {} at the soonest, {} at the latest",
                seconds(progress.writes_end),
                seconds(latest)
            ),
        };
        bar.set_message(format!(
            "{watched} of {planned} written, {ended} seen or given up; done {end}"
        ));
        bar.tick();
    }

    fn end(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
