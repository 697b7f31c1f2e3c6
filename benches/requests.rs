//! What `bucketpair lag` saves: its requests beside those of a poller that looks at each object every
//! so often, at equal median width of the intervals, on one embedded pair after the other.
//!
//! Both measure the same delays, of the same writes, in virtual time: the lags are seconds, and
//! nothing but the number of requests differs from a run in real time on a fast network. The poller
//! is told its interval, the width that bucketpair came to; nobody knows it beforehand. Run it by
//! `cargo bench --bench requests`.
#![expect(clippy::print_stdout, reason = "its result is what it prints")]

use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use bucketpair::history::Side;
use bucketpair::lag::{Sample, intervals};
use bucketpair::provision::{Ledger, Request, provision};
use bucketpair::replication::Rule;
use bucketpair::runner::{LagSettings, Length, Opened, Settings, lag_on, open_in_process};
use bucketpair::target::Target;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

const WRITES: u64 = 200;
/// Each has a mean of about a second.
const DELAYS: [(&str, &str); 6] = [
    ("constant", "1s"),
    ("uniform", "uniform:500ms..1500ms"),
    ("log-normal", "lognormal:900ms,0.5"),
    ("bimodal", "bimodal:500ms,3s,0.2"),
    ("exponential", "exponential:1s"),
    ("Pareto", "pareto:333ms,1.5"),
];
const RATES: [u64; 2] = [10, 100];

/// How wide the intervals were, and what they took.
struct Cost {
    median: Duration,
    requests: u64,
}

fn settings(delay: &str) -> Settings {
    let mut settings = Settings::default();
    (settings.seed, settings.delay) = (42, Some(delay.to_owned()));
    settings.deadline = Some(Duration::from_mins(10));
    settings
}

fn median(mut widths: Vec<Duration>) -> Duration {
    widths.sort_unstable();
    widths[widths.len() / 2]
}

async fn bucketpair(delay: &str, rate: u64) -> Cost {
    let settings = settings(delay);
    let opened = open_in_process(&settings).expect("an embedded pair");
    let mut asked = LagSettings::default();
    (asked.rate, asked.length) = (rate as f64, Length::Count(WRITES));
    let measuring = lag_on(&opened, &settings, &asked, None, std::future::pending());
    let measured = Box::pin(measuring).await.expect("a measurement");
    let samples = intervals(&measured.history);
    assert_eq!(samples.len() as u64, WRITES, "every write is a sample");
    let facts = bucketpair::lag::RunFacts::of(&measured.header, &measured.history, &samples);
    // What was there at the first look has an interval too: all that passed until then.
    let width = |sample: &Sample| {
        let interval = &sample.interval;
        let upper = interval.upper_ns.expect("everything arrives");
        Duration::from_nanos(upper - interval.lower_ns)
    };
    Cost {
        median: median(samples.iter().map(width).collect()),
        requests: facts.requests.looks(),
    }
}

/// Where the poller writes and looks.
#[derive(Clone)]
struct Pair {
    target: Target,
    source: String,
    destination: String,
}

async fn pair(opened: &Opened) -> Pair {
    let mut request = Request::new("poller");
    request.rules = vec![Rule::new("everything")];
    let ledger = Ledger::in_memory("run", "2100-01-01T00:00:00Z");
    let pair = provision(&opened.target, &request, &ledger).await;
    let pair = pair.expect("provisioned");
    Pair {
        target: opened.target.clone(),
        source: pair.bucket(Side::Source).to_owned(),
        destination: pair.bucket(Side::Destination(0)).to_owned(),
    }
}

/// One HEAD of every object each `interval` after its acknowledgement, until it is there.
async fn poller(delay: &str, rate: u64, interval: Duration) -> Cost {
    let opened = open_in_process(&settings(delay)).expect("an embedded pair");
    let pair = pair(&opened).await;
    let (began, gap) = (Instant::now(), Duration::from_secs(1).div_f64(rate as f64));
    let mut polled = JoinSet::new();
    for number in 0..WRITES {
        sleep_until(began + gap * number as u32).await;
        polled.spawn(poll(pair.clone(), number, interval));
    }
    let polled = polled.join_all().await;
    Cost {
        median: median(polled.iter().map(|(width, _)| *width).collect()),
        requests: polled.iter().map(|(_, requests)| requests).sum(),
    }
}

/// Writes one object, and looks for it. Returns the width of its interval and the requests.
async fn poll(pair: Pair, number: u64, interval: Duration) -> (Duration, u64) {
    let key = format!("{number:08}");
    let put = pair.target.source.client.put_object();
    let put = put.bucket(&pair.source).key(&key);
    let written = put.body(ByteStream::from(vec![0; 1024])).send().await;
    let version = written.expect("acknowledged").version_id;
    let (acknowledged, mut lacking) = (Instant::now(), Instant::now());
    for requests in 1.. {
        sleep_until(acknowledged + interval * requests).await;
        let sent = Instant::now();
        let head = pair.target.destination.client.head_object();
        let head = head.bucket(&pair.destination).key(&key);
        if head.set_version_id(version.clone()).send().await.is_ok() {
            return (lacking.elapsed(), u64::from(requests));
        }
        lacking = sent;
    }
    unreachable!("the embedded pair replicates everything")
}

/// A runtime whose clock goes on when nothing is left to do.
fn virtually<T>(work: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().start_paused(true).build();
    runtime.expect("a runtime").block_on(work)
}

fn row(name: &str, delay: &str, rate: u64) -> f64 {
    let own = virtually(bucketpair(delay, rate));
    // The paused clock moves in milliseconds.
    let interval = Duration::from_millis(own.median.as_millis().max(1) as u64);
    let other = virtually(poller(delay, rate, interval));
    let each = |cost: &Cost| cost.requests as f64 / WRITES as f64;
    let ratio = other.requests as f64 / own.requests as f64;
    println!(
        "| {name}, `{delay}` | {rate} | {:?} | {:?} | {:.2} | {:.2} | {ratio:.1} |",
        own.median,
        other.median,
        each(&own),
        each(&other),
    );
    ratio
}

fn main() {
    println!(
        "| delay | writes/s | median width | poller's | requests an object | poller's | ratio |"
    );
    println!("|---|---|---|---|---|---|---|");
    let all = DELAYS
        .iter()
        .flat_map(|delay| RATES.map(|rate| (delay, rate)));
    let least = all
        .map(|((name, delay), rate)| row(name, delay, rate))
        .fold(f64::INFINITY, f64::min);
    println!(
        "\nThe poller took at least {least:.1} times the requests ({WRITES} writes each, seed 42)."
    );
}
