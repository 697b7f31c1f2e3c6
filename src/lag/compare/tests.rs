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
