//! What the destination does with replicas: chains, two-way pairs, changes of replicas.

use super::configuration::place;
use super::facts::{Configuration, ConfiguredRule, Facts};
use super::finding::{Finding, FindingKind};

pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    let none = Configuration::default();
    let onward = match facts.destination.replication.known() {
        Some(configuration) => configuration.as_ref().unwrap_or(&none),
        None => return Vec::new(),
    };
    let enabled = onward
        .rules
        .iter()
        .filter(|configured| configured.rule.enabled);
    let (back, onward): (Vec<_>, Vec<_>) =
        enabled.partition(|configured| configured.rule.destination == facts.source.name);
    let mut found: Vec<_> = onward
        .iter()
        .map(|configured| chain(facts, configured))
        .collect();
    found.extend(two_way(facts, &back));
    found.extend(modifications(facts, &back));
    found
}

fn chain(facts: &Facts, configured: &ConfiguredRule) -> Finding {
    let next = &configured.rule.destination;
    FindingKind::NoChaining.at(
        place(&facts.destination.name, configured),
        format!("it replicates to {next}, and replicas are not replicated: what comes from {} never reaches {next}", facts.source.name),
        format!("add a rule from {} to {next}", facts.source.name),
    )
}

fn two_way(facts: &Facts, back: &[&ConfiguredRule]) -> Option<Finding> {
    let first = back.first()?;
    Some(FindingKind::TwoWay.at(
        place(&facts.destination.name, first),
        "the pair replicates both ways: it cannot loop, but of two writes to one key the current version may differ between the sides",
        "let one side write a key, or use a key for each side",
    ))
}

/// Sync needs `ReplicaModifications` in the rules of both buckets (R-BIDI-02).
fn modifications(facts: &Facts, back: &[&ConfiguredRule]) -> Option<Finding> {
    let there = facts
        .enabled()
        .find(|configured| configured.replica_modifications);
    let here = back
        .iter()
        .find(|configured| configured.replica_modifications);
    let (bucket, configured, other) = match (there, here) {
        (Some(rule), None) => (&facts.source.name, rule, &facts.destination.name),
        (None, Some(rule)) => (&facts.destination.name, *rule, &facts.source.name),
        _ => return None,
    };
    Some(FindingKind::ModificationsOneWay.at(
        place(bucket, configured),
        format!("ReplicaModifications is enabled here and by no rule of {other}: changes of replicas do not flow back"),
        format!("enable it in a rule of {other} towards {bucket} too"),
    ))
}
