//! What a run found, and how it is shown. Pure rendering.

mod diagnosis;
mod explanation;
mod json;
mod terminal;

#[cfg(test)]
mod tests;

pub use diagnosis::{diagnosis, diagnosis_json};
pub use explanation::{explanation, explanation_json};
pub use json::{VERSION, json, save};
pub use terminal::{Look, terminal};

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::check::{Judgement, Verdict};
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

    fn exit_code(&self) -> Option<ExitCode> {
        match self {
            Self::Ignored { .. } => None,
            Self::Errored { internal: true, .. } => Some(ExitCode::Internal),
            Self::Errored { .. } => Some(ExitCode::SetUp),
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
        }
    }

    /// How the command line ends.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        let mut codes: Vec<_> = self.rows.iter().filter_map(Row::exit_code).collect();
        if codes.is_empty() {
            codes.push(ExitCode::NothingRan);
        }
        if !self.left_behind.is_empty() {
            codes.push(ExitCode::LeftBehind);
        }
        if self.unsaved {
            codes.push(ExitCode::Internal);
        }
        if self.interrupted {
            codes.push(ExitCode::Interrupted);
        }
        ExitCode::worst(codes)
    }
}
