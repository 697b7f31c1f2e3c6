//! Priorities are unique among a configuration's rules; 0 is one (R-RULE-15). No code is documented.

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let priority = |priority: &str| Document::v2().with("Priority", priority);
    let other = |priority: &str| Document::v2().with("ID", "other").with("Priority", priority);
    Scenario::new("priorities", "priorities are unique and not negative")
        .proves(["R-RULE-15"])
        .needs([Capability::FreshPair])
        .steps([
            Ask::put(&priority("1").and(other("1"))).refused(400, []).step("twice"),
            Ask::put(&priority("-1")).refused(400, []).step("negative"),
            Ask::put(&priority("0").and(other("1"))).accepted(200).step("zero"),
            Step::Configure { rules: vec![Rule::new("everything")] },
        ])
        .checks([check(CheckKind::Answers)])
}
