//! The truth test: every true arrival lies in the interval that was measured for it.
//!
//! The embedded pair stamps the instant at which a replica becomes readable inside the section that
//! publishes it, on the same clock. One miss fails, with the seed and the sample.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

#[path = "truth/load.rs"]
mod load;

use std::collections::HashMap;
use std::time::Duration;

use bucketpair::emulator::{Arrival, ArrivalKind};
use bucketpair::history::Event;
use bucketpair::lag::{
    Censoring, Measure, OperationShare, OperationType, RunFacts, Sample, SizeShare, intervals,
};
use bucketpair::runner::{
    LagSettings, Length, Measurement, Opened, Settings, lag_on, open, open_in_process,
};
use rstest::rstest;
use tokio::time::Instant as Clock;

#[path = "truth/door.rs"]
mod door;
#[path = "truth/sessions.rs"]
mod sessions;
use door::Door;

const SEED: u64 = 42;

/// What was measured, and what is true.
struct Run {
    measurement: Measurement,
    samples: Vec<Sample>,
    arrivals: Vec<Arrival>,
}

async fn measure(opened: Opened, settings: &Settings, asked: &LagSettings) -> Run {
    let measuring = Box::pin(lag_on(
        &opened,
        settings,
        asked,
        None,
        std::future::pending(),
    ));
    let measurement = measuring.await.unwrap();
    let emulator = opened.emulator.as_ref().unwrap();
    Run {
        samples: intervals(&measurement.history),
        arrivals: emulator.0.arrivals(),
        measurement,
    }
}

fn settings(delay: &str, deadline: Duration) -> Settings {
    let mut settings = Settings::default();
    settings.seed = SEED;
    settings.delay = Some(delay.to_owned());
    settings.deadline = Some(deadline);
    settings
}

fn asked(rate: f64, count: u64, operations: &str) -> LagSettings {
    let mut asked = LagSettings::default();
    (asked.rate, asked.length) = (rate, Length::Count(count));
    asked.operations = OperationShare::mix(operations).unwrap();
    asked
}

fn kind(operation: OperationType) -> ArrivalKind {
    match operation {
        OperationType::DeleteMarker => ArrivalKind::DeleteMarker,
        OperationType::TagChange => ArrivalKind::Tags,
        _ => ArrivalKind::Replica,
    }
}

/// The samples whose interval does not hold the true arrival, and how many were compared.
fn misses(run: &Run, shift: Duration) -> (Vec<String>, usize) {
    let mut versions = HashMap::new();
    for timed in &run.measurement.history.events {
        if let Event::Ok { op, outcome } = &timed.event {
            versions.insert(*op, outcome.version.clone());
        }
    }
    let mut truth: HashMap<_, Vec<&Arrival>> = HashMap::new();
    for arrival in &run.arrivals {
        truth.entry(arrival.key.as_str()).or_default().push(arrival);
    }
    let (mut missed, mut compared) = (Vec::new(), 0);
    for sample in run.samples.iter().filter(|s| s.measure == Measure::Visible) {
        let arrivals = truth.get(sample.key.as_str()).cloned().unwrap_or_default();
        let is_it = |arrival: &&&Arrival| {
            let named = versions.get(&sample.op).and_then(Option::as_ref);
            let tags = sample.operation == OperationType::TagChange;
            arrival.kind == kind(sample.operation)
                && (tags || named.is_none_or(|named| *named == arrival.version_id))
        };
        let arrived = arrivals.iter().find(is_it);
        // The moment it was readable, on the clock that every look was timed by.
        let journal = &run.measurement.journal;
        let arrived = arrived.map(|arrival| journal.at(arrival.at + shift).0);
        compared += 1;
        if !holds(sample, arrived) {
            missed.push(format!("seed {SEED}: {arrived:?} is not in {sample:?}"));
        }
    }
    (missed, compared)
}

fn holds(sample: &Sample, arrived: Option<u64>) -> bool {
    let Some(arrived) = arrived else {
        return sample.interval.censoring == Censoring::Right;
    };
    let moment = |ns: u64| sample.acknowledged_ns + ns;
    let lower = match sample.interval.censoring {
        Censoring::Left => None,
        _ => Some(moment(sample.interval.lower_ns)),
    };
    let upper = sample.interval.upper_ns.map(moment);
    lower.is_none_or(|lower| lower <= arrived) && upper.is_none_or(|upper| arrived <= upper)
}

fn assert_true(run: &Run, count: usize) {
    let (missed, compared) = misses(run, Duration::ZERO);
    assert!(
        missed.is_empty(),
        "{} of {compared}: {}",
        missed.len(),
        missed[0]
    );
    assert_eq!(compared, count, "seed {SEED}: samples");
    let left = &run.measurement.report.ended.left_behind;
    assert_eq!(*left, Vec::<String>::new());
}

fn facts(run: &Run) -> RunFacts {
    RunFacts::of(
        &run.measurement.header,
        &run.measurement.history,
        &run.samples,
    )
}

/// The median width, and the requests that looking took for each object.
fn cost(run: &Run) -> (Duration, f64) {
    let mut widths: Vec<u64> = run.samples.iter().filter_map(Sample::width_ns).collect();
    widths.sort_unstable();
    let requests = facts(run).requests;
    let each = requests.looks() as f64 / run.samples.len() as f64;
    (Duration::from_nanos(widths[widths.len() / 2]), each)
}

async fn virtually(delay: &str, deadline: Duration, asked: &LagSettings) -> Run {
    let settings = settings(delay, deadline);
    measure(open_in_process(&settings).unwrap(), &settings, asked).await
}

