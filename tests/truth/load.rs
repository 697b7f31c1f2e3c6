//! The truth test over real sockets at light and at full load, and how wide the intervals are:
//! `just truth`, in release. The truth is asserted, widths are printed beside what is aimed at.

use std::time::Duration;

use bucketpair::lag::Sample;
use bucketpair::runner::{LagSettings, open};
use rstest::rstest;

use super::{Run, asked, assert_true, facts, measure, settings};

/// How wide the intervals are to be: the quantile, and its width.
type Aim = (f64, Duration);

const LIGHT: Aim = (0.5, Duration::from_millis(2));
const STEADY: Aim = (0.99, Duration::from_millis(10));
const HEAVY: Aim = (0.99, Duration::from_millis(250));

/// 500 writes a second, and about 2,000 on their way at any time.
fn full(seconds: u64) -> LagSettings {
    asked(500.0, 500 * seconds, "put")
}

#[rstest]
#[case::light_and_constant("40ms", asked(10.0, 300, "put"), LIGHT)]
#[case::light_and_uniform("uniform:5ms..60ms", asked(10.0, 300, "put"), LIGHT)]
#[case::light_and_log_normal("lognormal:25ms,0.4", asked(10.0, 300, "put"), LIGHT)]
#[case::full_and_constant("4s", full(20), STEADY)]
#[case::full_and_nearly_constant("uniform:3990ms..4010ms", full(20), STEADY)]
#[case::full_and_log_normal("lognormal:3500ms,0.5", full(20), HEAVY)]
#[case::full_and_pareto("pareto:1300ms,1.5", full(20), HEAVY)]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a release build, a quiet machine and some minutes: just truth"]
async fn under_load_every_true_arrival_lies_in_its_interval(
    #[case] delay: &str,
    #[case] asked: LagSettings,
    #[case] aim: Aim,
) {
    let settings = settings(delay, Duration::from_secs(60));
    let opened = open(&settings).await.unwrap();
    let run = measure(opened, &settings, &asked).await;
    print(delay, &asked, &run, aim);
    assert_true(&run, asked.count() as usize);
}

/// The width that this share of the intervals does not exceed; none of the unbounded ones is left
/// out.
fn width(samples: &[Sample], share: f64) -> Option<Duration> {
    let width = |sample: &Sample| sample.width_ns().unwrap_or(u64::MAX);
    let mut widths: Vec<u64> = samples.iter().map(width).collect();
    widths.sort_unstable();
    let rank = (share * widths.len() as f64).ceil() as usize;
    let at = widths[rank.clamp(1, widths.len()) - 1];
    (at < u64::MAX).then(|| Duration::from_nanos(at))
}

/// The most objects that were on their way at one time.
fn in_flight(samples: &[Sample]) -> usize {
    let ends = samples.iter().flat_map(|sample| {
        let from = sample.acknowledged_ns;
        let until = sample.interval.upper_ns.map(|upper| from + upper);
        [(Some(from), 1), (until, -1)]
    });
    let mut ends: Vec<(u64, i64)> = ends.filter_map(|(at, by)| Some((at?, by))).collect();
    ends.sort_unstable();
    let mut now = 0;
    let count = |(_, by)| {
        now += by;
        now
    };
    ends.into_iter().map(count).max().unwrap_or(0) as usize
}

#[expect(clippy::print_stdout, reason = "just truth shows it")]
fn print(delay: &str, asked: &LagSettings, run: &Run, (share, aim): Aim) {
    let requests = facts(run).requests;
    let n = run.samples.len();
    let wide = |share| match width(&run.samples, share) {
        Some(width) => format!("{:.2} ms", width.as_secs_f64() * 1e3),
        None => "unbounded".to_owned(),
    };
    let held = width(&run.samples, share).is_some_and(|width| width <= aim);
    println!(
        "{delay} at {} writes/s: {n} samples, {} in flight; width p50 {}, p99 {}, widest {}; \
         {:.2} looks an object ({} pages, {} single); aim p{:.0} ≤ {aim:?}: {}",
        asked.rate,
        in_flight(&run.samples),
        wide(0.5),
        wide(0.99),
        wide(1.0),
        requests.looks() as f64 / n as f64,
        requests.pages,
        requests.single,
        share * 100.0,
        if held { "held" } else { "MISSED" },
    );
}
