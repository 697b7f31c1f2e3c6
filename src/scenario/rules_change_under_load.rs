//! Objects follow the rules of their write while the configuration changes (R-RULE-18): AWS does
//! not say whether it looks again when it copies.

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let rules = |rule: Rule| vec![Step::Configure { rules: vec![rule] }];
    let puts = |name: &'static str| {
        let put = move |n: u8| Step::put(name, &format!("{name}/{n}"), Object::default());
        (0..8).map(put).collect::<Vec<_>>()
    };
    let rule = || Rule::new("everything");
    let steps = [
        puts("enabled"),
        rules(rule().disabled()),
        puts("disabled"),
        rules(rule().with_storage_class("STANDARD_IA")),
        puts("elsewhere"),
        rules(rule()),
        puts("again"),
    ];
    Scenario::new("rules-change-under-load", "an object follows the rules that its write met")
        .proves(["R-RULE-18"])
        .needs([Capability::FreshPair])
        .steps(steps.concat())
        .checks([
            check(CheckKind::Arrives).of(["enabled", "elsewhere", "again"]),
            check(CheckKind::StaysAbsent).of(["disabled"]),
            check(CheckKind::StorageClass),
        ])
}
