//! Writes and deletes of one key at both sides at once: the versions end alike (R-BIDI-05, R-BIDI-06).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let destination = Side::Destination(0);
    let both_ways = |id: &str| Rule::new(id).with_delete_markers();
    let back = both_ways("back").with_destination("source");
    Scenario::new("two-way-concurrent", "concurrent writes and deletes of one key end alike on both sides")
        .proves(["R-BIDI-05", "R-BIDI-06"])
        .needs([Capability::FreshPair])
        .with_rules([both_ways("forth")])
        .steps([
            Step::configure([back]).at(destination),
            Step::put("here", "object", Object::sized(100)),
            Step::put("there", "object", Object::sized(200)).at(destination),
            Step::await_replicas("here"),
            Step::await_replicas("there"),
            Step::delete("marker-here", "object"),
            Step::delete("marker-there", "object").at(destination),
        ])
        .checks([
            check(CheckKind::Arrives),
            check(CheckKind::Bytes),
            check(CheckKind::MarkerArrives),
            check(CheckKind::Converges),
            check(CheckKind::NoLoop),
        ])
}
