//! Verdicts, and what is expected of a target.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Check;

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Seen, and as it should be.
    Pass,
    /// Seen, and not as it should be.
    Fail,
    /// Not seen.
    #[default]
    Unknown,
}

impl Verdict {
    /// Several verdicts as one: Fail over Unknown over Pass. Of nothing it is Unknown.
    #[must_use]
    pub fn merge(verdicts: impl IntoIterator<Item = Self>) -> Self {
        verdicts
            .into_iter()
            .reduce(|left, right| match (left, right) {
                (Self::Fail, _) | (_, Self::Fail) => Self::Fail,
                (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
                (Self::Pass, Self::Pass) => Self::Pass,
            })
            .unwrap_or(Self::Unknown)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
        })
    }
}

/// What is expected of a target for one check.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Expectation {
    /// The check has to pass.
    #[default]
    Required,
    /// What was seen is listed and judges nothing: AWS does not promise it.
    Recorded {
        /// Why nothing is judged.
        reason: String,
    },
    /// The target is known to differ. That it starts to pass is a failure, so that it is noticed.
    KnownDifference {
        /// How it differs.
        reason: String,
    },
    /// The target does not offer what the check is about.
    NotOffered {
        /// What is not offered.
        reason: String,
    },
}

impl Expectation {
    /// What a check's verdict means for the scenario; none where it means nothing.
    #[must_use]
    pub fn counted(&self, verdict: Verdict) -> Option<Verdict> {
        match (self, verdict) {
            (Self::Required, verdict) => Some(verdict),
            (Self::KnownDifference { .. }, Verdict::Pass) => Some(Verdict::Fail),
            (Self::KnownDifference { .. }, Verdict::Fail) => Some(Verdict::Pass),
            (Self::KnownDifference { .. }, Verdict::Unknown) => Some(Verdict::Unknown),
            (Self::Recorded { .. } | Self::NotOffered { .. }, _) => None,
        }
    }

    /// Why it is not simply required.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Required => None,
            Self::Recorded { reason }
            | Self::KnownDifference { reason }
            | Self::NotOffered { reason } => Some(reason),
        }
    }
}

/// A check with what is expected of the target: what a plan's `checks` hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedCheck {
    /// The check.
    pub check: Check,
    /// What is expected.
    #[serde(default)]
    pub expectation: Expectation,
}

impl PlannedCheck {
    /// A check that has to pass.
    #[must_use]
    pub fn required(check: Check) -> Self {
        Self {
            check,
            expectation: Expectation::Required,
        }
    }
}

impl From<&PlannedCheck> for serde_json::Value {
    fn from(planned: &PlannedCheck) -> Self {
        serde_json::to_value(planned).expect("strings and lists of strings are always JSON")
    }
}
