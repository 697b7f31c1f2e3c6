//! Two-way replication is two one-way configurations, and makes no loops (R-BIDI-01).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let (destination, back) = (Side::Destination(0), Rule::new("back").with_destination("source"));
    Scenario::new("two-way", "two buckets replicate to each other without loops")
        .proves(["R-BIDI-01", "R-NOT-02"])
        .needs([Capability::FreshPair])
        .steps([
            Step::configure([back]).at(destination),
            Step::put("here", "here", Object::default()),
            Step::put("there", "there", Object::default()).at(destination),
            Step::await_replicas("here"),
            Step::await_replicas("there"),
        ])
        .checks([
            check(CheckKind::Arrives),
            check(CheckKind::Bytes),
            check(CheckKind::VersionId),
            check(CheckKind::SourceStatus),
            check(CheckKind::ReplicaStatus),
            check(CheckKind::VersionsInOrder),
            check(CheckKind::NoLoop),
        ])
}
