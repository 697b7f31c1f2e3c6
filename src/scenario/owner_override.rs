//! Under the owner override the ACL stays, and so do its later changes; also within one account
//! (R-OWN-04, R-OWN-06). Replicas from before are not rewritten (R-OWN-07).

use super::prelude::*;

const LOGS: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";

pub(super) fn scenario() -> Scenario {
    let writer = |side| Step::set(side, BucketSetting::ownership("ObjectWriter"));
    let granted = || Object::default().with_reader(LOGS);
    Scenario::new("owner-override", "under the owner override no ACL travels, then or later")
        .proves(["R-OWN-04", "R-OWN-06", "R-OWN-07"])
        .needs([Capability::FreshPair, Capability::Acls])
        .steps([
            writer(Side::Source),
            writer(Side::Destination(0)),
            Step::put("before", "before", granted()),
            Step::await_replicas("before"),
            Step::Configure { rules: vec![Rule::new("override").with_owner_override()] },
            Step::put("granted", "granted", granted()),
            Step::put("later", "later", Object::default()),
            Step::await_replicas("later"),
            Step::grant("grant", "later", [LOGS]),
        ])
        .checks([check(CheckKind::Arrives), check(CheckKind::Acl)])
}
