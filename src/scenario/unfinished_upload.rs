//! An upload in parts travels when it is complete, and nothing of it before (R-DATA-19).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("unfinished-upload", "an upload that is not complete does not travel")
        .proves(["R-DATA-19"])
        .steps([
            Step::begin_upload("left", "left"),
            Step::multipart("complete", "complete", Object::sized(1024), 5 << 20),
        ])
        .checks([
            check(CheckKind::Arrives).of(["complete"]),
            check(CheckKind::UploadStays).of(["left"]),
        ])
}
