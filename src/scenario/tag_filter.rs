//! Every tag of a filter must come with the write; tagging later starts nothing (R-RULE-09, 10).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let rule = Rule::new("tagged").with_tag("copy", "yes").with_tag("team", "billing");
    let one = Object::default().with_tag("copy", "yes");
    let both = one.clone().with_tag("team", "billing");
    let later = [("copy", "yes"), ("team", "billing")];
    Scenario::new("tag-filter", "all tags of a filter must be in the write itself")
        .proves(["R-RULE-09", "R-RULE-10"])
        .needs([Capability::FreshPair])
        .with_rules([rule])
        .steps([
            Step::put("both", "both", both),
            Step::put("one", "one", one),
            Step::put("tagged-later", "tagged-later", Object::default()),
            Step::tag("retag", "tagged-later", later),
        ])
        .checks([
            check(CheckKind::Arrives).of(["both"]),
            check(CheckKind::StaysAbsent).of(["one", "tagged-later"]),
            check(CheckKind::NoStatus).of(["one", "tagged-later"]),
        ])
}
