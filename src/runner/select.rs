//! Which scenarios run: by name, by what the target offers, by the pair that is there.

use std::collections::BTreeSet;

use super::{Settings, Shared, accepted, files, load};
use crate::check::Obstacles;
use crate::check::reference::{Fate, fates};
use crate::error::{Error, Result};
use crate::history::{Content, Operation, OperationKind, Plan, Side};
use crate::provision;
use crate::replication::{Capability, Filter, Rule};
use crate::report::Row;
use crate::scenario::{Scenario, catalogue};
use crate::workload::Step;

/// The scenarios that the user selected.
pub(super) fn select(settings: &Settings) -> Result<Vec<Scenario>> {
    if let Some(count) = settings.objects {
        return Ok(vec![load::scenario(count)]);
    }
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
    Ok(all
        .into_iter()
        .filter(|scenario| names.contains(&scenario.name))
        .collect())
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
            let adopted = provision::adopt(
                &shared.target,
                source,
                destination,
                &shared.run,
                "bucketpair/",
            )
            .await?;
            accepted::must_be_accepted(shared).await?;
            Some(adopted.1)
        }
    };
    let mut suitable = Vec::new();
    for scenario in scenarios {
        let not_offered = shared.expectations.not_offered(&scenario.name);
        let capabilities = &shared.target.capabilities;
        let unsuitable = || unsuitable(&scenario, capabilities, existing.as_deref());
        match not_offered.map(str::to_owned).or_else(unsuitable) {
            None => suitable.push(scenario),
            Some(reason) => rows.push(Row::ignored(
                &scenario.name,
                &scenario.summary,
                &scenario.rule_ids,
                reason,
            )),
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
    let fate = |kind| {
        let key = format!("bucketpair-/{}", wanted.prefix);
        let operation = Operation {
            label: String::new(),
            side: Side::Source,
            key,
            kind,
        };
        fates(
            &Plan::of_rules(rules),
            rules,
            &Obstacles::default(),
            &operation,
        )
        .remove(&Side::Destination(0))
    };
    let deletes = scenario
        .steps
        .iter()
        .any(|step| matches!(step, Step::Delete { .. }));
    let replica = fate(OperationKind::Put(Content::default()));
    let marker_travels = fate(OperationKind::Delete) == Some(Fate::Marker);
    let plain = Fate::Replica {
        storage_class: None,
        kms_key: None,
        retained_days: None,
        has_acl: false,
    };
    replica == Some(plain) && !(deletes && marker_travels)
}
