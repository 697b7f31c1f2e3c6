//! A replica has the ACL of its source, and later changes follow (R-DATA-07).

use super::prelude::*;

/// A group that is not the public: public ACLs are blocked in our buckets.
const LOGS: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";

pub(super) fn scenario() -> Scenario {
    let writer = |side| Step::set(side, BucketSetting::ownership("ObjectWriter"));
    Scenario::new("acl", "a replica has its source's ACL, and later changes follow")
        .proves(["R-DATA-07"])
        .needs([Capability::FreshPair, Capability::Acls])
        .steps([
            writer(Side::Source),
            writer(Side::Destination(0)),
            Step::put("private", "private", Object::default()),
            Step::put("granted", "granted", Object::default().with_reader(LOGS)),
            Step::put("later", "later", Object::default()),
            Step::put("taken-back", "taken-back", Object::default().with_reader(LOGS)),
            Step::await_replicas("later"),
            Step::await_replicas("taken-back"),
            Step::grant("grant", "later", [LOGS]),
            Step::grant("take-back", "taken-back", []),
        ])
        .checks([check(CheckKind::Arrives), check(CheckKind::Acl)])
}
