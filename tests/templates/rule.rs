//! The replication rule under its parameters.

use rstest::rstest;
use serde_json::{Value, json};

use super::*;

pub(super) fn rule(given: &[(&str, &str)]) -> Value {
    let stack = source().resolve(given);
    let rules = stack.properties("SourceBucket")["ReplicationConfiguration"]["Rules"].clone();
    assert_eq!(rules.as_array().unwrap().len(), 1);
    rules[0].clone()
}

#[test]
fn rule1_is_v2_with_an_empty_prefix_and_metrics_and_markers_stay() {
    assert_eq!(
        rule(&[]),
        json!({
            "Id": "Rule1", "Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {"Bucket": TO, "Metrics": {"Status": "Enabled"}},
        })
    );
}

/// R-RULE-01, R-RULE-03: V2's elements are refused in V1. R-DEL-03: its markers travel.
#[test]
fn v1_has_a_prefix_and_nothing_of_v2_and_its_role_may_replicate_markers() {
    assert_eq!(
        rule(&[("RuleSchema", "V1")]),
        json!({
            "Id": "Rule1", "Status": "Enabled", "Prefix": "", "Destination": {"Bucket": TO},
        })
    );
}

#[rstest]
#[case(&[("ReplicationTimeControl", "true")])]
#[case(&[("Priority", "7")])]
#[case(&[("DeleteMarkerReplication", "Enabled")])]
#[case(&[("DeleteMarkerReplication", "Disabled")])]
fn v1_is_refused_together_with(#[case] given: &[(&str, &str)]) {
    assert_eq!(source().refusals(given), [""; 0], "fine in V2");
    let in_v1 = [given, &[("RuleSchema", "V1")]].concat();
    let refusals = source().refusals(&in_v1);
    assert!(
        refusals.len() == 1 && refusals[0].contains(given[0].0),
        "{refusals:?}"
    );
}

/// R-TIME-06: only together, and only 15 minutes.
#[test]
fn rtc_comes_with_its_metrics_and_its_threshold() {
    let to = &rule(&[("ReplicationTimeControl", "true")])["Destination"];
    let fifteen = json!({"Minutes": 15});
    assert_eq!(
        to["ReplicationTime"],
        json!({"Status": "Enabled", "Time": fifteen})
    );
    assert_eq!(
        to["Metrics"],
        json!({"Status": "Enabled", "EventThreshold": fifteen})
    );
}

#[test]
fn priority_markers_and_storage_class_are_parameters() {
    let rule = rule(&[
        ("Priority", "7"),
        ("DeleteMarkerReplication", "Enabled"),
        ("StorageClass", "STANDARD_IA"),
    ]);
    assert_eq!(rule["Priority"], "7");
    assert_eq!(rule["DeleteMarkerReplication"]["Status"], "Enabled");
    assert_eq!(rule["Destination"]["StorageClass"], "STANDARD_IA");
}
