//! A disabled rule does nothing (R-RULE-16).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("disabled-rule", "a disabled rule copies nothing")
        .proves(["R-RULE-16"])
        .needs([Capability::FreshPair])
        .with_rules([
            Rule::new("on").with_prefix("on/"),
            Rule::new("off").with_prefix("off/").with_priority(2).disabled(),
        ])
        .steps([
            Step::put("on", "on/object", Object::default()),
            Step::put("off", "off/object", Object::default()),
        ])
        .checks([
            check(CheckKind::Arrives).of(["on"]),
            check(CheckKind::StaysAbsent).of(["off"]),
            check(CheckKind::NoStatus).of(["off"]),
        ])
}
