//! For overlapping rules to one destination the larger priority wins (R-RULE-13).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("priority", "of two rules to one destination the larger priority wins")
        .proves(["R-RULE-13"])
        .needs([Capability::FreshPair])
        .with_rules([
            Rule::new("star").with_prefix("star").with_priority(1),
            Rule::new("starship")
                .with_prefix("starship")
                .with_priority(2)
                .with_storage_class("STANDARD_IA"),
        ])
        .steps([
            Step::put("both-rules", "starship-1", Object::default()),
            Step::put("one-rule", "stardust-1", Object::default()),
        ])
        .checks([check(CheckKind::Arrives), check(CheckKind::StorageClass)])
}
