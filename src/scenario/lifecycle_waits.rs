//! Lifecycle leaves alone what is PENDING or FAILED (R-OPS-01).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let destination = Side::Destination(0);
    Scenario::new("lifecycle-waits", "lifecycle leaves alone what is PENDING or FAILED")
        .proves(["R-OPS-01"])
        .needs([
            Capability::FreshPair,
            Capability::AdvanceClock,
            Capability::HoldReplication,
            Capability::SuspendDestination,
        ])
        .steps([
            Step::lifecycle(Lifecycle::expiration(3)),
            Step::put("done", "done", Object::default()),
            Step::await_replicas("done"),
            Step::Versioning { side: destination, enabled: false },
            Step::put("failed", "failed", Object::default()),
            Step::await_status("failed", ReplicationStatus::Failed),
            Step::Versioning { side: destination, enabled: true },
            Step::pause(),
            Step::put("pending", "pending", Object::default()),
            Step::advance(5),
            Step::resume(),
            Step::await_replicas("pending"),
        ])
        .checks([
            check(CheckKind::Fails).of(["failed"]),
            check(CheckKind::Arrives).of(["done", "pending"]),
            check(CheckKind::Lifecycle).of(["done", "failed", "pending"]),
        ])
}
