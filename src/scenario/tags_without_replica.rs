//! A change of the tags whose replica is gone has nowhere to go, and fails (R-EVT-15).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let destination = Side::Destination(0);
    Scenario::new("tags-without-replica", "tags of a version whose replica is gone fail")
        .proves(["R-EVT-15"])
        .needs([Capability::FreshPair, Capability::TagChanges, Capability::FailureReasons])
        .steps([
            Step::put("object", "object", Object::default().with_tag("state", "draft")),
            Step::await_replicas("object"),
            Step::delete_version("gone", "object").at(destination),
            Step::tag("retag", "object", [("state", "final")]),
        ])
        .checks([check(CheckKind::Arrives), check(CheckKind::FailureReason)])
}
