//! The distribution of a lag, for drawing: how many had arrived by when.

use serde::{Deserialize, Serialize};

use super::band::{Ordered, UNKNOWN};

/// How many points a curve has at most, about.
const POINTS: usize = 64;

/// How many replicas had arrived by a moment after their acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrived {
    /// The moment.
    pub by_ns: u64,
    /// This many were seen.
    pub certainly: usize,
    /// This many may have been there, seen or not.
    pub possibly: usize,
}

/// Points that follow the distribution: evenly spaced in rank, and closer and closer in the tail.
pub(super) fn curve(ordered: &Ordered<'_>) -> Vec<Arrived> {
    let n = ordered.lower.len();
    let even = (1..=POINTS).map(|step| n * step / POINTS);
    let tail = (1..usize::BITS).map(|halvings| n - (n >> halvings));
    let ranks = even
        .chain(tail)
        .chain([1])
        .filter(|rank| (1..=n).contains(rank));
    let mut moments: Vec<_> = ranks
        .flat_map(|rank| [ordered.lower[rank - 1], ordered.upper[rank - 1]])
        .filter(|moment| *moment != UNKNOWN)
        .collect();
    moments.sort_unstable();
    moments.dedup();
    let at = |by_ns| Arrived {
        by_ns,
        certainly: ordered.upper.partition_point(|upper| *upper <= by_ns),
        possibly: ordered.lower.partition_point(|lower| *lower <= by_ns),
    };
    moments.into_iter().map(at).collect()
}

#[cfg(test)]
mod tests;
