//! The splits of series of runs, by rank and permutation: circular binary segmentation, whose
//! segments may lie in the middle.

use std::ops::Range;

use rand::Rng;
use rand::seq::SliceRandom;

use super::super::autocorrelation::ranks;
use super::super::band::UNKNOWN;
use super::super::compare::{Bounds, behind, critical, p_value};
use super::Trended;
use super::place::placed;

/// A stretch between two changes has at least this many runs: two may be a coincidence.
pub(super) const SHORTEST: usize = 3;

/// Where a series splits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Split {
    /// The first run behind it.
    pub(super) at: usize,
    pub(super) p_value: f64,
    pub(super) is_slower: bool,
}

/// The values of a series: those of each run, at both ends; none where it has none.
#[derive(Debug)]
pub(super) struct Ranked {
    values: Vec<Option<[u64; 2]>>,
}

impl Ranked {
    pub(super) fn new(points: &[Option<Bounds>]) -> Self {
        let ends = |bounds: &Bounds| [bounds.lower_ns, bounds.upper_ns.unwrap_or(UNKNOWN)];
        Self {
            values: points
                .iter()
                .map(|point| point.as_ref().map(ends))
                .collect(),
        }
    }

    /// The ranks of the runs of a stretch that have a value, at both ends.
    fn within(&self, stretch: &Range<usize>) -> Stretch {
        let values = stretch
            .clone()
            .filter_map(|run| Some((run, self.values[run]?)));
        let values: Vec<_> = values.collect();
        let of = |end: usize| {
            let values: Vec<_> = values.iter().map(|(_, ends)| ends[end]).collect();
            ranks(&values)
        };
        let both = of(0).into_iter().zip(of(1));
        let mut ranks = vec![None; stretch.len()];
        for ((run, _), pair) in values.iter().zip(both) {
            ranks[run - stretch.start] = Some(pair);
        }
        Stretch { ranks }
    }
}

/// The ranks of a stretch of runs, by the run's place in it.
struct Stretch {
    ranks: Vec<Option<(f64, f64)>>,
}

/// Runs that differ from the others of their stretch, as places in it.
#[derive(Debug, Clone, Copy, Default)]
struct Segment {
    statistic: f64,
    from: usize,
    to: usize,
}

impl Stretch {
    /// The runs in a row that differ most from the rest.
    fn best(&self, order: &[usize]) -> Segment {
        let ranked = order.iter().enumerate();
        let ranked = ranked.filter_map(|(place, run)| Some((place, self.ranks[*run]?)));
        let (places, ranks): (Vec<_>, Vec<_>) = ranked.unzip();
        let (n, sums) = (places.len(), sums(&ranks));
        let deviations: Vec<_> = (0..=n).map(|length| deviation(length, n)).collect();
        let mut best = Segment::default();
        for from in starts(n) {
            for to in ends(from, n) {
                let deviation = deviations[to - from];
                let sum =
                    |end: fn(&(f64, f64)) -> f64| (end(&sums[to]) - end(&sums[from])) / deviation;
                let statistic = behind(sum(|ends| ends.0), sum(|ends| ends.1));
                if statistic.abs() > best.statistic.abs() {
                    best = Segment {
                        statistic,
                        from,
                        to,
                    };
                }
            }
        }
        let place = |index: usize| places.get(index).copied().unwrap_or(order.len());
        Segment {
            from: if best.from == 0 { 0 } else { place(best.from) },
            to: place(best.to),
            ..best
        }
    }
}

/// The sums of the first ranks, each less their mean, at both ends.
fn sums(ranks: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let middle = (ranks.len() as f64 - 1.0) / 2.0;
    let mut sums = vec![(0.0, 0.0)];
    for (lower, upper) in ranks {
        let (before, after) = sums.last().copied().unwrap_or_default();
        sums.push((before + lower - middle, after + upper - middle));
    }
    sums
}

/// Where a segment of `n` runs can begin: at the first, or after a stretch that is long enough.
fn starts(n: usize) -> impl Iterator<Item = usize> {
    [0].into_iter().chain(SHORTEST..=n.saturating_sub(SHORTEST))
}

