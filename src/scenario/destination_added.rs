//! What was replicated is not sent again when a destination is added or changed (R-RULE-17).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let first = || Rule::new("first");
    let second = || Rule::new("second").with_priority(2).with_destination("destination-2");
    Scenario::new("destination-added", "a new destination gets what is written from then on")
        .proves(["R-RULE-17"])
        .needs([Capability::FreshPair])
        .with_destinations(2)
        .with_rules([first()])
        .steps([
            Step::put("one", "one", Object::default()),
            Step::await_replicas("one"),
            Step::Configure { rules: vec![first(), second()] },
            Step::put("both", "both", Object::default()),
            Step::await_replicas("both"),
            Step::Configure { rules: vec![second()] },
            Step::put("moved", "moved", Object::default()),
            Step::await_replicas("moved"),
            Step::Configure { rules: vec![first(), second()] },
        ])
        .checks([
            check(CheckKind::Arrives),
            check(CheckKind::StaysAbsent).of(["one", "moved"]),
            check(CheckKind::SourceStatus),
        ])
}
