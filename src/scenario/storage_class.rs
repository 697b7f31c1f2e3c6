//! The replica's storage class is the source's, or the rule's (R-DATA-13).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let colder = Rule::new("colder").with_prefix("cold/").with_storage_class("STANDARD_IA");
    Scenario::new("storage-class", "the replica's storage class is the source's, or the rule's")
        .proves(["R-DATA-13"])
        .needs([Capability::FreshPair])
        .with_rules([colder, Rule::new("as-it-is").with_prefix("as-it-is/").with_priority(2)])
        .steps([
            Step::put("by-rule", "cold/object", Object::default()),
            Step::put("by-source", "as-it-is/ia", Object::default().with_storage_class("ONEZONE_IA")),
            Step::put("standard", "as-it-is/standard", Object::default()),
        ])
        .checks([check(CheckKind::Arrives), check(CheckKind::StorageClass)])
}
