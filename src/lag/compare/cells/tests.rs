//! Pairs of a few samples.

use super::super::blocks::cut;
use super::*;
use crate::lag::tests::sample;
use crate::lag::{Measured, RunFacts};

fn run(sizes: &[u64]) -> Vec<Measured> {
    let of = |size: &u64| {
        let mut sample = sample(Some(10));
        sample.size = *size;
        sample
    };
    vec![Measured {
        facts: RunFacts::default(),
        samples: sizes.iter().map(of).collect(),
    }]
}

#[test]
fn what_only_one_side_has_is_set_apart_with_the_side() {
    let (base, new) = (run(&[1, 2, 2]), run(&[2, 3]));
    let (pairs, alone) = pairs(&cut(&base, &new));
    let sizes: Vec<_> = pairs.iter().map(|pair| pair.key.size).collect();
    assert_eq!(sizes, [2]);
    assert_eq!(
        (pairs[0].upper.base.len(), pairs[0].upper.new.len()),
        (2, 1)
    );
    let alone: Vec<_> = alone.iter().map(|(key, side)| (key.size, *side)).collect();
    assert_eq!(alone, [(1, "BASE"), (3, "NEW")]);
}

/// BASE has 2, 4, 6 and 8, NEW twice as much as 1, 3, 5 and 7.
#[test]
fn a_threshold_is_the_common_quantile_as_each_side_is_compared_with_it() {
    let bound = |value: f64| (value, 0);
    let base = [2.0, 4.0, 6.0, 8.0].map(bound).to_vec();
    let new = [2.0, 6.0, 10.0, 14.0].map(bound).to_vec();
    let end = End::of_sorted(base, new, 1);
    let seen: Vec<_> = (1..=8).map(|rank| end.thresholds(rank, 2.0)).collect();
    let expected: Vec<_> = (1..=8)
        .map(|value| (f64::from(value), f64::from(2 * value)))
        .collect();
    assert_eq!(seen, expected);
}

#[test]
fn residuals_are_what_exceeds_the_quantile_beyond_the_expected() {
    let base = vec![(1.0, 0), (2.0, 0), (3.0, 1), (4.0, 1)];
    let new = vec![(5.0, 2), (6.0, 2), (7.0, 3), (8.0, 3)];
    let end = End::of_sorted(base, new, 4);
    // A half of each unit's two is expected above the median of all.
    assert_eq!(end.residuals(0.5, 1.0), [-1.0, -1.0, 1.0, 1.0]);
    // A quarter of eight, which is the last unit.
    assert_eq!(end.residuals(0.75, 1.0), [-0.5, -0.5, -0.5, 1.5]);
}
