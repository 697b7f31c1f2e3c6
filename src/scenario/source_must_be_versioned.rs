//! A source that is not versioned takes no replication configuration (R-CFG-01).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("source-must-be-versioned", "a source that is not versioned takes no configuration")
        .proves(["R-CFG-01"])
        .needs([Capability::FreshPair])
        .with_rules([])
        .steps([
            Step::Versioning { side: Side::Source, enabled: false },
            Ask::put(&Document::v2()).refused(400, ["InvalidRequest"]).step("suspended"),
            Step::Versioning { side: Side::Source, enabled: true },
            Ask::put(&Document::v2()).accepted(200).step("enabled"),
            Step::Configure { rules: vec![Rule::new("everything")] },
        ])
        .checks([check(CheckKind::Answers)])
}
