//! A destination that is not versioned, or not there, is refused, of a disabled rule too
//! (R-CFG-02…04). The codes are certain, the texts are not.

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let refused = |document: Document| Ask::put(&document).refused(400, ["InvalidRequest"]);
    let disabled = || Document::v2().with("Status", "Disabled");
    Scenario::new("destination-must-be-versioned", "a destination must be there and versioned")
        .proves(["R-CFG-02", "R-CFG-03", "R-CFG-04"])
        .needs([Capability::FreshPair])
        .with_rules([])
        .steps([
            Step::Versioning { side: Side::Destination(0), enabled: false },
            refused(Document::v2()).step("suspended"),
            refused(disabled()).step("suspended-and-disabled"),
            Step::Versioning { side: Side::Destination(0), enabled: true },
            refused(Document::v2().to("{nowhere}")).step("missing"),
            refused(disabled().to("{nowhere}")).step("missing-and-disabled"),
            Step::Configure { rules: vec![Rule::new("everything")] },
        ])
        .checks([check(CheckKind::Answers)])
}
