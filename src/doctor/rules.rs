//! Filters and priorities.

use super::configuration::place;
use super::facts::{ConfiguredRule, Facts};
use super::finding::{Finding, FindingKind};
use crate::replication::{Filter, Schema};

pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    let source = facts.source.name.as_str();
    let enabled: Vec<_> = facts.enabled().collect();
    let mut found = Vec::new();
    for configured in &enabled {
        found.extend(unlikely_prefix(source, configured));
        found.extend(of_tags(source, configured));
        found.extend(never_used(source, configured, &enabled));
    }
    found.extend(equal_priorities(source, &enabled));
    found.extend(left_out(source, &enabled));
    found.extend(many_in_v1(facts));
    found
}

/// What looks like a pattern or a path is compared character by character (R-RULE-08).
fn unlikely_prefix(source: &str, configured: &ConfiguredRule) -> Option<Finding> {
    let prefix = &configured.rule.filter.prefix;
    let why = match prefix {
        p if p.starts_with("s3://") => "it is an address, and keys begin behind the bucket's name",
        p if p.starts_with('/') => "keys seldom begin with a slash",
        p if p.contains('*') => "a star is an ordinary character, and no wildcard",
        p if p.starts_with(' ') || p.ends_with(' ') => "blanks count",
        _ => return None,
    };
    Some(FindingKind::UnlikelyPrefix.at(
        place(source, configured),
        format!("the prefix is {prefix:?}, a plain beginning of keys: {why}"),
        "write the beginning of the keys as they are, such as \"logs/\"",
    ))
}

fn of_tags(source: &str, configured: &ConfiguredRule) -> Vec<Finding> {
    let rule = &configured.rule;
    if rule.filter.tags.is_empty() {
        return Vec::new();
    }
    let late = FindingKind::LateTags.at(
        place(source, configured),
        "the rule asks for tags, and they have to be in the write itself: an object that is tagged later is never replicated",
        "send the tags with PutObject (x-amz-tagging), or select by prefix",
    );
    let markers = rule.delete_markers.then(|| {
        FindingKind::MarkersOfTags.at(
            place(source, configured),
            "the rule asks for tags and replicates delete markers, which have none; S3 refuses that",
            "disable DeleteMarkerReplication in this rule",
        )
    });
    std::iter::once(late).chain(markers).collect()
}

/// Another rule that selects everything this one selects, and wins (R-RULE-13).
fn never_used(
    source: &str,
    configured: &ConfiguredRule,
    all: &[&ConfiguredRule],
) -> Option<Finding> {
    let rule = &configured.rule;
    let wins = |other: &&&ConfiguredRule| {
        other.rule.priority > rule.priority && covers(&other.rule.filter, &rule.filter)
    };
    let winner = all.iter().find(wins)?;
    Some(FindingKind::RuleNeverUsed.at(
        place(source, configured),
        format!(
            "the rule is never used: {:?} selects all of its objects and has the larger priority ({} over {}), and the larger number wins",
            winner.rule.id, winner.rule.priority, rule.priority
        ),
        format!("give it a priority above {}", winner.rule.priority),
    ))
}

/// Whether a filter selects whatever the other one selects.
fn covers(wide: &Filter, narrow: &Filter) -> bool {
    let tagged = |(key, value): (&String, &String)| narrow.tags.get(key) == Some(value);
    narrow.prefix.starts_with(&wide.prefix) && wide.tags.iter().all(tagged)
}

fn equal_priorities(source: &str, enabled: &[&ConfiguredRule]) -> Option<Finding> {
    let v2 = enabled
        .iter()
        .filter(|configured| configured.rule.schema == Schema::V2);
    let v2: Vec<_> = v2.collect();
    let (one, two) = v2.iter().enumerate().find_map(|(index, one)| {
        let rest = v2[index + 1..].iter();
        let mut same = rest.filter(|two| two.rule.priority == one.rule.priority);
        same.next().map(|two| (one, two))
    })?;
    Some(FindingKind::EqualPriorities.at(
        place(source, two),
        format!(
            "it has the priority {} of {:?}: AWS refuses that, and which of them wins elsewhere is anybody's guess",
            two.rule.priority, one.rule.id
        ),
        "give each rule a priority of its own",
    ))
}

/// Whether some keys are selected by no rule (R-STATUS-02).
fn left_out(source: &str, enabled: &[&ConfiguredRule]) -> Option<Finding> {
    let everything = Filter::default();
    if enabled.is_empty() || enabled.iter().any(|c| covers(&c.rule.filter, &everything)) {
        return None;
    }
    let filters: Vec<_> = enabled.iter().map(|c| c.rule.filter.to_string()).collect();
    Some(FindingKind::KeysLeftOut.at(
        source,
        format!(
            "only some objects are selected: {}; others have no status and stay",
            filters.join("; ")
        ),
        "nothing, if that is meant; else add a rule with an empty filter and a low priority",
    ))
}

fn many_in_v1(facts: &Facts) -> Option<Finding> {
    let rules = &facts.configuration()?.rules;
    let v1 = rules.iter().filter(|c| c.rule.schema == Schema::V1);
    let mut names: Vec<_> = v1.map(|c| c.rule.destination.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    (names.len() > 1).then(|| {
        FindingKind::ManyDestinationsInV1.at(
            &facts.source.name,
            format!(
                "the rules are of schema V1 and name {}: S3 takes one destination in V1",
                names.join(", ")
            ),
            "give each rule a Filter, a Priority and DeleteMarkerReplication, which makes it V2",
        )
    })
}
