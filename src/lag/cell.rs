//! Samples that belong together, in figures.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::band::{Ordered, Quantile, UNKNOWN};
use super::cluster::Clusters;
use super::curve::{Arrived, curve};
use super::profile::Asked;
use super::slo::{self, Question, SloJudgement};
use super::{Censoring, Measure, OperationType, Sample};
use crate::history::Side;

/// The samples of one lag at one destination: all of them, or those of one operation and size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cell {
    /// Which lag.
    pub measure: Measure,
    /// At which destination.
    pub side: Side,
    /// What was done; none for all operations together.
    pub operation: Option<OperationType>,
    /// Bytes of the objects; none for all sizes together.
    pub size: Option<u64>,
    /// How many samples.
    pub n: usize,
    /// How many were there at the first look: their lag may be anything up to its answer.
    pub left_censored: usize,
    /// How many had not come at the last look: their lag has no known upper bound.
    pub right_censored: usize,
    /// How many were lacking after they had been there.
    pub anomalies: usize,
    /// How many were touched by a clock that stood still: they count with unknown bounds.
    pub suspended: usize,
    /// How many looks failed, and so say nothing.
    pub failed_looks: usize,
    /// From each write's sending to its acknowledgement: somewhere in there lies the commit.
    pub start_uncertainty: Spread,
    /// How far apart the two bounds of a lag are, where both are known.
    pub width: Spread,
    /// The lag from the acknowledgement: what the write itself met.
    pub service: Vec<Quantile>,
    /// The lag from the moment when the write was meant to be sent, so that a stall of the client
    /// or of the source shows.
    pub intended: Vec<Quantile>,
    /// How many had arrived by when, from the acknowledgement, for drawing.
    pub arrived: Vec<Arrived>,
}

/// Figures of exactly known durations, by nearest rank; none where there are none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    /// The median.
    pub median_ns: Option<u64>,
    /// The 99th percentile.
    pub p99_ns: Option<u64>,
    /// The largest.
    pub max_ns: Option<u64>,
}

impl Spread {
    fn of(mut durations: Vec<u64>) -> Self {
        durations.sort_unstable();
        let n = durations.len();
        let at = |rank: usize| durations.get(rank.checked_sub(1)?).copied();
        Self {
            median_ns: at(n.div_ceil(2)),
            p99_ns: at((n * 99).div_ceil(100)),
            max_ns: at(n),
        }
    }
}

impl Cell {
    /// Whether it holds all operations and sizes together.
    #[must_use]
    pub fn is_total(&self) -> bool {
        self.operation.is_none() && self.size.is_none()
    }
}

/// The samples of one cell, run after run, each in the order of their acknowledgements.
#[derive(Debug, Default)]
struct Pool<'a> {
    samples: Vec<&'a Sample>,
    /// How many of each run.
    runs: Vec<usize>,
}

/// A cell's lag and destination, and its operation and size; none for the total.
type Key = (Measure, Side, Option<(OperationType, u64)>);

/// The samples of all runs, by cell.
#[derive(Debug, Default)]
pub(super) struct Pools<'a>(BTreeMap<Key, Pool<'a>>);

/// Sorts the samples of runs into cells.
pub(super) fn pooled<'a>(runs: &[&'a [Sample]]) -> Pools<'a> {
    let mut pools = Pools::default();
    for (run, samples) in runs.iter().enumerate() {
        let mut samples: Vec<_> = samples.iter().collect();
        samples.sort_by_key(|sample| sample.acknowledged_ns);
        for sample in samples {
            let of = |kind| (sample.measure, sample.side, kind);
            for key in [of(None), of(Some((sample.operation, sample.size)))] {
                pools.0.entry(key).or_default().push(run, sample);
            }
        }
    }
    pools
}

