//! Which rules select an object, and why others do not.

use serde::Serialize;

use super::ObjectFacts;
use crate::doctor::ConfiguredRule;
use crate::replication::{Filter, Tags};

/// What one rule says to the object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Consideration {
    /// The rule's ID.
    pub rule: String,
    /// What it selects.
    pub filter: Filter,
    /// The bucket that it leads to.
    pub destination: String,
    /// Whether it is the one that counts for this destination.
    pub applies: bool,
    /// Why, or why not.
    pub why: String,
    /// The rules of the rule table behind that.
    pub rule_ids: Vec<&'static str>,
}

/// Every rule with what it says, in the configuration's order.
pub(super) fn considered(facts: &ObjectFacts) -> Vec<Consideration> {
    let rules = rules(facts);
    let consideration = |configured: &ConfiguredRule| {
        let (applies, why, rule_ids) = verdict(facts, configured);
        Consideration {
            rule: configured.rule.id.clone(),
            filter: configured.rule.filter.clone(),
            destination: configured.rule.destination.clone(),
            applies,
            why,
            rule_ids,
        }
    };
    rules.iter().map(consideration).collect()
}

fn rules(facts: &ObjectFacts) -> &[ConfiguredRule] {
    let configuration = facts.configuration.known().and_then(Option::as_ref);
    configuration.map_or(&[], |configuration| &configuration.rules)
}

/// The rule that counts for a destination: of those that select the object, the one with the
/// largest priority (R-RULE-13).
pub(super) fn winner<'f>(facts: &'f ObjectFacts, destination: &str) -> Option<&'f ConfiguredRule> {
    let towards = |configured: &&ConfiguredRule| configured.rule.destination == destination;
    let selecting = rules(facts).iter().filter(towards);
    let selecting = selecting.filter(|configured| against(facts, configured).is_none());
    selecting.max_by_key(|configured| configured.rule.priority)
}

fn verdict(facts: &ObjectFacts, configured: &ConfiguredRule) -> (bool, String, Vec<&'static str>) {
    if let Some((why, rule_ids)) = against(facts, configured) {
        return (false, why, rule_ids);
    }
    let winner = winner(facts, &configured.rule.destination);
    match winner.filter(|winner| winner.rule.id != configured.rule.id) {
        Some(winner) => {
            let (by, priority) = (&winner.rule.id, winner.rule.priority);
            let why =
                format!("it selects the object, but {by:?} has the larger priority {priority}");
            (false, why, vec!["R-RULE-13"])
        }
        None => (true, "it selects the object".to_owned(), Vec::new()),
    }
}

/// Why a rule does not select the object; none where it does.
fn against(
    facts: &ObjectFacts,
    configured: &ConfiguredRule,
) -> Option<(String, Vec<&'static str>)> {
    let (rule, key) = (&configured.rule, &facts.key);
    if !key.starts_with(&rule.filter.prefix) {
        return Some((prefix(&rule.filter.prefix, key), vec!["R-RULE-08"]));
    }
    if facts.is_marker() && !rule.filter.tags.is_empty() {
        let why = "it asks for tags, and a delete marker has none";
        return Some((why.to_owned(), vec!["R-RULE-11"]));
    }
    if let Some(why) = facts
        .tags
        .as_ref()
        .and_then(|tags| missing(&rule.filter.tags, tags))
    {
        return Some((why, vec!["R-RULE-09"]));
    }
    let disabled = "it would select the object, but it is disabled";
    (!rule.enabled).then(|| (disabled.to_owned(), vec!["R-RULE-16"]))
}

fn missing(wanted: &Tags, has: &Tags) -> Option<String> {
    wanted.iter().find_map(|(name, value)| match has.get(name) {
        Some(other) if other == value => None,
        Some(other) => Some(format!(
            "it asks for the tag {name}={value}, and the object has {name}={other}"
        )),
        None => Some(format!(
            "it asks for the tag {name}={value}, and the object has no tag {name}"
        )),
    })
}

/// Why a key does not begin with a prefix, with what was probably meant.
fn prefix(prefix: &str, key: &str) -> String {
    let begins: String = key.chars().take(prefix.chars().count()).collect();
    let near = strsim::damerau_levenshtein(prefix, &begins);
    let hint = if prefix.contains('*') {
        "; a star is an ordinary character there"
    } else if key.starts_with(prefix.trim_start_matches('/')) {
        "; it has a slash in front that the key has not"
    } else if begins.eq_ignore_ascii_case(prefix) {
        "; upper and lower case count"
    } else if near <= 2 && begins.chars().count() > 2 {
        return format!(
            "its prefix {prefix:?} is not how the key begins ({begins:?}); is it a typo?"
        );
    } else {
        ""
    };
    format!("its prefix {prefix:?} is not how the key begins{hint}")
}
