//! An object under KMS is skipped where no rule opts in, and has no status (R-ENC-04).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("kms-without-opt-in", "under KMS an object stays where no rule opts in")
        .proves(["R-ENC-04"])
        .needs([Capability::FreshPair, Capability::KmsKeys])
        .steps([
            Step::put("kms", "kms", Object::default().with_kms_key("source/enabled")),
            Step::put("sse-s3", "sse-s3", Object::default()),
        ])
        .checks([
            check(CheckKind::Arrives).of(["sse-s3"]),
            check(CheckKind::StaysAbsent).of(["kms"]),
            check(CheckKind::NoStatus).of(["kms"]),
        ])
}
