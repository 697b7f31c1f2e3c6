//! Whether one run is slower than another, beyond what chance and the looks explain.
//!
//! For each operation, size and quantile, a threshold is taken from the samples of both sides
//! together: their common quantile. The statistic is how many more of NEW's samples exceed it than
//! chance would put there. Chance is what a permutation of the *blocks* of both runs gives: blocks
//! long enough that what happens in one hardly touches the next, so that lags which come in bunches
//! cry no wolf (Kirch, Resampling Methods for the Change Analysis of Dependent Data, 2006; Lahiri,
//! Resampling Methods for Dependent Data, 2003). All comparisons of an invocation are judged against
//! the largest statistic of each permutation, so that `alpha` is the chance of a single false alarm
//! among all of them (Westfall and Young, Resampling-Based Multiple Testing, 1993, max-T).
//!
//! A lag is an interval. A change has to show at the lower bounds *and* at the upper ones: looking
//! less closely moves the two apart, and can only hide a change. The interval of an effect contains
//! that of both ends; it is the set of ratios that the test does not reject (Lehmann, Nonparametrics,
//! 1975, section 2.6, for inverting a rank test), at the same level for all together.
//!
//! With at least five runs a side, whole runs are permuted, and the result holds from run to
//! run. With fewer it speaks of these runs: a night that is slower as a whole looks like a change.

mod blocks;
mod cells;
mod effect;
mod permute;

#[cfg(test)]
mod tests;

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::profile::Measured;
use super::{Measure, OperationType, samples_for_quantile};
use crate::history::Side;
pub use blocks::Permuted;
pub(super) use cells::Key;
use cells::Pair;
use permute::Scores;
pub(super) use permute::{behind, critical, p_value};

/// Blocks are judged at this share of `alpha`: what happens in one still touches the next a
/// little, and the counted rate of false alarms has to stay below `alpha`
/// (`docs/statistics.md`).
const OF_BLOCKS: f64 = 0.7;
/// The confidence at which each side has to support a quantile before it is looked at.
pub(super) const SUPPORT: f64 = 0.95;

/// What a comparison is asked.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Compared {
    /// The quantiles, each above 0 and below 1.
    pub quantiles: Vec<f64>,
    /// The chance of any false alarm in one invocation.
    pub alpha: f64,
    /// The smallest relative change that matters: 0.1 is a tenth.
    pub min_effect: f64,
    /// How many permutations.
    pub permutations: usize,
}

impl Default for Compared {
    /// p50, p90, p99 and p99.9; one false alarm in a hundred invocations; a tenth.
    fn default() -> Self {
        Self {
            quantiles: vec![0.5, 0.9, 0.99, 0.999],
            alpha: 0.01,
            min_effect: 0.1,
            permutations: 9_999,
        }
    }
}

/// What the samples say about a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// NEW is slower, and the change may be as large as asked.
    Regression,
    /// NEW is faster, and the change may be as large as asked.
    Improvement,
    /// No change that is as large as asked.
    NoEvidence,
    /// A change as large as asked may be there or not: the samples are too few to see it.
    TooFew,
    /// A change as large as asked may hide between the looks, which lie too far apart for it, or
    /// began too late.
    TooCoarse,
}

/// One operation, size and quantile of two sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// Which lag.
    pub measure: Measure,
    /// At which destination.
    pub side: Side,
    /// What was done.
    pub operation: OperationType,
    /// Bytes of the objects.
    pub size: u64,
    /// Which quantile.
    pub quantile: f64,
    /// How many samples BASE has.
    pub base_n: usize,
    /// How many NEW has.
    pub new_n: usize,
    /// Where BASE's quantile lies, by its looks.
    pub base: Bounds,
    /// Where NEW's quantile lies, by its looks.
    pub new: Bounds,
    /// What they say.
    pub change: Change,
    /// The chance of a change at least as clear in *any* comparison of the invocation, if there is
    /// none.
    pub p_value: f64,
    /// NEW's quantile as a multiple of BASE's.
    pub effect: Effect,
    /// About how many samples a side would show a change as large as asked; none where these do.
    pub needed: Option<u64>,
}

/// Where a quantile of the samples lies, by nearest rank, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// At least.
    pub lower_ns: u64,
    /// At most; none where it never came.
    pub upper_ns: Option<u64>,
}

/// A multiple, with its interval: 1 is no change, 1.1 a tenth slower.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// What the samples show: the one of both ends that is nearer to no change.
    pub seen: Option<f64>,
    /// It is at least this; none where nothing is known.
    pub lower: Option<f64>,
    /// It is at most this; none where nothing is known.
    pub upper: Option<f64>,
}

/// Two sides compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparisons {
    /// The chance of any false alarm.
    pub alpha: f64,
    /// The smallest relative change that matters.
    pub min_effect: f64,
    /// What was permuted, and how often.
    pub permuted: Permuted,
    /// Every operation, size and quantile that both sides have.
    pub rows: Vec<Comparison>,
    /// What only one side has, or has too little of, in words.
    pub notes: Vec<String>,
}

impl Comparisons {
    /// Whether anything says so.
    #[must_use]
    pub fn has(&self, change: Change) -> bool {
        self.rows.iter().any(|row| row.change == change)
    }
}

