//! Under V2 a delete marker stays at the source by default (R-DEL-01).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("delete-marker-stays", "a delete marker stays at the source by default")
        .proves(["R-DEL-01"])
        .steps([
            Step::put("object", "object", Object::default()),
            Step::await_replicas("object"),
            Step::delete("marker", "object"),
        ])
        .checks([check(CheckKind::Arrives), check(CheckKind::MarkerStays).of(["marker"])])
}
