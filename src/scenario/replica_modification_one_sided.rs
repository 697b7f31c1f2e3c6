//! With only one side's rule synchronising, a replica's tags stay where they are (R-BIDI-02).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let destination = Side::Destination(0);
    let back = Rule::new("back").with_destination("source");
    Scenario::new("replica-modification-one-sided", "one rule alone sends no replica's tags back")
        .proves(["R-BIDI-02"])
        .needs([Capability::FreshPair, Capability::TagChanges, Capability::ReplicaModifications])
        .with_rules([Rule::new("forth").with_replica_modifications()])
        .steps([
            Step::configure([back]).at(destination),
            Step::put("object", "object", Object::default().with_tag("state", "draft")),
            Step::await_replicas("object"),
            Step::tag("retag", "object", [("state", "final")]).at(destination),
        ])
        .checks([
            check(CheckKind::Arrives),
            check(CheckKind::ReplicaStatus).of(["object"]),
            check(CheckKind::ReplicaModifications).of(["retag"]),
        ])
}
