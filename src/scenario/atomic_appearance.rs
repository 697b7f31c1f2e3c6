//! A replica is absent or whole, read again and again while it arrives (R-TIME-11).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("atomic-appearance", "a replica is absent or whole whenever it is read")
        .proves(["R-TIME-11"])
        .needs([Capability::FreshPair])
        .steps([
            Step::put("object", "object", Object::sized(100_000)),
            Step::await_whole("object"),
        ])
        .checks([CheckKind::Atomic, CheckKind::Arrives, CheckKind::Bytes].map(check))
}
