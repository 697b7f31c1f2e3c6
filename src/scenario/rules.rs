//! The rule table: every rule of S3 replication that is known, and why no scenario proves it where
//! none does.
//!
//! The table itself is data, `rules.json`. Its IDs are how scenarios, checks and reports refer to
//! behaviour.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Scenario;

/// A rule of S3 replication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KnownRule {
    /// Its ID, such as `R-DATA-02`.
    pub id: String,
    /// What it says, as one or two sentences.
    pub rule: String,
    /// How sure it is: AWS documents it, others observed it, or it is inferred.
    pub confidence: String,
    /// Why no scenario proves it; none where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unproved: Option<Unproved>,
}

/// Why no scenario proves a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Unproved {
    /// Only AWS itself has what it speaks of.
    Aws,
    /// It speaks of AWS's access logs, CloudTrail or usage reports, which come hours later.
    AwsLogs,
    /// It speaks of S3 Batch Replication, which is not live replication.
    Batch,
    /// It speaks of the bill.
    Bill,
    /// It speaks of event notifications.
    Events,
    /// It speaks of what the caller may do, which a run with all rights cannot show.
    IamOfTheCaller,
    /// It needs a KMS quota to be used up.
    KmsQuota,
    /// It is measured or waited for in every run, and judged in none.
    Measured,
    /// It speaks of CloudWatch metrics.
    Metrics,
    /// It speaks of objects written before 2023.
    OldObjects,
    /// It needs Replication Time Control, and its 15 minutes.
    Rtc,
    /// It needs a second AWS account.
    SecondAccount,
}

impl fmt::Display for Unproved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aws => "only AWS itself has it",
            Self::AwsLogs => "shows in AWS's logs and reports, hours later",
            Self::Batch => "is about Batch Replication, not live replication",
            Self::Bill => "shows on the bill",
            Self::Events => "shows in event notifications",
            Self::IamOfTheCaller => "is about the caller's own rights",
            Self::KmsQuota => "needs a KMS quota to be used up",
            Self::Measured => "is measured or waited for, not judged",
            Self::Metrics => "shows in CloudWatch metrics",
            Self::OldObjects => "needs objects from before 2023",
            Self::Rtc => "needs Replication Time Control",
            Self::SecondAccount => "needs a second account",
        })
    }
}

/// Whether AWS leaves a rule open: its pages do not say it, or contradict each other.
pub(super) fn is_unsure(rule: &KnownRule) -> bool {
    let confidence = &rule.confidence;
    let open = ["unsure", "inference"];
    open.iter().any(|word| confidence.starts_with(word)) || confidence.contains("contradictory")
}

/// Every rule of the table, in its order.
///
/// # Panics
/// Never: a test reads the table, which is part of this crate.
#[must_use]
pub fn rules() -> Vec<KnownRule> {
    serde_json::from_str(include_str!("rules.json")).expect("the table is part of this crate")
}

/// The names of the scenarios that prove each rule, by its ID.
#[must_use]
pub fn proofs(scenarios: &[Scenario]) -> BTreeMap<String, Vec<String>> {
    let mut proofs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for scenario in scenarios {
        for id in &scenario.rule_ids {
            let names = proofs.entry(id.clone()).or_default();
            names.push(scenario.name.clone());
        }
    }
    proofs
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::scenario::catalogue;

    #[test]
    fn every_rule_is_proved_by_a_scenario_or_says_why_by_none() {
        let proofs = proofs(&catalogue());
        let is_wrong = |rule: &KnownRule| proofs.contains_key(&rule.id) != rule.unproved.is_none();
        let line = |rule: KnownRule| {
            let (proof, why) = (proofs.get(&rule.id), rule.unproved);
            format!("{}: proved by {proof:?}, unproved because {why:?}", rule.id)
        };
        let wrong: Vec<_> = rules().into_iter().filter(is_wrong).map(line).collect();
        assert!(wrong.is_empty(), "mend src/scenario/rules.json: {wrong:#?}");
    }

    #[test]
    fn every_rule_that_a_scenario_names_is_in_the_table_once() {
        let ids: Vec<_> = rules().into_iter().map(|rule| rule.id).collect();
        let once: BTreeSet<_> = ids.iter().cloned().collect();
        assert_eq!(once.len(), ids.len(), "an ID stands in the table twice");
        for (id, scenarios) in proofs(&catalogue()) {
            assert!(
                once.contains(&id),
                "{scenarios:?} name {id}, which no table knows"
            );
        }
    }
}
