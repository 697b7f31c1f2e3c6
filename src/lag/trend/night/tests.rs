//! Quantiles of runs whose lags are 1, 2, 3 and so on.

use super::*;
use crate::lag::RunFacts;
use crate::lag::tests::sample;

fn night(uppers: std::ops::RangeInclusive<u64>) -> Night {
    let lag = |upper| {
        let mut sample = sample(Some(upper));
        sample.interval.lower_ns = upper - 1;
        sample
    };
    Night::of(&Measured {
        facts: RunFacts::default(),
        samples: uppers.rev().map(lag).collect(),
    })
}

fn key() -> Key {
    Key::of(&sample(None))
}

fn bounds(of: Option<Bounds>) -> Option<(u64, Option<u64>)> {
    of.map(|bounds| (bounds.lower_ns, bounds.upper_ns))
}

#[test]
fn a_quantile_is_by_nearest_rank_where_the_run_supports_it() {
    let of = |n, quantile| bounds(night(1..=n).quantile(key(), quantile));
    assert_eq!(of(40, 0.5), Some((19, Some(20))));
    assert_eq!(of(40, 0.9), Some((35, Some(36))));
    assert_eq!(of(36, 0.9), Some((32, Some(33))));
    assert_eq!(of(35, 0.9), None, "36 samples support p90");
}

#[test]
fn several_runs_have_the_quantile_of_all_their_samples() {
    let nights = [night(1..=30), night(31..=100), night(101..=101)];
    assert_eq!(bounds(together(&nights, key(), 0.9)), Some((90, Some(91))));
    assert_eq!(bounds(together(&[], key(), 0.5)), None);
    assert_eq!(nights[1].named().samples, 70);
    assert_eq!(nights[0].keys().collect::<Vec<_>>(), [key()]);
}