#[rstest]
#[case::constant("5ms")]
#[case::uniform("uniform:5ms..2s")]
#[case::log_normal("lognormal:4s,0.5")]
#[case::pareto("pareto:50ms,1.5")]
#[tokio::test(start_paused = true)]
async fn every_true_arrival_lies_in_its_interval_at_500_writes_a_second(#[case] delay: &str) {
    let run = virtually(delay, Duration::from_secs(60), &asked(500.0, 600, "put")).await;
    assert_true(&run, 600);
}

#[rstest]
#[case::a_quarter_of_an_hour("15m", 2, 30)]
#[case::some_hours("lognormal:2h,0.2", 2, 20)]
// A canary of three has to be there within five eighths of the deadline.
#[case::two_days("lognormal:20h,0.5", 8, 20)]
#[tokio::test(start_paused = true)]
async fn lags_of_minutes_to_days_are_measured_truly(
    #[case] delay: &str,
    #[case] deadline_days: u64,
    #[case] count: u64,
) {
    let deadline = Duration::from_hours(24 * deadline_days);
    let run = virtually(delay, deadline, &asked(0.1, count, "put")).await;
    assert_true(&run, count as usize);
}

#[tokio::test(start_paused = true)]
async fn every_operation_is_measured_truly() {
    let operations = "put,overwrite,multipart,copy,delete-marker,tag-change";
    let asked = asked(20.0, 120, operations);
    let run = virtually("uniform:50ms..900ms", Duration::from_secs(30), &asked).await;
    assert_true(&run, 120);
    for share in OperationShare::mix(operations).unwrap() {
        let of_it = run
            .samples
            .iter()
            .filter(|s| s.operation == share.operation);
        assert!(of_it.count() > 5, "{:?}", share.operation);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_arrival_is_caught_by_the_comparison() {
    let run = virtually(
        "uniform:5ms..900ms",
        Duration::from_secs(30),
        &asked(50.0, 100, "put"),
    )
    .await;
    let width = |s: &Sample| s.interval.upper_ns.unwrap_or(0) - s.interval.lower_ns;
    let widest = run.samples.iter().map(width).max().unwrap();
    let shift = Duration::from_nanos(widest + 1);
    let (missed, compared) = misses(&run, shift);
    assert_eq!(
        missed.len(),
        compared,
        "a shift by {shift:?} has to be seen in every sample"
    );
}

#[tokio::test]
async fn over_sockets_every_true_arrival_lies_in_its_interval() {
    let settings = settings("uniform:5ms..60ms", Duration::from_secs(60));
    let opened = open(&settings).await.unwrap();
    let run = measure(opened, &settings, &asked(100.0, 150, "put,delete-marker")).await;
    assert_true(&run, 150);
}

#[tokio::test(start_paused = true)]
async fn at_equal_median_width_a_poller_takes_five_times_the_requests() {
    let delay = "uniform:800ms..1s";
    let run = virtually(delay, Duration::from_secs(30), &asked(50.0, 300, "put")).await;
    assert_true(&run, 300);
    let (width, each) = cost(&run);
    // One HEAD every `width` from the acknowledgement until the replica is there.
    let poller = 0.9 / width.as_secs_f64();
    assert!(
        each * 5.0 <= poller,
        "{each} requests an object, the poller {poller}, at {width:?}"
    );
}

/// A run that has too little to look at everything, counted where the server would.
async fn counted(operations: &str, budget: u64) -> (Run, Door) {
    let mut asked = asked(10.0, 60, operations);
    asked.sizes = SizeShare::mix("1KiB,11MiB").unwrap();
    (asked.max_requests_per_second, asked.request_budget) = (Some(90), Some(budget));
    let settings = settings("uniform:100ms..4s", Duration::from_secs(30));
    let mut opened = open_in_process(&settings).unwrap();
    let door = Door::default();
    door.put_before(&mut opened);
    (measure(opened, &settings, &asked).await, door)
}

#[rstest]
#[case::writes_of_one_request("put,copy,overwrite,delete-marker", 300, 90)]
#[case::uploads_in_parts("multipart,put", 400, 90)]
#[case::tags_whose_replicas_are_awaited_first("tag-change,put", 2_500, 10)]
#[tokio::test(start_paused = true)]
async fn neither_rate_nor_budget_is_ever_exceeded_as_the_server_counts(
    #[case] operations: &str,
    #[case] budget: u64,
    #[case] percent_used: u64,
) {
    let (run, door) = counted(operations, budget).await;
    let sent = door.of_the_measurement();
    let within = |from: Clock| {
        let second = from..from + Duration::from_secs(1);
        let within = sent.iter().filter(move |(at, _)| second.contains(at));
        within.map(|(_, what)| what.as_str()).collect::<Vec<_>>()
    };
    let seconds = sent.iter().map(|(at, _)| within(*at));
    let busiest = seconds.max_by_key(Vec::len).unwrap();
    assert!(
        busiest.len() <= 90,
        "{} requests in a second, seed {SEED}: {busiest:#?}",
        busiest.len()
    );
    let (all, requests) = (sent.len() as u64, facts(&run).requests);
    assert!(
        all <= budget,
        "{all} requests of {budget}, seed {SEED}: {sent:#?}"
    );
    assert!(
        all * 100 >= budget * percent_used,
        "{all} of {budget} were used: {requests:?}; {} of {} seen",
        run.samples
            .iter()
            .filter(|s| s.interval.upper_ns.is_some())
            .count(),
        run.samples.len()
    );
    assert!(
        requests.total() <= all,
        "not all are in the history: {requests:?}, {all}"
    );
    // Every write went out: what looks cost is not taken from them.
    assert_eq!(facts(&run).operations.acknowledged, 60);
}
