//! Comparisons of runs whose distributions are known.

use std::time::Duration;

use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rstest::rstest;

use super::cells::End;
use super::*;
use crate::lag::{Censoring, Shape, Synthetic};

const SHAPE: Shape = Shape::LogNormal {
    median: Duration::from_millis(25),
    sigma: 0.5,
};

fn plain() -> Synthetic {
    Synthetic::new(SHAPE)
}

fn quick() -> Compared {
    Compared {
        permutations: 999,
        ..Compared::default()
    }
}

fn compared(base: Synthetic, new: Synthetic, n: usize, seed: u64) -> Comparisons {
    let mut rng = SmallRng::seed_from_u64(seed);
    let (base, new) = (base.measured(n, &mut rng), new.measured(n, &mut rng));
    compare(&[base], &[new], &quick(), &mut rng)
}

fn at(comparisons: &Comparisons, quantile: f64) -> &Comparison {
    let mut rows = comparisons.rows.iter();
    rows.find(|row| row.quantile.total_cmp(&quantile).is_eq())
        .unwrap()
}

#[rstest]
#[case::slower(1.3, Change::Regression)]
#[case::faster(0.75, Change::Improvement)]
#[case::the_same(1.0, Change::NoEvidence)]
fn a_change_of_the_median_is_seen_where_there_is_one(
    #[case] slower: f64,
    #[case] expected: Change,
) {
    let seen = compared(plain(), plain().with_slower(slower), 4_000, 1);
    let row = at(&seen, 0.5);
    assert_eq!(row.change, expected, "{row:?}");
    let (lower, upper) = (row.effect.lower.unwrap(), row.effect.upper.unwrap());
    assert!(
        lower <= slower && slower <= upper,
        "{slower} not in {lower}..{upper}"
    );
}

#[test]
fn a_change_smaller_than_asked_is_none() {
    let mut rng = SmallRng::seed_from_u64(2);
    let base = plain().measured(40_000, &mut rng);
    let new = plain().with_slower(1.03).measured(40_000, &mut rng);
    let row = compare(&[base], &[new], &quick(), &mut rng).rows.remove(0);
    assert!(row.p_value <= 0.01, "{row:?}");
    assert_eq!(row.change, Change::NoEvidence, "{row:?}");
}

#[test]
fn n_too_small_to_see_what_was_asked_says_so_with_the_n_it_takes() {
    let seen = compared(plain(), plain(), 200, 3);
    let median = at(&seen, 0.5);
    assert_eq!(median.change, Change::TooFew, "{median:?}");
    assert!(
        (500..20_000).contains(&median.needed.unwrap()),
        "{median:?}"
    );
    let tail = at(&seen, 0.999);
    assert_eq!((tail.change, tail.needed), (Change::TooFew, Some(3_688)));
}

/// Looks that lie further apart make lower bounds earlier and upper bounds later, which is no
/// change of the lag.
#[rstest]
#[case::looser(Duration::ZERO, Duration::from_millis(20))]
#[case::closer(Duration::from_millis(20), Duration::ZERO)]
fn looking_less_closely_is_no_change(#[case] base: Duration, #[case] new: Duration) {
    for seed in 0..20 {
        let seen = compared(
            plain().with_looks(base),
            plain().with_looks(new),
            2_000,
            seed,
        );
        let changed = seen.has(Change::Regression) || seen.has(Change::Improvement);
        assert!(!changed, "seed {seed}: {seen:?}");
    }
}

#[test]
fn what_hides_between_looks_is_told_from_what_lacks_samples() {
    let late = plain().with_looks(Duration::from_secs(10));
    let seen = compared(late, late, 2_000, 4);
    assert_eq!(at(&seen, 0.5).change, Change::TooCoarse, "{seen:?}");
}

#[test]
fn replicas_that_never_come_are_a_regression_of_the_tail() {
    let mut rng = SmallRng::seed_from_u64(5);
    let base = plain().measured(4_000, &mut rng);
    let mut new = plain().measured(4_000, &mut rng);
    for sample in new.samples.iter_mut().step_by(40) {
        sample.interval.lower_ns = 60_000_000_000;
        sample.interval.upper_ns = None;
        sample.interval.censoring = Censoring::Right;
    }
    let seen = compare(&[base], &[new], &quick(), &mut rng);
    let tail = at(&seen, 0.99);
    assert_eq!(tail.change, Change::Regression, "{tail:?}");
    assert_eq!(
        (tail.new.upper_ns, tail.effect.upper),
        (None, None),
        "{tail:?}"
    );
    assert_ne!(at(&seen, 0.5).change, Change::Regression);
}

