//! Days count from the original creation, so that a late replica expires early (R-OPS-02).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let destination = Side::Destination(0);
    Scenario::new("late-replica-expires", "a late replica expires by the day its source was made")
        .proves(["R-OPS-02"])
        .needs([Capability::FreshPair, Capability::AdvanceClock, Capability::HoldReplication])
        .steps([
            Step::lifecycle(Lifecycle::expiration(10)).at(destination),
            Step::pause(),
            Step::put("late", "late", Object::default()),
            Step::advance(8),
            Step::resume(),
            Step::await_replicas("late"),
            Step::put("fresh", "fresh", Object::default()),
            Step::await_replicas("fresh"),
            Step::advance(4),
        ])
        .checks([check(CheckKind::Arrives), check(CheckKind::Lifecycle)])
}
