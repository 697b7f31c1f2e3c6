//! A replica has the version ID of its source (R-DATA-02).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("version-id", "a replica has its source's version ID and ETag")
        .proves(["R-DATA-02", "R-DATA-15"])
        .steps([Step::put("object", "object", Object::default())])
        .checks([check(CheckKind::VersionId), check(CheckKind::Etag)])
}
