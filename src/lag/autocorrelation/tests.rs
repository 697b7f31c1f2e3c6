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
