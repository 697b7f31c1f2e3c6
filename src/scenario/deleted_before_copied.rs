//! A version that is deleted before it was copied is lost to its replica (R-NOT-11).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("deleted-before-copied", "a version deleted before it was copied never arrives")
        .proves(["R-NOT-11"])
        .needs([Capability::FreshPair, Capability::HoldReplication])
        .steps([
            Step::pause(),
            Step::put("lost", "object", Object::default()),
            Step::put("kept", "object", Object::default()),
            Step::await_window("lost"),
            Step::delete_version("gone", "lost"),
            Step::resume(),
        ])
        .checks([
            check(CheckKind::HeldBack).of(["lost"]),
            check(CheckKind::StaysAbsent).of(["lost"]),
            check(CheckKind::Arrives).of(["kept"]),
        ])
}
