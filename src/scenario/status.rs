//! The source goes from PENDING to COMPLETED, and the replica is a REPLICA (R-STATUS-01, 03, 13).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("status", "PENDING becomes COMPLETED once the replica, a REPLICA, is readable")
        .proves(["R-STATUS-01", "R-STATUS-03", "R-STATUS-04", "R-STATUS-05", "R-STATUS-13"])
        .steps(["a", "b", "c", "d"].map(|name| Step::put(name, name, Object::default())))
        .checks([
            check(CheckKind::Arrives),
            check(CheckKind::SourceStatus),
            check(CheckKind::PendingAtOnce),
            check(CheckKind::ReplicaStatus),
        ])
}
