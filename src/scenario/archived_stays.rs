//! An object in an archive class stays; `GLACIER_IR` is no archive (R-NOT-03).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let put = |class: &str| Step::put(class, class, Object::default().with_storage_class(class));
    let archived = ["GLACIER", "DEEP_ARCHIVE"];
    Scenario::new("archived-stays", "objects in GLACIER and DEEP_ARCHIVE stay at the source")
        .proves(["R-NOT-03"])
        .needs([Capability::FreshPair, Capability::Expendable])
        .steps(archived.into_iter().chain(["GLACIER_IR"]).map(put))
        .checks([
            check(CheckKind::Arrives).of(["GLACIER_IR"]),
            check(CheckKind::StorageClass).of(["GLACIER_IR"]),
            check(CheckKind::StaysAbsent).of(archived),
        ])
}
