//! Bands on hand-made bounds, and their laws on random ones.

use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use rstest::rstest;

use super::*;

fn cut(bounds: &[(u64, u64)], runs: &[usize]) -> Clusters {
    let uppers: Vec<_> = bounds.iter().map(|(_, upper)| *upper).collect();
    Clusters::cut(runs, &uppers)
}

fn band(bounds: Vec<(u64, u64)>, p: f64) -> Quantile {
    let clusters = cut(&bounds, &[bounds.len()]);
    Ordered::new(bounds, &clusters).quantile(p, 0.95)
}

/// `1, 2, … n`, shuffled, each known exactly.
fn exact(n: u64) -> Vec<(u64, u64)> {
    let mut values: Vec<_> = (1..=n).map(|value| (value, value)).collect();
    values.shuffle(&mut SmallRng::seed_from_u64(n));
    values
}

/// The ranks of the 95 % confidence interval of a median, as in the tables (Conover, Practical
/// Nonparametric Statistics, 3rd edition, table A3).
#[rstest]
#[case(6, 1, 6)]
#[case(10, 2, 9)]
#[case(15, 4, 12)]
fn a_median_of_few_lies_between_the_ranks_of_the_tables(
    #[case] n: u64,
    #[case] lower: u64,
    #[case] upper: u64,
) {
    let Quantile::Band(band) = band(exact(n), 0.5) else {
        panic!("refused")
    };
    assert_eq!((band.lower_ns, band.upper_ns), (lower, Some(upper)));
}

#[rstest]
#[case(0.5, 6)]
#[case(0.99, 368)]
#[case(0.999, 3_688)]
#[case(0.9999, 36_887)]
fn a_quantile_that_n_cannot_support_is_refused_with_the_n_it_needs(
    #[case] p: f64,
    #[case] needed: u64,
) {
    assert_eq!(samples_for_quantile(p, 0.95), needed);
    let apart = |n: u64| {
        let bounds = exact(n);
        let clusters = Clusters::apart(bounds.len());
        Ordered::new(bounds, &clusters).quantile(p, 0.95)
    };
    assert!(apart(needed).band().is_some());
    let n = needed as usize - 1;
    let expected = Quantile::Refused {
        quantile: p,
        n,
        needed,
    };
    assert_eq!(apart(needed - 1), expected);
}

#[test]
fn both_errors_are_in_the_band() {
    let wide: Vec<_> = exact(15)
        .into_iter()
        .map(|(x, _)| (x * 100, x * 100 + 50))
        .collect();
    let Quantile::Band(band) = band(wide, 0.5) else {
        panic!("refused")
    };
    assert_eq!((band.lower_ns, band.upper_ns), (400, Some(1_250)));
    assert_eq!(
        (band.observed_lower_ns, band.observed_upper_ns),
        (800, Some(850))
    );
}

#[test]
fn what_never_came_has_no_upper_bound_and_what_was_there_at_once_the_lower_bound_0() {
    let mut bounds = exact(10);
    bounds[0].1 = UNKNOWN;
    bounds[1].1 = UNKNOWN;
    bounds[2].0 = 0;
    let Quantile::Band(band) = band(bounds, 0.5) else {
        panic!("refused")
    };
    assert_eq!(band.upper_ns, None);
    assert!(band.observed_upper_ns.is_some());
}

#[test]
fn alike_neighbours_make_a_band_wider() {
    let mixed = exact(5_000);
    let alike = (0..5_000).map(|index| mixed[index / 20 * 20]);
    let alike = *band(alike.collect(), 0.5).band().unwrap();
    let mixed = *band(mixed.clone(), 0.5).band().unwrap();
    assert!(alike.effective_n < 600.0, "{alike:?}");
    assert!(mixed.effective_n > 3_000.0, "{mixed:?}");
    assert!(alike.upper_ns > mixed.upper_ns && alike.lower_ns < mixed.lower_ns);
    assert!(
        matches!(alike.units, Units::Blocks { blocks: 4..=30 }),
        "{alike:?}"
    );
}

#[test]
fn a_run_too_short_for_how_long_it_remembers_is_refused_with_the_n_it_takes() {
    let alike = (0..400).map(|index| (index / 50 * 7 % 8, index / 50 * 7 % 8));
    let Quantile::Refused { n, needed, .. } = band(alike.collect(), 0.5) else {
        panic!("not refused")
    };
    assert!(n == 400 && (500..5_000).contains(&needed), "{needed}");
}

#[test]
fn from_five_runs_on_the_confidence_is_by_run() {
    let bounds = exact(500);
    let quantile = |runs: &[usize]| {
        let clusters = cut(&bounds, runs);
        let ordered = Ordered::new(bounds.clone(), &clusters);
        ordered.quantile(0.5, 0.95).band().unwrap().units
    };
    assert_eq!(quantile(&[100; 5]), Units::Runs { runs: 5 });
    let blocks = quantile(&[125; 4]);
    assert!(
        matches!(blocks, Units::Blocks { blocks: 16..=60 }),
        "{blocks:?}"
    );
}

