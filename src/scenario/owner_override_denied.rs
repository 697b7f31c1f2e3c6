//! The owner override needs a right of its own (R-OWN-02).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let right = "s3:ObjectOwnerOverrideToBucketOwner";
    Scenario::new("owner-override-denied", "the owner override without its right makes FAILED")
        .proves(["R-OWN-02", "R-EVT-14"])
        .needs([Capability::FreshPair, Capability::Acls, Capability::DenyReplication])
        .with_rules([Rule::new("override").with_owner_override()])
        .steps([
            Step::deny([right]),
            Step::put("denied", "denied", Object::default()),
            Step::await_status("denied", ReplicationStatus::Failed),
            Step::Restore,
            Step::put("restored", "restored", Object::default()),
        ])
        .checks([
            check(CheckKind::Fails).of(["denied"]),
            check(CheckKind::FailureReason).of(["denied"]),
            check(CheckKind::Arrives).of(["restored"]),
        ])
}
