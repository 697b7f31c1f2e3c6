//! Lifecycle: it is not copied, it does not replicate, and it waits.

use super::facts::{BucketFacts, Facts, LifecycleFacts};
use super::finding::{Finding, FindingKind};

pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    let (Some(source), Some(destination)) = (
        facts.source.lifecycle.known(),
        facts.destination.lifecycle.known(),
    ) else {
        return Vec::new();
    };
    let (source, destination) = (active(source), active(destination));
    let sides = [
        (&facts.source, &source, &destination),
        (&facts.destination, &destination, &source),
    ];
    let mut found = Vec::new();
    for (bucket, here, there) in sides {
        found.extend(one_sided(bucket, here, there));
        found.extend(pile_up(bucket, here, there));
    }
    found.extend(original_date(facts, &destination));
    found.extend(waits(facts, &source));
    found
}

fn active(rules: &[LifecycleFacts]) -> Vec<&LifecycleFacts> {
    rules.iter().filter(|rule| rule.enabled).collect()
}

fn expires(rules: &[&LifecycleFacts]) -> bool {
    rules.iter().any(|rule| rule.expires)
}

fn noncurrent(rules: &[&LifecycleFacts]) -> Option<i32> {
    rules.iter().filter_map(|rule| rule.noncurrent_days).min()
}

/// Current objects expire there and not here (R-NOT-05).
fn one_sided(
    bucket: &BucketFacts,
    here: &[&LifecycleFacts],
    there: &[&LifecycleFacts],
) -> Option<Finding> {
    (expires(there) && !expires(here)).then(|| {
        FindingKind::LifecycleOneSided.at(
            &bucket.name,
            "no lifecycle rule expires objects here, and one does at the other side: expirations, and the delete markers that they write, do not replicate",
            "nothing, if one side is meant to keep more; else give both buckets the same rules",
        )
    })
}

fn pile_up(
    bucket: &BucketFacts,
    here: &[&LifecycleFacts],
    there: &[&LifecycleFacts],
) -> Option<Finding> {
    let days = noncurrent(there)?;
    noncurrent(here).is_none().then(|| {
        FindingKind::NoncurrentPileUp.at(
            &bucket.name,
            format!("noncurrent versions are never deleted here, and after {days} days at the other side: they pile up"),
            format!("add a rule with NoncurrentVersionExpiration, such as {days} days"),
        )
    })
}

fn original_date(facts: &Facts, destination: &[&LifecycleFacts]) -> Option<Finding> {
    expires(destination).then(|| {
        FindingKind::OriginalDate.at(
            &facts.destination.name,
            "expiration counts from the original's date, not from the replica's arrival: what arrives late, as by Batch Replication, may expire at once",
            "nothing, if old objects are not sent later",
        )
    })
}

fn waits(facts: &Facts, source: &[&LifecycleFacts]) -> Option<Finding> {
    let acts = |rule: &&&LifecycleFacts| {
        rule.expires || rule.noncurrent_days.is_some() || !rule.moves_to.is_empty()
    };
    facts.enabled().next()?;
    source.iter().any(|rule| acts(&rule)).then(|| {
        FindingKind::LifecycleWaits.at(
            &facts.source.name,
            "lifecycle leaves versions alone that are PENDING or FAILED: what fails to replicate is kept, and paid for, until somebody acts",
            "watch for FAILED, and write such objects again or delete them by version ID",
        )
    })
}
