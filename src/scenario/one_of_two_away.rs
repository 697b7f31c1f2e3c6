//! With two destinations the source stays PENDING until the last has it (R-STATUS-06).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let second = Side::Destination(1);
    Scenario::new("one-of-two-away", "PENDING until the second destination has it too")
        .proves(["R-STATUS-06"])
        .needs([Capability::FreshPair, Capability::HoldReplication])
        .with_destinations(2)
        .with_rules([
            Rule::new("first"),
            Rule::new("second").with_priority(2).with_destination("destination-2"),
        ])
        .steps([
            Step::trouble(second, Trouble::Outage),
            Step::put("object", "object", Object::default()),
            Step::await_window("object"),
            Step::trouble(second, Trouble::Recovery),
        ])
        .checks([
            check(CheckKind::HeldBack).of(["object"]),
            check(CheckKind::Arrives),
            check(CheckKind::SourceStatus),
        ])
}
