//! A role that may not read the source, or its ACL, makes FAILED (R-IAM-02,
//! R-IAM-03, R-IAM-10).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let read = ["s3:GetObjectVersionForReplication", "s3:GetObjectVersion"];
    Scenario::new("role-cannot-read", "a role that may not read the source makes FAILED")
        .proves(["R-IAM-02", "R-IAM-03", "R-IAM-10", "R-EVT-14"])
        .needs([Capability::FreshPair, Capability::DenyReplication])
        .steps([
            Step::deny(read),
            Step::put("unread", "unread", Object::default()),
            Step::await_status("unread", ReplicationStatus::Failed),
            Step::deny(["s3:GetObjectVersionAcl"]),
            Step::put("no-acl", "no-acl", Object::default()),
            Step::await_status("no-acl", ReplicationStatus::Failed),
            Step::deny(["s3:GetReplicationConfiguration"]),
            Step::put("no-rules", "no-rules", Object::default()),
            Step::await_status("no-rules", ReplicationStatus::Failed),
            Step::deny(["s3:ListBucket"]),
            Step::put("no-list", "no-list", Object::default()),
            Step::await_status("no-list", ReplicationStatus::Failed),
            // The older action will do where no KMS key is in play.
            Step::deny(["s3:GetObjectVersionForReplication"]),
            Step::put("older", "older", Object::default()),
            Step::await_replicas("older"),
            Step::Restore,
        ])
        .checks([
            check(CheckKind::Fails).of(["unread", "no-acl", "no-rules", "no-list"]),
            check(CheckKind::FailureReason).of(["unread", "no-acl"]),
            check(CheckKind::Arrives).of(["older"]),
        ])
}
