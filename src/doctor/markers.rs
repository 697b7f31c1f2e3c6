//! Delete markers.

use super::configuration::place;
use super::facts::{ConfiguredRule, Facts};
use super::finding::{Finding, FindingKind};
use crate::replication::Schema;

pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    facts
        .enabled()
        .flat_map(|configured| of_rule(&facts.source.name, configured))
        .collect()
}

/// Whether users' delete markers travel by a rule (R-DEL-01…03).
pub(super) fn travel(configured: &ConfiguredRule) -> bool {
    configured.rule.schema == Schema::V1 || configured.rule.delete_markers
}

fn of_rule(source: &str, configured: &ConfiguredRule) -> Vec<Finding> {
    let place = || place(source, configured);
    let mut found = Vec::new();
    if !travel(configured) {
        found.push(FindingKind::MarkersStay.at(
            place(),
            "delete markers stay: what is deleted at the source remains at the destination",
            "nothing, if that is meant; else enable DeleteMarkerReplication",
        ));
        return found;
    }
    if configured.rule.schema == Schema::V1 {
        found.push(FindingKind::MarkersTravelInV1.at(
            place(),
            "the schema is V1: a delete at the source hides the object at the destination too, and no element turns that off; adding a Filter to the rule turns it off silently",
            "write the rule as V2 (Filter, Priority, DeleteMarkerReplication), and say what is meant",
        ));
    }
    found.push(FindingKind::UndeleteStays.at(
        place(),
        "delete markers travel, and their removal does not: what is undeleted at the source stays deleted at the destination",
        "remove the marker at both sides, by its version ID",
    ));
    found
}
