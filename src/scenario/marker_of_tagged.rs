//! Where a rule filters by tags no delete marker of it travels; another rule's do (R-DEL-01,
//! R-RULE-11).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let tagged = || Object::default().with_tag("copy", "yes");
    Scenario::new("marker-of-tagged", "a marker has no tags: a rule with a tag filter never sends it")
        .proves(["R-DEL-01"])
        .needs([Capability::FreshPair])
        .with_rules([
            Rule::new("tagged").with_tag("copy", "yes").with_priority(2),
            Rule::new("markers").with_prefix("markers/").with_delete_markers(),
        ])
        .steps([
            Step::put("tagged", "tagged", tagged()),
            Step::put("both", "markers/both", tagged()),
            Step::await_replicas("tagged"),
            Step::await_replicas("both"),
            Step::delete("stays", "tagged"),
            Step::delete("travels", "markers/both"),
        ])
        .checks([
            check(CheckKind::MarkerStays).of(["stays"]),
            check(CheckKind::MarkerArrives).of(["travels"]),
        ])
}
