//! Rules to different destinations all apply (R-RULE-14, R-STATUS-06).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("two-destinations", "rules to two destinations both apply")
        .proves(["R-RULE-14", "R-STATUS-06"])
        .needs([Capability::FreshPair])
        .with_destinations(2)
        .with_rules([
            Rule::new("first"),
            Rule::new("second").with_priority(2).with_destination("destination-2"),
        ])
        .steps(["a", "b", "c"].map(|name| Step::put(name, name, Object::default())))
        .checks([CheckKind::Arrives, CheckKind::Bytes, CheckKind::SourceStatus].map(check))
}
