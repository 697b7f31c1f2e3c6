//! A prefix is a plain string: no delimiter, upper and lower case apart (R-RULE-08).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    Scenario::new("prefix-filter", "a prefix selects keys by their first characters, no more")
        .proves(["R-RULE-08", "R-STATUS-02"])
        .needs([Capability::FreshPair])
        .with_rules([
            Rule::new("folder").with_prefix("folder/"),
            Rule::new("tax").with_prefix("Tax").with_priority(2),
        ])
        .steps([
            Step::put("folder", "Tax/a", Object::default()),
            Step::put("longer-word", "Taxes", Object::default()),
            Step::put("lower-case", "tax/a", Object::default()),
            Step::put("inside", "old/Tax/a", Object::default()),
        ])
        .checks([
            check(CheckKind::Arrives).of(["folder", "longer-word"]),
            check(CheckKind::StaysAbsent).of(["lower-case", "inside"]),
            check(CheckKind::NoStatus).of(["lower-case", "inside"]),
        ])
}
