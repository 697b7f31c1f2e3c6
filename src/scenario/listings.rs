//! Listings carry no replication status: HEAD or GET tell it, version by version (R-STATUS-11).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("listings", "a listing tells nothing of replication")
        .proves(["R-STATUS-11"])
        .needs([Capability::FreshPair])
        .steps([
            Step::put("object", "object", Object::default()),
            Step::await_replicas("object"),
            Ask::list_versions().shows("<Key>object</Key>").lacks("ReplicationStatus").step("listed"),
        ])
        .checks([check(CheckKind::Answers)])
}
