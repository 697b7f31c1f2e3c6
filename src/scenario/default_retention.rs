//! The destination's default retention is for replicas whose source has none (R-DATA-10), and gives
//! way to the source's (R-DATA-09).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("default-retention", "the destination's default retention is for what has none")
        .proves(["R-DATA-09", "R-DATA-10"])
        .needs([Capability::FreshPair, Capability::ObjectLock])
        .steps([
            Step::set(Side::Destination(0), BucketSetting::ObjectLock { days: Some(3) }),
            Step::set(Side::Source, BucketSetting::ObjectLock { days: None }),
            Step::put("none", "none", Object::default()),
            Step::put("own", "own", Object::default().with_retention(1)),
        ])
        .checks([check(CheckKind::Arrives), check(CheckKind::ObjectLock)])
}
