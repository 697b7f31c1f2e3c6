//! Settings of the source bucket are not copied (R-NOT-06): its default encryption, for one.

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let default = |algorithm| Step::set(Side::Source, BucketSetting::encryption(algorithm));
    let asked_for = Object::default().with_encryption("AES256");
    let destination = Side::Destination(0);
    Scenario::new("settings-stay", "the source's default encryption is not copied to the destination")
        .proves(["R-NOT-06"])
        .needs([Capability::FreshPair])
        .steps([
            default("aws:kms"),
            // It arrives, so that what travels has had its time.
            Step::put("object", "object", asked_for),
            Step::await_replicas("object"),
            Ask::encryption().shows("AES256").lacks("aws:kms").step_at(destination, "there"),
            Ask::encryption().shows("aws:kms").step("here"),
            default("AES256"),
        ])
        .checks([check(CheckKind::Answers), check(CheckKind::Arrives)])
}
