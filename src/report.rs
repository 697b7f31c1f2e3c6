//! What a run found, and how it is shown.
//!
//! Pure rendering, but for [`save`], and [`Exports`], which keeps a folder up to date while a run
//! goes on.

mod conformance;
mod diagnosis;
mod dry_run;
mod explanation;
mod exports;
mod exposition;
mod html;
mod json;
mod junit;
pub mod lag;
mod markdown;
mod page;
mod prometheus;
mod save;
mod selftest;
mod terminal;
mod wording;

#[cfg(test)]
mod fits;
#[cfg(test)]
mod tests;

pub use conformance::{ProvedRule, conformance};
pub use diagnosis::{diagnosis, diagnosis_json};
pub use dry_run::{Cost, DryRun, Foreseen, Phase, Requests, dry_run, dry_run_json};
pub use explanation::{explanation, explanation_json};
pub use exports::Exports;
pub use exposition::{Metric, Stability};
pub use html::html;
pub use json::{VERSION, json};
pub use junit::junit;
pub use markdown::markdown;
pub use prometheus::{RUN_METRICS, prometheus};
pub use save::save;
pub use selftest::{SelfTest, Trial, selftest, selftest_json};
pub use terminal::{Look, terminal};

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::check::{Judgement, Verdict};
use crate::cost::{Bill, Usage};
use crate::error::{Error, ExitCode};
use crate::history::Header;

/// What a run found.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunReport {
    /// Run, seed and target.
    pub header: Header,
    /// One row a scenario, in the catalogue's order.
    pub rows: Vec<Row>,
    /// How long it took.
    pub elapsed: Duration,
    /// What could not be removed.
    pub left_behind: Vec<String>,
    /// What the user should know besides.
    pub errors: Vec<String>,
    /// Whether the history could not be written.
    #[serde(default)]
    pub unsaved: bool,
    /// Whether a signal ended it.
    pub interrupted: bool,
    /// The buckets that were kept on request.
    pub kept: Vec<String>,
    /// What was asked of the endpoints, retries and teardown included.
    #[serde(default)]
    pub usage: Usage,
    /// What that costs at most, where the target costs something.
    #[serde(default)]
    pub bill: Option<Bill>,
    /// What ended it before its end, beside a signal.
    #[serde(default)]
    pub stopped: Option<Stopped>,
    /// Whether it was written while the run went on: a run that was killed leaves it so.
    #[serde(default)]
    pub partial: bool,
    /// The scenarios that were selected and not judged, in the catalogue's order.
    #[serde(default)]
    pub pending: Vec<String>,
}

/// What ends a run before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Stopped {
    /// The cap on what it may cost.
    Budget,
    /// Keys that are no longer valid.
    ExpiredKeys,
}

impl Stopped {
    /// How the command line ends.
    #[must_use]
    pub fn exit_code(self) -> ExitCode {
        match self {
            Self::Budget => ExitCode::Inconclusive,
            Self::ExpiredKeys => ExitCode::SetUp,
        }
    }
}

/// How a scenario ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Every check that counts passed.
    Passed,
    /// A check failed.
    Failed,
    /// A check had no evidence.
    Unknown,
    /// It could not be carried out.
    Errored,
    /// It was seen, and judges nothing: AWS does not promise it, or the user's file says so.
    Recorded,
    /// The target does not offer what it needs.
    Ignored,
}

impl State {
    /// Every state, as they are counted.
    pub const ALL: [Self; 6] = [
        Self::Passed,
        Self::Failed,
        Self::Unknown,
        Self::Errored,
        Self::Recorded,
        Self::Ignored,
    ];

    /// The word for people (`could not run`).
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Errored => "could not run",
            Self::Recorded => "recorded",
            Self::Ignored => "ignored",
        }
    }

    /// Whether nobody has to look at it first.
    #[must_use]
    pub fn is_quiet(self) -> bool {
        matches!(self, Self::Passed | Self::Recorded | Self::Ignored)
    }

    /// The sign before a scenario's name.
    #[must_use]
    pub fn mark(self) -> &'static str {
        match self {
            Self::Passed => "✓",
            Self::Failed => "✗",
            Self::Unknown => "?",
            Self::Errored => "!",
            Self::Recorded => "·",
            Self::Ignored => "–",
        }
    }
}

impl From<Verdict> for State {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Passed,
            Verdict::Fail => Self::Failed,
            Verdict::Unknown => Self::Unknown,
        }
    }
}

