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
