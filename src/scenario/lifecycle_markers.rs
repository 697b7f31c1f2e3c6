//! A marker with nothing behind it is cleaned up where it is, and nowhere else (R-NOT-05, R-OPS-02).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("lifecycle-markers", "a lone delete marker is cleaned up; the replica stays current")
        .proves(["R-NOT-05", "R-OPS-02"])
        .needs([Capability::FreshPair, Capability::AdvanceClock])
        .steps([
            Step::lifecycle(Lifecycle::noncurrent(3).with_expired_markers()),
            Step::put("object", "object", Object::default()),
            Step::await_replicas("object"),
            Step::delete("marker", "object"),
            Step::advance(5),
        ])
        .checks([
            check(CheckKind::Arrives),
            check(CheckKind::Lifecycle).of(["object", "marker"]),
        ])
}
