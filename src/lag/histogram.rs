//! Lags as HDR histograms, which other tools read and which merge by adding counts.
//!
//! A lag is an interval, so there are two: one of lower bounds and one of upper bounds; the lag's
//! own histogram lies between them. Their three significant digits are less than the samples hold,
//! which is why every figure of a [`Profile`](super::Profile) is made of samples.

use std::collections::BTreeMap;

use hdrhistogram::Histogram as Hdr;

use super::cell::bounds;
use super::{Measure, OperationType, Sample};
use crate::history::Side;

/// Significant decimal digits of a value.
const DIGITS: u8 = 3;

/// The bounds of lags that belong together, in nanoseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// The lower bounds, of every sample.
    pub lower: Hdr<u64>,
    /// The upper bounds, of those that have one.
    pub upper: Hdr<u64>,
    /// How many have none: they were never seen, or a clock stood still.
    pub unbounded: u64,
}

/// What the lags of one histogram are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct HistogramKey {
    /// Which lag.
    pub measure: Measure,
    /// At which destination.
    pub side: Side,
    /// What was done.
    pub operation: OperationType,
    /// Bytes of the objects.
    pub size: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        let empty = || Hdr::new(DIGITS).expect("so many digits are possible");
        Self {
            lower: empty(),
            upper: empty(),
            unbounded: 0,
        }
    }
}

impl Histogram {
    /// Takes in a sample.
    pub fn record(&mut self, sample: &Sample) {
        let (lower, upper) = bounds(sample);
        // It grows to whatever it is given.
        self.lower.record(lower).ok();
        match upper {
            super::band::UNKNOWN => self.unbounded += 1,
            upper => self.upper.record(upper).unwrap_or_default(),
        }
    }

    /// Adds the counts of another: the result is the histogram of the samples of both.
    pub fn merge(&mut self, other: &Self) {
        // Both have the same digits, and this one grows.
        self.lower.add(&other.lower).ok();
        self.upper.add(&other.upper).ok();
        self.unbounded += other.unbounded;
    }
}

/// The histograms of samples: one for each lag, destination, operation and size.
#[must_use]
pub fn histograms<'a>(
    samples: impl IntoIterator<Item = &'a Sample>,
) -> BTreeMap<HistogramKey, Histogram> {
    let mut all: BTreeMap<_, Histogram> = BTreeMap::new();
    for sample in samples {
        let key = HistogramKey {
            measure: sample.measure,
            side: sample.side,
            operation: sample.operation,
            size: sample.size,
        };
        all.entry(key).or_default().record(sample);
    }
    all
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rand::SeedableRng;
    use rand::rngs::SmallRng;

    use super::*;
    use crate::lag::{Shape, Synthetic};

    fn run(n: usize, slower: f64, seed: u64) -> Vec<Sample> {
        let shape = Shape::LogNormal {
            median: Duration::from_millis(25),
            sigma: 0.5,
        };
        let run = Synthetic::new(shape).with_slower(slower);
        run.with_looks(Duration::from_millis(2))
            .run(n, &mut SmallRng::seed_from_u64(seed))
    }

    fn one(samples: &[Sample]) -> Histogram {
        histograms(samples).into_values().next().unwrap()
    }

    #[test]
    fn merged_histograms_are_those_of_all_samples_together() {
        let (few, many) = (run(100, 4.0, 1), run(3_000, 1.0, 2));
        let mut merged = one(&few);
        merged.merge(&one(&many));
        let all: Vec<_> = few.iter().chain(&many).cloned().collect();
        assert_eq!(merged, one(&all));
        // The average of both medians is another figure, and wrong.
        let median = |histogram: &Histogram| histogram.upper.value_at_quantile(0.5);
        let average = u64::midpoint(median(&one(&few)), median(&one(&many)));
        assert!(average > median(&merged) * 2, "{average}, {merged:?}");
    }

    #[test]
    fn a_quantile_lies_within_three_digits_of_that_of_the_samples() {
        let samples = run(2_000, 1.0, 3);
        let mut uppers: Vec<_> = samples
            .iter()
            .filter_map(|sample| sample.interval.upper_ns)
            .collect();
        uppers.sort_unstable();
        let (seen, exact) = (one(&samples).upper.value_at_quantile(0.9), uppers[1_799]);
        let apart = seen.abs_diff(exact) as f64 / exact as f64;
        assert!(apart <= 0.001, "{seen}, {exact}");
    }

    #[test]
    fn what_was_never_seen_is_counted_and_has_no_upper_bound() {
        let mut samples = run(10, 1.0, 4);
        samples[3].interval.upper_ns = None;
        let seen = one(&samples);
        let counts = (seen.lower.len(), seen.upper.len(), seen.unbounded);
        assert_eq!(counts, (10, 9, 1));
    }

    #[test]
    fn merged_histograms_count_what_was_never_seen_in_either() {
        let never = |n: usize| {
            let mut samples = run(10, 1.0, 5);
            for sample in &mut samples[..n] {
                sample.interval.upper_ns = None;
            }
            one(&samples)
        };
        let mut merged = never(3);
        merged.merge(&never(2));
        assert_eq!((merged.unbounded, merged.upper.len()), (5, 15));
    }
}