fn any_bounds() -> impl Strategy<Value = Vec<(u64, u64)>> {
    let bound = (0..1_000_u64, 0..200_u64, 0..10_u8).prop_map(|(lower, width, kind)| match kind {
        0 => (lower, UNKNOWN),
        1 => (0, lower + width),
        _ => (lower, lower + width),
    });
    proptest::collection::vec(bound, 1..300)
}

fn upper(bound: Option<u64>) -> u64 {
    bound.unwrap_or(UNKNOWN)
}

proptest! {
    #[test]
    fn a_band_contains_the_quantile_of_its_samples(bounds in any_bounds(), p in 0.01..0.99) {
        if let Quantile::Band(band) = band(bounds, p) {
            prop_assert!(band.lower_ns <= band.observed_lower_ns);
            prop_assert!(upper(band.observed_upper_ns) <= upper(band.upper_ns));
        }
    }

    #[test]
    fn bands_rise_with_their_quantiles(bounds in any_bounds()) {
        let clusters = cut(&bounds, &[bounds.len()]);
        let ordered = Ordered::new(bounds, &clusters);
        let bands = ordered.quantiles(&[0.3, 0.9, 0.5, 0.7], 0.9);
        let bands: Vec<_> = bands.iter().filter_map(Quantile::band).collect();
        for pair in bands.windows(2) {
            let ends = |band: &Band| [
                band.lower_ns, band.observed_lower_ns, upper(band.observed_upper_ns), upper(band.upper_ns),
            ];
            prop_assert!(pair[0].quantile < pair[1].quantile);
            prop_assert!(ends(pair[0]).iter().zip(ends(pair[1])).all(|(low, high)| *low <= high));
        }
    }

    #[test]
    fn one_that_never_came_lowers_no_band(bounds in any_bounds(), at in 0..1_000_u64, p in 0.01..0.99) {
        let n = bounds.len();
        let mut longer = bounds.clone();
        longer.push((at.max(bounds.iter().map(|(lower, _)| *lower).max().unwrap_or(0)), UNKNOWN));
        let apart = |bounds: Vec<_>, n| Ordered::new(bounds, &Clusters::apart(n)).quantile(p, 0.95);
        if let (Quantile::Band(before), Quantile::Band(after)) = (apart(bounds, n), apart(longer, n + 1)) {
            prop_assert!(before.lower_ns <= after.lower_ns, "{before:?} {after:?}");
            prop_assert!(upper(before.upper_ns) <= upper(after.upper_ns), "{before:?} {after:?}");
        }
    }
}

/// Fifty samples of five runs; so many of each run hold the lower of two values.
fn of_five_runs(low: [u64; 5], high: (u64, u64)) -> Vec<u64> {
    let run = |few: u64| (0..10).map(move |index| if index < few { high.0 } else { high.1 });
    low.into_iter().flat_map(run).collect()
}

/// What five runs of ten are worth where a share of 1 to 5 tenths holds, and where half of each
/// does: the design effect, worked out with `numpy` and `scipy.stats`.
const OF_RUNS_THAT_DIFFER: f64 = 22.002_886_022_096_99;
const OF_EQUAL_RUNS: f64 = 26.193_911_931_067_81;

#[rstest]
#[case::the_lower_bounds_differ([1, 2, 3, 4, 5], (10, 20), [3; 5], (30, 40), 0.3, OF_RUNS_THAT_DIFFER)]
#[case::the_upper_bounds_differ([3; 5], (10, 20), [1, 2, 3, 4, 5], (30, 40), 0.3, OF_RUNS_THAT_DIFFER)]
#[case::none_differ([3; 5], (10, 20), [3; 5], (30, 40), 0.3, OF_EQUAL_RUNS)]
#[case::some_never_came([3; 5], (10, 20), [1, 2, 3, 4, 5], (30, UNKNOWN), 0.5, OF_RUNS_THAT_DIFFER)]
fn samples_are_worth_the_fewer_of_what_both_bounds_say(
    #[case] lower: [u64; 5],
    #[case] lower_values: (u64, u64),
    #[case] upper: [u64; 5],
    #[case] upper_values: (u64, u64),
    #[case] p: f64,
    #[case] expected: f64,
) {
    let lower = of_five_runs(lower, lower_values);
    let upper = of_five_runs(upper, upper_values);
    let bounds: Vec<_> = lower.into_iter().zip(upper).collect();
    let clusters = cut(&bounds, &[10; 5]);
    let worth = Ordered::new(bounds, &clusters).worth(p, 0.05);
    assert!((worth - expected).abs() < 1e-6, "{worth}");
}

