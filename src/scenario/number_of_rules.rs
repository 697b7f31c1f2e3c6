//! A configuration holds 1 to 1,000 rules (R-CFG-05). The code for more is not documented.

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let none = Document::v2().without_rules();
    Scenario::new("number-of-rules", "a configuration holds 1 to 1,000 rules")
        .proves(["R-CFG-05"])
        .needs([Capability::FreshPair])
        .steps([
            Ask::put(&none).refused(400, ["MalformedXML"]).step("none"),
            Ask::put(&Document::v2().times(1_001)).refused(400, []).step("too-many"),
            Ask::put(&Document::v2().times(1_000)).accepted(200).step("as-many-as-fit"),
            Step::Configure { rules: vec![Rule::new("everything")] },
        ])
        .checks([check(CheckKind::Answers)])
}
