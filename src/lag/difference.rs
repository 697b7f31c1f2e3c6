//! How much later the source says COMPLETED than the replica is readable.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Measure, Sample};

/// From the replica's being readable to the source's saying COMPLETED, as an interval of
/// nanoseconds: negative where the status came first.
///
/// With several destinations the status speaks of the slowest only, and so does the difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The number of the operation.
    pub op: u32,
    /// The lower bound of the status less the upper bound of the slowest replica; none where one of
    /// the replicas was never seen.
    pub lower_ns: Option<i64>,
    /// The upper bound of the status less the lower bound of the slowest replica; none where
    /// COMPLETED was never seen.
    pub upper_ns: Option<i64>,
}

/// The bounds of the latest of several arrivals.
#[derive(Clone, Copy)]
struct Latest {
    lower: u64,
    upper: Option<u64>,
}

impl Latest {
    fn and(self, sample: &Sample) -> Self {
        let interval = &sample.interval;
        Self {
            lower: self.lower.max(interval.lower_ns),
            upper: self.upper.zip(interval.upper_ns).map(|(a, b)| a.max(b)),
        }
    }
}

/// The differences of all operations whose replica and whose status were both looked for.
#[must_use]
pub fn differences(samples: &[Sample]) -> Vec<Difference> {
    let mut visible: BTreeMap<u32, Latest> = BTreeMap::new();
    for sample in samples
        .iter()
        .filter(|sample| sample.measure == Measure::Visible)
    {
        let none = Latest {
            lower: 0,
            upper: Some(0),
        };
        let latest = visible.entry(sample.op).or_insert(none);
        *latest = latest.and(sample);
    }
    let statuses = samples
        .iter()
        .filter(|sample| sample.measure == Measure::Status);
    let both = statuses.filter_map(|status| Some((status, visible.get(&status.op)?)));
    both.map(|(status, visible)| Difference {
        op: status.op,
        lower_ns: visible
            .upper
            .map(|upper| less(status.interval.lower_ns, upper)),
        upper_ns: status
            .interval
            .upper_ns
            .map(|upper| less(upper, visible.lower)),
    })
    .collect()
}

fn less(a: u64, b: u64) -> i64 {
    i64::try_from(i128::from(a) - i128::from(b)).unwrap_or(i64::MAX)
}
