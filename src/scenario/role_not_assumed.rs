//! A role that S3 may not assume makes FAILED (R-IAM-01).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("role-not-assumed", "a role that S3 may not assume makes FAILED")
        .proves(["R-IAM-01", "R-IAM-09", "R-EVT-14"])
        .needs([Capability::FreshPair, Capability::DenyReplication])
        .steps([
            Step::deny(["sts:AssumeRole"]),
            Step::put("refused", "object", Object::default()),
            Step::await_status("refused", ReplicationStatus::Failed),
            Step::Restore,
            Step::put("rewritten", "object", Object::default()),
            Step::await_replicas("rewritten"),
        ])
        .checks([
            check(CheckKind::Fails).of(["refused"]),
            check(CheckKind::FailureReason).of(["refused"]),
            check(CheckKind::FailedIsFinal).of(["refused"]),
            check(CheckKind::Arrives).of(["rewritten"]),
        ])
}