#[test]
fn runs_too_short_for_how_long_they_remember_say_nothing() {
    let slow = plain().with_correlation(0.99);
    let seen = compared(slow, slow.with_slower(2.0), 1_000, 6);
    let Permuted::Nothing { .. } = seen.permuted else {
        panic!("{:?}", seen.permuted)
    };
    assert!(seen.rows.iter().all(|row| row.change == Change::TooFew));
}

#[test]
fn what_only_one_side_has_is_named() {
    let mut rng = SmallRng::seed_from_u64(7);
    let large = plain().with_kind(OperationType::Multipart, 8 << 20);
    let base = plain().measured(300, &mut rng);
    let mut new = plain().measured(300, &mut rng);
    new.samples.extend(large.run(300, &mut rng));
    let seen = compare(&[base], &[new], &quick(), &mut rng);
    assert!(seen.rows.iter().all(|row| row.size == 1024));
    assert!(
        seen.notes[0].contains("only NEW") && seen.notes[0].contains("8388608"),
        "{:?}",
        seen.notes
    );
}

#[test]
fn five_runs_a_side_are_permuted_as_a_whole() {
    let mut rng = SmallRng::seed_from_u64(8);
    let mut side = |slower: f64| -> Vec<_> {
        let run = plain().with_slower(slower);
        (0..6).map(|_| run.measured(200, &mut rng)).collect()
    };
    let (base, new) = (side(1.0), side(1.5));
    let seen = compare(&base, &new, &quick(), &mut rng);
    assert_eq!(seen.permuted, Permuted::Runs { base: 6, new: 6 });
    assert_eq!(at(&seen, 0.5).change, Change::Regression);
}

#[test]
fn nothing_against_nothing_is_no_row() {
    let seen = compare(&[], &[], &quick(), &mut SmallRng::seed_from_u64(9));
    assert!(seen.rows.is_empty());
}

/// Equal runs, the same 200 seeds at every run of this test. At a rate of 1 in 100, more than 6
/// alarms in 200 have a chance of 0.4 %; `just compare-rates` counts many more.
#[rstest]
#[case::independent(plain(), 400)]
#[case::alike_neighbours(plain().with_correlation(0.8), 800)]
#[case::outages(plain().with_outages(200.0, 5.0), 800)]
fn equal_runs_cry_wolf_at_most_once_in_a_hundred(#[case] run: Synthetic, #[case] n: usize) {
    let mut asked = quick();
    (asked.permutations, asked.min_effect) = (399, 0.0);
    let alarms = (0..200).filter(|seed| {
        let mut rng = SmallRng::seed_from_u64(*seed);
        let (base, new) = (run.measured(n, &mut rng), run.measured(n, &mut rng));
        let seen = compare(&[base], &[new], &asked, &mut rng);
        seen.has(Change::Regression) || seen.has(Change::Improvement)
    });
    let alarms = alarms.count();
    assert!(alarms <= 6, "{alarms} of 200");
}

/// A median a quarter slower, at 500 samples a side: seen in at least 8 of 10.
#[test]
fn a_change_is_seen_as_often_as_the_power_table_says() {
    let seen = (0..50).filter(|seed| {
        let seen = compared(plain(), plain().with_slower(1.25), 500, *seed);
        at(&seen, 0.5).change == Change::Regression
    });
    let seen = seen.count();
    assert!(seen >= 40, "{seen} of 50");
}

fn end(base: &[u32], new: &[u32]) -> End {
    let sorted = |values: &[u32], unit: u32| {
        let mut values: Vec<_> = values
            .iter()
            .map(|value| (f64::from(*value), unit))
            .collect();
        values.sort_by(|a, b| a.0.total_cmp(&b.0));
        values
    };
    End::of_sorted(sorted(base, 0), sorted(new, 1), 2)
}

