//! Keys that need escaping somewhere on their way arrive unchanged (R-DATA-01).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("odd-keys", "keys with spaces, unicode, +, % and // arrive unchanged")
        .proves(["R-DATA-01"])
        .steps([
            Step::put("spaces", "with some  spaces ", Object::default()),
            Step::put("unicode", "ソース/größe/🪣", Object::default()),
            Step::put("plus", "a+b+c", Object::default()),
            Step::put("percent", "100%25/%2F", Object::default()),
            Step::put("slashes", "a//b///c/", Object::default()),
        ])
        .checks([check(CheckKind::Arrives), check(CheckKind::Bytes)])
}
