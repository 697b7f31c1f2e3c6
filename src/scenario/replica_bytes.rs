//! The bytes of a replica are the bytes that were sent, whatever their number (R-DATA-01).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("replica-bytes", "a replica holds the bytes that were sent, of any size")
        .proves(["R-DATA-01", "R-TIME-12"])
        .steps([
            Step::put("empty", "empty", Object::sized(0)),
            Step::put("one-byte", "one-byte", Object::sized(1)),
            Step::put("1-KiB", "1-KiB", Object::sized(1 << 10)),
            Step::put("5-MiB", "5-MiB", Object::sized(5 << 20)),
        ])
        .checks([check(CheckKind::Arrives), check(CheckKind::Bytes)])
}
