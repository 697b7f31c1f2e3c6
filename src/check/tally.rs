//! What a check counts, and the finding it comes to.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::{Check, Expectation, PlannedCheck, Verdict};
use crate::history::Instant;

/// How many pieces of evidence a finding keeps; the rest is counted.
const KEPT: usize = 20;

/// What was expected and what was seen, of one subject.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// Side, key and version (`destination a/b@v1`).
    pub subject: String,
    /// What should have been seen.
    pub expected: String,
    /// What was seen, or what is missing.
    pub seen: String,
    /// Since when, as far as known.
    pub since: Option<Instant>,
}

/// How many subjects came out how.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Without enough evidence.
    pub unknown: usize,
    /// What is worth knowing and judges nothing (`first status PENDING` → 3).
    #[serde(default)]
    pub noted: BTreeMap<String, usize>,
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The check.
    pub check: Check,
    /// The rules that it judges here: those that the scenario proves too, or else all of its own.
    #[serde(default)]
    pub rule_ids: Vec<String>,
    /// What was expected of the target.
    pub expectation: Expectation,
    /// What was found. [`Expectation::counted`] says what that means for the scenario.
    pub verdict: Verdict,
    /// How many subjects were looked at.
    pub examined: usize,
    /// Evidence of what did not pass, failures first.
    pub evidence: Vec<Evidence>,
    /// How many pieces of evidence were left out.
    #[serde(default)]
    pub omitted: usize,
    /// How many subjects came out how.
    #[serde(default)]
    pub counts: Counts,
}

impl Finding {
    /// What the finding means for the scenario; none where it means nothing.
    #[must_use]
    pub fn counted(&self) -> Option<Verdict> {
        self.expectation.counted(self.verdict)
    }
}

/// What was found of one subject.
pub(super) enum Judged {
    Pass,
    Fail(Why),
    Unknown(Why),
}

/// Evidence that does not yet know its subject.
pub(super) struct Why {
    expected: String,
    seen: String,
    since: Option<Instant>,
}

impl Judged {
    pub(super) fn fail(
        expected: impl Into<String>,
        seen: impl Into<String>,
        since: Instant,
    ) -> Self {
        Self::Fail(Why {
            expected: expected.into(),
            seen: seen.into(),
            since: Some(since),
        })
    }

    pub(super) fn unknown(expected: impl Into<String>, missing: impl Into<String>) -> Self {
        Self::Unknown(Why {
            expected: expected.into(),
            seen: missing.into(),
            since: None,
        })
    }
}

/// Collects what a check finds.
pub(super) struct Tally {
    passed: usize,
    failed: Vec<Evidence>,
    unknown: Vec<Evidence>,
    noted: BTreeMap<String, usize>,
    /// The labels that the check asks about and that were not met.
    unmet: Vec<String>,
}

impl Tally {
    pub(super) fn of(check: &Check) -> Self {
        Self {
            passed: 0,
            failed: Vec::new(),
            unknown: Vec::new(),
            noted: BTreeMap::new(),
            unmet: check.of.clone(),
        }
    }

    /// Adds what was found of `subject`, on behalf of the operation with this label.
    pub(super) fn add(&mut self, label: &str, subject: impl Display, judged: Judged) {
        self.covers(label);
        let evidence = |why: Why| Evidence {
            subject: subject.to_string(),
            expected: why.expected,
            seen: why.seen,
            since: why.since,
        };
        match judged {
            Judged::Pass => self.passed += 1,
            Judged::Fail(why) => self.failed.push(evidence(why)),
            Judged::Unknown(why) => self.unknown.push(evidence(why)),
        }
    }

    /// Says that the operation with this label was looked at.
    pub(super) fn covers(&mut self, label: &str) {
        self.unmet.retain(|asked| asked != label);
    }

    /// Adds to what nobody knows why nobody does.
    pub(super) fn explain(&mut self, trouble: impl FnOnce() -> Option<String>) {
        if self.unknown.is_empty() {
            return;
        }
        let Some(trouble) = trouble() else { return };
        for evidence in &mut self.unknown {
            evidence.seen = format!("{}; {trouble}", evidence.seen);
        }
    }

    pub(super) fn note(&mut self, what: impl Into<String>) {
        *self.noted.entry(what.into()).or_default() += 1;
    }

    /// The finding. Labels that were asked for and not met are Unknown, and so is no subject at all.
    pub(super) fn into_finding(mut self, planned: PlannedCheck, proved: &[String]) -> Finding {
        let examined = self.passed + self.failed.len() + self.unknown.len();
        let nothing = |subject: String| Evidence {
            subject,
            expected: planned.check.kind.describes().to_owned(),
            seen: "nothing to examine".to_owned(),
            since: None,
        };
        for label in &self.unmet {
            self.unknown.push(nothing(format!("operation {label}")));
        }
        if examined == 0 && self.unknown.is_empty() {
            self.unknown.push(nothing("the scenario".to_owned()));
        }
        let verdict = if !self.failed.is_empty() {
            Verdict::Fail
        } else if !self.unknown.is_empty() {
            Verdict::Unknown
        } else {
            Verdict::Pass
        };
        let counts = Counts {
            passed: self.passed,
            failed: self.failed.len(),
            unknown: self.unknown.len(),
            noted: self.noted,
        };
        let mut evidence = self.failed;
        evidence.extend(self.unknown);
        let known = matches!(planned.expectation, Expectation::KnownDifference { .. });
        if known && verdict == Verdict::Pass {
            evidence.push(Evidence {
                subject: "the known difference".to_owned(),
                expected: planned.expectation.reason().unwrap_or_default().to_owned(),
                seen: "it starts to pass: remove it from the expectations".to_owned(),
                since: None,
            });
        }
        let omitted = evidence.len().saturating_sub(KEPT);
        evidence.truncate(KEPT);
        let rule_ids = rule_ids(&planned.check, proved);
        Finding {
            rule_ids,
            check: planned.check,
            expectation: planned.expectation,
            verdict,
            examined,
            evidence,
            omitted,
            counts,
        }
    }
}

fn rule_ids(check: &Check, proved: &[String]) -> Vec<String> {
    let both = check.kind.rule_ids_in(proved);
    match both.is_empty() {
        true => check
            .kind
            .rule_ids()
            .iter()
            .map(|id| (*id).to_owned())
            .collect(),
        false => both,
    }
}