/// One scenario.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "row", rename_all = "kebab-case")]
pub enum Row {
    /// It ran, and was judged.
    Judged(Judgement),
    /// It did not run: the target does not offer what it needs.
    Ignored {
        /// Its name.
        scenario: String,
        /// What it shows.
        summary: String,
        /// The rules it would prove.
        rule_ids: Vec<String>,
        /// Why.
        reason: String,
    },
    /// It could not be set up, or an operation was refused.
    Errored {
        /// Its name.
        scenario: String,
        /// What it shows.
        summary: String,
        /// What went wrong.
        error: String,
        /// Whether it was a mistake of ours, such as a panic.
        #[serde(default)]
        internal: bool,
    },
}

impl Row {
    /// A row for a scenario that could not be carried out.
    #[must_use]
    pub fn errored(scenario: &str, summary: &str, error: &Error) -> Self {
        Self::Errored {
            scenario: scenario.to_owned(),
            summary: summary.to_owned(),
            error: error.to_string(),
            internal: error.exit_code() == ExitCode::Internal,
        }
    }

    /// A row for a scenario that the target cannot run.
    #[must_use]
    pub fn ignored(scenario: &str, summary: &str, rule_ids: &[String], reason: String) -> Self {
        Self::Ignored {
            scenario: scenario.to_owned(),
            summary: summary.to_owned(),
            rule_ids: rule_ids.to_vec(),
            reason,
        }
    }

    /// The scenario's name.
    #[must_use]
    pub fn scenario(&self) -> &str {
        match self {
            Self::Judged(judgement) => &judgement.scenario,
            Self::Ignored { scenario, .. } | Self::Errored { scenario, .. } => scenario,
        }
    }

    /// What it shows.
    #[must_use]
    pub fn summary(&self) -> &str {
        match self {
            Self::Judged(judgement) => &judgement.summary,
            Self::Ignored { summary, .. } | Self::Errored { summary, .. } => summary,
        }
    }

    /// The rules it proves, as far as known.
    #[must_use]
    pub fn rule_ids(&self) -> &[String] {
        match self {
            Self::Judged(judgement) => &judgement.rule_ids,
            Self::Ignored { rule_ids, .. } => rule_ids,
            Self::Errored { .. } => &[],
        }
    }

    /// How it ended.
    #[must_use]
    pub fn state(&self) -> State {
        match self {
            Self::Ignored { .. } => State::Ignored,
            Self::Errored { .. } => State::Errored,
            Self::Judged(judgement) if judgement.is_only_recorded() => State::Recorded,
            Self::Judged(judgement) => judgement.verdict.into(),
        }
    }

    /// Why it did not run to its end, where it did not.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Judged(judgement) => judgement.cut_short.as_deref(),
            Self::Ignored { reason, .. } => Some(reason),
            Self::Errored { error, .. } => Some(error),
        }
    }

    fn exit_code(&self) -> Option<ExitCode> {
        match self {
            Self::Ignored { .. } => None,
            Self::Errored { internal: true, .. } => Some(ExitCode::Internal),
            Self::Errored { .. } => Some(ExitCode::SetUp),
            Self::Judged(judgement) if judgement.is_only_recorded() => None,
            Self::Judged(judgement) => Some(match judgement.verdict {
                Verdict::Pass => ExitCode::Passed,
                Verdict::Fail => ExitCode::Failed,
                Verdict::Unknown => ExitCode::Inconclusive,
            }),
        }
    }
}

impl RunReport {
    /// A report of rows, with nothing else to tell yet.
    #[must_use]
    pub fn new(header: Header, rows: Vec<Row>) -> Self {
        Self {
            header,
            rows,
            elapsed: Duration::ZERO,
            left_behind: Vec::new(),
            errors: Vec::new(),
            unsaved: false,
            interrupted: false,
            kept: Vec::new(),
            partial: false,
            pending: Vec::new(),
            usage: Usage::default(),
            bill: None,
            stopped: None,
        }
    }

    /// How many scenarios ended so.
    #[must_use]
    pub fn count(&self, state: State) -> usize {
        self.rows.iter().filter(|row| row.state() == state).count()
    }

    /// How the command line ends.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        let mut codes: Vec<_> = self.rows.iter().filter_map(Row::exit_code).collect();
        if codes.is_empty() && !self.partial {
            codes.push(ExitCode::NothingRan);
        }
        if !self.left_behind.is_empty() {
            codes.push(ExitCode::LeftBehind);
        }
        if self.unsaved {
            codes.push(ExitCode::Internal);
        }
        if self.partial {
            codes.push(ExitCode::Inconclusive);
        }
        if self.interrupted {
            codes.push(ExitCode::Interrupted);
        }
        codes.extend(self.stopped.map(Stopped::exit_code));
        ExitCode::worst(codes)
    }
}
