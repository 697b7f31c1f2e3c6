//! The samples of both sides that belong together.

use std::collections::{BTreeMap, BTreeSet};

use super::super::band::UNKNOWN;
use super::super::cell::bounds;
use super::super::{Measure, OperationType, Sample};
use super::blocks::Cut;
use crate::history::Side;

/// What is compared with its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) measure: Measure,
    pub(super) side: Side,
    pub(super) operation: OperationType,
    pub(super) size: u64,
}

impl Key {
    pub(super) fn of(sample: &Sample) -> Self {
        Self {
            measure: sample.measure,
            side: sample.side,
            operation: sample.operation,
            size: sample.size,
        }
    }
}

/// A bound with the unit it was measured in; infinite where it is unknown.
pub(super) type Bound = (f64, u32);

/// One end of the intervals of both sides, sorted.
#[derive(Debug, Default)]
pub(super) struct End {
    pub(super) base: Vec<Bound>,
    pub(super) new: Vec<Bound>,
    /// How many samples each unit holds.
    counts: Vec<f64>,
}

/// The samples of both sides of one kind.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) key: Key,
    pub(super) lower: End,
    pub(super) upper: End,
}

impl Pair {
    /// The residuals of both ends.
    pub(super) fn residuals(&self, quantile: f64) -> [Vec<f64>; 2] {
        [&self.lower, &self.upper].map(|end| end.residuals(quantile, 1.0))
    }
}

/// Sorts both sides into pairs; what only one side has is returned by itself.
pub(super) fn pairs(cut: &Cut<'_>) -> (Vec<Pair>, Vec<(Key, &'static str)>) {
    let (base, new) = (by_key(&cut.base), by_key(&cut.new));
    let units = cut.units.0 + cut.units.1;
    let keys: BTreeSet<_> = base.keys().chain(new.keys()).copied().collect();
    let (mut pairs, mut alone) = (Vec::new(), Vec::new());
    for key in keys {
        match (base.get(&key), new.get(&key)) {
            (Some(base), Some(new)) => pairs.push(Pair {
                key,
                lower: End::new(base, new, units, |(lower, _)| lower),
                upper: End::new(base, new, units, |(_, upper)| upper),
            }),
            (Some(_), None) => alone.push((key, "BASE")),
            _ => alone.push((key, "NEW")),
        }
    }
    (pairs, alone)
}

type Members<'a> = Vec<(u32, &'a Sample)>;

fn by_key<'a>(samples: &[(u32, &'a Sample)]) -> BTreeMap<Key, Members<'a>> {
    let mut cells: BTreeMap<Key, Members<'a>> = BTreeMap::new();
    for (unit, sample) in samples {
        let cell = cells.entry(Key::of(sample)).or_default();
        cell.push((*unit, sample));
    }
    cells
}

impl End {
    fn new(
        base: &Members<'_>,
        new: &Members<'_>,
        units: usize,
        end: impl Fn((u64, u64)) -> u64,
    ) -> Self {
        let mut counts = vec![0.0; units];
        let mut sorted = |members: &Members<'_>| {
            let mut bounds: Vec<Bound> = members
                .iter()
                .map(|(unit, sample)| (value(end(bounds(sample))), *unit))
                .collect();
            bounds
                .iter()
                .for_each(|(_, unit)| counts[*unit as usize] += 1.0);
            bounds.sort_by(|a, b| a.0.total_cmp(&b.0));
            bounds
        };
        let (base, new) = (sorted(base), sorted(new));
        Self { base, new, counts }
    }

    /// How many more samples of each unit exceed the common quantile than its size makes likely,
    /// once NEW's are divided by `slower`.
    pub(super) fn residuals(&self, quantile: f64, slower: f64) -> Vec<f64> {
        let threshold = self.threshold(quantile, slower);
        let mut residuals = vec![0.0; self.counts.len()];
        let mut exceeding = 0.0;
        for (bounds, limit) in [(&self.base, threshold), (&self.new, threshold * slower)] {
            let from = bounds.partition_point(|(bound, _)| *bound <= limit);
            for (_, unit) in &bounds[from..] {
                residuals[*unit as usize] += 1.0;
                exceeding += 1.0;
            }
        }
        let share = exceeding / (self.base.len() + self.new.len()) as f64;
        for (residual, count) in residuals.iter_mut().zip(&self.counts) {
            *residual -= share * count;
        }
        residuals
    }

    /// The quantile of both sides together, by nearest rank, once NEW's are divided by `slower`;
    /// beyond every bound that is known where it falls on an unknown one.
    fn threshold(&self, quantile: f64, slower: f64) -> f64 {
        let (base, new) = (&self.base, &self.new);
        let rank = ((quantile * (base.len() + new.len()) as f64).ceil() as usize).max(1);
        // How many of the smallest `rank` are BASE's: the fewest that leave no smaller one behind.
        let (mut low, mut high) = (rank.saturating_sub(new.len()), rank.min(base.len()));
        while low < high {
            let middle = low + (high - low) / 2;
            match base[middle].0 < new[rank - middle - 1].0 / slower {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        let last = |side: &[Bound], n: usize| n.checked_sub(1).map_or(0.0, |at| side[at].0);
        let threshold = last(base, low).max(last(new, rank - low) / slower);
        threshold.min(1e30)
    }
}

fn value(bound: u64) -> f64 {
    match bound {
        UNKNOWN => f64::INFINITY,
        bound => bound as f64,
    }
}
