//! Metrics by themselves are accepted, and so is RTC with its metrics (R-TIME-06, R-TIME-07).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let rules = [
        Rule::new("metrics").with_prefix("metrics/").with_metrics(),
        Rule::new("time").with_prefix("time/").with_priority(2).with_replication_time(),
    ];
    Scenario::new("metrics-and-time-control", "metrics alone and RTC of 15 minutes are accepted")
        .proves(["R-TIME-06", "R-TIME-07", "R-RULE-01"])
        .needs([Capability::FreshPair])
        .with_rules(rules)
        .steps([
            Step::put("metrics", "metrics/object", Object::default()),
            Step::put("time", "time/object", Object::default()),
        ])
        .checks([CheckKind::Arrives, CheckKind::SourceStatus].map(check))
}
