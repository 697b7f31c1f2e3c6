//! A destination whose policy denies the role makes FAILED, and tags that it denies stay behind
//! (R-IAM-06, R-IAM-08).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let there = Side::Destination(0);
    let tagged = || Object::default().with_tag("team", "billing");
    Scenario::new("bucket-policy-denies", "a destination whose policy denies the role makes FAILED")
        .proves(["R-IAM-06", "R-IAM-08", "R-EVT-14"])
        .needs([Capability::FreshPair, Capability::DenyReplication])
        .steps([
            Step::deny_at(there, ["s3:ReplicateObject"]),
            Step::put("refused", "refused", tagged()),
            Step::await_status("refused", ReplicationStatus::Failed),
            Step::deny_at(there, ["s3:ReplicateTags"]),
            Step::put("untagged", "untagged", tagged()),
            Step::await_replicas("untagged"),
            Step::Restore,
            Step::put("tagged", "tagged", tagged()),
        ])
        .checks([
            check(CheckKind::Fails).of(["refused"]),
            check(CheckKind::FailureReason).of(["refused"]),
            check(CheckKind::FailedIsFinal).of(["refused"]),
            check(CheckKind::Arrives).of(["untagged", "tagged"]),
            check(CheckKind::Tags).of(["untagged", "tagged"]),
        ])
}
