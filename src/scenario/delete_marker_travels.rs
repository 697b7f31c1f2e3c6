//! Under V2 a delete marker travels where the rule says so (R-DEL-02).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("delete-marker-travels", "a delete marker travels where the rule enables it")
        .proves(["R-DEL-02", "R-DEL-05"])
        .needs([Capability::FreshPair])
        .with_rules([Rule::new("with-markers").with_delete_markers()])
        .steps([
            Step::put("object", "object", Object::default()),
            Step::await_replicas("object"),
            Step::delete("marker", "object"),
        ])
        .checks([
            check(CheckKind::Arrives),
            check(CheckKind::MarkerArrives).of(["marker"]),
        ])
}
