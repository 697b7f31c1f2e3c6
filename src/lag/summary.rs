//! The lag of many replicas in a few figures.

use serde::{Deserialize, Serialize};

use super::{Censoring, Sample};

/// How the figures of a [`Summary`] are made.
pub const ESTIMATOR: &str = "nearest rank over the sorted upper bounds; \
    replicas that never arrived sort last, and the median is none where it falls on one";

/// The lag of many replicas, by [`ESTIMATOR`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// How many replicas were looked for.
    pub samples: usize,
    /// How many of them never arrived while somebody looked.
    pub censored: usize,
    /// The median of the upper bounds.
    pub median_upper_ns: Option<u64>,
    /// The largest upper bound of those that arrived; `censored` says how many may be later.
    pub max_upper_ns: Option<u64>,
    /// How many were lacking after they had been there.
    #[serde(default)]
    pub anomalies: usize,
}

impl Summary {
    /// Summarises samples.
    #[must_use]
    pub fn of(samples: &[Sample]) -> Self {
        let mut uppers: Vec<_> = samples
            .iter()
            .filter_map(|sample| sample.interval.upper_ns)
            .collect();
        uppers.sort_unstable();
        let censored = |sample: &&Sample| sample.interval.censoring == Censoring::Right;
        let rank = samples.len().div_ceil(2);
        Self {
            samples: samples.len(),
            censored: samples.iter().filter(censored).count(),
            median_upper_ns: rank
                .checked_sub(1)
                .and_then(|rank| uppers.get(rank))
                .copied(),
            max_upper_ns: uppers.last().copied(),
            anomalies: samples.iter().filter(|sample| sample.anomaly).count(),
        }
    }
}
