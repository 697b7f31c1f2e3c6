//! What was written while a rule was disabled is not picked up when it is enabled (R-RULE-16).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let rules = |rule: Rule| Step::Configure { rules: vec![rule] };
    let rule = || Rule::new("everything");
    Scenario::new("rule-enabled-again", "enabling a rule picks up nothing that was written before")
        .proves(["R-RULE-16"])
        .needs([Capability::FreshPair])
        .steps([
            Step::put("before", "before", Object::default()),
            Step::await_replicas("before"),
            rules(rule().disabled()),
            Step::put("meanwhile", "meanwhile", Object::default()),
            rules(rule()),
            Step::put("after", "after", Object::default()),
        ])
        .checks([
            check(CheckKind::Arrives).of(["before", "after"]),
            check(CheckKind::StaysAbsent).of(["meanwhile"]),
            check(CheckKind::NoStatus).of(["meanwhile"]),
        ])
}
