//! Ratios on hand-made bounds.

use rstest::rstest;

use super::*;
use crate::lag::compare::cells::Key;
use crate::lag::tests::sample;

/// Bounds of both sides, by turns of four units each.
fn end(base: &[f64], new: &[f64]) -> End {
    let sorted = |values: &[f64], first: u32| {
        let values = values.iter().zip((first..first + 4).cycle());
        let mut values: Vec<_> = values.map(|(value, unit)| (*value, unit)).collect();
        values.sort_by(|a, b| a.0.total_cmp(&b.0));
        values
    };
    End::of_sorted(sorted(base, 0), sorted(new, 4), 8)
}

fn pair(lower: End, upper: End) -> Pair {
    let key = Key::of(&sample(None));
    Pair { key, lower, upper }
}

/// `1, 2, … 100`, each times this.
fn times(factor: f64) -> Vec<f64> {
    (1..=100).map(|value| f64::from(value) * factor).collect()
}

const NEVER: f64 = f64::INFINITY;

#[rstest]
#[case::both_slower(1.5, 1.2, Some(1.2))]
#[case::both_faster(0.5, 0.8, Some(0.8))]
#[case::they_disagree(0.5, 1.5, Some(1.0))]
#[case::they_disagree_the_other_way(1.5, 0.5, Some(1.0))]
#[case::one_sees_no_change(1.0, 2.0, Some(1.0))]
#[case::it_never_comes(NEVER, NEVER, None)]
#[case::one_end_comes(2.0, NEVER, Some(2.0))]
#[case::nothing_of_something(0.0, 0.0, None)]
#[case::no_number(f64::NAN, f64::NAN, None)]
fn the_ratio_that_is_nearer_to_none_is_shown(
    #[case] lower: f64,
    #[case] upper: f64,
    #[case] expected: Option<f64>,
) {
    assert_eq!(nearer_to_none(lower, upper), expected);
}

#[rstest]
#[case::twice(times(1.0), times(2.0), 2.0)]
#[case::half(times(2.0), times(1.0), 0.5)]
#[case::none_ever_came(vec![NEVER; 3], vec![NEVER; 3], 1.0)]
#[case::all_were_there_at_once(vec![0.0; 3], vec![0.0; 3], 1.0)]
#[case::no_more_come(times(1.0), vec![NEVER; 3], NEVER)]
fn the_ratio_is_of_the_quantiles(
    #[case] base: Vec<f64>,
    #[case] new: Vec<f64>,
    #[case] expected: f64,
) {
    let pair = pair(end(&base, &new), end(&times(1.0), &times(3.0)));
    let seen = seen_at_ends(&pair, 0.5);
    assert!(seen[0].total_cmp(&expected).is_eq(), "{seen:?}");
    assert!((seen[1] - 3.0).abs() < 1e-12, "{seen:?}");
}

/// The lower bounds tell that NEW is as fast, the upper ones that it is twice as slow.
#[rstest]
#[case::as_far_apart_as_matters(1.0, 2.0, 2.0, true)]
#[case::less_far(1.0, 2.0, 2.01, false)]
#[case::as_far_the_other_way(2.0, 1.0, 2.0, true)]
#[case::at_one(1.5, 1.5, 1.1, false)]
fn ends_that_lie_further_apart_than_what_matters_are_too_coarse(
    #[case] lower: f64,
    #[case] upper: f64,
    #[case] matters: f64,
    #[case] expected: bool,
) {
    let ends = [lower, upper].map(|factor| end(&times(1.0), &times(factor)));
    let [lower, upper] = ends;
    assert_eq!(is_too_coarse(&pair(lower, upper), 0.5, matters), expected);
}

#[test]
fn looks_that_never_lacked_the_replica_are_too_coarse() {
    let upper = || end(&times(1.0), &times(1.0));
    let never_lacked = pair(end(&[0.0; 9], &[0.0; 9]), upper());
    assert!(is_too_coarse(&never_lacked, 0.5, 2.0));
    let one_nanosecond = pair(end(&[1.0; 9], &[1.0; 9]), upper());
    assert!(!is_too_coarse(&one_nanosecond, 0.5, 2.0));
}

#[rstest]
#[case::at_three(3.0, Some(3.0))]
#[case::below_one(0.25, Some(0.25))]
#[case::never(0.0, None)]
#[case::always(1e9, Some(LARGEST))]
fn the_boundary_is_where_rejection_ceases(#[case] at: f64, #[case] expected: Option<f64>) {
    let seen = boundary(|ratio| ratio < at);
    assert_eq!(seen.is_some(), expected.is_some());
    let apart = seen.zip(expected).map_or(0.0, |(a, b)| (a / b).ln().abs());
    assert!(apart < 1e-9, "{seen:?}");
}

/// The ends of the interval are where the statistic crosses the critical one.
#[rstest]
#[case(2.0)]
#[case(0.5)]
fn the_interval_holds_the_ratios_that_the_test_does_not_reject(#[case] factor: f64) {
    let critical = 1.5;
    let of = |factor| end(&times(1.0), &times(factor));
    let seen = effect(&pair(of(factor), of(factor)), 0.5, 4, critical);
    let (lower, upper) = (seen.lower.unwrap(), seen.upper.unwrap());
    assert_eq!(seen.seen, Some(factor));
    assert!(lower < factor && factor < upper, "{seen:?}");
    let at = |ratio: f64| score(&of(factor).residuals(0.5, ratio), 4);
    assert!(at(lower * 0.999_999) > critical && at(lower * 1.000_001) <= critical);
    assert!(at(upper * 1.000_001) < -critical && at(upper * 0.999_999) >= -critical);
}

#[test]
fn the_interval_of_both_ends_holds_that_of_each() {
    let of = |factor| end(&times(1.0), &times(factor));
    let each = [1.5, 2.5].map(|factor| effect(&pair(of(factor), of(factor)), 0.5, 4, 1.5));
    let both = effect(&pair(of(1.5), of(2.5)), 0.5, 4, 1.5);
    assert_eq!((both.lower, both.upper), (each[0].lower, each[1].upper));
    assert_eq!(both.seen, Some(1.5));
}

#[test]
fn bounds_are_by_nearest_rank_and_open_where_it_never_came() {
    let lower = [(1.0, 0), (2.0, 0), (3.0, 0), (4.0, 0)];
    let upper = [(5.0, 0), (6.0, 0), (NEVER, 0), (NEVER, 0)];
    let at = |quantile| {
        let seen = bounds(&lower, &upper, quantile);
        (seen.lower_ns, seen.upper_ns)
    };
    assert_eq!(at(0.5), (2, Some(6)));
    assert_eq!(at(0.51), (3, None));
}
