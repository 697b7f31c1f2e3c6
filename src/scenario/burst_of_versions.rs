//! Versions and markers arrive in any order, and end in the source's (R-TIME-10).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let version = |n: u32| Step::put(&format!("version-{n}"), "object", Object::sized(64));
    let steps = (1..=6).map(version);
    let steps = steps.chain([Step::delete("marker", "object")]);
    Scenario::new("burst-of-versions", "a burst of versions and markers ends in the source's order")
        .proves(["R-TIME-10"])
        .needs([Capability::FreshPair])
        .with_rules([Rule::new("everything").with_delete_markers()])
        .steps(steps.chain((7..=12).map(version)))
        .checks([
            check(CheckKind::Arrives),
            check(CheckKind::MarkerArrives).of(["marker"]),
            check(CheckKind::VersionsInOrder),
            check(CheckKind::SourceStatus),
        ])
}
