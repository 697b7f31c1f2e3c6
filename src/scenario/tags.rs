//! Tags sent with the write are copied (R-DATA-06).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let object = Object::default().with_tag("team", "billing").with_tag("a key", "x=1 + y");
    Scenario::new("tags", "tags sent with the write are copied")
        .proves(["R-DATA-06"])
        .steps([Step::put("object", "object", object)])
        .checks([check(CheckKind::Arrives), check(CheckKind::Tags)])
}
