//! What a V2 rule must hold, and its filter once only (R-RULE-02, R-RULE-06).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let refused = |document: Document| Ask::put(&document).refused(400, []);
    let tag = "<Tag><Key>team</Key><Value>a</Value></Tag>";
    let both = format!("<Prefix>logs/</Prefix>{tag}");
    let and = |content: &str| Document::v2().with("Filter", format!("<And>{content}</And>"));
    Scenario::new("v2-elements", "a V2 rule needs a priority, and one filter")
        .proves(["R-RULE-02", "R-RULE-06"])
        .needs([Capability::FreshPair])
        .steps([
            refused(Document::v2().without("Priority")).step("no-priority"),
            refused(Document::v2().with("Filter", &*both)).step("two-filters"),
            Ask::put(&and(&both)).accepted(200).step("both-in-and"),
            Step::Configure { rules: vec![Rule::new("everything")] },
        ])
        .checks([check(CheckKind::Answers)])
}
