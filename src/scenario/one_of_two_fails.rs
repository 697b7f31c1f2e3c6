//! One destination of two that refuses makes FAILED; the other has its replica (R-STATUS-07).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let second = Side::Destination(1);
    Scenario::new("one-of-two-fails", "one destination that refuses makes FAILED, the other has it")
        .proves(["R-STATUS-07", "R-STATUS-08", "R-STATUS-10"])
        .needs([Capability::FreshPair, Capability::SuspendDestination])
        .with_destinations(2)
        .with_rules([
            Rule::new("first"),
            Rule::new("second").with_priority(2).with_destination("destination-2"),
        ])
        .steps([
            Step::Versioning { side: second, enabled: false },
            Step::put("split", "object", Object::default()),
            Step::await_status("split", ReplicationStatus::Failed),
            Step::Versioning { side: second, enabled: true },
            Step::put("rewritten", "object", Object::default()),
        ])
        .checks([
            check(CheckKind::Fails).of(["split"]),
            check(CheckKind::FailureReason).of(["split"]),
            check(CheckKind::FailedIsFinal).of(["split"]),
            check(CheckKind::Arrives).of(["split", "rewritten"]),
            check(CheckKind::Bytes).of(["split", "rewritten"]),
            check(CheckKind::SourceStatus).of(["rewritten"]),
        ])
}
