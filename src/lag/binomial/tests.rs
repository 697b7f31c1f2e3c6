//! Exact binomial figures, against tables and against `statrs` where that is exact.

use rstest::rstest;
use statrs::function::beta::beta_reg;

use super::*;

fn close(seen: f64, expected: f64) {
    let error = (seen - expected).abs();
    assert!(
        error <= 1e-9 * expected.abs().max(1e-6),
        "expected {expected}, saw {seen}"
    );
}

#[rstest]
#[case(0, 10, 0.5, 0.000_976_562_5)]
#[case(5, 10, 0.5, 0.623_046_875)]
#[case(10, 10, 0.5, 1.0)]
#[case(0, 2_995, 0.001, 0.999_f64.powi(2_995))]
#[case(3, 5, 0.0, 1.0)]
#[case(3, 5, 1.0, 0.0)]
fn the_distribution_function_is_that_of_the_tables(
    #[case] k: u64,
    #[case] trials: u64,
    #[case] p: f64,
    #[case] expected: f64,
) {
    close(at_most(k, trials, p), expected);
}

#[rstest]
fn it_agrees_with_the_incomplete_beta_function_where_that_is_exact(
    #[values(1, 7, 50, 399)] trials: u64,
    #[values(0.001, 0.1, 0.5, 0.9, 0.999)] p: f64,
) {
    for k in 0..trials {
        let beta = beta_reg((trials - k) as f64, k as f64 + 1.0, 1.0 - p);
        let error = (at_most(k, trials, p) - beta).abs();
        assert!(error < 1e-10, "k {k}: {} and {beta}", at_most(k, trials, p));
    }
}

#[rstest]
#[case(10_000_000, 0.5)]
#[case(10_000_000, 0.9999)]
fn a_quantile_of_ten_million_trials_is_that_of_the_normal_distribution(
    #[case] trials: u64,
    #[case] p: f64,
) {
    let deviation = (trials as f64 * p * (1.0 - p)).sqrt();
    let expected = trials as f64 * p + 1.959_964 * deviation;
    let seen = quantile(0.975, trials, p) as f64;
    assert!(
        (seen - expected).abs() < 2.0,
        "expected {expected}, saw {seen}"
    );
}

/// The exact limits of Clopper and Pearson, as R's `binom.test` prints them.
#[rstest]
#[case(0, 30, 0.025, 0.115_703_31)]
#[case(3, 30, 0.025, 0.265_288_48)]
#[case(30, 30, 0.025, 1.0)]
fn the_largest_probability_is_the_upper_limit_of_clopper_and_pearson(
    #[case] k: u64,
    #[case] trials: u64,
    #[case] alpha: f64,
    #[case] expected: f64,
) {
    let seen = largest_probability(k, trials, alpha);
    assert!(
        (seen - expected).abs() < 1e-7,
        "expected {expected}, saw {seen}"
    );
}

#[rstest]
#[case(0.975, 9.0, 2.262_157)]
#[case(0.975, 29.0, 2.045_230)]
#[case(0.95, 1e9, 1.644_854)]
fn students_quantiles_are_those_of_the_tables(
    #[case] share: f64,
    #[case] freedom: f64,
    #[case] expected: f64,
) {
    let seen = student(share, freedom);
    assert!(
        (seen - expected).abs() < 1e-4,
        "expected {expected}, saw {seen}"
    );
}
