//! What every rule must hold, whatever its schema (R-CFG-06, R-CFG-14). No code is documented.

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let refused = |document: Document| Ask::put(&document).refused(400, []);
    let prefix = |length: usize| format!("<Prefix>{}</Prefix>", "p".repeat(length));
    let longest = Document::v2().with("Filter", prefix(1_024));
    Scenario::new("required-elements", "a rule needs role, status and destination, and a prefix that fits")
        .proves(["R-CFG-06", "R-CFG-14"])
        .needs([Capability::FreshPair])
        .steps([
            refused(Document::v2().without_role()).step("no-role"),
            refused(Document::v2().without("Status")).step("no-status"),
            refused(Document::v2().with("Status", "On")).step("another-status"),
            refused(Document::v2().without("Destination")).step("no-destination"),
            refused(Document::v2().with("Destination", "")).step("no-bucket"),
            refused(Document::v2().with("Filter", prefix(1_025))).step("long-prefix"),
            Ask::put(&longest).accepted(200).step("longest-prefix"),
            Step::Configure { rules: vec![Rule::new("everything")] },
        ])
        .checks([check(CheckKind::Answers)])
}
