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

/// `scipy.stats.binom.pmf`, and what is certain.
#[rstest]
#[case(0, 4, 0.25, 0.316_406_25)]
#[case(3, 4, 0.25, 0.046_875)]
#[case(4, 4, 0.25, 0.003_906_25)]
#[case(7, 20, 0.3, 0.164_261_985_217_236_6)]
#[case(990, 1_000, 0.999, 9.782_838_349_942_089e-8)]
#[case(0, 5, 0.0, 1.0)]
#[case(1, 5, 0.0, 0.0)]
#[case(5, 5, 0.0, 0.0)]
#[case(5, 5, 1.0, 1.0)]
#[case(4, 5, 1.0, 0.0)]
#[case(0, 5, 1.0, 0.0)]
fn so_many_successes_have_the_probability_of_the_tables(
    #[case] k: u64,
    #[case] trials: u64,
    #[case] p: f64,
    #[case] expected: f64,
) {
    close(exactly(k, trials, p), expected);
}

/// `scipy.stats.binom.cdf`, below the mean, at it and above it.
#[rstest]
#[case(0, 4, 0.25, 0.316_406_25)]
#[case(1, 4, 0.25, 0.738_281_25)]
#[case(2, 4, 0.25, 0.949_218_75)]
#[case(3, 4, 0.25, 0.996_093_75)]
#[case(4, 4, 0.25, 1.0)]
#[case(5, 4, 0.25, 1.0)]
#[case(7, 20, 0.3, 0.772_271_797_418_160_8)]
#[case(13, 20, 0.6, 0.749_989_328_062_177_7)]
#[case(10, 1_000, 0.02, 0.010_236_548_159_763_267)]
#[case(30, 1_000, 0.02, 0.987_352_251_653_887_4)]
#[case(990, 1_000, 0.999, 1.074_283_386_846_494_7e-7)]
#[case(999, 1_000, 0.999, 0.632_304_575_229_036_3)]
fn at_most_so_many_successes_have_the_probability_of_the_tables(
    #[case] k: u64,
    #[case] trials: u64,
    #[case] p: f64,
    #[case] expected: f64,
) {
    close(at_most(k, trials, p), expected);
}

/// `scipy.stats.binom.cdf` again: `statrs` has wrong figures for so many trials.
#[rstest]
#[case(499_000, 1_000_000, 0.5, 0.022_804_149_932_694_8)]
#[case(500_000, 1_000_000, 0.5, 0.500_398_942_180_665_4)]
#[case(1_050, 1_000_000, 0.001, 0.944_061_160_820_426_9)]
fn the_distribution_function_holds_for_a_million_trials(
    #[case] k: u64,
    #[case] trials: u64,
    #[case] p: f64,
    #[case] expected: f64,
) {
    let seen = at_most(k, trials, p);
    assert!((seen - expected).abs() < 1e-7, "{seen}");
}

/// `scipy.stats.binom.ppf`.
#[rstest]
#[case(0.025, 10, 0.5, 2)]
#[case(0.975, 10, 0.5, 8)]
#[case(0.025, 100, 0.9, 84)]
#[case(0.975, 100, 0.9, 95)]
#[case(0.05, 1_000, 0.99, 985)]
#[case(0.95, 1_000, 0.99, 995)]
#[case(0.025, 5, 0.99, 4)]
#[case(0.99, 20, 0.05, 4)]
#[case(1.0, 3, 0.5, 3)]
#[case(0.5, 0, 0.5, 0)]
fn a_quantile_is_the_smallest_number_that_is_likely_enough(
    #[case] share: f64,
    #[case] trials: u64,
    #[case] p: f64,
    #[case] expected: u64,
) {
    assert_eq!(quantile(share, trials, p), expected);
}

/// A share that a number reaches exactly is reached by it.
#[test]
fn a_quantile_of_exactly_the_share_is_that_number() {
    let share = at_most(1, 4, 0.25);
    assert_eq!(quantile(share, 4, 0.25), 1);
}

/// `scipy.stats.beta.ppf(1 - alpha, k + 1, n - k)`.
#[rstest]
#[case(1, 10, 0.05, 0.394_163_302_436_504_66)]
#[case(5, 100, 0.05, 0.102_253_377_643_274_5)]
#[case(29, 30, 0.025, 0.999_156_429_073_369_5)]
#[case(10, 10_000, 0.05, 0.001_695_631_453_645_378)]
#[case(0, 1, 0.05, 0.95)]
#[case(1, 2, 0.05, 0.974_679_434_480_896_3)]
fn the_largest_probability_is_a_quantile_of_the_beta_distribution(
    #[case] k: u64,
    #[case] trials: u64,
    #[case] alpha: f64,
    #[case] expected: f64,
) {
    let seen = largest_probability(k, trials, alpha);
    assert!((seen - expected).abs() < 1e-12, "{seen}");
}

/// `scipy.stats.t.ppf`, and from ten thousand degrees of freedom on `scipy.stats.norm.ppf`.
#[rstest]
#[case(0.975, 1.0, 12.706_204_736_174_694)]
#[case(0.975, 2.5, 3.574_654_842_003_681_7)]
#[case(0.95, 39.0, 1.684_875_121_711_224_8)]
#[case(0.995, 100.0, 2.625_890_521_438_017_3)]
#[case(0.9, 9_999.0, 1.281_636_238_198_314)]
#[case(0.9, 10_000.0, 1.281_551_565_544_600_4)]
fn students_quantiles_become_normal_at_ten_thousand(
    #[case] share: f64,
    #[case] freedom: f64,
    #[case] expected: f64,
) {
    let seen = student(share, freedom);
    assert!((seen - expected).abs() < 1e-7, "{seen}");
}
