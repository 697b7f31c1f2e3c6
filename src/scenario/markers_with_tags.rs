//! A rule that filters by tags cannot let delete markers travel (R-RULE-11).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let tag = "<Tag><Key>team</Key><Value>a</Value></Tag>";
    let and = format!("<And><Prefix>logs/</Prefix>{tag}</And>");
    let filter = |filter: &str| Document::v2().with("Filter", filter);
    let on = "<Status>Enabled</Status>";
    let refused = |document: Document| {
        Ask::put(&document.with("DeleteMarkerReplication", on)).refused(400, ["InvalidRequest"])
    };
    Scenario::new("markers-with-tags", "a rule with a tag filter cannot let delete markers travel")
        .proves(["R-RULE-11"])
        .needs([Capability::FreshPair])
        .steps([
            refused(filter(tag)).step("tag"),
            refused(filter(&and)).step("prefix-and-tag"),
            Ask::put(&filter(tag)).accepted(200).step("switched-off"),
            Step::Configure { rules: vec![Rule::new("everything")] },
        ])
        .checks([check(CheckKind::Answers)])
}
