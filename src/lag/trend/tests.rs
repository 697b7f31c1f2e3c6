//! Histories of runs with and without a change.

use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::SmallRng;
use rstest::rstest;

use super::*;
use crate::lag::{Measured, Shape, Synthetic};

fn run(night: u64, slower: f64, rng: &mut SmallRng) -> Measured {
    let shape = Shape::LogNormal {
        median: Duration::from_millis(25),
        sigma: 0.5,
    };
    let mut run = Synthetic::new(shape).with_slower(slower).measured(120, rng);
    run.facts.started = night;
    run.facts.run = format!("night-{night}");
    run
}

/// Nights whose lags are multiplied by these.
fn history(slower: &[f64], seed: u64, permutations: usize) -> Trend {
    let mut rng = SmallRng::seed_from_u64(seed);
    let nights = slower.iter().zip(1..);
    let mut nights: Vec<_> = nights
        .map(|(slower, night)| Night::of(&run(night, *slower, &mut rng)))
        .collect();
    nights.reverse();
    let asked = Trended {
        permutations,
        ..Trended::default()
    };
    trend(nights, &asked, &mut rng)
}

#[rstest]
#[case::slower(1.5, true)]
#[case::faster(0.6, false)]
fn a_change_is_found_where_it_happened(#[case] factor: f64, #[case] is_slower: bool) {
    let slower = [[1.0; 12].as_slice(), &[factor; 8]].concat();
    let seen = history(&slower, 1, 999);
    let median = &seen.series[0];
    assert_eq!(median.changes.len(), 1, "{median:?}");
    let change = median.changes[0];
    assert!(change.at.abs_diff(12) <= 1, "{change:?}");
    assert_eq!(change.is_slower, is_slower);
    assert_eq!(seen.is_slower(), is_slower);
    let ratio = change.after.lower_ns as f64 / change.before.lower_ns as f64;
    assert!((ratio / factor).ln().abs() < 0.2, "{ratio}");
}

#[test]
fn a_slow_week_is_two_changes() {
    let slower = [[1.0; 12].as_slice(), &[2.0; 9], &[1.0; 12]].concat();
    let seen = history(&slower, 2, 999);
    let at: Vec<_> = seen.series[0]
        .changes
        .iter()
        .map(|change| change.at)
        .collect();
    assert_eq!(at.len(), 2, "{at:?}");
    assert!(at[0].abs_diff(12) <= 1 && at[1].abs_diff(21) <= 1, "{at:?}");
    assert!(!seen.is_slower());
}

#[test]
fn one_bad_night_is_no_change() {
    let mut slower = [1.0; 20];
    slower[9] = 10.0;
    let seen = history(&slower, 3, 999);
    assert!(
        seen.series.iter().all(|series| series.changes.is_empty()),
        "{seen:?}"
    );
}

/// The same 200 seeds at every run of this test. At a rate of 1 in 100, more than 6 alarms in 200
/// have a chance of 0.4 %.
#[test]
fn a_history_without_a_change_shows_one_at_most_once_in_a_hundred() {
    let alarms = (0..200).filter(|seed| {
        let seen = history(&[1.0; 16], *seed, 199);
        seen.series.iter().any(|series| !series.changes.is_empty())
    });
    let alarms = alarms.count();
    assert!(alarms <= 6, "{alarms} of 200");
}

#[test]
fn the_oldest_run_comes_first_and_thin_quantiles_have_no_value() {
    let seen = history(&[1.0; 4], 4, 99);
    let runs: Vec<_> = seen.runs.iter().map(|run| run.started).collect();
    assert_eq!(runs, [1, 2, 3, 4]);
    let quantiles: Vec<_> = seen.series.iter().map(|series| series.quantile).collect();
    assert_eq!(quantiles, [0.5, 0.9], "120 samples do not support p99");
}

#[test]
fn one_run_is_no_trend() {
    let seen = history(&[1.0], 5, 99);
    assert!(seen.series.is_empty() && seen.runs.len() == 1);
}
