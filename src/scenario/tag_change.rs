//! Tags changed after the write follow to the replica (R-DATA-08).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("tag-change", "tags changed after the write follow to the replica")
        .proves(["R-DATA-08"])
        .needs([Capability::TagChanges])
        .steps([
            Step::put("object", "object", Object::default().with_tag("state", "draft")),
            Step::await_replicas("object"),
            Step::tag("retag", "object", [("state", "final"), ("reviewed", "yes")]),
        ])
        .checks([check(CheckKind::Arrives), check(CheckKind::Tags)])
}
