//! An outage of the destination keeps versions PENDING; S3 resumes by itself (R-STATUS-09).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let destination = Side::Destination(0);
    Scenario::new("destination-away", "an outage fails nothing; objects and markers arrive after it")
        .proves(["R-STATUS-09", "R-DEL-02"])
        .needs([Capability::FreshPair, Capability::HoldReplication])
        .with_rules([Rule::new("everything").with_delete_markers()])
        .steps([
            Step::trouble(destination, Trouble::Outage),
            Step::put("object", "object", Object::default()),
            Step::put("deleted", "deleted", Object::default()),
            Step::delete("marker", "deleted"),
            Step::await_window("object"),
            Step::await_window("deleted"),
            Step::trouble(destination, Trouble::Recovery),
        ])
        .checks([
            check(CheckKind::HeldBack).of(["object", "deleted"]),
            check(CheckKind::Arrives),
            check(CheckKind::MarkerArrives).of(["marker"]),
            check(CheckKind::SourceStatus),
        ])
}