/// Where it can end: neither it nor what is left on its right is too short. A segment up to the last
/// run differs from the others exactly as much as these do from it, and they begin at the first.
fn ends(from: usize, n: usize) -> impl Iterator<Item = usize> {
    from + SHORTEST..(n + 1).saturating_sub(SHORTEST)
}

/// The deviation of the sum of the ranks of `before` of `n` runs (Lehmann, Nonparametrics, 1975,
/// section 1.3).
fn deviation(before: usize, n: usize) -> f64 {
    let (before, n) = (before as f64, n as f64);
    (before * (n - before) * (n + 1.0) / 12.0).sqrt()
}

/// The splits of every series, in the order of the runs.
pub(super) fn changes(
    series: &[Ranked],
    runs: usize,
    asked: &Trended,
    rng: &mut impl Rng,
) -> Vec<Vec<Split>> {
    let whole = 0..runs;
    let first = tested(&series.iter().collect::<Vec<_>>(), &whole, asked, rng);
    let series = series.iter().zip(first);
    series
        .map(|(series, found)| {
            let mut splits = Vec::new();
            if let Some(found) = found {
                further(series, &whole, found, asked, rng, &mut splits);
            }
            placed(&series.values, splits)
        })
        .collect()
}

/// A segment that differs significantly, as runs of the whole history.
type Found = (Range<usize>, f64, bool);

/// Keeps the ends of a segment, and looks at the stretches on either side of each.
fn further(
    series: &Ranked,
    stretch: &Range<usize>,
    (segment, p_value, is_slower): Found,
    asked: &Trended,
    rng: &mut impl Rng,
    splits: &mut Vec<Split>,
) {
    let ends = [(segment.start, is_slower), (segment.end, !is_slower)];
    let inner = ends.into_iter().filter(|(at, _)| *at > stretch.start);
    splits.extend(inner.map(|(at, is_slower)| Split {
        at,
        p_value,
        is_slower,
    }));
    let edges = [stretch.start, segment.start, segment.end, stretch.end];
    for part in edges.windows(2).map(|edge| edge[0]..edge[1]) {
        let again = tested(&[series], &part, asked, rng);
        if let Some(Some(found)) = again.into_iter().next() {
            further(series, &part, found, asked, rng, splits);
        }
    }
}

/// The segment of each series within a stretch, where it is significant among all of them.
fn tested(
    series: &[&Ranked],
    stretch: &Range<usize>,
    asked: &Trended,
    rng: &mut impl Rng,
) -> Vec<Option<Found>> {
    let stretches: Vec<_> = series.iter().map(|series| series.within(stretch)).collect();
    let mut order: Vec<_> = (0..stretch.len()).collect();
    let seen: Vec<_> = stretches
        .iter()
        .map(|stretch| stretch.best(&order))
        .collect();
    let mut draw = |_| {
        order.shuffle(rng);
        let all = stretches.iter().map(|stretch| stretch.best(&order));
        all.map(|segment| segment.statistic.abs())
            .fold(0.0, f64::max)
    };
    let permutations = affordable(asked.permutations, series.len(), stretch.len());
    let mut largest: Vec<_> = (0..permutations).map(&mut draw).collect();
    largest.sort_by(f64::total_cmp);
    let beyond = critical(&largest, asked.alpha);
    let found = |segment: Segment| {
        (segment.statistic.abs() > beyond).then(|| {
            let runs = stretch.start + segment.from..stretch.start + segment.to;
            let p_value = p_value(&largest, segment.statistic);
            (runs, p_value, segment.statistic > 0.0)
        })
    };
    seen.into_iter().map(found).collect()
}

/// Fewer permutations where there are many series of many runs; never fewer than 999.
fn affordable(permutations: usize, series: usize, runs: usize) -> usize {
    const SEGMENTS: usize = 400_000_000;
    let each = (series * runs * runs / 2).max(1);
    permutations.min((SEGMENTS / each).max(999))
}

#[cfg(test)]
mod tests;
