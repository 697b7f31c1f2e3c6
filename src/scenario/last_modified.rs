//! A replica keeps the creation time of its source (R-DATA-03), and listings show it (R-DATA-04).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("last-modified", "a replica keeps its source's Last-Modified")
        .proves(["R-DATA-03", "R-DATA-04"])
        .steps([Step::put("object", "object", Object::default())])
        .checks([
            check(CheckKind::Arrives),
            check(CheckKind::LastModified),
            check(CheckKind::ListedDates),
        ])
}
