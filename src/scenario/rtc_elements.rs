//! RTC is 15 minutes and comes with metrics of its status (R-TIME-06).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let with = |elements: &str| {
        let bucket = "<Bucket>{destination}</Bucket>";
        Document::v2().with("Destination", format!("{bucket}{elements}"))
    };
    let time = |minutes: u8| {
        format!("<ReplicationTime><Status>Enabled</Status><Time><Minutes>{minutes}</Minutes></Time></ReplicationTime>")
    };
    let metrics = |status: &str, minutes: u8| {
        format!("<Metrics><Status>{status}</Status><EventThreshold><Minutes>{minutes}</Minutes></EventThreshold></Metrics>")
    };
    let rtc = |minutes, metrics: String| Ask::put(&with(&(time(minutes) + &metrics)));
    Scenario::new("rtc-elements", "RTC is 15 minutes and needs metrics of its status")
        .proves(["R-TIME-06"])
        .needs([Capability::FreshPair])
        .steps([
            rtc(10, metrics("Enabled", 15)).refused(400, ["InvalidArgument"]).step("10-minutes"),
            rtc(15, metrics("Enabled", 10)).refused(400, ["InvalidArgument"]).step("threshold-of-10"),
            rtc(15, String::new()).refused(400, ["InvalidRequest"]).step("without-metrics"),
            rtc(15, metrics("Disabled", 15)).refused(400, ["InvalidRequest"]).step("another-status"),
        ])
        .checks([check(CheckKind::Answers)])
}
