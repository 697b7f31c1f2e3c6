//! A destination whose versioning is suspended makes FAILED, for good (R-CFG-19, R-STATUS-10).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("suspended-destination", "a suspended destination makes FAILED; rewriting recovers")
        .proves(["R-CFG-19", "R-STATUS-09", "R-STATUS-10", "R-EVT-14"])
        .needs([Capability::FreshPair, Capability::SuspendDestination])
        .steps([
            Step::Versioning { side: Side::Destination(0), enabled: false },
            Step::put("refused", "object", Object::default()),
            Step::await_status("refused", ReplicationStatus::Failed),
            Step::Versioning { side: Side::Destination(0), enabled: true },
            Step::put("rewritten", "object", Object::default()),
            Step::await_replicas("rewritten"),
        ])
        .checks([
            check(CheckKind::Fails).of(["refused"]),
            check(CheckKind::FailureReason).of(["refused"]),
            check(CheckKind::FailedIsFinal).of(["refused"]),
            check(CheckKind::Arrives).of(["rewritten"]),
            check(CheckKind::SourceStatus).of(["rewritten"]),
        ])
}