/// Woodruff's ranks: those of as many independent samples as these are worth, from
/// `scipy.stats.binom.ppf`, scaled.
#[rstest]
#[case::worth_themselves(100, 100.0, 0.5, 0.95, Some((Some(40), 61)))]
#[case::worth_half(100, 50.0, 0.5, 0.95, Some((Some(35), 66)))]
#[case::a_part_of_a_sample_is_none(100, 50.9, 0.5, 0.95, Some((Some(35), 66)))]
#[case::of_a_tail(1_000, 400.0, 0.9, 0.95, Some((Some(868), 930)))]
#[case::at_another_confidence(1_000, 333.0, 0.9, 0.9, Some((Some(868), 928)))]
#[case::the_largest_may_be_needed(7, 6.0, 0.5, 0.95, Some((Some(1), 7)))]
#[case::just_enough(1_000, 368.0, 0.99, 0.95, Some((Some(976), 1_000)))]
#[case::one_too_few(1_000, 367.0, 0.99, 0.95, None)]
#[case::the_smallest_may_exceed_it(10, 10.0, 0.2, 0.95, Some((None, 6)))]
#[case::nothing(0, 0.0, 0.5, 0.95, None)]
fn ranks_are_scaled_to_what_the_samples_are_worth(
    #[case] n: usize,
    #[case] worth: f64,
    #[case] p: f64,
    #[case] confidence: f64,
    #[case] expected: Option<(Option<usize>, usize)>,
) {
    assert_eq!(ranks(n, worth, p, confidence), expected);
}

/// Five runs of ten, of the lags 1 to 50 by turns: half of each run are at most 25.
#[test]
fn a_band_says_all_that_it_was_made_of() {
    let bounds: Vec<_> = (0..5_u64)
        .flat_map(|run| (0..10).map(move |index| index * 5 + run + 1))
        .map(|lag| (lag, lag * 10))
        .collect();
    let clusters = cut(&bounds, &[10; 5]);
    let seen = Ordered::new(bounds, &clusters).quantile(0.5, 0.95);
    let mut band = *seen.band().unwrap();
    assert!((band.effective_n - OF_EQUAL_RUNS).abs() < 1e-6);
    band.effective_n = 26.0;
    let expected = Band {
        quantile: 0.5,
        // The ranks 14 and 37, from `scipy.stats.binom.ppf` of 26 samples, times 50 / 26.
        lower_ns: 14,
        upper_ns: Some(370),
        observed_lower_ns: 25,
        observed_upper_ns: Some(250),
        confidence: 0.95,
        effective_n: 26.0,
        units: Units::Runs { runs: 5 },
    };
    assert_eq!(band, expected);
    assert!((seen.quantile() - 0.5).abs() < 1e-12);
}

#[test]
fn a_refusal_names_its_quantile_and_has_no_band() {
    let mut seen = band(exact(5), 0.75);
    assert!((seen.quantile() - 0.75).abs() < 1e-12);
    assert_eq!(seen.band(), None);
    assert_eq!(seen.band_mut(), None);
}

/// The runs are alike up to 49, and differ above: the first has no lag above 109. So 0.6 is known
/// less well than 0.5, whose ends the wider band would cross.
fn alike_below() -> Vec<u64> {
    let run = |run: u64| {
        let below = (0..10).map(move |index| index * 5 + run);
        below.chain((0..10).map(move |index| 100 + run * 10 + index))
    };
    (0..5).flat_map(run).collect()
}

#[rstest]
#[case::the_lower_end(false)]
#[case::the_upper_end(true)]
fn a_band_is_widened_until_no_wider_one_crosses_it(#[case] mirrored: bool) {
    let lags = alike_below().into_iter();
    let lags = lags.map(|lag| if mirrored { 200 - lag } else { lag });
    let bounds: Vec<_> = lags.map(|lag| (lag, lag)).collect();
    let clusters = cut(&bounds, &[20; 5]);
    let ordered = Ordered::new(bounds, &clusters);
    let (of, to) = if mirrored { (0.5, 0.4) } else { (0.5, 0.6) };
    let alone = [of, to].map(|p| *ordered.quantile(p, 0.95).band().unwrap());
    let together = ordered.quantiles(&[0.6, 0.5, 0.4], 0.95);
    let widened = together[1].band().unwrap();
    assert!((widened.quantile - 0.5).abs() < 1e-12);
    if mirrored {
        assert!(alone[1].upper_ns > alone[0].upper_ns, "{alone:?}");
        assert_eq!(widened.upper_ns, alone[1].upper_ns);
    } else {
        assert!(alone[1].lower_ns < alone[0].lower_ns, "{alone:?}");
        assert_eq!(widened.lower_ns, alone[1].lower_ns);
    }
}

/// A quantile below the median needs as many as the one above it that is as near to its end.
#[rstest]
#[case(0.9, 0.95, 36)]
#[case(0.1, 0.95, 36)]
#[case(0.01, 0.95, 368)]
#[case(0.9, 0.9, 29)]
#[case(0.5, 0.99, 8)]
fn so_many_samples_support_a_quantile_at_either_end(
    #[case] p: f64,
    #[case] confidence: f64,
    #[case] expected: u64,
) {
    assert_eq!(samples_for_quantile(p, confidence), expected);
}
