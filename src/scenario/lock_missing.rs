//! A source with Object Lock needs a destination with it, and a role that may read locks
//! (R-DATA-11).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let lock = |side| Step::set(side, BucketSetting::ObjectLock { days: None });
    let put = |label: &str| Step::put(label, label, Object::default());
    let failed = |label: &str| Step::await_status(label, ReplicationStatus::Failed);
    let refused = ["no-lock", "no-retention", "no-legal-hold"];
    Scenario::new("lock-missing", "from a source with Object Lock: FAILED where the destination has none")
        .proves(["R-DATA-11"])
        .needs([Capability::FreshPair, Capability::ObjectLock, Capability::DenyReplication])
        .steps([
            lock(Side::Source),
            put("no-lock"),
            failed("no-lock"),
            lock(Side::Destination(0)),
            put("locked"),
            Step::await_replicas("locked"),
            Step::deny(["s3:GetObjectRetention"]),
            put("no-retention"),
            failed("no-retention"),
            Step::deny(["s3:GetObjectLegalHold"]),
            put("no-legal-hold"),
            failed("no-legal-hold"),
            Step::Restore,
        ])
        .checks([
            check(CheckKind::Fails).of(refused),
            check(CheckKind::FailureReason).of(refused),
            check(CheckKind::Arrives).of(["locked"]),
        ])
}
