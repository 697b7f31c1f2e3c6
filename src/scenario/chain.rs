//! Replicas are not replicated onward: A to B to C does not happen (R-NOT-02).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let onward = Rule::new("onward").with_destination("destination-2");
    Scenario::new("chain", "a replica is not replicated onward to a third bucket")
        .proves(["R-NOT-02", "R-STATUS-03"])
        .needs([Capability::FreshPair])
        .with_destinations(2)
        .steps([
            Step::configure([onward]).at(Side::Destination(0)),
            Step::put("first", "object", Object::default()),
            Step::await_replicas("first"),
            Step::put("middle", "middle", Object::default()).at(Side::Destination(0)),
        ])
        .checks([
            check(CheckKind::Arrives).of(["first", "middle"]),
            check(CheckKind::ReplicaStatus).of(["first"]),
            check(CheckKind::StaysAbsent).of(["first"]),
        ])
}
