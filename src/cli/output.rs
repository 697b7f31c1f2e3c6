//! Where a report goes: to the terminal, into a folder, onto the summary of a CI step.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::config::{Variable, Variables};
use crate::error::{Error, ExitCode, Result};
use crate::report::lag::{self, LagReport};
use crate::report::{self, Look, RunReport};

/// How a report is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// A table for people
    #[default]
    Terminal,
    /// One JSON document
    Json,
    /// For the summary of a CI step
    Markdown,
    /// XML for the test view of a CI system
    Junit,
    /// Metrics as text
    Prometheus,
}

/// How a report is printed and where it is written.
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub(super) struct OutputFlags {
    /// Write report.{json,html,md,junit.xml,prom} into this folder (of a measurement lag.*, with
    /// .csv), and history.jsonl, up to date while it runs [BUCKETPAIR_REPORT]
    #[arg(long, value_name = "DIR")]
    pub(super) report: Option<PathBuf>,

    /// How to print the report [default: terminal] [BUCKETPAIR_FORMAT]
    #[arg(long, value_enum)]
    pub(super) format: Option<ReportFormat>,

    /// Append the report as Markdown to the file that GITHUB_STEP_SUMMARY names
    #[arg(long)]
    pub(super) step_summary: bool,
}

impl OutputFlags {
    /// These flags, and those of `before` where these say nothing.
    pub(super) fn over(self, before: Self) -> Self {
        Self {
            report: self.report.or(before.report),
            format: self.format.or(before.format),
            step_summary: self.step_summary || before.step_summary,
        }
    }

    /// Where the report goes, by flags and then by variables. `folder` is where it is written.
    ///
    /// # Errors
    /// [`Error::Usage`] for a format that does not exist, or a summary that nobody reads.
    pub(super) fn output(&self, folder: Option<&Path>, variables: &Variables) -> Result<Output> {
        Ok(Output {
            format: format(self.format, variables)?,
            folder: folder.map(Path::to_owned),
            summary: self.step_summary.then(step_summary).transpose()?,
        })
    }
}

/// Where a report goes.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) format: ReportFormat,
    folder: Option<PathBuf>,
    summary: Option<PathBuf>,
}

impl Output {
    /// Prints the report, says where it was written, and how the run ended.
    ///
    /// # Errors
    /// [`Error::Report`] when the summary of the step cannot be written.
    pub(super) fn show(&self, report: &impl Shown) -> Result<ExitCode> {
        print(&report.rendered(self.format));
        if let (ReportFormat::Terminal, Some(folder), Some(page)) =
            (self.format, &self.folder, report.page())
        {
            print(&whereabouts(folder, page));
        }
        if let Some(summary) = &self.summary {
            append(summary, &report.rendered(ReportFormat::Markdown))?;
        }
        Ok(report.ends_with())
    }
}

/// A report that can be printed in every form.
pub(super) trait Shown {
    /// The report in one form.
    fn rendered(&self, format: ReportFormat) -> String;
    /// The name of its page in the folder of reports; none where it could not be written.
    fn page(&self) -> Option<&'static str>;
    /// How the command line ends.
    fn ends_with(&self) -> ExitCode;
}

impl Shown for RunReport {
    fn rendered(&self, format: ReportFormat) -> String {
        match format {
            ReportFormat::Terminal => report::terminal(self, look()),
            ReportFormat::Json => report::json(self),
            ReportFormat::Markdown => report::markdown(self),
            ReportFormat::Junit => report::junit(self),
            ReportFormat::Prometheus => report::prometheus(self),
        }
    }

    fn page(&self) -> Option<&'static str> {
        (!self.unsaved).then_some("report.html")
    }

    fn ends_with(&self) -> ExitCode {
        self.exit_code()
    }
}

impl Shown for LagReport {
    fn rendered(&self, format: ReportFormat) -> String {
        match format {
            ReportFormat::Terminal => lag::terminal(self, look()),
            ReportFormat::Json => lag::json(self),
            ReportFormat::Markdown => lag::markdown(self),
            ReportFormat::Junit => lag::junit(self),
            ReportFormat::Prometheus => lag::prometheus(self),
        }
    }

    fn page(&self) -> Option<&'static str> {
        (!self.ended.unsaved).then_some("lag.html")
    }

    fn ends_with(&self) -> ExitCode {
        self.exit_code()
    }
}

/// Prints text with one line feed at its end. A reader that has gone away is no failure.
pub(super) fn print(text: &str) {
    writeln!(std::io::stdout(), "{}", text.trim_end()).ok();
}

/// Where the reports are, for whoever wants to open one.
fn whereabouts(folder: &Path, page: &str) -> String {
    let page = folder.join(page);
    let page = page.display();
    format!("report: {page}, and beside it .json .md .junit.xml .prom")
}

/// The code of a verb that only looked, with what of its target could not be removed named.
pub(super) fn ended_as(code: ExitCode, left: Option<String>) -> ExitCode {
    let left = left.map(|left| {
        eprintln!("bucketpair: left behind: {left}");
        ExitCode::LeftBehind
    });
    ExitCode::worst(left.into_iter().chain([code]))
}

/// Whether standard output takes colours; `NO_COLOR` says no (<https://no-color.org>).
pub(super) fn look() -> Look {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Look {
        colour: std::io::stdout().is_terminal() && !plain,
    }
}

/// How to print: the flag, or its variable. A variable that makes no sense is refused even below a
/// flag.
///
/// # Errors
/// [`Error::Usage`] for a format that the verb does not have.
pub(super) fn format<F: ValueEnum + Default>(flag: Option<F>, variables: &Variables) -> Result<F> {
    let Some(text) = variables.get(Variable::Format) else {
        return Ok(flag.unwrap_or_default());
    };
    let variable = F::from_str(text, false).map_err(|_| {
        let words = F::value_variants().iter().filter_map(F::to_possible_value);
        let words: Vec<_> = words.map(|word| word.get_name().to_owned()).collect();
        let (name, words) = (Variable::Format.name(), words.join(", "));
        Error::Usage(format!(
            "{name}={text:?} makes no sense; write one of {words}"
        ))
    })?;
    Ok(flag.unwrap_or(variable))
}

/// The file that a step of GitHub Actions shows as its summary.
fn step_summary() -> Result<PathBuf> {
    const MISSING: &str = "--step-summary: GITHUB_STEP_SUMMARY names no file; it does so in a step of GitHub Actions only";
    let path = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty());
    path.map(PathBuf::from)
        .ok_or_else(|| Error::Usage(MISSING.to_owned()))
}

fn append(path: &Path, text: &str) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    let file = options.create(true).append(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|source| Error::Report {
        path: path.to_owned(),
        source,
    })
}
