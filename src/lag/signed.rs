//! Quantiles of a difference, which may be negative.

use serde::{Deserialize, Serialize};

use super::band::{Ordered, Quantile, UNKNOWN};
use super::cluster::Clusters;
use super::{Asked, Difference, Sample, differences};

/// What a difference of nothing is put at, so that the bounds of all are positive numbers.
const ZERO: i64 = 1 << 62;

/// A quantile of how much later the source says COMPLETED than the replica is readable: negative
/// where the status comes first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum SignedQuantile {
    /// The samples support it.
    Band {
        /// Which quantile.
        quantile: f64,
        /// At least this many nanoseconds; none where it lies among replicas never seen.
        lower_ns: Option<i64>,
        /// At most this many; none where it lies among statuses never seen COMPLETED.
        upper_ns: Option<i64>,
        /// How sure it is that the quantile lies in the band.
        confidence: f64,
    },
    /// They are too few.
    Refused {
        /// Which quantile.
        quantile: f64,
        /// How many differences there are.
        n: usize,
        /// About how many it needs.
        needed: u64,
    },
}

/// The quantiles of the differences of all runs; none where not both lags were measured.
pub(super) fn status_after_visible(runs: &[&[Sample]], asked: &Asked) -> Vec<SignedQuantile> {
    let runs: Vec<_> = runs.iter().map(|samples| differences(samples)).collect();
    let lengths: Vec<_> = runs.iter().map(Vec::len).collect();
    let bounds: Vec<_> = runs.iter().flatten().map(shifted).collect();
    if bounds.is_empty() {
        return Vec::new();
    }
    let uppers: Vec<_> = bounds.iter().map(|(_, upper)| *upper).collect();
    let clusters = Clusters::cut(&lengths, &uppers);
    let ordered = Ordered::new(bounds, &clusters);
    let quantiles = ordered.quantiles(&asked.quantiles, asked.confidence);
    quantiles.into_iter().map(SignedQuantile::from).collect()
}

fn shifted(difference: &Difference) -> (u64, u64) {
    let shift = |bound: i64| bound.saturating_add(ZERO).max(1) as u64;
    (
        difference.lower_ns.map_or(0, shift),
        difference.upper_ns.map_or(UNKNOWN, shift),
    )
}

impl From<Quantile> for SignedQuantile {
    fn from(quantile: Quantile) -> Self {
        let back = |bound: u64| bound as i64 - ZERO;
        match quantile {
            Quantile::Band(band) => Self::Band {
                quantile: band.quantile,
                lower_ns: (band.lower_ns > 0).then(|| back(band.lower_ns)),
                upper_ns: band.upper_ns.map(back),
                confidence: band.confidence,
            },
            Quantile::Refused {
                quantile,
                n,
                needed,
            } => Self::Refused {
                quantile,
                n,
                needed,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantiles(bounds: &[(Option<i64>, Option<i64>)]) -> Vec<SignedQuantile> {
        let differences = bounds.iter().map(|(lower_ns, upper_ns)| Difference {
            op: 0,
            lower_ns: *lower_ns,
            upper_ns: *upper_ns,
        });
        let bounds: Vec<_> = differences.map(|difference| shifted(&difference)).collect();
        let clusters = Clusters::apart(bounds.len());
        let quantiles = Ordered::new(bounds, &clusters).quantiles(&[0.5, 0.99], 0.95);
        quantiles.into_iter().map(SignedQuantile::from).collect()
    }

    #[test]
    fn a_status_that_comes_first_has_a_negative_difference() {
        let seen = quantiles(&[(Some(-30), Some(-10)); 10]);
        let SignedQuantile::Band {
            lower_ns, upper_ns, ..
        } = seen[0]
        else {
            panic!("{seen:?}")
        };
        assert_eq!((lower_ns, upper_ns), (Some(-30), Some(-10)));
        assert!(
            matches!(seen[1], SignedQuantile::Refused { n: 10, .. }),
            "{seen:?}"
        );
    }

    #[test]
    fn what_was_never_seen_leaves_its_end_open() {
        let seen = quantiles(&[(None, None); 10]);
        let SignedQuantile::Band {
            lower_ns, upper_ns, ..
        } = seen[0]
        else {
            panic!("{seen:?}")
        };
        assert_eq!((lower_ns, upper_ns), (None, None));
    }
}
