//! HEAD of a delete marker by its version is a 405, so that it has no status to read (R-STATUS-18).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("marker-status", "a delete marker cannot be asked for its status")
        .proves(["R-STATUS-18"])
        .needs([Capability::FreshPair])
        .with_rules([Rule::new("markers").with_delete_markers()])
        .steps([
            Step::put("object", "object", Object::default()),
            Step::await_replicas("object"),
            Step::delete("deleted", "object"),
            Ask::head("deleted").refused(405, []).step("asked"),
        ])
        .checks([check(CheckKind::Answers), check(CheckKind::MarkerArrives)])
}
