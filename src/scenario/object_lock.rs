//! A replica carries the retention and the legal hold of its source (R-DATA-09). That the rules are
//! taken by a bucket with Object Lock was not always so (R-DATA-12).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let lock = |side| Step::set(side, BucketSetting::ObjectLock { days: None });
    Scenario::new("object-lock", "a replica has its source's retention and legal hold")
        .proves(["R-DATA-09", "R-DATA-12"])
        .needs([Capability::FreshPair, Capability::ObjectLock])
        .with_rules([])
        .steps([
            lock(Side::Source),
            lock(Side::Destination(0)),
            Step::Configure { rules: vec![Rule::new("everything")] },
            Step::put("free", "free", Object::default()),
            Step::put("retained", "retained", Object::default().with_retention(1)),
            Step::put("held", "held", Object::default().with_legal_hold()),
            Step::put("both", "both", Object::default().with_retention(2).with_legal_hold()),
        ])
        .checks([check(CheckKind::Arrives), check(CheckKind::ObjectLock)])
}
