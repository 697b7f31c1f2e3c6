//! Metrics, events and Replication Time Control.

use super::configuration::place;
use super::facts::{ConfiguredRule, Facts};
use super::finding::{Finding, FindingKind};
use super::markers;

pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    facts
        .enabled()
        .flat_map(|rule| of_rule(&facts.source.name, rule))
        .collect()
}

fn of_rule(source: &str, configured: &ConfiguredRule) -> Vec<Finding> {
    let at = || place(source, configured);
    let mut found = Vec::new();
    if !configured.metrics {
        found.push(FindingKind::FailuresUnheard.at(
            at(),
            "metrics are off: OperationFailedReplication is neither counted nor sent as an event, and what fails is seen by asking every object only",
            "enable Metrics in the rule, and notify s3:Replication:OperationFailedReplication",
        ));
    }
    let Some(minutes) = configured.rtc_minutes else {
        return found;
    };
    if minutes != 15 || !configured.metrics {
        let metrics = if configured.metrics { "on" } else { "off" };
        found.push(FindingKind::RtcIncomplete.at(
            at(),
            format!("Replication Time Control has {minutes} minutes and metrics are {metrics}; S3 takes 15 minutes, with metrics"),
            "set ReplicationTime and Metrics/EventThreshold to 15 minutes, both Enabled",
        ));
    }
    if markers::travel(configured) {
        found.push(FindingKind::MarkersBeyondRtc.at(
            at(),
            "delete markers travel, and the 15 minutes of Replication Time Control do not cover them",
            "nothing; measure them apart",
        ));
    }
    found
}
