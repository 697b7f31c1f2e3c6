//! Places of steps without noise.

use rstest::rstest;

use super::*;

fn values(of: &[(usize, u64)]) -> Vec<Option<[u64; 2]>> {
    let runs = of.iter();
    runs.flat_map(|(n, value)| std::iter::repeat_n((*value > 0).then_some([*value; 2]), *n))
        .collect()
}

#[rstest]
#[case::in_the_middle(&[(5, 10), (7, 20)], Some(5))]
#[case::as_early_as_can_be(&[(3, 10), (7, 20)], Some(3))]
#[case::as_late_as_can_be(&[(7, 10), (3, 20)], Some(7))]
#[case::of_two_stretches_of_three(&[(3, 10), (3, 20)], Some(3))]
#[case::too_few(&[(2, 10), (3, 20)], None)]
#[case::runs_without_a_value(&[(2, 10), (2, 0), (3, 10), (1, 0), (4, 20)], Some(8))]
#[case::nothing(&[], None)]
fn the_place_is_where_two_medians_fit_best(
    #[case] of: &[(usize, u64)],
    #[case] expected: Option<usize>,
) {
    let values = values(of);
    assert_eq!(best(&values, 0, values.len()), expected);
}

#[test]
fn a_split_moves_to_its_step_between_its_neighbours() {
    let split = |at| Split {
        at,
        p_value: 0.01,
        is_slower: true,
    };
    let values = values(&[(10, 10), (10, 20), (10, 40)]);
    let seen = placed(&values, vec![split(21), split(9)]);
    let seen: Vec<_> = seen.iter().map(|split| split.at).collect();
    assert_eq!(seen, [10, 20]);
}

#[test]
fn a_split_without_enough_runs_stays() {
    let split = Split {
        at: 2,
        p_value: 0.01,
        is_slower: true,
    };
    let seen = placed(&values(&[(4, 10)]), vec![split]);
    assert_eq!(seen[0].at, 2);
}

#[rstest]
#[case(&[], 0.0)]
#[case(&[1.0, 2.0, 6.0], 1.0 + 4.0)]
#[case(&[7.0, 1.0, 6.0, 2.0], 1.0 + 5.0 + 0.0 + 4.0)]
fn deviations_are_from_the_median(#[case] values: &[f64], #[case] expected: f64) {
    assert!((deviations(values) - expected).abs() < 1e-12);
}

#[rstest]
#[case([0, 0], 0.0)]
#[case([0, 1], 0.0)]
#[case([3, 5], 8.0_f64.ln())]
fn the_middle_of_nothing_has_a_logarithm(#[case] bounds: [u64; 2], #[case] expected: f64) {
    assert!((logarithm(bounds) - expected).abs() < 1e-12);
}
