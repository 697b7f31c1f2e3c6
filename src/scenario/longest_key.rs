//! A key as long as S3 allows arrives unchanged (R-DATA-01).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let longest = format!("{}!", "k".repeat(1023));
    Scenario::new("longest-key", "a key of 1,024 bytes arrives unchanged")
        .proves(["R-DATA-01"])
        // In a pair that is there, a prefix of our own would make it longer than S3 allows.
        .needs([Capability::FreshPair])
        .steps([Step::put("longest", &longest, Object::default())])
        .checks([check(CheckKind::Arrives), check(CheckKind::Bytes)])
}
