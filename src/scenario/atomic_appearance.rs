//! A replica is absent or whole, read again and again while it arrives (R-TIME-11).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("atomic-appearance", "a replica is absent or whole whenever it is read")
        .proves(["R-TIME-11"])
        .needs([Capability::FreshPair])
        .steps((1..=5).flat_map(object))
        .checks([CheckKind::Atomic, CheckKind::Arrives, CheckKind::Bytes].map(check))
}

/// Reading begins with the write: where replicas are quick, one may be there before it is read for the
/// first time.
fn object(number: u32) -> [Step; 2] {
    let name = format!("object-{number}");
    let put = Step::put(&name, &name, Object::sized(100_000));
    [put.while_read(), Step::await_whole(&name)]
}
