//! `bucketpair run`.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::Args;

use super::args::EXIT_CODES;
use super::caution::{AcceptFlags, CostFlags, look_ahead, say_the_estimate};
use super::ended;
use super::output::{Output, OutputFlags, ReportFormat as Format};
use super::targeting::TargetFlags;
use crate::config::Variables;
use crate::error::{ExitCode, Result};
use crate::report::Row;
use crate::runner::{self, Settings, Verb};
use crate::target::{Choice, Localstack};

/// Runs scenarios and judges what was seen.
///
/// Every variable named below may be set instead of its flag; a flag comes first. An unknown
/// BUCKETPAIR_* variable is an error.
#[derive(Debug, Default, PartialEq, Eq, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Run {
    /// Which scenarios, by name or pattern; all where none is given
    #[arg(value_name = "GLOB")]
    pub(super) globs: Vec<String>,

    /// Upload these files and folders instead, and assert every replica
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with = "globs")]
    pub(super) files: Vec<PathBuf>,

    /// Write so many small objects side by side instead, and look for every replica
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1_000_000), conflicts_with_all = ["globs", "files"])]
    pub(super) objects: Option<u32>,

    #[command(flatten)]
    pub(super) target: TargetFlags,

    /// How many scenarios run side by side [BUCKETPAIR_JOBS]
    #[arg(long, value_name = "NUMBER")]
    pub(super) jobs: Option<usize>,

    #[command(flatten)]
    pub(super) accept: AcceptFlags,

    #[command(flatten)]
    pub(super) cost: CostFlags,

    /// Break the embedded pair on purpose, to see the checks catch it
    #[arg(long, value_name = "NAME")]
    pub(super) defect: Vec<String>,

    /// Find out how a server replicates: go on where preflight fails, as a row of its own
    #[arg(long)]
    pub(super) survey: bool,

    /// A JSON file of what is expected of this target, before what bucketpair expects of its kind
    #[arg(long, value_name = "FILE")]
    pub(super) expectations: Option<PathBuf>,

    /// Leave the buckets where they are, and name them [BUCKETPAIR_KEEP]
    #[arg(long)]
    pub(super) keep: bool,

    #[command(flatten)]
    pub(super) output: OutputFlags,
}

impl Run {
    /// The flags behind the verb, and those before it where the former say nothing.
    pub(super) fn over(self, before: Self) -> Self {
        Self {
            globs: [before.globs, self.globs].concat(),
            files: [before.files, self.files].concat(),
            objects: self.objects.or(before.objects),
            target: self.target.over(before.target),
            jobs: self.jobs.or(before.jobs),
            accept: self.accept.over(&before.accept),
            cost: self.cost.over(before.cost),
            defect: [before.defect, self.defect].concat(),
            survey: self.survey || before.survey,
            expectations: self.expectations.or(before.expectations),
            keep: self.keep || before.keep,
            output: self.output.over(before.output),
        }
    }
}

/// Runs scenarios, prints the report, and says how it ended.
pub(super) async fn run(arguments: Run, variables: Variables) -> Result<ExitCode> {
    let (settings, output, dry_run) = settings(arguments, &variables)?;
    if dry_run {
        return look_ahead(&settings, &Verb::Run, output.format == Format::Json).await;
    }
    say_the_estimate(&settings, &Verb::Run).await?;
    let progress = Progress::new(output.format);
    announce(&settings);
    let report = runner::run(settings, |row| progress.row(row), ended()).await;
    progress.end();
    output.show(&report?)
}

/// A container takes some seconds; whoever waits at a terminal is told for what.
fn announce(settings: &Settings) {
    let is_started = settings.choice == Choice::Localstack
        && Localstack::named(&|name| std::env::var(name).ok()).is_none();
    if is_started && std::io::stderr().is_terminal() {
        let image = &settings.localstack.image;
        eprintln!("starting LocalStack from {image}; this takes some seconds");
    }
}

/// The settings of variables, then of flags; where the report goes; whether nothing is to be done.
fn settings(arguments: Run, variables: &Variables) -> Result<(Settings, Output, bool)> {
    let mut settings = variables.settings_below(arguments.target.target.as_deref())?;
    arguments.target.apply(&mut settings)?;
    settings.jobs = arguments.jobs.or(settings.jobs);
    settings.report = arguments.output.report.clone().or(settings.report);
    let output = arguments
        .output
        .output(settings.report.as_deref(), variables)?;
    arguments.accept.apply(&mut settings);
    let dry_run = arguments.cost.apply(&mut settings)?;
    settings.expectations = arguments.expectations;
    settings.keep |= arguments.keep;
    settings.survey = arguments.survey;
    settings.globs = arguments.globs;
    settings.files = arguments.files;
    settings.objects = arguments.objects;
    settings.defects = arguments.defect;
    Ok((settings, output, dry_run))
}

/// A line on the terminal that counts the scenarios as they end.
struct Progress {
    shown: bool,
    done: std::sync::atomic::AtomicUsize,
}

impl Progress {
    fn new(format: Format) -> Self {
        let shown = format == Format::Terminal && std::io::stderr().is_terminal();
        Self {
            shown,
            done: 0.into(),
        }
    }

    fn row(&self, row: &Row) {
        let done = self.done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        if self.shown {
            eprint!("\r\x1b[2K{done} scenarios judged: {}", row.scenario());
        }
    }

    fn end(&self) {
        if self.shown {
            eprint!("\r\x1b[2K");
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use rstest::rstest;

    use super::*;
    use crate::cli::args::Arguments;

    fn settled(line: &str, set: &[(&str, &str)]) -> Result<(Settings, Format)> {
        let pairs = set.iter();
        let pairs = pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let variables = Variables::read(pairs)?;
        let arguments = Arguments::parse_from(line.split(' ')).run;
        let (settings, output, _) = settings(arguments, &variables)?;
        Ok((settings, output.format))
    }

    #[rstest]
    #[case::default("bucketpair", &[], 0, Format::Terminal)]
    #[case::variable("bucketpair", &[("BUCKETPAIR_SEED", "7"), ("BUCKETPAIR_FORMAT", "json")], 7, Format::Json)]
    #[case::flag("bucketpair --seed 8 --format terminal", &[("BUCKETPAIR_SEED", "7"), ("BUCKETPAIR_FORMAT", "json")], 8, Format::Terminal)]
    fn a_flag_comes_before_its_variable_and_that_before_the_default(
        #[case] line: &str,
        #[case] set: &[(&str, &str)],
        #[case] seed: u64,
        #[case] format: Format,
    ) {
        let (settings, chosen) = settled(line, set).unwrap();
        assert_eq!((settings.seed, chosen), (seed, format));
    }

    #[rstest]
    #[case("bucketpair", "1", true)]
    #[case("bucketpair", "0", false)]
    #[case("bucketpair --keep", "0", true)]
    fn keep_is_a_flag_or_a_variable(#[case] line: &str, #[case] set: &str, #[case] kept: bool) {
        let (settings, _) = settled(line, &[("BUCKETPAIR_KEEP", set)]).unwrap();
        assert_eq!(settings.keep, kept);
    }

    #[test]
    fn a_format_that_does_not_exist_is_refused_even_below_a_flag() {
        let line = "bucketpair --format json";
        let error = settled(line, &[("BUCKETPAIR_FORMAT", "xml")]).unwrap_err();
        assert!(error.to_string().contains("BUCKETPAIR_FORMAT"), "{error}");
    }
}
