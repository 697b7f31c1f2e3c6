//! What could not be read: for each place and reason one finding, with the permissions it takes.

use super::facts::{BucketFacts, Cause, Fact, Facts, Gap};
use super::finding::{Finding, FindingKind};

pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    let role = facts
        .configuration()
        .map_or("", |configuration| &configuration.role);
    let of_role = facts.role.as_ref().and_then(Fact::gap);
    let mut at_destination = gaps(&facts.destination);
    at_destination.extend(facts.same_account.gap());
    let places = [
        (facts.source.name.clone(), gaps(&facts.source)),
        (facts.destination.name.clone(), at_destination),
        (format!("role {role}"), of_role.into_iter().collect()),
        (
            "KMS keys".to_owned(),
            facts.keys.iter().filter_map(Fact::gap).collect(),
        ),
    ];
    places
        .iter()
        .flat_map(|(place, gaps)| by_cause(place, gaps))
        .collect()
}

fn gaps(bucket: &BucketFacts) -> Vec<&Gap> {
    let gaps = [
        bucket.versioning.gap(),
        bucket.replication.gap(),
        bucket.encryption.gap(),
        bucket.lifecycle.gap(),
        bucket.lock.gap(),
        bucket.ownership.gap(),
        bucket.policy.gap(),
        bucket.requester_pays.gap(),
        bucket.notifications.gap(),
        bucket.logs_to.gap(),
    ];
    gaps.into_iter().flatten().collect()
}

fn by_cause(place: &str, gaps: &[&Gap]) -> Vec<Finding> {
    const CAUSES: [Cause; 4] = [
        Cause::Denied,
        Cause::NotOffered,
        Cause::NotBuilt,
        Cause::Failed,
    ];
    let of_cause = |cause| {
        let gaps: Vec<_> = gaps.iter().filter(|gap| gap.cause == cause).collect();
        let first = &gaps.first()?.said;
        // Of several answers only the code is the same.
        let said = match gaps.len() {
            1 => first,
            _ => first.split(':').next().unwrap_or_default(),
        };
        let calls = joined(gaps.iter().map(|gap| gap.call.as_str()));
        let permissions = joined(gaps.iter().map(|gap| gap.permission.as_str()));
        let remedy = match cause {
            Cause::Denied => format!("allow {permissions} to these keys"),
            Cause::NotOffered => "nothing: this server does not offer it".to_owned(),
            Cause::NotBuilt => {
                format!("install with --features grants; it then takes {permissions}")
            }
            Cause::Failed => format!("try again; it takes {permissions}"),
        };
        Some(FindingKind::NotRead.at(place, format!("{calls}: {said}"), remedy))
    };
    CAUSES.into_iter().filter_map(of_cause).collect()
}

fn joined<'g>(words: impl Iterator<Item = &'g str>) -> String {
    let mut words: Vec<_> = words.collect();
    words.dedup();
    words.join(", ")
}
