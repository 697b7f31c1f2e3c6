//! Objects older than the rule stay where they are (R-NOT-01).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("existing-objects-stay", "objects written before the rule stay at the source")
        .proves(["R-NOT-01", "R-STATUS-02"])
        .needs([Capability::FreshPair])
        .with_rules([])
        .steps([
            Step::put("before", "before", Object::default()),
            Step::Configure { rules: vec![Rule::new("everything")] },
            Step::put("after", "after", Object::default()),
        ])
        .checks([
            check(CheckKind::Arrives).of(["after"]),
            check(CheckKind::StaysAbsent).of(["before"]),
            check(CheckKind::NoStatus).of(["before"]),
        ])
}
