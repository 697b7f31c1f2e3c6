//! `DeleteObjects` makes markers that travel like any other (R-DEL-02).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("delete-many", "markers of one DeleteObjects travel like any other")
        .proves(["R-DEL-02"])
        .needs([Capability::FreshPair])
        .with_rules([Rule::new("markers").with_delete_markers()])
        .steps([
            Step::put("a", "a", Object::default()),
            Step::put("b", "b", Object::default()),
            Step::put("c", "c", Object::default()),
            Step::await_replicas("a"),
            Step::await_replicas("b"),
            Step::await_replicas("c"),
            Step::delete_many("deleted", ["a", "b", "c"]),
        ])
        .checks([check(CheckKind::MarkerArrives), check(CheckKind::VersionsInOrder)])
}
