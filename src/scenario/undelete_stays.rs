//! Removing a delete marker is a version delete, and does not travel (R-DEL-06).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("undelete-stays", "removing a marker at the source leaves the destination deleted")
        .proves(["R-DEL-06", "R-NOT-04"])
        .needs([Capability::FreshPair])
        .with_rules([Rule::new("with-markers").with_delete_markers()])
        .steps([
            Step::put("object", "object", Object::default()),
            Step::await_replicas("object"),
            Step::delete("marker", "object"),
            Step::await_replicas("marker"),
            Step::delete_version("undelete", "marker"),
        ])
        .checks([check(CheckKind::VersionDeleteStays).of(["undelete"])])
}
