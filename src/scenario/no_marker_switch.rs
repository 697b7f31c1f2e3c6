//! A V2 rule says whether delete markers travel (R-RULE-02); some of AWS's own samples do not.

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let silent = Document::v2().without("DeleteMarkerReplication");
    Scenario::new("no-marker-switch", "a V2 rule has to say whether delete markers travel")
        .proves(["R-RULE-02"])
        .needs([Capability::FreshPair])
        .steps([Ask::put(&silent).refused(400, []).step("no-switch")])
        .checks([check(CheckKind::Answers)])
}
