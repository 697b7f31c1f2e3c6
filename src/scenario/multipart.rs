//! An object uploaded in parts arrives whole, with its parts and its multipart `ETag` (R-DATA-14).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let object = || Object::sized(17 << 20);
    Scenario::new("multipart", "an upload in parts arrives whole, with its -N ETag and checksum")
        .proves(["R-DATA-14", "R-DATA-15", "R-DATA-18"])
        .steps([
            Step::multipart("plain", "plain", object(), 5 << 20),
            Step::multipart("sha256", "sha256", object().with_checksum("SHA256"), 8 << 20),
        ])
        .checks([
            check(CheckKind::Arrives),
            check(CheckKind::Bytes),
            check(CheckKind::Etag),
            check(CheckKind::Checksums),
            check(CheckKind::Parts),
        ])
}
