//! Direct writes and deletes at the destination do not flow back (R-NOT-12).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let destination = Side::Destination(0);
    Scenario::new("destination-writes-stay", "what is written at the destination stays there")
        .proves(["R-NOT-12"])
        .needs([Capability::FreshPair])
        .steps([
            Step::put("object", "object", Object::default()),
            Step::await_replicas("object"),
            Step::put("own", "own", Object::default()).at(destination),
            Step::put("over", "object", Object::default()).at(destination),
            Step::delete("marker", "object").at(destination),
        ])
        .checks([
            check(CheckKind::Arrives).of(["object"]),
            check(CheckKind::StaysAbsent).of(["own", "over"]),
            check(CheckKind::NoStatus).of(["own", "over"]),
            check(CheckKind::MarkerStays).of(["marker"]),
        ])
}
