//! When the lag changed, over many runs of the same measurement.
//!
//! A run gives one value to each series: the quantile of one lag, destination, operation and size.
//! Where a series changed are the ends of the runs in a row that differ most from the others: by
//! circular binary segmentation (Olshen, Venkatraman, Lucito and Wigler, Biostatistics 5, 2004),
//! with the rank sum of Mann and Whitney in its deviations as the statistic, so that a single bad
//! night does not count for much (Pettitt, Applied Statistics 28, 1979). As in
//! [`compare`](super::compare()), a change has to show at the lower and at the upper bounds, and
//! chance is what permutations of the *runs* give, all series of a permutation together: `alpha` is
//! the chance that a history without any change shows one. The stretches on either side of a
//! change are looked at again, at the same level for each.
//!
//! Runs are taken to be exchangeable where nothing changed. A lag that drifts slowly, or comes back
//! every week, is a change to this test.

mod night;
mod place;
mod split;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::compare::Bounds;
use super::{Measure, OperationType};
use crate::history::Side;
use night::Key;
pub use night::Night;
use split::Ranked;

/// What a trend is asked.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Trended {
    /// The quantiles, each above 0 and below 1.
    pub quantiles: Vec<f64>,
    /// The chance that a history without a change shows one.
    pub alpha: f64,
    /// How many permutations.
    pub permutations: usize,
}

impl Default for Trended {
    /// p50, p90 and p99; one in a hundred.
    fn default() -> Self {
        Self {
            quantiles: vec![0.5, 0.9, 0.99],
            alpha: 0.01,
            permutations: 9_999,
        }
    }
}

/// One run of a history of runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TrendRun {
    /// The run's ID.
    pub run: String,
    /// When it began, in seconds since 1970.
    pub started: u64,
    /// How many samples it gave.
    pub samples: usize,
}

/// Where a series changed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChangePoint {
    /// The first run after it, as an index into the runs.
    pub at: usize,
    /// The chance of a change at least as clear in any series, if there is none.
    pub p_value: f64,
    /// Whether the lag is longer after it.
    pub is_slower: bool,
    /// Where the quantile of all samples of the stretch before it lies.
    pub before: Bounds,
    /// And of the stretch after it.
    pub after: Bounds,
}

/// One quantile over the runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Series {
    /// Which lag.
    pub measure: Measure,
    /// At which destination.
    pub side: Side,
    /// What was done.
    pub operation: OperationType,
    /// Bytes of the objects.
    pub size: u64,
    /// Which quantile.
    pub quantile: f64,
    /// Where it lies in each run, by its looks; none where a run has too few samples for it.
    pub points: Vec<Option<Bounds>>,
    /// Where it changed, in the order of the runs.
    pub changes: Vec<ChangePoint>,
}

/// A history of runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Trend {
    /// The runs, oldest first.
    pub runs: Vec<TrendRun>,
    /// The chance that a history without a change shows one.
    pub alpha: f64,
    /// Every series that at least two runs have a value of.
    pub series: Vec<Series>,
}

impl Trend {
    /// Whether the last stretch of any series is slower than the one before it.
    #[must_use]
    pub fn is_slower(&self) -> bool {
        let last = |series: &Series| series.changes.last().is_some_and(|change| change.is_slower);
        self.series.iter().any(last)
    }
}

/// Looks for changes in a history of runs, in whatever order they come.
#[must_use]
pub fn trend(mut nights: Vec<Night>, asked: &Trended, rng: &mut impl Rng) -> Trend {
    nights.sort_by(|a, b| (a.started, &a.run).cmp(&(b.started, &b.run)));
    nights.dedup_by(|a, b| a.run == b.run);
    let keys: BTreeSet<_> = nights.iter().flat_map(Night::keys).collect();
    let series = keys.into_iter().flat_map(|key| {
        let quantiles = asked.quantiles.iter();
        quantiles.map(move |quantile| (key, *quantile))
    });
    let mut series: Vec<_> = series.map(|(key, p)| empty(&nights, key, p)).collect();
    series.retain(|series| series.points.iter().flatten().count() >= 2);
    let ranked: Vec<_> = series
        .iter()
        .map(|series| Ranked::new(&series.points))
        .collect();
    let splits = split::changes(&ranked, nights.len(), asked, rng);
    for (series, splits) in series.iter_mut().zip(splits) {
        series.changes = measured(&nights, series, &splits);
    }
    Trend {
        runs: nights.iter().map(Night::named).collect(),
        alpha: asked.alpha,
        series,
    }
}

fn empty(nights: &[Night], key: Key, quantile: f64) -> Series {
    Series {
        measure: key.measure,
        side: key.side,
        operation: key.operation,
        size: key.size,
        quantile,
        points: nights
            .iter()
            .map(|night| night.quantile(key, quantile))
            .collect(),
        changes: Vec::new(),
    }
}

/// The quantiles of the stretches on either side of each change: of all their samples together.
fn measured(nights: &[Night], series: &Series, splits: &[split::Split]) -> Vec<ChangePoint> {
    let key = Key {
        measure: series.measure,
        side: series.side,
        operation: series.operation,
        size: series.size,
    };
    let starts = splits.iter().map(|split| split.at);
    let edges: Vec<_> = [0]
        .into_iter()
        .chain(starts)
        .chain([nights.len()])
        .collect();
    let of = |stretch: &[Night]| night::together(stretch, key, series.quantile);
    let changes = splits.iter().zip(edges.windows(3));
    let changes = changes.filter_map(|(split, edge)| {
        Some(ChangePoint {
            at: split.at,
            p_value: split.p_value,
            is_slower: split.is_slower,
            before: of(&nights[edge[0]..edge[1]])?,
            after: of(&nights[edge[1]..edge[2]])?,
        })
    });
    changes.collect()
}
