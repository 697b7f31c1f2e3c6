//! Whether there are rules, and where they lead.

use super::facts::{Configuration, ConfiguredRule, Facts};
use super::finding::{Finding, FindingKind};

pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    let source = facts.source.name.as_str();
    match facts.source.replication.known() {
        None => Vec::new(),
        Some(None) => vec![FindingKind::NoConfiguration.at(
            source,
            "there is no replication configuration: nothing replicates",
            "put a replication configuration with a rule towards the destination",
        )],
        Some(Some(configuration)) => [towards(facts), elsewhere(facts, configuration)].concat(),
    }
}

fn towards(facts: &Facts) -> Vec<Finding> {
    let (source, destination) = (&facts.source.name, &facts.destination.name);
    let rules: Vec<_> = facts.towards_destination().collect();
    let enabled = facts.enabled().count();
    match (rules.len(), enabled) {
        (0, _) => vec![FindingKind::NoRuleForDestination.at(
            source,
            format!("no rule names {destination}: nothing arrives there"),
            "add a rule towards it, or name the destination of the rules as the pair's",
        )],
        (_, 0) => vec![FindingKind::EveryRuleDisabled.at(
            source,
            format!("every rule towards {destination} is disabled: nothing replicates"),
            "enable a rule; what was written meanwhile needs Batch Replication",
        )],
        _ => rules
            .iter()
            .filter(|r| !r.rule.enabled)
            .map(|r| disabled(source, r))
            .collect(),
    }
}

fn disabled(source: &str, configured: &ConfiguredRule) -> Finding {
    FindingKind::RuleDisabled.at(
        place(source, configured),
        "the rule is disabled, and what is written meanwhile is not picked up when it is enabled",
        "enable it, or remove it; send what was missed by Batch Replication",
    )
}

fn elsewhere(facts: &Facts, configuration: &Configuration) -> Vec<Finding> {
    let (source, destination) = (&facts.source.name, &facts.destination.name);
    let finding = |configured: &ConfiguredRule| {
        match &configured.rule.destination {
        name if name == destination => None,
        name if name == source => Some(FindingKind::ReplicatesToItself.at(
            place(source, configured),
            "the rule names the source itself as its destination",
            "name another bucket",
        )),
        name => Some(FindingKind::OtherDestination.at(
            place(source, configured),
            format!("the rule replicates to {name}, which is not looked at here: an object is COMPLETED only when it is there too, and one failure makes it FAILED"),
            format!("look at it as well: --pair {source},{name}"),
        )),
    }
    };
    configuration.rules.iter().filter_map(finding).collect()
}

/// A rule of a bucket, for people.
pub(super) fn place(bucket: &str, configured: &ConfiguredRule) -> String {
    format!("rule {:?} of {bucket}", configured.rule.id)
}
