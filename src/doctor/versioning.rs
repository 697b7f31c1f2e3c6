//! Versioning of both buckets.

use super::facts::{BucketFacts, Facts};
use super::finding::{Finding, FindingKind};

pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    let source = FindingKind::SourceUnversioned;
    let destination = FindingKind::DestinationUnversioned;
    let of = |kind, bucket| unversioned(kind, bucket);
    [
        of(source, &facts.source),
        of(destination, &facts.destination),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn unversioned(kind: FindingKind, bucket: &BucketFacts) -> Option<Finding> {
    let versioning = bucket.versioning.known()?;
    if versioning.is_enabled() {
        return None;
    }
    let status = versioning.status.as_deref().unwrap_or("never enabled");
    let leads_to = match kind {
        FindingKind::SourceUnversioned => "nothing of it replicates",
        _ => "every object that is written to the source ends FAILED (DstBucketUnversioned)",
    };
    Some(kind.at(
        &bucket.name,
        format!("versioning is {status}: {leads_to}"),
        "enable versioning, then write again what has FAILED, or send it by Batch Replication",
    ))
}
