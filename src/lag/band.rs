//! Quantiles as bands that contain both errors: that of looking and that of sampling.
//!
//! Each lag lies in an interval, so the k-th smallest lag lies between the k-th smallest lower and
//! the k-th smallest upper bound. Between which two order statistics the quantile of the population
//! lies, at a confidence, is a question of the binomial distribution alone (David and Nagaraja,
//! Order Statistics, 3rd edition, section 7.1; NIST/SEMATECH e-Handbook, 7.2.6.2). The band goes
//! from the lower bound of the one to the upper bound of the other. Replicas that were there at the
//! first look count with the lower bound 0, those that never came with no upper bound.
//!
//! Samples that depend on each other are counted by what they are worth (see [`Units`]), and the
//! ranks are scaled to that number, as Woodruff inverts the confidence of a share (Journal of the
//! American Statistical Association 47, 1952).

use serde::{Deserialize, Serialize};

use super::binomial::quantile;
use super::cluster::{Clusters, Units};

/// The quantiles that are reported where none are asked for.
pub const QUANTILES: [f64; 6] = [0.5, 0.9, 0.95, 0.99, 0.999, 0.9999];

/// Where a quantile of the lag lies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Band {
    /// Which quantile: 0.99 is the lag that 99 of 100 replicas do not exceed.
    pub quantile: f64,
    /// It is at least this many nanoseconds.
    pub lower_ns: u64,
    /// And at most this many; none where it lies among replicas that never came.
    pub upper_ns: Option<u64>,
    /// The quantile of these very samples is at least this, by nearest rank: the error of looking
    /// alone.
    pub observed_lower_ns: u64,
    /// And at most this.
    pub observed_upper_ns: Option<u64>,
    /// How sure it is that the quantile of all replicas lies in the band.
    pub confidence: f64,
    /// How many independent samples the samples were worth.
    pub effective_n: f64,
    /// What was taken to vary independently.
    pub units: Units,
}

/// A quantile, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Quantile {
    /// The samples support it.
    Band(Band),
    /// They are too few: no order statistic lies above it at this confidence.
    Refused {
        /// Which quantile.
        quantile: f64,
        /// How many samples there are.
        n: usize,
        /// About how many it needs, correlated as these are.
        needed: u64,
    },
}

impl Quantile {
    /// Which quantile.
    #[must_use]
    pub fn quantile(&self) -> f64 {
        match self {
            Self::Band(band) => band.quantile,
            Self::Refused { quantile, .. } => *quantile,
        }
    }

    fn band_mut(&mut self) -> Option<&mut Band> {
        match self {
            Self::Band(band) => Some(band),
            Self::Refused { .. } => None,
        }
    }

    /// The band, where the samples support one.
    #[must_use]
    pub fn band(&self) -> Option<&Band> {
        match self {
            Self::Band(band) => Some(band),
            Self::Refused { .. } => None,
        }
    }
}

/// How many independent samples a quantile above the median needs before a band has an upper end:
/// the smallest n with `quantileⁿ ≤ (1 − confidence) / 2`.
#[must_use]
pub fn samples_for_quantile(quantile: f64, confidence: f64) -> u64 {
    let alpha = (1.0 - confidence) / 2.0;
    let least = (alpha.ln() / quantile.ln()).ceil() as u64;
    least.max((alpha.ln() / (1.0 - quantile).ln()).ceil() as u64)
}

/// Lags that were looked at: their bounds sorted, and how they hang together.
#[derive(Debug)]
pub(super) struct Ordered<'c> {
    /// The bounds in the order of time; `u64::MAX` is an unknown upper bound.
    bounds: Vec<(u64, u64)>,
    pub(super) lower: Vec<u64>,
    pub(super) upper: Vec<u64>,
    clusters: &'c Clusters,
}

/// An upper bound that nobody knows.
pub(super) const UNKNOWN: u64 = u64::MAX;

pub(super) fn known(bound: u64) -> Option<u64> {
    (bound != UNKNOWN).then_some(bound)
}

