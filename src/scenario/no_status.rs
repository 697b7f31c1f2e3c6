//! An object that no rule selects has no replication status (R-STATUS-02).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("no-status", "an object that no rule selects has no status and stays")
        .proves(["R-STATUS-02"])
        .needs([Capability::FreshPair])
        .with_rules([Rule::new("logs").with_prefix("logs/")])
        .steps([Step::put("outside", "data/object", Object::default())])
        .checks([CheckKind::NoStatus, CheckKind::StaysAbsent].map(|kind| check(kind).of(["outside"])))
}
