//! A replica keeps the encryption of its source, whatever the destination's default is (R-ENC-03).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let kms = BucketSetting::encryption("aws:kms");
    Scenario::new("destination-default", "the destination's default encryption is not a replica's")
        .proves(["R-ENC-03"])
        .needs([Capability::FreshPair, Capability::KmsKeys])
        .steps([
            Step::set(Side::Destination(0), kms),
            Step::put("by-default", "by-default", Object::default()),
            Step::put("asked-for", "asked-for", Object::default().with_encryption("AES256")),
        ])
        .checks([check(CheckKind::Arrives), check(CheckKind::Encryption)])
}
