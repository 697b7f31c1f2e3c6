//! What lifecycle expires at the source stays at the destination, whose users' markers would travel
//! (R-NOT-05, R-DEL-03).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("lifecycle-stays", "the marker of a lifecycle expiration never travels")
        .proves(["R-NOT-05", "R-DEL-03"])
        .needs([Capability::FreshPair, Capability::AdvanceClock])
        .with_rules([Rule { schema: Schema::V1, priority: 0, ..Rule::new("version-1") }])
        .steps([
            Step::lifecycle(Lifecycle::expiration(3)),
            Step::put("object", "object", Object::default()),
            Step::await_replicas("object"),
            Step::advance(5),
        ])
        .checks([check(CheckKind::Arrives), check(CheckKind::Lifecycle)])
}