impl Pools<'_> {
    /// The service level of each total.
    pub(super) fn slos(&self, asked: &Asked) -> Vec<SloJudgement> {
        let totals = self.0.iter().filter(|((_, _, kind), _)| kind.is_none());
        totals
            .map(|((measure, side, _), pool)| {
                let question = Question {
                    slo: asked.slo,
                    measure: *measure,
                    side: *side,
                    confidence: asked.confidence,
                };
                let objects = pool.without_markers();
                slo::judge(question, &objects.bounds(), &objects.clusters())
            })
            .collect()
    }
}

/// The figures of every cell, totals first.
pub(super) fn cells(pools: &Pools<'_>, asked: &Asked) -> Vec<Cell> {
    let mut cells: Vec<_> = pools
        .0
        .iter()
        .map(|(key, pool)| pool.cell(*key, asked))
        .collect();
    cells.sort_by_key(|cell| !cell.is_total());
    cells
}

impl<'a> Pool<'a> {
    fn push(&mut self, run: usize, sample: &'a Sample) {
        self.runs.resize(self.runs.len().max(run + 1), 0);
        self.runs[run] += 1;
        self.samples.push(sample);
    }

    /// Delete markers do not count towards a service level (R-DEL-04).
    fn without_markers(&self) -> Self {
        let mut objects = Pool::default();
        let runs = self.runs.iter().enumerate();
        let runs = runs.flat_map(|(run, n)| std::iter::repeat_n(run, *n));
        for (run, sample) in runs.zip(&self.samples) {
            if sample.operation != OperationType::DeleteMarker {
                objects.push(run, sample);
            }
        }
        objects
    }

    fn clusters(&self) -> Clusters {
        let uppers = self.samples.iter().map(|sample| bounds(sample).1);
        Clusters::cut(&self.runs, &uppers.collect::<Vec<_>>())
    }

    /// The bounds from the acknowledgement.
    fn bounds(&self) -> Vec<(u64, u64)> {
        self.samples.iter().map(|sample| bounds(sample)).collect()
    }

    /// The bounds from the intended start.
    fn bounds_from_intention(&self) -> Vec<(u64, u64)> {
        let from_intention = |sample: &&Sample| {
            let before = sample.acknowledged_ns.saturating_sub(sample.intended_ns);
            let (lower, upper) = bounds(sample);
            (lower.saturating_add(before), upper.saturating_add(before))
        };
        self.samples.iter().map(from_intention).collect()
    }

    fn count(&self, is: impl Fn(&Sample) -> bool) -> usize {
        self.samples.iter().filter(|sample| is(sample)).count()
    }

    fn cell(&self, (measure, side, kind): Key, asked: &Asked) -> Cell {
        let clusters = self.clusters();
        let bands = |bounds| {
            let ordered = Ordered::new(bounds, &clusters);
            let quantiles = ordered.quantiles(&asked.quantiles, asked.confidence);
            (quantiles, curve(&ordered))
        };
        let (service, arrived) = bands(self.bounds());
        let uncertainties = self.samples.iter();
        Cell {
            measure,
            side,
            operation: kind.map(|(operation, _)| operation),
            size: kind.map(|(_, size)| size),
            n: self.samples.len(),
            left_censored: self.count(|sample| sample.interval.censoring == Censoring::Left),
            right_censored: self.count(|sample| sample.interval.censoring == Censoring::Right),
            anomalies: self.count(|sample| sample.anomaly),
            suspended: self.count(|sample| sample.suspended),
            failed_looks: self.samples.iter().map(|sample| sample.failed).sum(),
            start_uncertainty: Spread::of(
                uncertainties
                    .map(|sample| sample.interval.start_uncertainty_ns)
                    .collect(),
            ),
            width: Spread::of(self.samples.iter().filter_map(|s| s.width_ns()).collect()),
            service,
            intended: bands(self.bounds_from_intention()).0,
            arrived,
        }
    }
}

/// Where a lag lies; anywhere, where a clock stood still.
pub(super) fn bounds(sample: &Sample) -> (u64, u64) {
    if sample.suspended {
        return (0, UNKNOWN);
    }
    let upper = sample.interval.upper_ns.unwrap_or(UNKNOWN);
    (sample.interval.lower_ns.min(upper), upper)
}

#[cfg(test)]
mod tests;
