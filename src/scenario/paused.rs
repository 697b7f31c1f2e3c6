//! A pause keeps versions PENDING and loses none, unlike disabling the rule (R-TIME-13).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("paused", "a pause keeps versions PENDING; they arrive when it ends")
        .proves(["R-TIME-13", "R-STATUS-09"])
        .needs([Capability::FreshPair, Capability::HoldReplication])
        .steps([
            Step::pause(),
            Step::put("first", "object", Object::default()),
            Step::put("second", "object", Object::default()),
            Step::put("other", "other", Object::default()),
            Step::await_window("first"),
            Step::await_window("second"),
            Step::await_window("other"),
            Step::resume(),
        ])
        .checks([
            check(CheckKind::HeldBack).of(["first", "second", "other"]),
            check(CheckKind::Arrives),
            check(CheckKind::Bytes),
            check(CheckKind::SourceStatus),
            check(CheckKind::VersionsInOrder),
        ])
}
