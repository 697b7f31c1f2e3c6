//! A configuration with a role that may not write is accepted; objects show what it lacks
//! (R-CFG-17).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("role-not-tested", "a configuration is accepted whatever its role may do")
        .proves(["R-CFG-17", "R-IAM-09", "R-STATUS-09"])
        .needs([Capability::FreshPair, Capability::DenyReplication])
        .with_rules([])
        .steps([
            Step::deny(["s3:ReplicateObject"]),
            // It is stored and read back before the next step.
            Step::Configure { rules: vec![Rule::new("everything")] },
            Step::put("refused", "refused", Object::default()),
            Step::await_status("refused", ReplicationStatus::Failed),
            Step::Restore,
            Step::put("allowed", "allowed", Object::default()),
            Step::await_replicas("allowed"),
        ])
        .checks([
            check(CheckKind::Fails).of(["refused"]),
            check(CheckKind::FailureReason).of(["refused"]),
            check(CheckKind::FailedIsFinal).of(["refused"]),
            check(CheckKind::Arrives).of(["allowed"]),
        ])
}
