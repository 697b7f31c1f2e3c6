//! The statistic and its distribution, on units that can be counted out by hand.

use rand::SeedableRng;
use rand::rngs::SmallRng;
use rstest::rstest;

use super::*;

fn close(seen: f64, expected: f64) {
    assert!((seen - expected).abs() < 1e-9, "{seen} and {expected}");
}

/// The standard deviation over all fifteen ways to draw four of six, listed with `itertools`.
#[test]
fn the_deviation_is_that_of_all_assignments() {
    let residuals = [3.0, -1.0, -2.0, 0.0, 1.0, -1.0];
    close(deviation(&residuals, 2), 2.065_591_117_977_289);
    close(score(&residuals, 2), -0.968_245_836_551_854_4);
    close(score(&[0.0; 4], 2), 0.0);
}

#[rstest]
#[case(1.0, 2.0, 1.0)]
#[case(2.0, 1.0, 1.0)]
#[case(-3.0, -2.0, -2.0)]
#[case(-2.0, -3.0, -2.0)]
#[case(0.5, 0.25, 0.25)]
#[case(-1.0, 2.0, 0.0)]
#[case(1.0, 0.0, 0.0)]
#[case(0.0, 1.0, 0.0)]
fn new_is_as_far_behind_as_both_ends_say(
    #[case] lower: f64,
    #[case] upper: f64,
    #[case] expected: f64,
) {
    close(behind(lower, upper), expected);
}

/// Two of four units with the residuals 3, 1, −1 and −3 sum up to 0 in two ways of six, to 2 in
/// two, and to 4 in two, whichever the sign; the deviation is √(20 / 3).
#[test]
fn every_assignment_is_as_likely_as_another() {
    let residuals = vec![3.0, 1.0, -1.0, -3.0];
    let nothing = vec![0.0; 4];
    let mut rng = SmallRng::seed_from_u64(1);
    let ends = [
        residuals.clone(),
        residuals.clone(),
        nothing.clone(),
        nothing,
    ];
    let largest = Scores::new(&ends, 2, 2).largest(6_000, &mut rng);
    assert!(largest.is_sorted());
    let deviation = (20.0_f64 / 3.0).sqrt();
    for sum in [0.0, 2.0, 4.0] {
        let is = |seen: &&f64| (**seen - sum / deviation).abs() < 1e-9;
        let n = largest.iter().filter(is).count();
        assert!((1_850..2_150).contains(&n), "{sum}: {n}");
    }
}

#[test]
fn the_largest_of_all_comparisons_counts() {
    let (small, large) = (vec![3.0, 1.0, -1.0, -3.0], vec![1.0, -1.0, -1.0, 1.0]);
    let ends = [small.clone(), small.clone(), large.clone(), large];
    let scores = Scores::new(&ends, 2, 2);
    let root = |square: f64| square.sqrt();
    close(scores.most(&[2.0, 2.0, 0.0, 0.0]), 2.0 / root(20.0 / 3.0));
    close(scores.most(&[2.0, 2.0, -2.0, -2.0]), 2.0 / root(4.0 / 3.0));
    close(scores.most(&[2.0, -2.0, 0.0, 0.0]), 0.0);
}

/// A p-value counts the seen assignment as one of the permutations.
#[rstest]
#[case(5.0, 1.0 / 5.0)]
#[case(4.0, 2.0 / 5.0)]
#[case(3.0, 3.0 / 5.0)]
#[case(-3.0, 3.0 / 5.0)]
#[case(2.5, 3.0 / 5.0)]
#[case(0.0, 1.0)]
fn a_p_value_is_the_share_of_what_is_at_least_as_far(#[case] seen: f64, #[case] expected: f64) {
    close(p_value(&[1.0, 2.0, 3.0, 4.0], seen), expected);
}

#[test]
fn sums_in_another_order_are_the_same_statistic() {
    let largest = [1.0, 2.0, 3.0, 4.0];
    close(p_value(&largest, 3.0 + 1e-12), 3.0 / 5.0);
    assert!(critical(&largest, 0.4) > 3.0 + 1e-9);
}

#[rstest]
#[case(0.1, f64::INFINITY)]
#[case(0.2, 4.0)]
#[case(0.39, 4.0)]
#[case(0.4, 3.0)]
#[case(0.6, 2.0)]
#[case(0.8, 1.0)]
fn a_statistic_beyond_the_critical_one_has_at_most_the_chance(
    #[case] alpha: f64,
    #[case] expected: f64,
) {
    let largest = [1.0, 2.0, 3.0, 4.0];
    let seen = critical(&largest, alpha);
    assert!(
        seen >= expected && seen - expected.min(9.0) < 1e-8
            || seen.is_infinite() && expected.is_infinite(),
        "{seen}"
    );
    assert!(expected.is_infinite() || p_value(&largest, seen + 1e-8) <= alpha);
}
