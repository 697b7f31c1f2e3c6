//! A destination that is deleted makes FAILED; its successor starts empty (R-NOT-10, R-STATUS-10).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let side = Side::Destination(0);
    Scenario::new("destination-recreated", "a destination created anew gets new objects only")
        .proves(["R-NOT-10", "R-STATUS-09", "R-STATUS-10", "R-EVT-14"])
        .needs([Capability::FreshPair, Capability::RecreateDestination])
        .steps([
            Step::put("old", "old", Object::default()),
            Step::await_replicas("old"),
            Step::DeleteBucket { side },
            Step::put("refused", "object", Object::default()),
            Step::await_status("refused", ReplicationStatus::Failed),
            Step::CreateBucket { side },
            Step::put("rewritten", "object", Object::default()),
            Step::await_replicas("rewritten"),
        ])
        .checks([
            check(CheckKind::Fails).of(["refused"]),
            check(CheckKind::FailureReason).of(["refused"]),
            check(CheckKind::FailedIsFinal).of(["refused"]),
            check(CheckKind::NotRestored).of(["old"]),
            check(CheckKind::Arrives).of(["old", "rewritten"]),
        ])
}
