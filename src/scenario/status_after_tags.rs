//! A change of the tags leaves the source COMPLETED (R-STATUS-14, which AWS leaves open).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("status-after-tags", "tags changed later leave the source COMPLETED")
        .proves(["R-STATUS-14"])
        .needs([Capability::TagChanges])
        .steps([
            Step::put("object", "object", Object::default().with_tag("state", "draft")),
            Step::await_replicas("object"),
            Step::await_status("object", ReplicationStatus::Completed),
            Step::tag("retag", "object", [("state", "final")]),
        ])
        .checks([check(CheckKind::Arrives), check(CheckKind::StatusKept)])
}
