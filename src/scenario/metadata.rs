//! User metadata and system headers are copied (R-DATA-05).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let object = Object::default()
        .with_metadata("owner", "billing")
        .with_metadata("note", "Kept As It Is")
        .with_header("content-type", "text/csv; charset=utf-8")
        .with_header("cache-control", "max-age=60, must-revalidate")
        .with_header("content-disposition", "attachment; filename=\"a b.csv\"")
        .with_header("content-encoding", "identity")
        .with_header("content-language", "ja");
    Scenario::new("metadata", "user metadata and system headers are copied")
        .proves(["R-DATA-05"])
        .steps([Step::put("object", "object", object)])
        .checks([check(CheckKind::Arrives), check(CheckKind::Metadata)])
}
