//! Where the destination blocks SSE-C, as new buckets do, such objects are FAILED (R-ENC-08).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let blocked = BucketSetting::encryption("AES256");
    Scenario::new("customer-key-blocked", "an SSE-C object is FAILED where the destination blocks SSE-C")
        .proves(["R-ENC-08"])
        .needs([Capability::FreshPair, Capability::CustomerKeys])
        .steps([
            Step::set(Side::Source, BucketSetting::customer_keys()),
            Step::set(Side::Destination(0), blocked),
            Step::put("customer-key", "customer-key", Object::default().with_customer_key()),
            Step::put("sse-s3", "sse-s3", Object::default()),
        ])
        .checks([
            check(CheckKind::Fails).of(["customer-key"]),
            check(CheckKind::FailureReason).of(["customer-key"]),
            check(CheckKind::Arrives).of(["sse-s3"]),
        ])
}
