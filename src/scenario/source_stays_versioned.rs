//! Versioning of a replicated source cannot be suspended (R-CFG-18).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("source-stays-versioned", "a replicated source cannot be suspended")
        .proves(["R-CFG-18"])
        .needs([Capability::FreshPair])
        .steps([
            Ask::suspend().refused(409, ["InvalidBucketState"]).step("suspend"),
            Step::put("still-versioned", "object", Object::default()),
        ])
        .checks([check(CheckKind::Answers), check(CheckKind::VersionId)])
}
