//! Permutations of the units, and the largest statistic of each.

use rand::{Rng, RngExt};

/// A hair, against the rounding of sums in another order.
const HAIR: f64 = 1e-9;

/// The statistics of all comparisons under one assignment of units to NEW.
#[derive(Debug)]
pub(super) struct Scores {
    /// For each unit the residuals of every comparison, lower end and upper end by turns.
    rows: Vec<Vec<f64>>,
    /// The deviation of each sum, over all permutations.
    deviations: Vec<f64>,
    base: usize,
    new: usize,
}

/// How far NEW is behind BASE in one comparison, in deviations: negative where it is ahead.
pub(in crate::lag) fn behind(lower: f64, upper: f64) -> f64 {
    match lower.abs() <= upper.abs() {
        _ if lower * upper <= 0.0 => 0.0,
        true => lower,
        false => upper,
    }
}

/// The sum of the residuals of NEW's units, in its deviations over all permutations.
pub(super) fn score(residuals: &[f64], base: usize) -> f64 {
    let sum: f64 = residuals[base..].iter().sum();
    let deviation = deviation(residuals, base);
    match deviation > 0.0 {
        true => sum / deviation,
        false => 0.0,
    }
}

/// The deviation of the sum of as many units as are NEW's, drawn without replacement (Cochran,
/// Sampling Techniques, 3rd edition, theorem 2.2).
fn deviation(residuals: &[f64], base: usize) -> f64 {
    let all = residuals.len() as f64;
    let (base, new) = (base as f64, all - base as f64);
    let squares: f64 = residuals.iter().map(|residual| residual * residual).sum();
    (base * new / (all * (all - 1.0)) * squares).sqrt()
}

impl Scores {
    /// Lays out the residuals of comparisons, each a lower and an upper end.
    pub(super) fn new(ends: &[Vec<f64>], base: usize, new: usize) -> Self {
        let rows = (0..base + new).map(|unit| ends.iter().map(|end| end[unit]).collect());
        Self {
            rows: rows.collect(),
            deviations: ends.iter().map(|end| deviation(end, base)).collect(),
            base,
            new,
        }
    }

    /// The largest statistic of each permutation, whichever the direction, smallest first.
    pub(super) fn largest(&self, permutations: usize, rng: &mut impl Rng) -> Vec<f64> {
        let mut units: Vec<_> = (0..self.base + self.new).collect();
        let mut sums = vec![0.0; self.deviations.len()];
        let draw = |_| {
            sums.fill(0.0);
            for drawn in 0..self.new {
                let at = rng.random_range(drawn..units.len());
                units.swap(drawn, at);
                let row = &self.rows[units[drawn]];
                sums.iter_mut()
                    .zip(row)
                    .for_each(|(sum, residual)| *sum += residual);
            }
            self.most(&sums)
        };
        let mut largest: Vec<_> = (0..permutations).map(draw).collect();
        largest.sort_by(f64::total_cmp);
        largest
    }

    fn most(&self, sums: &[f64]) -> f64 {
        let scaled = sums.iter().zip(&self.deviations);
        let scaled: Vec<_> = scaled
            .map(|(sum, deviation)| {
                if *deviation > 0.0 {
                    sum / deviation
                } else {
                    0.0
                }
            })
            .collect();
        let ends = scaled.chunks_exact(2);
        ends.map(|end| behind(end[0], end[1]).abs())
            .fold(0.0, f64::max)
    }
}

/// The chance that the largest statistic is at least this, with the seen assignment as one of the
/// permutations (Phipson and Smyth, Statistical Applications in Genetics and Molecular Biology 9,
/// 2010).
pub(in crate::lag) fn p_value(largest: &[f64], seen: f64) -> f64 {
    let below = largest.partition_point(|other| *other < seen.abs() - HAIR);
    (1 + largest.len() - below) as f64 / (1 + largest.len()) as f64
}

/// The statistic from which on the p-value is at most `alpha`; infinite where no permutation is.
pub(in crate::lag) fn critical(largest: &[f64], alpha: f64) -> f64 {
    let beyond = (alpha * (1 + largest.len()) as f64 + HAIR).floor() as usize;
    match beyond.checked_sub(1) {
        None => f64::INFINITY,
        Some(allowed) => largest[largest.len() - allowed - 1] + 2.0 * HAIR,
    }
}

#[cfg(test)]
mod tests;
