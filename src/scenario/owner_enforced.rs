//! A destination that enforces its owner has no ACLs, and needs no right for it (R-OWN-05).

use super::prelude::*;

const LOGS: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";

pub(super) fn scenario() -> Scenario {
    Scenario::new("owner-enforced", "where the destination enforces its owner no ACL arrives")
        .proves(["R-OWN-05"])
        .needs([Capability::FreshPair, Capability::Acls, Capability::DenyReplication])
        .steps([
            Step::set(Side::Source, BucketSetting::ownership("ObjectWriter")),
            Step::deny(["s3:ObjectOwnerOverrideToBucketOwner"]),
            Step::put("granted", "granted", Object::default().with_reader(LOGS)),
            Step::await_replicas("granted"),
            Step::Restore,
        ])
        .checks([check(CheckKind::Arrives), check(CheckKind::Acl)])
}
