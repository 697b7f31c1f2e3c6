//! An HDR histogram log, version 1.3, for the tools of `HdrHistogram`.

use std::fmt::Write;
use std::time::{Duration, UNIX_EPOCH};

use hdrhistogram::Histogram;
use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};

use super::LagReport;
use super::wording::{measure, operation};
use crate::lag::{HistogramKey, Measured, histograms};

/// Two histograms a run for each lag, destination, operation and size, in nanoseconds: of the lower
/// and of the upper bounds, each named by its tag (`visible/destination/put/1024/upper`).
///
/// What has no upper bound is missing in the second, and counted by a comment before the
/// histograms.
#[must_use]
pub fn hdr(report: &LagReport) -> String {
    let mut log = Vec::new();
    // Writing into memory has nothing to fail on.
    write(&mut log, report).unwrap_or_default();
    String::from_utf8_lossy(&log).into_owned()
}

fn write(log: &mut Vec<u8>, report: &LagReport) -> Option<()> {
    let mut serializer = V2DeflateSerializer::new();
    let mut builder = IntervalLogWriterBuilder::new();
    builder.add_comment("[lag in nanoseconds; the two bounds of each lag apart]");
    let started = report.runs.iter().map(|run| run.facts.started).min();
    builder.with_start_time(UNIX_EPOCH + Duration::from_secs(started.unwrap_or(0)));
    builder.with_max_value_divisor(1e6);
    for run in &report.runs {
        unbounded(run).iter().for_each(|line| {
            builder.add_comment(line);
        });
    }
    let mut writer = builder.begin_log_with(log, &mut serializer).ok()?;
    for run in &report.runs {
        let started = Duration::from_secs(run.facts.started);
        let lasted = Duration::from_nanos(run.facts.elapsed_ns);
        let mut one = |key: &HistogramKey, end: &str, histogram: &Histogram<u64>| {
            let tag = tag(key, end);
            let tag = Tag::new(&tag);
            writer.write_histogram(histogram, started, lasted, tag).ok()
        };
        for (key, bounds) in histograms(&run.samples) {
            one(&key, "lower", &bounds.lower)?;
            one(&key, "upper", &bounds.upper)?;
        }
    }
    Some(())
}

fn unbounded(run: &Measured) -> Vec<String> {
    let mut lines = Vec::new();
    for (key, bounds) in histograms(&run.samples) {
        if bounds.unbounded > 0 {
            let (tag, run) = (tag(&key, "upper"), &run.facts.run);
            lines.push(format!(
                "[{tag}: {} of run {run} have none]",
                bounds.unbounded
            ));
        }
    }
    lines
}

fn tag(key: &HistogramKey, end: &str) -> String {
    let operation = operation(key.operation).replace(' ', "-");
    let mut tag = format!("{}/{}/{operation}", measure(key.measure), key.side);
    write!(tag, "/{}/{end}", key.size).expect("a String takes every write");
    tag
}
