//! Metrics need no RTC (R-TIME-07): so says the page on metrics; the table of errors does not.

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let bucket = "<Bucket>{destination}</Bucket>";
    let metrics = "<Metrics><Status>Enabled</Status></Metrics>";
    let alone = Document::v2().with("Destination", format!("{bucket}{metrics}"));
    Scenario::new("metrics-alone", "metrics can be enabled without RTC")
        .proves(["R-TIME-07"])
        .needs([Capability::FreshPair])
        .steps([
            Ask::put(&alone).accepted(200).step("alone"),
            Ask::get().shows("<Metrics>").lacks("<EventThreshold>").step("shown"),
            Step::Configure { rules: vec![Rule::new("everything")] },
        ])
        .checks([check(CheckKind::Answers)])
}
