//! A replica's own tags go back where both rules synchronise (R-BIDI-02, R-STATUS-15).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let destination = Side::Destination(0);
    let sync = |id: &str| Rule::new(id).with_replica_modifications();
    let back = sync("back").with_destination("source");
    Scenario::new("replica-modification-sync", "a replica's tags go back where both rules say so")
        .proves(["R-BIDI-02", "R-BIDI-03", "R-STATUS-15", "R-ENC-10"])
        .needs([Capability::FreshPair, Capability::TagChanges, Capability::ReplicaModifications])
        .with_rules([sync("forth")])
        .steps([
            Step::configure([back]).at(destination),
            Step::put("object", "object", Object::default().with_tag("state", "draft")),
            Step::await_replicas("object"),
            Step::tag("retag", "object", [("state", "final")]).at(destination),
            Step::await_replicas("retag"),
        ])
        .checks([
            check(CheckKind::Arrives),
            check(CheckKind::ReplicaModifications).of(["retag"]),
            check(CheckKind::Tags).of(["object"]),
            check(CheckKind::NoLoop).of(["object"]),
        ])
}
