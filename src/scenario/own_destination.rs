//! A bucket is not its own destination (R-CFG-24): clones refuse it; AWS's pages do not say so.

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let own = Document::v2().to("{source}");
    Scenario::new("own-destination", "a bucket is not its own destination")
        .proves(["R-CFG-24"])
        .needs([Capability::FreshPair])
        .steps([Ask::put(&own).refused(400, []).step("itself")])
        .checks([check(CheckKind::Answers)])
}
