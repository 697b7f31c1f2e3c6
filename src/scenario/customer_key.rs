//! An object under a customer's key travels, and its replica is read with the same key (R-ENC-07).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let object = |size| Object::sized(size).with_customer_key();
    Scenario::new("customer-key", "an SSE-C object travels, and is read with its own key")
        .proves(["R-ENC-07"])
        .needs([Capability::FreshPair, Capability::CustomerKeys])
        .steps([
            Step::set(Side::Source, BucketSetting::customer_keys()),
            Step::set(Side::Destination(0), BucketSetting::customer_keys()),
            Step::put("object", "object", object(1024)),
            Step::multipart("parts", "parts", object((5 << 20) + 1), 5 << 20),
        ])
        .checks([CheckKind::Arrives, CheckKind::Bytes, CheckKind::Encryption].map(check))
}
