//! A destination that answers 503 `SlowDown` is asked again, and nothing fails (R-STATUS-09).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let slow = Trouble::SlowDown { replications: 6 };
    let steps = ["a", "b", "c"].map(|name| Step::put(name, name, Object::default()));
    Scenario::new("destination-slow", "503 SlowDown from the destination delays, and fails nothing")
        .proves(["R-STATUS-09"])
        .needs([Capability::FreshPair, Capability::HoldReplication])
        .steps(std::iter::once(Step::trouble(Side::Destination(0), slow)).chain(steps))
        .checks([CheckKind::Arrives, CheckKind::Bytes, CheckKind::SourceStatus].map(check))
}
