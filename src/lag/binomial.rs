//! The binomial distribution, exactly, for as many trials as a run has samples.
//!
//! `statrs` gives the logarithm of the gamma function and Student's quantiles; its regularised
//! incomplete beta function stops after 140 terms of a continued fraction that needs about the
//! square root of the number of trials, so that it is wrong for runs of a million samples.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};
use statrs::function::gamma::ln_gamma;

/// Relative size below which a further term changes nothing.
const NEGLIGIBLE: f64 = 1e-18;

/// The probability of exactly `k` successes in `trials`, each with probability `p`.
fn exactly(k: u64, trials: u64, p: f64) -> f64 {
    if p <= 0.0 || p >= 1.0 {
        let certain = if p <= 0.0 { 0 } else { trials };
        return f64::from(u8::from(k == certain));
    }
    let (k, n) = (k as f64, trials as f64);
    let ways = ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0);
    (ways + k * p.ln() + (n - k) * (-p).ln_1p()).exp()
}

/// The probability of at most `k` successes in `trials`, each with probability `p`: the sum of the
/// shorter tail, largest term first.
pub(super) fn at_most(k: u64, trials: u64, p: f64) -> f64 {
    if k >= trials {
        return 1.0;
    }
    match (k as f64) <= trials as f64 * p {
        true => below(k, trials, p),
        false => 1.0 - below(trials - k - 1, trials, 1.0 - p),
    }
}

/// The sum of the probabilities of `k`, `k − 1`, …, where `k` lies below the mean.
fn below(k: u64, trials: u64, p: f64) -> f64 {
    let mut term = exactly(k, trials, p);
    let mut sum = term;
    for k in (1..=k).rev() {
        term *= k as f64 / (trials - k + 1) as f64 * (1.0 - p) / p;
        sum += term;
        if term <= sum * NEGLIGIBLE {
            break;
        }
    }
    sum
}

/// The smallest `k` with a probability of at least `share` of at most `k` successes.
pub(super) fn quantile(share: f64, trials: u64, p: f64) -> u64 {
    let (mut low, mut high) = (0, trials);
    while low < high {
        let middle = low + (high - low) / 2;
        match at_most(middle, trials, p) >= share {
            true => high = middle,
            false => low = middle + 1,
        }
    }
    low
}

/// The largest probability of a success under which at most `k` in `trials` are seen with a
/// probability of at least `alpha`: the upper bound of Clopper and Pearson (Biometrika 26, 1934).
pub(super) fn largest_probability(k: u64, trials: u64, alpha: f64) -> f64 {
    if k >= trials {
        return 1.0;
    }
    let (mut low, mut high) = (k as f64 / trials as f64, 1.0);
    for _ in 0..f64::MANTISSA_DIGITS {
        let middle = f64::midpoint(low, high);
        match at_most(k, trials, middle) >= alpha {
            true => low = middle,
            false => high = middle,
        }
    }
    high
}

/// Student's quantile; the normal one where the two agree to four digits.
pub(super) fn student(share: f64, freedom: f64) -> f64 {
    const NORMAL_FROM: f64 = 10_000.0;
    let normal = || Normal::standard().inverse_cdf(share);
    match StudentsT::new(0.0, 1.0, freedom) {
        Ok(student) if freedom < NORMAL_FROM => student.inverse_cdf(share),
        _ => normal(),
    }
}

#[cfg(test)]
mod tests;
