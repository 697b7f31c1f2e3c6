//! No configuration is a 404, and deleting one is idempotent and ends replication (R-CFG-08…10).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let none = || Ask::get().refused(404, ["ReplicationConfigurationNotFoundError"]);
    let everything = || Step::Configure { rules: vec![Rule::new("everything")] };
    Scenario::new("configuration-deleted", "a configuration can be deleted twice, and then nothing travels")
        .proves(["R-CFG-08", "R-CFG-09", "R-CFG-10", "R-NOT-01"])
        .needs([Capability::FreshPair])
        .with_rules([])
        .steps([
            none().step("never-put"),
            Ask::get().of_nowhere().refused(404, ["NoSuchBucket"]).step("no-bucket"),
            Ask::delete().step("delete-none"),
            everything(),
            Step::put("before", "before", Object::default()),
            Step::await_replicas("before"),
            Ask::delete().step("delete"),
            Ask::delete().step("delete-again"),
            none().step("deleted"),
            Step::put("without", "without", Object::default()),
            everything(),
        ])
        .checks([
            check(CheckKind::Answers),
            check(CheckKind::Arrives).of(["before"]),
            check(CheckKind::StaysAbsent).of(["without"]),
            check(CheckKind::NoStatus).of(["without"]),
        ])
}
