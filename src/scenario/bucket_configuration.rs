//! Both sides are versioned, encrypted by default, and delete noncurrent versions (R-OPS-03).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("bucket-configuration", "both sides: versioned, AES256, noncurrent gone in 21 days")
        .proves(["R-CFG-01", "R-CFG-02", "R-OPS-03"])
        .needs([Capability::FreshPair])
        .steps([Step::put("object", "object", Object::default())])
        .checks([check(CheckKind::Arrives), check(CheckKind::BucketConfiguration)])
}
