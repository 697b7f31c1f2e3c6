//! One run, reduced to the bounds that its quantiles are made of.

use std::collections::BTreeMap;

use super::super::band::{known, nearest_rank};
use super::super::cell::bounds;
pub(super) use super::super::compare::Key;
use super::super::compare::{Bounds, SUPPORT};
use super::super::{Measured, samples_for_quantile};
use super::TrendRun;

/// One run of a history: its bounds, without the rest of its samples, so that a year of nightly
/// runs fits into memory.
#[derive(Debug, Clone)]
pub struct Night {
    pub(super) run: String,
    pub(super) started: u64,
    samples: usize,
    cells: BTreeMap<Key, Sorted>,
}

#[derive(Debug, Clone, Default)]
struct Sorted {
    lower: Vec<u64>,
    upper: Vec<u64>,
}

impl Night {
    /// Reduces a run.
    #[must_use]
    pub fn of(measured: &Measured) -> Self {
        let mut cells: BTreeMap<Key, Sorted> = BTreeMap::new();
        for sample in &measured.samples {
            let (lower, upper) = bounds(sample);
            let cell = cells.entry(Key::of(sample)).or_default();
            cell.lower.push(lower);
            cell.upper.push(upper);
        }
        cells.values_mut().for_each(Sorted::sort);
        Self {
            run: measured.facts.run.clone(),
            started: measured.facts.started,
            samples: measured.samples.len(),
            cells,
        }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        self.cells.keys().copied()
    }

    pub(super) fn named(&self) -> TrendRun {
        TrendRun {
            run: self.run.clone(),
            started: self.started,
            samples: self.samples,
        }
    }

    /// Where a quantile lies; none where the run has too few samples for it.
    pub(super) fn quantile(&self, key: Key, quantile: f64) -> Option<Bounds> {
        self.cells.get(&key)?.quantile(quantile)
    }
}

impl Sorted {
    fn sort(&mut self) {
        self.lower.sort_unstable();
        self.upper.sort_unstable();
    }

    fn quantile(&self, quantile: f64) -> Option<Bounds> {
        let n = self.lower.len();
        let rank = nearest_rank(quantile, n.max(1)) - 1;
        (n as u64 >= samples_for_quantile(quantile, SUPPORT)).then(|| Bounds {
            lower_ns: self.lower[rank],
            upper_ns: known(self.upper[rank]),
        })
    }
}

/// Where the quantile of the samples of several runs together lies.
pub(super) fn together(nights: &[Night], key: Key, quantile: f64) -> Option<Bounds> {
    let mut all = Sorted::default();
    for cell in nights.iter().filter_map(|night| night.cells.get(&key)) {
        all.lower.extend(&cell.lower);
        all.upper.extend(&cell.upper);
    }
    all.sort();
    all.quantile(quantile)
}

#[cfg(test)]
mod tests;
