//! Object Lock.

use super::facts::Facts;
use super::finding::{Finding, FindingKind};

pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    let (Some(source), Some(destination)) =
        (facts.source.lock.known(), facts.destination.lock.known())
    else {
        return Vec::new();
    };
    let name = &facts.destination.name;
    let mut found = Vec::new();
    if source.is_some() && destination.is_none() {
        found.push(FindingKind::LockMissing.at(
            name,
            format!("{} has Object Lock and this bucket has not: objects end FAILED (DstBucketObjectLockConfigMissing)", facts.source.name),
            "enable Object Lock at the destination",
        ));
    }
    let retention = |lock: &Option<super::LockFacts>| lock.as_ref()?.default_retention.clone();
    if let (None, Some(there)) = (retention(source), retention(destination)) {
        found.push(FindingKind::DestinationRetains.at(
            name,
            format!("its default retention ({there}) locks every replica that is not locked at the source: a replica cannot be deleted when its source is"),
            "nothing, if that is meant; else remove the default, or set retention at the source",
        ));
    }
    found
}
