//! Where exactly a change is, once it is known that there is one.
//!
//! The rank statistic finds a change, and places it a run or two too far out where one side is
//! longer than the other. The place is where two medians fit the values best: the least sum of
//! absolute deviations (Bai, Econometric Theory 11, 1995), of logarithms, so that a single bad night
//! does not draw it.

use super::split::{SHORTEST, Split};

/// Moves each split to where the runs between its neighbours fit two medians best.
pub(super) fn placed(values: &[Option<[u64; 2]>], mut splits: Vec<Split>) -> Vec<Split> {
    splits.sort_by_key(|split| split.at);
    for index in 0..splits.len() {
        let from = index.checked_sub(1).map_or(0, |before| splits[before].at);
        let to = splits.get(index + 1).map_or(values.len(), |next| next.at);
        splits[index].at = best(values, from, to).unwrap_or(splits[index].at);
    }
    splits
}

fn best(values: &[Option<[u64; 2]>], from: usize, to: usize) -> Option<usize> {
    let places = (from..to).filter_map(|run| Some((run, logarithm(values[run]?))));
    let (runs, values): (Vec<_>, Vec<_>) = places.unzip();
    let splits = SHORTEST..(values.len() + 1).saturating_sub(SHORTEST);
    let misfit = |split: usize| deviations(&values[..split]) + deviations(&values[split..]);
    let best = splits.min_by(|a, b| misfit(*a).total_cmp(&misfit(*b)));
    best.map(|split| runs[split])
}

/// The logarithm of the middle of two bounds.
fn logarithm([lower, upper]: [u64; 2]) -> f64 {
    (lower as f64 + upper as f64).max(1.0).ln()
}

/// The sum of the distances from the median.
fn deviations(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
    values.iter().map(|value| (value - median).abs()).sum()
}

#[cfg(test)]
mod tests;