/// Compares the runs of NEW with those of BASE.
#[must_use]
pub fn compare(
    base: &[Measured],
    new: &[Measured],
    asked: &Compared,
    rng: &mut impl Rng,
) -> Comparisons {
    let cut = blocks::cut(base, new);
    let (pairs, alone) = cells::pairs(&cut);
    let questions = pairs.iter().flat_map(|pair| {
        let quantiles = asked.quantiles.iter();
        quantiles.map(move |quantile| (pair, *quantile))
    });
    let questions: Vec<_> = questions.collect();
    let permutes = !matches!(cut.permuted, Permuted::Nothing { .. });
    let margin = match cut.permuted {
        Permuted::Runs { .. } => 1.0,
        _ => OF_BLOCKS,
    };
    let is_tested =
        |(pair, quantile): &&(&Pair, f64)| permutes && lacking(pair, *quantile).is_none();
    let tested: Vec<_> = questions.iter().filter(is_tested).collect();
    let ends: Vec<_> = tested
        .iter()
        .flat_map(|(pair, p)| pair.residuals(*p))
        .collect();
    let scores = Scores::new(&ends, cut.units.0, cut.units.1);
    let test = Test {
        largest: scores.largest(asked.permutations, rng),
        asked,
        base: cut.units.0,
        margin,
        permutes,
    };
    Comparisons {
        alpha: asked.alpha,
        min_effect: asked.min_effect,
        permuted: cut.permuted,
        rows: questions
            .iter()
            .map(|(pair, p)| test.row(pair, *p))
            .collect(),
        notes: alone
            .into_iter()
            .map(|(key, side)| only(key, side))
            .collect(),
    }
}

fn only(key: Key, side: &str) -> String {
    format!(
        "only {side} has {:?} of {} bytes at {}",
        key.operation, key.size, key.side
    )
}

/// How many samples the smaller side lacks for this quantile to be looked at, if any.
fn lacking(pair: &Pair, quantile: f64) -> Option<u64> {
    let needed = samples_for_quantile(quantile, SUPPORT);
    let n = pair.upper.base.len().min(pair.upper.new.len()) as u64;
    (n < needed).then_some(needed)
}

/// Everything that the verdict on one comparison needs.
struct Test<'a> {
    largest: Vec<f64>,
    asked: &'a Compared,
    base: usize,
    margin: f64,
    permutes: bool,
}

impl Test<'_> {
    fn row(&self, pair: &Pair, quantile: f64) -> Comparison {
        let (lower, upper) = (&pair.lower, &pair.upper);
        let row = Comparison {
            measure: pair.key.measure,
            side: pair.key.side,
            operation: pair.key.operation,
            size: pair.key.size,
            quantile,
            base_n: upper.base.len(),
            new_n: upper.new.len(),
            base: effect::bounds(&lower.base, &upper.base, quantile),
            new: effect::bounds(&lower.new, &upper.new, quantile),
            change: Change::TooFew,
            p_value: 1.0,
            effect: Effect::default(),
            needed: lacking(pair, quantile),
        };
        match self.permutes && row.needed.is_none() {
            true => self.judged(row, pair),
            false => row,
        }
    }

    fn judged(&self, mut row: Comparison, pair: &Pair) -> Comparison {
        let ends = pair.residuals(row.quantile);
        let [lower, upper] = ends.map(|end| permute::score(&end, self.base));
        let behind = permute::behind(lower, upper);
        let critical = permute::critical(&self.largest, self.asked.alpha * self.margin);
        row.p_value = (permute::p_value(&self.largest, behind) / self.margin).min(1.0);
        row.effect = effect::effect(pair, row.quantile, self.base, critical);
        row.change = self.change(&row, behind);
        if row.change == Change::TooFew {
            let coarse = effect::is_too_coarse(pair, row.quantile, 1.0 + self.asked.min_effect);
            match coarse {
                true => row.change = Change::TooCoarse,
                false => row.needed = Some(self.needed(&row, critical)),
            }
        }
        row
    }

    fn change(&self, row: &Comparison, behind: f64) -> Change {
        let matters = 1.0 + self.asked.min_effect;
        let may_be_slower = row.effect.upper.is_none_or(|upper| upper >= matters);
        let may_be_faster = row.effect.lower.is_none_or(|lower| lower <= 1.0 / matters);
        match row.p_value <= self.asked.alpha {
            true if behind > 0.0 && may_be_slower => Change::Regression,
            true if behind < 0.0 && may_be_faster => Change::Improvement,
            false if may_be_slower || may_be_faster => Change::TooFew,
            _ => Change::NoEvidence,
        }
    }

    /// The interval of an effect narrows with the square root of the samples. Where it has no end,
    /// the exceedances are too few for any statistic beyond the critical one, which is at most
    /// their square root.
    fn needed(&self, row: &Comparison, critical: f64) -> u64 {
        let n = row.base_n.min(row.new_n) as f64;
        let needed = match (row.effect.lower, row.effect.upper) {
            (Some(lower), Some(upper)) => {
                let half = (upper / lower).ln() / 2.0;
                n * (half / self.asked.min_effect.ln_1p()).powi(2)
            }
            _ => (critical.powi(2) / (1.0 - row.quantile)).max(2.0 * n),
        };
        needed.max(n + 1.0).ceil() as u64
    }
}
