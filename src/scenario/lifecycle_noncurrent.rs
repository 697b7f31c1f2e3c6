//! Noncurrent versions go after 21 days, on each side by itself (R-OPS-02, R-OPS-03).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("lifecycle-noncurrent", "noncurrent versions are gone after 21 days on each side by itself")
        .proves(["R-OPS-02", "R-OPS-03"])
        .needs([Capability::FreshPair, Capability::AdvanceClock])
        .steps([
            Step::put("old", "object", Object::default()),
            Step::put("new", "object", Object::default()),
            Step::put("alone", "alone", Object::default()),
            Step::await_replicas("old"),
            Step::await_replicas("new"),
            Step::await_replicas("alone"),
            Step::advance(22),
        ])
        .checks([check(CheckKind::Arrives), check(CheckKind::Lifecycle)])
}
