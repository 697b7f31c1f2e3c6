//! Which scenarios run: by name, by what the target offers, by the pair that is there.

use std::collections::BTreeSet;

use super::{Settings, Shared, files};
use crate::check::reference::{Fate, fates, marker_fates};
use crate::error::{Error, Result};
use crate::history::{Content, Side};
use crate::provision;
use crate::replication::{Capability, Filter, Rule};
use crate::report::Row;
use crate::scenario::{Scenario, catalogue};
use crate::workload::Step;

/// The scenarios that the user selected.
pub(super) fn select(settings: &Settings) -> Result<Vec<Scenario>> {
    match settings.files.is_empty() {
        false => Ok(vec![files::scenario(&settings.files)?]),
        true => by_name(&settings.globs),
    }
}

/// The scenarios of the catalogue whose names match one of `globs`; all where there are none.
///
/// # Errors
/// [`Error::NothingSelected`] for a pattern that matches nothing.
pub fn by_name(globs: &[String]) -> Result<Vec<Scenario>> {
    let all = catalogue();
    if globs.is_empty() {
        return Ok(all);
    }
    let mut names = BTreeSet::new();
    for pattern in globs {
        let matching = matching(pattern, &all)?;
        if matching.is_empty() {
            return Err(Error::NothingSelected(pattern.clone()));
        }
        names.extend(matching);
    }
    Ok(all.into_iter().filter(|scenario| names.contains(&scenario.name)).collect())
}

fn matching(pattern: &str, all: &[Scenario]) -> Result<Vec<String>> {
    let glob = globset::Glob::new(pattern)
        .map_err(|error| Error::Usage(format!("{pattern:?} is no pattern: {error}")))?
        .compile_matcher();
    let names = all.iter().map(|scenario| scenario.name.clone());
    Ok(names.filter(|name| glob.is_match(name)).collect())
}

/// Splits off what the target, or the pair that is there, does not offer; that becomes rows.
pub(super) async fn suitable(
    scenarios: Vec<Scenario>,
    shared: &Shared,
    rows: &mut Vec<Row>,
) -> Result<Vec<Scenario>> {
    let existing = match &shared.pair {
        None => None,
        Some((source, destination)) => {
            let adopted =
                provision::adopt(&shared.target, source, destination, &shared.run, "").await?;
            Some(adopted.1)
        }
    };
    let mut suitable = Vec::new();
    for scenario in scenarios {
        match unsuitable(&scenario, &shared.target.capabilities, existing.as_deref()) {
            None => suitable.push(scenario),
            Some(reason) => rows.push(Row::ignored(&scenario.name, &scenario.summary, &scenario.rule_ids, reason)),
        }
    }
    Ok(suitable)
}

fn unsuitable(
    scenario: &Scenario,
    offered: &BTreeSet<Capability>,
    existing: Option<&[Rule]>,
) -> Option<String> {
    let missing = scenario.needs.iter().find(|need| !offered.contains(need));
    if let Some(missing) = missing {
        return Some(format!("the target does not offer {missing}"));
    }
    let rules = existing?;
    if scenario.needs.contains(&Capability::FreshPair) {
        return Some("needs a pair of its own".to_owned());
    }
    let wanted = &scenario.rules.first()?.filter;
    (!covers(rules, wanted, scenario)).then(|| "the pair's rules do something else".to_owned())
}

/// Whether a pair's rules treat a scenario's keys as its own rule would.
fn covers(rules: &[Rule], wanted: &Filter, scenario: &Scenario) -> bool {
    let key = format!("bucketpair-/{}", wanted.prefix);
    let fates = fates(rules, &BTreeSet::new(), &key, &Content::default());
    let replica = Fate::Replica { storage_class: None };
    let deletes = scenario.steps.iter().any(|step| matches!(step, Step::Delete { .. }));
    let marker = marker_fates(rules, &key).remove(&Side::Destination(0));
    let marker_travels = matches!(marker, Some(Fate::Marker));
    fates.get(&Side::Destination(0)) == Some(&replica) && !(deletes && marker_travels)
}
