//! A rule's ID is ASCII, unique and of 255 characters at most; S3 makes one up (R-CFG-13).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let id = |id: &str| Document::v2().with("ID", id);
    let other = || id("same").with("Priority", "2");
    Scenario::new("rule-ids", "a rule's ID is ASCII, unique and not too long, or made up")
        .proves(["R-CFG-13"])
        .needs([Capability::FreshPair])
        .steps([
            Ask::put(&id("règle")).refused(400, ["InvalidArgument"]).step("not-ascii"),
            Ask::put(&id(&"i".repeat(256))).refused(400, []).step("too-long"),
            Ask::put(&id("same").and(other())).refused(400, []).step("twice"),
            Ask::put(&id(&"i".repeat(255))).accepted(200).step("longest"),
            Ask::put(&Document::v2().without("ID")).accepted(200).step("none"),
            Ask::get().shows("<ID>").lacks("<ID></ID>").lacks("iii").step("made-up"),
            Step::Configure { rules: vec![Rule::new("everything")] },
        ])
        .checks([check(CheckKind::Answers)])
}
