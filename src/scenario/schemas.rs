//! A Filter makes a rule V2; an empty one selects every object and is shown as it was put
//! (R-RULE-01, R-RULE-07).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let empty = Document::v2().with("Filter", "");
    Scenario::new("schemas", "V1 shows a prefix, V2 a filter; an empty filter selects every object")
        .proves(["R-RULE-01", "R-RULE-07"])
        .needs([Capability::FreshPair])
        .steps([
            Ask::put(&Document::v1()).accepted(200).step("v1"),
            Ask::get().shows("<Prefix>").lacks("<Filter>").step("shows-v1"),
            Step::Configure { rules: vec![Rule::new("everything")] },
            // The rule in force says the same, so that the reference goes on as it is.
            Ask::put(&empty).accepted(200).step("empty-filter"),
            Ask::get().shows("<Filter></Filter>").step("shows-empty-filter"),
            Step::put("any-key", "any/key", Object::default()),
        ])
        .checks([check(CheckKind::Answers), check(CheckKind::Arrives)])
}
