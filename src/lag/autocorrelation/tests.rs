//! Correlation times of series whose own is known.

use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::SmallRng;
use rstest::rstest;

use super::*;
use crate::lag::{Shape, Synthetic};

/// A first-order autoregression with φ has the correlation time (1 + φ) / (1 − φ); its ranks
/// remember a little less.
#[rstest]
#[case(0.0, 0.9, 1.1)]
#[case(0.5, 2.6, 3.1)]
#[case(0.9, 15.0, 20.0)]
#[case(0.99, 140.0, 230.0)]
fn an_autoregression_remembers_as_long_as_its_formula_says(
    #[case] correlation: f64,
    #[case] at_least: f64,
    #[case] at_most: f64,
) {
    let shape = Shape::Exponential(Duration::from_millis(10));
    let run = Synthetic::new(shape).with_correlation(correlation);
    let samples = run.run(100_000, &mut SmallRng::seed_from_u64(1));
    let lags: Vec<_> = samples
        .iter()
        .map(|sample| sample.interval.lower_ns)
        .collect();
    let time = correlation_time(&ranks(&lags));
    assert!((at_least..=at_most).contains(&time), "{time}");
}

#[test]
fn a_series_that_only_drifts_remembers_at_least_a_twentieth_of_it() {
    let drift: Vec<_> = (0..100).map(f64::from).collect();
    assert!((correlation_time(&drift) - 5.0).abs() < 1e-9);
}

#[rstest]
#[case(50)]
#[case(50_000)]
fn a_series_that_never_changes_remembers_nothing(#[case] n: usize) {
    assert!((correlation_time(&vec![3.0; n]) - 1.0).abs() < 1e-9);
}

#[test]
fn ties_share_the_mean_of_their_ranks() {
    assert_eq!(ranks(&[5, 1, 5, 0]), [2.5, 1.0, 2.5, 0.0]);
}

/// `1 + 2 Σ ρ(k)` up to the first lag of five times itself, worked out with `numpy`.
#[rstest]
#[case::forgets_at_once((0..40).map(|t| t * t % 17).collect(), 0.658_460_336_068_777)]
#[case::three_alike((0..48).map(|t| t / 3 * 7 % 16).collect(), 0.751_960_784_313_726_1)]
#[case::three_alike_of_squares((0..96).map(|t| (t / 3) * (t / 3) + t / 3).map(|x| x % 23).collect(), 4.473_492_723_492_721)]
#[case::four_alike((0..96).map(|t| (t / 4) * (t / 4) + t / 4).map(|x| x % 16).collect(), 4.368_055_555_555_555)]
#[case::by_turns((0..40).map(|t| t % 2).collect(), -0.95)]
#[case::a_drift((0..80).collect(), 4.0)]
fn the_sum_of_the_autocorrelations_ends_at_five_times_itself(
    #[case] series: Vec<u32>,
    #[case] expected: f64,
) {
    let series: Vec<_> = series.into_iter().map(f64::from).collect();
    let seen = summed(&series);
    assert!((seen - expected).abs() < 1e-9, "{seen}");
    assert!((correlation_time(&series) - expected.max(1.0)).abs() < 1e-9);
}

/// Of 40,000 samples the means of every two are looked at: they remember half as many of
/// themselves, but each is two samples.
#[test]
fn a_long_series_is_judged_by_the_means_of_its_stretches() {
    let once = (0..40_000_u32).map(|t| t / 10);
    let once: Vec<_> = once.map(|t| f64::from((t * t + t) % 23)).collect();
    let means: Vec<_> = once.iter().step_by(2).copied().collect();
    let (time, of_means) = (correlation_time(&once), correlation_time(&means));
    assert!(of_means > 2.0, "{of_means}");
    assert!((time - 2.0 * of_means).abs() < 1e-9, "{time}, {of_means}");
}

/// The variance is that of the values themselves: their mean squared distance from the mean.
#[test]
fn the_variance_of_a_series_is_its_mean_squared_distance_from_the_mean() {
    assert!((variance(&[1.0, 2.0, 6.0]) - 14.0 / 3.0).abs() < 1e-12);
}
