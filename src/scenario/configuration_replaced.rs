//! A put answers with an empty body and replaces the whole configuration (R-CFG-07).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let named = |id: &str| Ask::put(&Document::v2().with("ID", id)).accepted(200).lacks("<");
    Scenario::new("configuration-replaced", "a put replaces the whole configuration")
        .proves(["R-CFG-07"])
        .needs([Capability::FreshPair])
        .steps([
            named("first").step("put-first"),
            Ask::get().shows("<ID>first</ID>").step("shows-first"),
            named("second").step("put-second"),
            Ask::get().shows("<ID>second</ID>").lacks("<ID>first</ID>").step("shows-second"),
            Ask::delete().step("delete"),
        ])
        .checks([check(CheckKind::Answers)])
}
