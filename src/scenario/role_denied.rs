//! A role that may not write makes FAILED, for good; what is written after the repair arrives
//! (R-IAM-05, R-IAM-09, R-STATUS-09, R-STATUS-10).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("role-denied", "a role that may not write makes FAILED; rewriting recovers")
        .proves(["R-IAM-05", "R-IAM-09", "R-STATUS-09", "R-STATUS-10", "R-EVT-14"])
        .needs([Capability::FreshPair, Capability::DenyReplication])
        .steps([
            Step::put("before", "before", Object::default()),
            Step::await_replicas("before"),
            Step::deny(["s3:ReplicateObject"]),
            Step::put("refused", "object", Object::default()),
            Step::multipart("in-parts", "in-parts", Object::sized(6 << 20), 5 << 20),
            Step::await_status("refused", ReplicationStatus::Failed),
            Step::await_status("in-parts", ReplicationStatus::Failed),
            Step::Restore,
            Step::put("rewritten", "object", Object::default()),
            Step::await_replicas("rewritten"),
        ])
        .checks([
            check(CheckKind::Fails).of(["refused", "in-parts"]),
            check(CheckKind::FailureReason).of(["refused", "in-parts"]),
            check(CheckKind::FailedIsFinal).of(["refused", "in-parts"]),
            check(CheckKind::Arrives).of(["before", "rewritten"]),
            check(CheckKind::SourceStatus).of(["before", "rewritten"]),
        ])
}
