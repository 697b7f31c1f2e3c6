//! How large a change is: the ratios that the test does not reject.

use super::cells::{End, Pair};
use super::permute::score;
use super::{Bounds, Effect};
use crate::lag::band::nearest_rank;

/// Ratios beyond this, or its inverse, count as unknown.
const LARGEST: f64 = 1e6;
/// How finely a ratio is found.
const STEPS: u32 = 40;

/// The ratio of NEW's quantile to BASE's, with the interval of both ends.
pub(super) fn effect(pair: &Pair, quantile: f64, base: usize, critical: f64) -> Effect {
    let ends = [&pair.lower, &pair.upper].map(|end| Interval::of(end, quantile, base, critical));
    let both = |pick: fn(&Interval) -> Option<f64>| Some((pick(&ends[0])?, pick(&ends[1])?));
    let [lower, upper] = seen_at_ends(pair, quantile);
    Effect {
        seen: nearer_to_none(lower, upper),
        lower: both(|end| end.lower).map(|(a, b)| a.min(b)),
        upper: both(|end| end.upper).map(|(a, b)| a.max(b)),
    }
}

struct Interval {
    lower: Option<f64>,
    upper: Option<f64>,
}

impl Interval {
    /// All ratios by which NEW's samples can be divided without a statistic beyond `critical`.
    fn of(end: &End, quantile: f64, base: usize, critical: f64) -> Self {
        let at = |ratio: f64| score(&end.residuals(quantile, ratio), base);
        Self {
            lower: boundary(|ratio| at(ratio) > critical),
            upper: boundary(|ratio| at(1.0 / ratio) < -critical).map(|ratio| 1.0 / ratio),
        }
    }
}

/// The ratio at which `rejected`, which holds for small ones, ceases to hold; none where it never
/// holds.
fn boundary(rejected: impl Fn(f64) -> bool) -> Option<f64> {
    let (mut low, mut high) = (-LARGEST.ln(), LARGEST.ln());
    if !rejected(low.exp()) {
        return None;
    }
    for _ in 0..STEPS {
        let middle = f64::midpoint(low, high);
        match rejected(middle.exp()) {
            true => low = middle,
            false => high = middle,
        }
    }
    Some(low.exp())
}

/// The ratio of the quantiles, at the lower bounds and at the upper ones.
fn seen_at_ends(pair: &Pair, quantile: f64) -> [f64; 2] {
    [&pair.lower, &pair.upper].map(|end| {
        let (base, new) = (at(&end.base, quantile), at(&end.new, quantile));
        match base.total_cmp(&new).is_eq() {
            true => 1.0,
            false => new / base,
        }
    })
}

/// Whether the two ends tell ratios further apart than the one that matters, so that no number of
/// samples would help; or the looks came so late that the lower bounds are nothing.
pub(super) fn is_too_coarse(pair: &Pair, quantile: f64, matters: f64) -> bool {
    let [lower, upper] = seen_at_ends(pair, quantile);
    let never_lacked = at(&pair.lower.base, quantile).max(at(&pair.lower.new, quantile)) <= 0.0;
    never_lacked || (upper / lower).ln().abs() >= matters.ln()
}

/// The ratio that is nearer to 1; 1 where the two ends disagree, none where it is no number.
fn nearer_to_none(a: f64, b: f64) -> Option<f64> {
    let nearer = match (a < 1.0, b < 1.0) {
        (true, true) => a.max(b),
        (false, false) => a.min(b),
        _ => 1.0,
    };
    (nearer.is_finite() && nearer > 0.0).then_some(nearer)
}

fn at(bounds: &[(f64, u32)], quantile: f64) -> f64 {
    bounds[nearest_rank(quantile, bounds.len()) - 1].0
}

/// Where the quantile of one side lies.
pub(super) fn bounds(lower: &[(f64, u32)], upper: &[(f64, u32)], quantile: f64) -> Bounds {
    let upper = at(upper, quantile);
    Bounds {
        lower_ns: at(lower, quantile) as u64,
        upper_ns: upper.is_finite().then_some(upper as u64),
    }
}

#[cfg(test)]
mod tests;
