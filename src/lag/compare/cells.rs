//! The samples of both sides that belong together.

use std::collections::{BTreeMap, BTreeSet};

use super::super::band::{UNKNOWN, nearest_rank};
use super::super::cell::bounds;
use super::super::{Measure, OperationType, Sample};
use super::blocks::Cut;
use crate::history::Side;

/// What is compared with its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::lag) struct Key {
    pub(in crate::lag) measure: Measure,
    pub(in crate::lag) side: Side,
    pub(in crate::lag) operation: OperationType,
    pub(in crate::lag) size: u64,
}

impl Key {
    pub(in crate::lag) fn of(sample: &Sample) -> Self {
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
        let sorted = |members: &Members<'_>| {
            let bound = |(unit, sample): &(u32, &Sample)| (value(end(bounds(sample))), *unit);
            let mut bounds: Vec<Bound> = members.iter().map(bound).collect();
            bounds.sort_by(|a, b| a.0.total_cmp(&b.0));
            bounds
        };
        Self::of_sorted(sorted(base), sorted(new), units)
    }

    pub(super) fn of_sorted(base: Vec<Bound>, new: Vec<Bound>, units: usize) -> Self {
        let mut counts = vec![0.0; units];
        for (_, unit) in base.iter().chain(&new) {
            counts[*unit as usize] += 1.0;
        }
        Self { base, new, counts }
    }

    /// How many more samples of each unit exceed the common quantile than its size makes likely,
    /// once NEW's are divided by `slower`. Samples at the quantile itself count in part, so that
    /// as many exceed it in all as the quantile says.
    pub(super) fn residuals(&self, quantile: f64, slower: f64) -> Vec<f64> {
        let n = self.base.len() + self.new.len();
        let rank = nearest_rank(quantile, n);
        let (of_base, of_new) = self.thresholds(rank, slower);
        let sides = [(&self.base, of_base), (&self.new, of_new)];
        let split = sides.map(|(bounds, threshold)| {
            let from = bounds.partition_point(|(bound, _)| *bound < threshold);
            let to = bounds.partition_point(|(bound, _)| *bound <= threshold);
            (&bounds[from..to], &bounds[to..])
        });
        let above: usize = split.iter().map(|(_, above)| above.len()).sum();
        let equal: usize = split.iter().map(|(equal, _)| equal.len()).sum();
        let part = (n - rank).saturating_sub(above) as f64 / equal.max(1) as f64;
        let mut residuals = self.expected((n - rank) as f64 / n as f64);
        for (equal, above) in split {
            equal
                .iter()
                .for_each(|(_, unit)| residuals[*unit as usize] += part);
            above
                .iter()
                .for_each(|(_, unit)| residuals[*unit as usize] += 1.0);
        }
        residuals
    }

    /// What each unit's size makes likely, to be taken away.
    fn expected(&self, share: f64) -> Vec<f64> {
        self.counts.iter().map(|count| -share * count).collect()
    }

    /// The sample of this rank, of both sides together once NEW's are divided by `slower`, as
    /// BASE's samples and as NEW's are compared with it.
    fn thresholds(&self, rank: usize, slower: f64) -> (f64, f64) {
        let (base, new) = (&self.base, &self.new);
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
        let (of_base, of_new) = (last(base, low), last(new, rank - low));
        match of_base < of_new / slower {
            true => (of_new / slower, of_new),
            false => (of_base, of_base * slower),
        }
    }
}

fn value(bound: u64) -> f64 {
    match bound {
        UNKNOWN => f64::INFINITY,
        bound => bound as f64,
    }
}

#[cfg(test)]
mod tests;
