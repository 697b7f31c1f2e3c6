//! An object under KMS travels where the rule opts in, under the key that the rule names, with its
//! bucket key (R-ENC-04, R-ENC-11).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let object = || Object::default().with_kms_key("source/enabled");
    let dual = Object { encryption: Some("aws:kms:dsse".to_owned()), ..object() };
    Scenario::new("kms-opt-in", "under KMS an object travels where a rule opts in, to the key it names")
        .proves(["R-ENC-03", "R-ENC-04", "R-ENC-11"])
        .needs([Capability::FreshPair, Capability::KmsKeys])
        .with_rules([Rule::new("opts-in").with_replica_kms_key("destination/enabled")])
        .steps([
            Step::put("kms", "kms", object()),
            Step::put("bucket-key", "bucket-key", object().with_bucket_key()),
            Step::put("dual", "dual", dual),
            Step::put("sse-s3", "sse-s3", Object::default()),
        ])
        .checks([check(CheckKind::Arrives), check(CheckKind::Bytes), check(CheckKind::Encryption)])
}
