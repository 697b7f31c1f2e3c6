//! A retention or a legal hold that changes after the write follows to the replica (R-DATA-08).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let lock = |side| Step::set(side, BucketSetting::ObjectLock { days: None });
    Scenario::new("lock-change", "retention and legal hold changed later follow to the replica")
        .proves(["R-DATA-08"])
        .needs([Capability::FreshPair, Capability::ObjectLock])
        .steps([
            lock(Side::Destination(0)),
            lock(Side::Source),
            Step::put("retained", "retained", Object::default()),
            Step::put("lengthened", "lengthened", Object::default().with_retention(1)),
            Step::put("held", "held", Object::default()),
            Step::put("released", "released", Object::default().with_legal_hold()),
            Step::await_replicas("retained"),
            Step::await_replicas("lengthened"),
            Step::await_replicas("held"),
            Step::await_replicas("released"),
            Step::retain("retain", "retained", 1),
            Step::retain("lengthen", "lengthened", 2),
            Step::hold("hold", "held", true),
            Step::hold("release", "released", false),
        ])
        .checks([check(CheckKind::Arrives), check(CheckKind::ObjectLock)])
}
