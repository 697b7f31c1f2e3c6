//! Every sample as a line of CSV: nothing is summarised.

use super::LagReport;
use super::wording::measure;
use crate::lag::{Censoring, Sample};

/// The columns, in order. Those that end in `_ns` are nanoseconds, since the run began or, for the
/// bounds, since the acknowledgement.
const COLUMNS: [&str; 18] = [
    "run",
    "measure",
    "operation",
    "size",
    "destination",
    "key",
    "op",
    "intended_ns",
    "sent_ns",
    "acknowledged_ns",
    "lower_ns",
    "upper_ns",
    "censoring",
    "start_uncertainty_ns",
    "clock_uncertainty_ns",
    "anomaly",
    "suspended",
    "failed_looks",
];

/// The samples of every run, with a heading. An upper bound that nobody knows is empty.
#[must_use]
pub fn csv(report: &LagReport) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing into memory has nothing to fail on.
    writer.write_record(COLUMNS).ok();
    for run in &report.runs {
        for sample in &run.samples {
            writer.write_record(record(&run.facts.run, sample)).ok();
        }
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn record(run: &str, sample: &Sample) -> [String; COLUMNS.len()] {
    let interval = &sample.interval;
    let censoring = match interval.censoring {
        Censoring::None => "none",
        Censoring::Left => "left",
        Censoring::Right => "right",
    };
    [
        run.to_owned(),
        measure(sample.measure).to_owned(),
        super::wording::operation(sample.operation).replace(' ', "-"),
        sample.size.to_string(),
        sample.side.to_string(),
        sample.key.clone(),
        sample.op.to_string(),
        sample.intended_ns.to_string(),
        sample.sent_ns.to_string(),
        sample.acknowledged_ns.to_string(),
        interval.lower_ns.to_string(),
        interval
            .upper_ns
            .map_or_else(String::new, |upper| upper.to_string()),
        censoring.to_owned(),
        interval.start_uncertainty_ns.to_string(),
        sample.clock_uncertainty_ns.to_string(),
        sample.anomaly.to_string(),
        sample.suspended.to_string(),
        sample.failed.to_string(),
    ]
}
