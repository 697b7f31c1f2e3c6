//! Under V1 a user's delete marker travels, and there is no switch (R-DEL-03).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let rule = Rule { schema: Schema::V1, ..Rule::new("version-1") };
    Scenario::new("delete-marker-v1", "under the V1 schema a delete marker travels")
        .proves(["R-DEL-03", "R-RULE-01"])
        .needs([Capability::FreshPair])
        .with_rules([rule])
        .steps([
            Step::put("object", "object", Object::default()),
            Step::await_replicas("object"),
            Step::delete("marker", "object"),
        ])
        .checks([
            check(CheckKind::Arrives),
            check(CheckKind::MarkerArrives).of(["marker"]),
        ])
}
