//! Last-Modified has whole seconds: the header has no room for more, and listings, which have, show
//! none (R-DATA-04).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("listing-dates", "a listing shows dates in whole seconds")
        .proves(["R-DATA-04"])
        .needs([Capability::FreshPair])
        .steps([
            Step::put("first", "object", Object::default()),
            Step::put("second", "object", Object::default()),
            Step::await_replicas("second"),
            Ask::list_versions().shows(".000Z</LastModified>").step("listed"),
        ])
        .checks([check(CheckKind::Answers)])
}
