//! A replica is encrypted as its source: SSE-S3, asked for or by default (R-ENC-01, R-ENC-03).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("encryption", "SSE-S3 is on source and replica, asked for or by default")
        .proves(["R-ENC-01", "R-ENC-03"])
        .steps([
            Step::put("by-default", "by-default", Object::default()),
            Step::put("asked-for", "asked-for", Object::default().with_encryption("AES256")),
        ])
        .checks([check(CheckKind::Arrives), check(CheckKind::Encryption)])
}
