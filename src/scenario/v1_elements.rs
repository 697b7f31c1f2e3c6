//! What V1 does not know: elements of V2, replica modification sync, a second destination
//! (R-RULE-03…05, R-BIDI-04).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let v1 = Document::v1;
    let sync = "<ReplicaModifications><Status>Enabled</Status></ReplicaModifications>";
    let markers = v1().with("DeleteMarkerReplication", "<Status>Disabled</Status>");
    let second = v1().with("ID", "second").to("{destination-2}");
    let refused = |document: Document| Ask::put(&document).refused(400, ["InvalidRequest"]);
    let refused_somehow = |document: Document| Ask::put(&document).refused(400, []);
    Scenario::new("v1-elements", "a V1 rule takes no element of V2, and knows one destination")
        .proves(["R-RULE-03", "R-RULE-04", "R-RULE-05", "R-BIDI-04"])
        .needs([Capability::FreshPair])
        .with_destinations(2)
        .steps([
            refused(markers).step("marker-switch"),
            refused(v1().with("Priority", "1")).step("priority"),
            refused_somehow(v1().with("SourceSelectionCriteria", sync)).step("sync"),
            refused_somehow(v1().and(second)).step("two-destinations"),
        ])
        .checks([check(CheckKind::Answers)])
}
