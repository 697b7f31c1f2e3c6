//! `bucketpair lag`.

use std::io::IsTerminal;
use std::time::Duration;

use clap::Args;
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

use super::caution::{AcceptFlags, CostFlags, look_ahead, say_the_estimate};
use super::ended;
use super::output::{Output, OutputFlags, ReportFormat};
use super::targeting::{TargetFlags, parsed};
use crate::config::Variables;
use crate::error::{Error, ExitCode, Result};
use crate::lag::{OperationShare, SizeShare, Slo};
use crate::runner::{self, LagProgress, LagSettings, Length, OnProgress, Settings, Verb};
use crate::span;

const LAG_EXAMPLES: &str = "\
Examples:
  bucketpair lag                                          a hundred writes on the embedded pair
  bucketpair lag --rate 50 --duration 1m --report out/    out/lag.html, lag.csv, history.jsonl, …
  bucketpair lag --operations put:8,delete-marker:2       what else travels, and how late
  bucketpair lag --write-only --target URL --report out/  then: bucketpair observe out/history.jsonl
  bucketpair lag --target aws --account ID --role ARN --count 3000 --dry-run
  bucketpair lag --pair SRC,DST --accept-writes --slo '99.9% within 15m' --count 2995

Exit codes:
  0  measured; the service level was met, where one was given
  1  the service level was missed
  2  usage; a value that the target does not offer
  3  undecided; a budget was spent too early, or nothing arrived
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

    /// Record the writes and end: `bucketpair observe` looks for their replicas, later or elsewhere
    #[arg(long)]
    write_only: bool,

    /// Hold the lag against a service level: '99.9% within 15m'
    #[arg(long, value_name = "LEVEL")]
    slo: Option<String>,

    #[command(flatten)]
    target: TargetFlags,

    #[command(flatten)]
    accept: AcceptFlags,

    #[command(flatten)]
    cost: CostFlags,

    /// Leave the buckets where they are, and name them [BUCKETPAIR_KEEP]
    #[arg(long)]
    keep: bool,

    #[command(flatten)]
    output: OutputFlags,
}

/// Measures, prints the report, and says how it ended.
pub(super) async fn lag(arguments: Lag, variables: Variables) -> Result<ExitCode> {
    let asked = asked(&arguments)?;
    let (settings, output, dry_run) = settings(arguments, &variables)?;
    asked.check(settings.seed)?;
    let verb = Verb::Lag(asked.clone());
    if dry_run {
        return look_ahead(&settings, &verb, output.format == ReportFormat::Json).await;
    }
    if asked.write_only && settings.report.is_none() {
        return Err(Error::Usage(
            "--write-only without --report DIR leaves nothing that could be observed; name a folder"
                .to_owned(),
        ));
    }
    say_the_estimate(&settings, &verb).await?;
    let is_shown = output.format == ReportFormat::Terminal && std::io::stderr().is_terminal();
    if let (Some(slo), true) = (&asked.slo, is_shown) {
        let (needed, planned) = (slo.samples_needed(0.95, 0), asked.count());
        eprintln!("{slo} takes {needed} samples without a late one at 95 %; {planned} are planned");
    }
    let bar = Bar::new(is_shown);
    let show = |progress| bar.show(progress);
    let shown: Option<OnProgress<'_>> = is_shown.then_some(&show);
    let measurement = Box::pin(runner::lag(&settings, &asked, shown, ended())).await;
    bar.end();
    output.show(&measurement?.report)
}

/// The settings of variables, then of flags; where the report goes; whether nothing is to be done.
fn settings(arguments: Lag, variables: &Variables) -> Result<(Settings, Output, bool)> {
    let mut settings = variables.settings_below(arguments.target.target.as_deref())?;
    arguments.target.apply(&mut settings)?;
    arguments.accept.apply(&mut settings);
    let dry_run = arguments.cost.apply(&mut settings)?;
    settings.keep |= arguments.keep;
    settings.report = arguments.output.report.clone().or(settings.report);
    let folder = settings.report.as_deref();
    let output = arguments.output.output(folder, variables)?;
    Ok((settings, output, dry_run))
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
    asked.write_only = arguments.write_only;
    asked.max_requests_per_second = arguments.max_requests_per_second;
    asked.request_budget = arguments.request_budget;
    asked.slo = arguments
        .slo
        .as_deref()
        .map(str::parse::<Slo>)
        .transpose()?;
    Ok(asked)
}

/// The line that says how far it is, and when it ends.
pub(super) struct Bar(Option<ProgressBar>);

impl Bar {
    pub(super) fn new(is_shown: bool) -> Self {
        let style = ProgressStyle::with_template("{bar:24} {msg}");
        let bar = || ProgressBar::new(0).with_style(style.expect("the template is well-formed"));
        Self(is_shown.then(bar))
    }

    pub(super) fn show(&self, progress: LagProgress) {
        let Some(bar) = &self.0 else { return };
        let (done, all) = match progress.deadline.is_zero() {
            true => (progress.written, progress.planned),
            false => (progress.ended, expected(&progress)),
        };
        bar.set_length(all);
        bar.set_position(done);
        bar.set_message(told(&progress));
    }

    pub(super) fn end(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// How much will be looked for: of each write that is to come as much as of those that came.
fn expected(progress: &LagProgress) -> u64 {
    let each = progress.watched.div_ceil(progress.written.max(1)).max(1);
    progress.watched + each * progress.planned.saturating_sub(progress.written)
}

/// `340 of 3,000 written, 310 seen, the slowest after 1 second; done in about 40 seconds, at the
/// latest in 60 seconds`.
fn told(progress: &LagProgress) -> String {
    let LagProgress {
        planned,
        written,
        ended,
        writes_end,
        slowest,
        deadline,
        ..
    } = *progress;
    let written = format!("{written} of {planned} written");
    if deadline.is_zero() {
        return format!("{written}; done in {}", HumanDuration(writes_end));
    }
    let latest = format!("at the latest in {}", HumanDuration(writes_end + deadline));
    if slowest.is_zero() {
        return format!("{written}, none seen yet; done {latest}");
    }
    let (about, slowest) = (HumanDuration(writes_end + slowest), short(slowest));
    format!(
        "{written}, {ended} done with, the slowest took {slowest}; about {about} to go, {latest}"
    )
}

fn short(time: Duration) -> String {
    match time.as_millis() {
        ms @ ..1_000 => format!("{ms} ms"),
        ms @ ..120_000 => format!("{:.1} s", ms as f64 / 1e3),
        ms => format!("{:.1} min", ms as f64 / 6e4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_come_is_told_from_what_was_seen() {
        let mut progress = LagProgress::default();
        (progress.planned, progress.written) = (100, 50);
        (progress.watched, progress.ended) = (100, 40);
        progress.writes_end = Duration::from_secs(5);
        progress.deadline = Duration::from_secs(175);
        assert_eq!(expected(&progress), 200);
        assert!(told(&progress).ends_with("none seen yet; done at the latest in 3 minutes"));
        progress.slowest = Duration::from_millis(2_100);
        let text = told(&progress);
        assert!(
            text.contains("the slowest took 2.1 s; about 7 seconds"),
            "{text}"
        );
        progress.deadline = Duration::ZERO;
        assert_eq!(told(&progress), "50 of 100 written; done in 5 seconds");
    }
}