impl<'c> Ordered<'c> {
    /// Sorts bounds, which come run after run, each in the order of time.
    pub(super) fn new(bounds: Vec<(u64, u64)>, clusters: &'c Clusters) -> Self {
        let mut lower: Vec<_> = bounds.iter().map(|(lower, _)| *lower).collect();
        let mut upper: Vec<_> = bounds.iter().map(|(_, upper)| *upper).collect();
        lower.sort_unstable();
        upper.sort_unstable();
        Self {
            bounds,
            lower,
            upper,
            clusters,
        }
    }

    /// The bands of quantiles, in rising order.
    ///
    /// A larger quantile is never smaller, but what the samples are worth differs from one to the
    /// next; a band is widened, never narrowed, until the ends rise as well.
    pub(super) fn quantiles(&self, quantiles: &[f64], confidence: f64) -> Vec<Quantile> {
        let mut asked = quantiles.to_vec();
        asked.sort_by(f64::total_cmp);
        let bands = asked.iter().map(|p| self.quantile(*p, confidence));
        let mut bands: Vec<_> = bands.collect();
        let (mut least, mut most) = (u64::MAX, 0);
        for band in bands.iter_mut().rev().filter_map(Quantile::band_mut) {
            least = least.min(band.lower_ns);
            band.lower_ns = least;
        }
        for band in bands.iter_mut().filter_map(Quantile::band_mut) {
            most = most.max(band.upper_ns.unwrap_or(UNKNOWN));
            band.upper_ns = known(most);
        }
        bands
    }

    /// The band of a quantile.
    fn quantile(&self, quantile: f64, confidence: f64) -> Quantile {
        let n = self.bounds.len();
        let worth = self.worth(quantile, 1.0 - confidence);
        let ranks = ranks(n, worth, quantile, confidence);
        let Some((from, to)) = ranks.filter(|_| self.clusters.too_alike.is_none()) else {
            let needed = samples_for_quantile(quantile, confidence);
            return Quantile::Refused {
                quantile,
                n,
                needed: self.clusters.needed(needed, worth),
            };
        };
        let nearest = nearest_rank(quantile, n);
        Quantile::Band(Band {
            quantile,
            lower_ns: from.map_or(0, |rank| self.lower[rank - 1]),
            upper_ns: known(self.upper[to - 1]),
            observed_lower_ns: self.lower[nearest - 1],
            observed_upper_ns: known(self.upper[nearest - 1]),
            confidence,
            effective_n: worth,
            units: self.clusters.units,
        })
    }

    /// How many independent samples these are worth around a quantile: the fewer of what their
    /// lower and their upper bounds say.
    fn worth(&self, quantile: f64, alpha: f64) -> f64 {
        let n = self.bounds.len();
        if n == 0 {
            return 0.0;
        }
        let rank = nearest_rank(quantile, n) - 1;
        let (low, high) = (self.lower[rank], self.upper[rank]);
        let bounds = self.bounds.iter();
        let by_lower: Vec<_> = bounds.clone().map(|(lower, _)| *lower <= low).collect();
        let by_upper: Vec<_> = bounds
            .map(|(_, upper)| *upper <= high && *upper != UNKNOWN)
            .collect();
        let worth = |is: &[bool]| self.clusters.effective(is, alpha);
        worth(&by_lower).min(worth(&by_upper))
    }
}

/// The rank of a quantile among n samples, from 1: nearest rank.
pub(super) fn nearest_rank(quantile: f64, n: usize) -> usize {
    ((quantile * n as f64).ceil() as usize).clamp(1, n)
}

/// The ranks among n samples, worth fewer, between which a quantile lies: none below where even
/// the smallest may exceed it; nothing where even the largest may fall short of it.
fn ranks(n: usize, worth: f64, p: f64, confidence: f64) -> Option<(Option<usize>, usize)> {
    let alpha = (1.0 - confidence) / 2.0;
    let worth = worth.floor() as u64;
    let from = quantile(alpha, worth, p);
    let to = quantile(1.0 - alpha, worth, p) + 1;
    if to > worth {
        return None;
    }
    let scale = n as f64 / worth as f64;
    let from = from
        .checked_sub(1)
        .map(|before| (before as f64 * scale).floor() as usize + 1);
    Some((from, ((to as f64 * scale).ceil() as usize).min(n)))
}

#[cfg(test)]
mod tests;
