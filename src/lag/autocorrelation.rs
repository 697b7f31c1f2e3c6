//! For how many samples a run remembers.

/// The window reaches this many correlation times: Sokal's choice (Monte Carlo Methods in
/// Statistical Mechanics, 1997, section 3).
const WINDOW: f64 = 5.0;

/// A block this many correlation times long hardly touches the next.
pub(super) const APART: f64 = 8.0;
/// A longer series is judged by the means of this many stretches of it.
const LONGEST: usize = 20_000;

/// The integrated autocorrelation time of a series, in samples: 1 where they are independent. The
/// series is worth its length divided by it.
///
/// The sum of the autocorrelations ends at the first lag that is [`WINDOW`] times the sum so far.
/// Where that is beyond a quarter of the series, it is at least what is returned.
pub(super) fn correlation_time(series: &[f64]) -> f64 {
    let stretch = series.len().div_ceil(LONGEST).max(1);
    // The variance of the mean of all is the same, whichever way it is worked out.
    let mean = |stretch: &[f64]| stretch.iter().sum::<f64>() / stretch.len() as f64;
    let means: Vec<_> = series.chunks_exact(stretch).map(mean).collect();
    let variance = variance(series);
    if variance <= 0.0 {
        return 1.0;
    }
    let gained = stretch as f64 * self::variance(&means) / variance;
    (summed(&means) * gained).max(1.0)
}

fn variance(series: &[f64]) -> f64 {
    let n = series.len() as f64;
    let mean = series.iter().sum::<f64>() / n;
    series
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>()
        / n
}

fn summed(series: &[f64]) -> f64 {
    let n = series.len() as f64;
    let mean = series.iter().sum::<f64>() / n;
    let centred: Vec<_> = series.iter().map(|value| value - mean).collect();
    let variance: f64 = centred.iter().map(|value| value * value).sum();
    if variance <= 0.0 {
        return 1.0;
    }
    let (mut time, longest) = (1.0, series.len() / 4);
    for lag in 1..=longest {
        let ahead = &centred[lag..];
        let product: f64 = centred.iter().zip(ahead).map(|(a, b)| a * b).sum();
        time += 2.0 * product / variance;
        if lag as f64 >= WINDOW * time {
            return time;
        }
    }
    longest as f64 / WINDOW
}

/// The ranks of values, so that a few extreme ones do not hide the others; ties share the mean of
/// theirs.
pub(super) fn ranks(values: &[u64]) -> Vec<f64> {
    let mut order: Vec<_> = (0..values.len()).collect();
    order.sort_by_key(|index| values[*index]);
    let mut ranks = vec![0.0; values.len()];
    for tied in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let first = tied.first().map_or(0, |index| {
            order.partition_point(|other| values[*other] < values[*index])
        });
        let rank = first as f64 + (tied.len() as f64 - 1.0) / 2.0;
        for index in tied {
            ranks[*index] = rank;
        }
    }
    ranks
}

#[cfg(test)]
mod tests;
