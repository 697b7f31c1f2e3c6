//! Segments of a few runs, worked out by hand, and splits of series without noise.

use rand::SeedableRng;
use rand::rngs::SmallRng;
use rstest::rstest;

use super::*;

#[test]
fn sums_are_of_ranks_less_their_mean() {
    let seen = sums(&[(0.0, 2.0), (1.0, 1.0), (2.0, 0.0)]);
    assert_eq!(seen, [(0.0, 0.0), (-1.0, 1.0), (-1.0, 1.0), (0.0, 0.0)]);
}

/// `√(m (n − m) (n + 1) / 12)`, the deviation of a rank sum of Mann and Whitney.
#[rstest]
#[case(3, 10, 4.387_482_193_696_061)]
#[case(4, 10, 4.690_415_759_823_43)]
#[case(1, 4, 1.118_033_988_749_895)]
fn the_deviation_is_that_of_a_rank_sum(#[case] m: usize, #[case] n: usize, #[case] expected: f64) {
    assert!((deviation(m, n) - expected).abs() < 1e-12);
}

#[test]
fn no_segment_and_nothing_beside_it_is_shorter_than_three_runs() {
    for n in 0..14 {
        let seen: Vec<_> = starts(n)
            .flat_map(|from| ends(from, n).map(move |to| (from, to)))
            .collect();
        let all = (0..n).flat_map(|from| (from..n).map(move |to| (from, to)));
        let is_long_enough = |(from, to): &(usize, usize)| {
            (*from == 0 || *from >= 3) && to - from >= 3 && n - to >= 3
        };
        let expected: Vec<_> = all.filter(is_long_enough).collect();
        assert_eq!(seen, expected, "{n} runs");
    }
}

fn ranked(values: &[Option<u64>]) -> Ranked {
    let point = |value: &Option<u64>| {
        value.map(|value| Bounds {
            lower_ns: value,
            upper_ns: Some(value + 1),
        })
    };
    Ranked::new(&values.iter().map(point).collect::<Vec<_>>())
}

/// So many runs of each value; 0 is a run without one.
fn runs(of: &[(usize, u64)]) -> Vec<Option<u64>> {
    let runs = of.iter();
    runs.flat_map(|(n, value)| std::iter::repeat_n((*value > 0).then_some(*value), *n))
        .collect()
}

/// Four of ten have the rank 7.5, three above the mean each: 12 in deviations of 4.69.
#[rstest]
#[case::in_the_middle(&[(3, 1), (4, 9), (3, 1)], 2.558_408_596_267_326, 3, 7)]
#[case::faster(&[(3, 9), (4, 1), (3, 9)], -2.558_408_596_267_326, 3, 7)]
#[case::at_the_beginning(&[(4, 9), (6, 1)], 2.558_408_596_267_326, 0, 4)]
#[case::what_is_slow_at_the_end_is_fast_before(&[(6, 1), (4, 9)], -2.558_408_596_267_326, 0, 6)]
#[case::runs_without_a_value_before_it(&[(2, 0), (4, 9), (1, 0), (6, 1)], 2.558_408_596_267_326, 0, 7)]
#[case::runs_without_a_value_within(&[(3, 1), (2, 9), (2, 0), (2, 9), (3, 1), (1, 0)], 2.558_408_596_267_326, 3, 9)]
#[case::runs_without_a_value_before_the_middle(&[(2, 0), (3, 1), (4, 9), (3, 1)], 2.558_408_596_267_326, 5, 9)]
#[case::one_of_two_halves(&[(3, 1), (3, 9)], -1.963_961_012_123_931, 0, 3)]
#[case::the_first_of_two_that_differ_alike(&[(3, 9), (3, 1), (3, 5)], 2.323_790_007_724_45, 0, 3)]
fn the_runs_in_a_row_that_differ_most_are_found(
    #[case] of: &[(usize, u64)],
    #[case] statistic: f64,
    #[case] from: usize,
    #[case] to: usize,
) {
    let values = runs(of);
    let order: Vec<_> = (0..values.len()).collect();
    let seen = ranked(&values).within(&(0..values.len())).best(&order);
    assert!((seen.statistic - statistic).abs() < 1e-9, "{seen:?}");
    assert_eq!((seen.from, seen.to), (from, to));
}

fn splits(of: &[(usize, u64)]) -> Vec<(usize, bool)> {
    let values = runs(of);
    let asked = Trended {
        permutations: 999,
        ..Trended::default()
    };
    let mut rng = SmallRng::seed_from_u64(1);
    let found = changes(&[ranked(&values)], values.len(), &asked, &mut rng);
    let found = found.into_iter().flatten();
    found.map(|split| (split.at, split.is_slower)).collect()
}

#[rstest]
#[case::one_step(&[(12, 10), (8, 20)], vec![(12, true)])]
#[case::a_step_down(&[(8, 20), (12, 10)], vec![(8, false)])]
#[case::two_steps(&[(10, 10), (10, 20), (10, 40)], vec![(10, true), (20, true)])]
#[case::a_slow_week(&[(12, 10), (7, 20), (12, 10)], vec![(12, true), (19, false)])]
#[case::three_steps(
    &[(10, 10), (10, 40), (10, 10), (10, 80)],
    vec![(10, true), (20, false), (30, true)],
)]
#[case::none(&[(20, 10)], vec![])]
#[case::no_run(&[], vec![])]
fn a_step_without_noise_is_found_where_it_is(
    #[case] of: &[(usize, u64)],
    #[case] expected: Vec<(usize, bool)>,
) {
    assert_eq!(splits(of), expected);
}

/// 400 million segments are looked at, in 999 permutations at least.
#[rstest]
#[case::few_runs(9_999, 1, 20, 9_999)]
#[case::ten_series_of_a_hundred_runs(9_999, 10, 100, 8_000)]
#[case::three_series(99_999, 3, 101, 26_142)]
#[case::very_many(9_999, 100, 400, 999)]
#[case::fewer_were_asked_for(99, 100, 400, 99)]
#[case::nothing(9_999, 0, 0, 9_999)]
fn fewer_permutations_are_afforded_of_many_segments(
    #[case] permutations: usize,
    #[case] series: usize,
    #[case] runs: usize,
    #[case] expected: usize,
) {
    assert_eq!(affordable(permutations, series, runs), expected);
}
