//! Deleting a version by its ID never travels (R-NOT-04).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("version-delete-stays", "deleting a version at the source leaves its replica")
        .proves(["R-NOT-04"])
        .steps([
            Step::put("object", "object", Object::default()),
            Step::await_replicas("object"),
            Step::delete_version("deleted", "object"),
        ])
        .checks([check(CheckKind::VersionDeleteStays).of(["deleted"])])
}
