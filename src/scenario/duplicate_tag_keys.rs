//! A tag key that comes twice in a filter is refused (R-RULE-12): by clones; AWS's own sample
//! repeats one.

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let tag = |value: &str| format!("<Tag><Key>team</Key><Value>{value}</Value></Tag>");
    let twice = Document::v2().with("Filter", format!("<And>{}{}</And>", tag("a"), tag("b")));
    Scenario::new("duplicate-tag-keys", "a filter names a tag key once")
        .proves(["R-RULE-12"])
        .needs([Capability::FreshPair])
        .steps([Ask::put(&twice).refused(400, []).step("twice")])
        .checks([check(CheckKind::Answers)])
}
