//! A copy into the source is a new version, and replicates (R-DATA-18).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let original = Object::default().with_metadata("copied", "too").with_tag("copied", "too");
    Scenario::new("copy", "CopyObject into the source replicates, metadata and tags included")
        .proves(["R-DATA-18"])
        .steps([
            Step::put("original", "original", original),
            Step::copy("copy", "original", "copy"),
            Step::copy("onto-itself", "copy", "copy/again"),
            // A copy is STANDARD unless it asks for a class of its own.
            Step::put("rare", "rare", Object::default().with_storage_class("STANDARD_IA")),
            Step::copy("of-rare", "rare", "copy/of-rare"),
        ])
        .checks([
            check(CheckKind::Arrives),
            check(CheckKind::Bytes),
            check(CheckKind::Metadata),
            check(CheckKind::Tags),
            check(CheckKind::StorageClass),
        ])
}