proptest! {
    #[test]
    fn the_common_quantile_is_that_of_both_sides_sorted_together(
        base in proptest::collection::vec(0..50_u32, 1..40),
        new in proptest::collection::vec(0..50_u32, 1..40),
        quantile in 0.01..0.99_f64,
    ) {
        let mut all: Vec<u32> = base.iter().chain(&new).copied().collect();
        all.sort_unstable();
        let rank = ((quantile * all.len() as f64).ceil() as usize).max(1);
        let (n, limit) = (all.len() as f64, all[rank - 1]);
        let count = |side: &[u32], is: &dyn Fn(u32) -> bool| side.iter().filter(|value| is(**value)).count() as f64;
        let (above, equal) = (count(&all, &|value| value > limit), count(&all, &|value| value == limit));
        let part = (n - rank as f64 - above) / equal;
        let residuals = end(&base, &new).residuals(quantile, 1.0);
        for (side, residual) in [&base, &new].into_iter().zip(residuals) {
            let exceeding = count(side, &|value| value > limit) + part * count(side, &|value| value == limit);
            let expected = exceeding - (n - rank as f64) / n * side.len() as f64;
            prop_assert!((residual - expected).abs() < 1e-9, "{residual} and {expected}");
        }
    }

    #[test]
    fn a_statistic_beyond_the_critical_one_has_a_p_value_of_at_most_alpha(
        mut largest in proptest::collection::vec(0.0..5.0_f64, 20..300),
        seen in 0.0..6.0_f64,
        alpha in 0.01..0.5,
    ) {
        largest.sort_by(f64::total_cmp);
        let beyond = seen > permute::critical(&largest, alpha);
        let significant = permute::p_value(&largest, seen) <= alpha;
        prop_assert!(!beyond || significant, "{seen}");
    }
}

#[test]
fn both_ends_have_to_say_so() {
    let cases = [
        (1.0, 2.0, 1.0),
        (-3.0, -2.0, -2.0),
        (-1.0, 2.0, 0.0),
        (0.0, 5.0, 0.0),
    ];
    for (lower, upper, expected) in cases {
        let seen = permute::behind(lower, upper);
        assert!((seen - expected).abs() < 1e-12, "{lower}, {upper}: {seen}");
    }
}

/// What a test knows of itself, with the statistics 0, 1/250, 2/250 and so on.
fn test(asked: &Compared, margin: f64) -> Test<'_> {
    Test {
        largest: (0..999).map(|index| f64::from(index) / 250.0).collect(),
        asked,
        base: 4,
        margin,
        permutes: true,
    }
}

fn pair_of(base: usize, new: usize) -> Pair {
    let end = |factor: f64| {
        let of = |n: usize, first: u32, factor: f64| {
            let values = (1..=n).zip((first..first + 4).cycle());
            values
                .map(move |(value, unit)| (value as f64 * factor, unit))
                .collect()
        };
        End::of_sorted(of(base, 0, 1.0), of(new, 4, factor), 8)
    };
    let sample = plain().run(1, &mut SmallRng::seed_from_u64(1)).remove(0);
    Pair {
        key: Key::of(&sample),
        lower: end(1.5),
        upper: end(1.6),
    }
}

/// Every tenth of a change matters: at 1.1, and at 1 / 1.1.
#[rstest]
#[case::slower(0.01, 1.0, Some(0.9), Some(1.1), Change::Regression)]
#[case::slower_by_less_than_matters(0.01, 1.0, Some(0.9), Some(1.09), Change::NoEvidence)]
#[case::slower_without_an_end(0.01, 1.0, Some(1.2), None, Change::Regression)]
#[case::faster(0.01, -1.0, Some(1.0 / 1.1), Some(1.2), Change::Improvement)]
#[case::faster_by_less_than_matters(0.01, -1.0, Some(0.92), Some(1.2), Change::NoEvidence)]
#[case::faster_without_an_end(0.01, -1.0, None, Some(0.9), Change::Improvement)]
#[case::clear_but_in_no_direction(0.01, 0.0, Some(0.5), Some(2.0), Change::NoEvidence)]
#[case::may_be_slower(0.011, 1.0, Some(0.95), Some(1.1), Change::TooFew)]
#[case::may_be_faster(0.011, 1.0, Some(0.9), Some(1.05), Change::TooFew)]
#[case::may_be_anything(0.5, 1.0, None, None, Change::TooFew)]
#[case::certainly_no_change(0.5, 1.0, Some(0.95), Some(1.05), Change::NoEvidence)]
fn a_change_is_clear_and_as_large_as_asked(
    #[case] p_value: f64,
    #[case] behind: f64,
    #[case] lower: Option<f64>,
    #[case] upper: Option<f64>,
    #[case] expected: Change,
) {
    let asked = quick();
    let mut row = test(&asked, 1.0).row(&pair_of(100, 100), 0.5);
    (row.p_value, row.effect.lower, row.effect.upper) = (p_value, lower, upper);
    assert_eq!(test(&asked, 1.0).change(&row, behind), expected);
}

