//! A run as Prometheus text, for a node exporter's textfile collector or a push gateway.

use std::time::Duration;

use super::exposition::{Exposition, Metric};
use super::{Row, RunReport, State};
use crate::lag::Summary;

const INFO: Metric = Metric::stable(
    "bucketpair_run_info",
    "1",
    "What ran, in its labels; always 1.",
);
const STARTED: Metric = Metric::stable(
    "bucketpair_run_started_timestamp_seconds",
    "seconds",
    "When the run began, since 1970.",
);
const DURATION: Metric = Metric::stable(
    "bucketpair_run_duration_seconds",
    "seconds",
    "How long the run took; 0 while it goes on.",
);
const EXIT_CODE: Metric = Metric::stable(
    "bucketpair_run_exit_code",
    "1",
    "How the command line ends; 0 is a pass.",
);
const PARTIAL: Metric = Metric::stable(
    "bucketpair_run_partial",
    "1",
    "1 while the run goes on, and for ever where it was killed.",
);
const LEFT_BEHIND: Metric = Metric::stable(
    "bucketpair_run_left_behind",
    "resources",
    "How much could not be removed.",
);
const SCENARIOS: Metric = Metric::stable(
    "bucketpair_scenarios",
    "scenarios",
    "How many scenarios ended in each state.",
);
const STATE: Metric = Metric::stable(
    "bucketpair_scenario_state",
    "1",
    "1 for the state that the scenario ended in, 0 for the others.",
);
const REPLICAS: Metric = Metric::stable(
    "bucketpair_scenario_replicas",
    "replicas",
    "How many replicas were looked for.",
);
const CENSORED: Metric = Metric::stable(
    "bucketpair_scenario_replicas_censored",
    "replicas",
    "How many of them never arrived while somebody looked.",
);
const LONGEST: Metric = Metric::stable(
    "bucketpair_scenario_lag_max_upper_seconds",
    "seconds",
    "The largest upper bound of a lag, of the replicas that arrived.",
);

/// The metrics of a run, in the order they are written.
pub const RUN_METRICS: [Metric; 11] = [
    INFO,
    STARTED,
    DURATION,
    EXIT_CODE,
    PARTIAL,
    LEFT_BEHIND,
    SCENARIOS,
    STATE,
    REPLICAS,
    CENSORED,
    LONGEST,
];

/// The report in Prometheus' text format. The run's ID is a label of its info alone, so that a
/// nightly run makes no new series.
#[must_use]
pub fn prometheus(report: &RunReport) -> String {
    let mut text = Exposition::default();
    info(&mut text, report);
    text.plain(STARTED, report.header.started as f64);
    text.plain(DURATION, report.elapsed.as_secs_f64());
    text.plain(EXIT_CODE, f64::from(report.exit_code() as u8));
    text.plain(PARTIAL, f64::from(report.partial));
    text.plain(LEFT_BEHIND, report.left_behind.len() as f64);
    states(&mut text, report);
    lag(&mut text, REPLICAS, report, |lag| Some(lag.samples as f64));
    lag(&mut text, CENSORED, report, |lag| Some(lag.censored as f64));
    lag(&mut text, LONGEST, report, |lag| {
        let longest = Duration::from_nanos(lag.max_upper_ns?);
        Some(longest.as_secs_f64())
    });
    text.into_text()
}

fn info(text: &mut Exposition, report: &RunReport) {
    let (header, target) = (&report.header, &report.header.target);
    let labels = vec![
        ("version", header.bucketpair.as_str()),
        ("target", &target.name),
        ("engine", &target.engine),
        ("source_region", &target.source_region),
        ("destination_region", &target.destination_region),
        ("run", &header.run),
    ];
    text.metric(INFO, [(labels, 1.0)]);
}

fn states(text: &mut Exposition, report: &RunReport) {
    let counts = State::ALL.map(|state| {
        let count = report.count(state) as f64;
        (vec![("state", label(state))], count)
    });
    text.metric(SCENARIOS, counts);
    let of = |row| State::ALL.into_iter().map(move |state| (row, state));
    let samples = report.rows.iter().flat_map(of).map(|(row, state)| {
        let labels = vec![("scenario", row.scenario()), ("state", label(state))];
        (labels, f64::from(row.state() == state))
    });
    text.metric(STATE, samples);
}

fn label(state: State) -> &'static str {
    match state {
        State::Errored => "errored",
        _ => state.word(),
    }
}

fn lag(
    text: &mut Exposition,
    metric: Metric,
    report: &RunReport,
    value: impl Fn(&Summary) -> Option<f64>,
) {
    let samples = report.rows.iter().filter_map(|row| {
        let Row::Judged(judgement) = row else {
            return None;
        };
        let value = value(judgement.lag.as_ref()?)?;
        Some((vec![("scenario", row.scenario())], value))
    });
    text.metric(metric, samples);
}
