//! What is permuted: stretches of the runs, or whole runs.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::super::autocorrelation::{APART, correlation_time, ranks};
use super::super::cell::bounds;
use super::super::cluster::RUNS_FOR_CONFIDENCE;
use super::super::{Measured, Sample};
use super::cells::Key;

/// The most blocks that the shortest run is cut into.
const MOST_BLOCKS: usize = 30;
/// The fewest blocks of a side that can be permuted with any use.
const FEWEST_BLOCKS: usize = 8;
/// The share above which lags count as the tail, whose bunches are looked for apart.
const TAIL: f64 = 0.95;

/// What was permuted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "permuted", rename_all = "kebab-case")]
pub enum Permuted {
    /// Stretches of the runs, so that the result is of these runs, and not of runs to come.
    Blocks {
        /// How many of BASE.
        base: usize,
        /// How many of NEW.
        new: usize,
        /// Samples a block.
        length: usize,
        /// For how many samples the runs remember.
        correlation_time: f64,
    },
    /// Whole runs.
    Runs {
        /// How many of BASE.
        base: usize,
        /// How many of NEW.
        new: usize,
    },
    /// Nothing: the runs are too short for how long they remember.
    Nothing {
        /// How many samples a run would need, at least.
        needed: usize,
    },
}

impl fmt::Display for Permuted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blocks {
                base, new, length, ..
            } => write!(
                f,
                "{base} and {new} blocks of {length} samples in time; the result is of these runs"
            ),
            Self::Runs { base, new } => write!(f, "{base} and {new} whole runs"),
            Self::Nothing { needed } => write!(
                f,
                "nothing, as the runs are too short for how long their lags stay alike; it takes at least {needed} samples a run"
            ),
        }
    }
}

/// The samples of both sides with the unit that each belongs to: those of BASE come first.
#[derive(Debug)]
pub(super) struct Cut<'a> {
    pub(super) base: Vec<(u32, &'a Sample)>,
    pub(super) new: Vec<(u32, &'a Sample)>,
    /// How many units of each side.
    pub(super) units: (usize, usize),
    pub(super) permuted: Permuted,
}

/// Cuts both sides into units.
pub(super) fn cut<'a>(base: &'a [Measured], new: &'a [Measured]) -> Cut<'a> {
    let (base, new) = (in_time(base), in_time(new));
    if base.len().min(new.len()) >= RUNS_FOR_CONFIDENCE {
        let units = (base.len(), new.len());
        let permuted = Permuted::Runs {
            base: units.0,
            new: units.1,
        };
        return assemble(&base, &new, permuted, usize::MAX);
    }
    by_block(&base, &new)
}

fn by_block<'a>(base: &[Vec<&'a Sample>], new: &[Vec<&'a Sample>]) -> Cut<'a> {
    let runs = || base.iter().chain(new);
    let shortest = runs().map(Vec::len).min().unwrap_or(0);
    let time = runs().map(|run| memory(run)).fold(1.0, f64::max);
    let length = (APART * time).ceil() as usize;
    let length = length.max(shortest.div_ceil(MOST_BLOCKS)).max(1);
    let count = |runs: &[Vec<&Sample>]| runs.iter().map(|run| run.len() / length).sum();
    let units: (usize, usize) = (count(base), count(new));
    let permuted = match units.0.min(units.1) >= FEWEST_BLOCKS {
        true => Permuted::Blocks {
            base: units.0,
            new: units.1,
            length,
            correlation_time: time,
        },
        false => Permuted::Nothing {
            needed: length * FEWEST_BLOCKS,
        },
    };
    assemble(base, new, permuted, length)
}

/// The samples of each run that has any, in the order of their acknowledgements.
fn in_time(runs: &[Measured]) -> Vec<Vec<&Sample>> {
    let runs = runs.iter().filter(|run| !run.samples.is_empty());
    let sorted = runs.map(|run| {
        let mut samples: Vec<_> = run.samples.iter().collect();
        samples.sort_by_key(|sample| sample.acknowledged_ns);
        samples
    });
    sorted.collect()
}

fn assemble<'a>(
    base: &[Vec<&'a Sample>],
    new: &[Vec<&'a Sample>],
    permuted: Permuted,
    length: usize,
) -> Cut<'a> {
    let mut first = 0;
    let base = numbered(base, length, &mut first);
    let of_base = first as usize;
    let new = numbered(new, length, &mut first);
    Cut {
        base,
        new,
        units: (of_base, first as usize - of_base),
        permuted,
    }
}

/// Numbers the blocks of runs from `first` on; what is left over at a run's end joins its last.
fn numbered<'a>(
    runs: &[Vec<&'a Sample>],
    length: usize,
    first: &mut u32,
) -> Vec<(u32, &'a Sample)> {
    let mut samples = Vec::new();
    for run in runs {
        let blocks = (run.len() / length).max(1);
        let block = |index: usize| (index / length).min(blocks - 1) as u32;
        let run = run.iter().enumerate();
        samples.extend(run.map(|(index, sample)| (*first + block(index), *sample)));
        *first += blocks as u32;
    }
    samples
}

/// For how many samples a run remembers: as a whole, and in its tail.
fn memory(run: &[&Sample]) -> f64 {
    let ranks = ranks_within_cells(run);
    let tail: Vec<_> = ranks
        .iter()
        .map(|rank| f64::from(u8::from(*rank > TAIL)))
        .collect();
    correlation_time(&ranks).max(correlation_time(&tail))
}

/// The rank of each sample among those of its kind, from 0 to 1, in the order of time.
fn ranks_within_cells(run: &[&Sample]) -> Vec<f64> {
    let mut cells: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (index, sample) in run.iter().enumerate() {
        cells.entry(Key::of(sample)).or_default().push(index);
    }
    let mut all = vec![0.0; run.len()];
    for members in cells.into_values() {
        let uppers: Vec<_> = members.iter().map(|index| bounds(run[*index]).1).collect();
        let n = members.len() as f64;
        for (index, rank) in members.into_iter().zip(ranks(&uppers)) {
            all[index] = (rank + 0.5) / n;
        }
    }
    all
}

#[cfg(test)]
mod tests;
