//! A role that may not replicate deletes keeps markers at the source (R-IAM-05).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("role-cannot-delete", "without s3:ReplicateDelete a marker does not travel")
        .proves(["R-IAM-05", "R-EVT-14"])
        .needs([Capability::FreshPair, Capability::DenyReplication])
        .with_rules([Rule::new("everything").with_delete_markers()])
        .steps([
            Step::put("object", "object", Object::default()),
            Step::await_replicas("object"),
            Step::deny(["s3:ReplicateDelete"]),
            Step::put("other", "other", Object::default()),
            Step::await_replicas("other"),
            Step::delete("marker", "object"),
            Step::await_replicas("marker"),
            Step::Restore,
        ])
        .checks([
            check(CheckKind::MarkerStays).of(["marker"]),
            check(CheckKind::FailureReason).of(["marker"]),
            check(CheckKind::Arrives).of(["object", "other"]),
        ])
}
