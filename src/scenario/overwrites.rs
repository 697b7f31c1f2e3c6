//! Every version of a key is replicated, under its own ID (R-DATA-02, R-STATUS-12).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let version = |label| Step::put(label, "object", Object::sized(2000));
    Scenario::new("overwrites", "three versions of one key arrive, with the same IDs and order")
        .proves(["R-DATA-01", "R-DATA-02", "R-STATUS-12"])
        .steps(["first", "second", "third"].map(version))
        .checks([
            check(CheckKind::Arrives),
            check(CheckKind::Bytes),
            check(CheckKind::SourceStatus),
            check(CheckKind::VersionsInOrder).of(["first", "second", "third"]),
        ])
}