/// `n (ln √(upper / lower) / ln 1.1)²`, or the square of the critical statistic over the share of
/// the exceedances.
#[rstest]
#[case::a_wide_interval(100, 0.5, Some(0.8), Some(1.25), 549)]
#[case::half_as_many(50, 0.5, Some(0.8), Some(1.25), 275)]
#[case::a_narrow_interval(100, 0.5, Some(0.99), Some(1.01), 101)]
#[case::no_upper_end(10, 0.75, Some(0.8), None, 36)]
#[case::no_lower_end(10, 0.75, None, Some(1.25), 36)]
#[case::at_least_twice_as_many(30, 0.75, None, None, 60)]
fn what_is_needed_narrows_the_interval_to_what_matters(
    #[case] n: usize,
    #[case] quantile: f64,
    #[case] lower: Option<f64>,
    #[case] upper: Option<f64>,
    #[case] expected: u64,
) {
    let asked = quick();
    let mut row = test(&asked, 1.0).row(&pair_of(100, 100), 0.5);
    (row.base_n, row.new_n, row.quantile) = (n, n + 5, quantile);
    (row.effect.lower, row.effect.upper) = (lower, upper);
    assert_eq!(test(&asked, 1.0).needed(&row, 3.0), expected);
}

#[rstest]
#[case::enough(36, 36, None)]
#[case::base_has_one_too_few(35, 36, Some(36))]
#[case::new_has_one_too_few(36, 35, Some(36))]
fn both_sides_have_to_support_a_quantile(
    #[case] base: usize,
    #[case] new: usize,
    #[case] expected: Option<u64>,
) {
    assert_eq!(lacking(&pair_of(base, new), 0.9), expected);
}

/// Blocks are judged at 0.7 of the level: their p-value is larger by that, and their interval is
/// that of the stricter level.
#[rstest]
#[case::runs(1.0)]
#[case::blocks(OF_BLOCKS)]
fn the_margin_of_blocks_is_in_the_p_value_and_in_the_interval(#[case] margin: f64) {
    let asked = Compared {
        alpha: 0.6,
        ..quick()
    };
    let test = test(&asked, margin);
    let pair = pair_of(100, 100);
    let row = test.row(&pair, 0.5);
    let critical = permute::critical(&test.largest, 0.6 * margin);
    assert_eq!(row.effect, effect::effect(&pair, 0.5, 4, critical));
    let [lower, upper] = pair.residuals(0.5).map(|end| permute::score(&end, 4));
    let behind = permute::behind(lower, upper);
    assert!(behind > 1.0, "{behind}");
    let expected = permute::p_value(&test.largest, behind) / margin;
    assert!((row.p_value - expected).abs() < 1e-12, "{row:?}");
}

/// A thousand assignments, the seen one included: a p-value is so many thousandths, of blocks
/// over 0.7.
#[rstest]
#[case::blocks(1, 700.0)]
#[case::whole_runs(6, 1_000.0)]
fn p_values_are_counted_in_assignments(#[case] runs: usize, #[case] of: f64) {
    let mut rng = SmallRng::seed_from_u64(10);
    let mut side = |slower: f64| {
        let run = plain().with_slower(slower);
        (0..runs)
            .map(|_| run.measured(400, &mut rng))
            .collect::<Vec<_>>()
    };
    let (base, new) = (side(1.0), side(1.1));
    let seen = compare(&base, &new, &quick(), &mut rng);
    let counted: Vec<_> = seen.rows[..2].iter().map(|row| row.p_value * of).collect();
    assert!(
        counted.iter().all(|n| (n - n.round()).abs() < 1e-6),
        "{counted:?}"
    );
    assert!(counted.iter().any(|n| *n < of - 0.5), "{counted:?}");
}

/// What is not looked at takes nothing from what is.
#[test]
fn a_quantile_without_support_does_not_count_among_the_comparisons() {
    let of = |quantiles: &[f64]| {
        let mut rng = SmallRng::seed_from_u64(11);
        let (base, new) = (
            plain().measured(300, &mut rng),
            plain().measured(300, &mut rng),
        );
        let asked = Compared {
            quantiles: quantiles.to_vec(),
            ..quick()
        };
        compare(&[base], &[new], &asked, &mut rng).rows.remove(0)
    };
    assert_eq!(of(&[0.5]), of(&[0.5, 0.99]));
}

#[test]
fn comparisons_have_a_change_where_any_row_has() {
    let seen = compared(plain(), plain().with_slower(2.0), 1_000, 12);
    assert!(seen.has(Change::Regression) && !seen.has(Change::Improvement));
    let none = compare(&[], &[], &quick(), &mut SmallRng::seed_from_u64(13));
    assert!(!none.has(Change::NoEvidence));
}
