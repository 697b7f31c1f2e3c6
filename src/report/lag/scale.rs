//! An axis of lags: where a value lies, and which values are marked.

/// From here on two ends are far enough apart for a logarithmic axis.
const DECADES: f64 = 8.0;

/// An axis from a smallest to a largest lag, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    logarithmic: bool,
}

impl Scale {
    /// An axis that shows all these lags; zeros lie at its beginning. None without a lag.
    pub(super) fn over(lags: impl IntoIterator<Item = u64>) -> Option<Self> {
        let positive = lags.into_iter().filter(|lag| *lag > 0);
        let (low, high) = positive.fold((u64::MAX, 0), |(low, high), lag| {
            (low.min(lag), high.max(lag))
        });
        (high > 0).then(|| Self::between(low as f64, high as f64))
    }

    /// A linear axis from nothing to `high`.
    pub(super) fn from_zero(high: u64) -> Self {
        Self {
            low: 0.0,
            high: high.max(1) as f64,
            logarithmic: false,
        }
    }

    fn between(low: f64, high: f64) -> Self {
        let logarithmic = high / low >= DECADES;
        let step = step((high - low).max(high * 0.05), 6.0);
        let (low, high) = match logarithmic {
            true => (one_two_five(low, false), one_two_five(high, true)),
            false => ((low / step).floor() * step, (high / step).ceil() * step),
        };
        Self {
            low,
            high: if high > low { high } else { low + step },
            logarithmic,
        }
    }

    /// How far along the axis a lag lies, from 0 to 1.
    pub(super) fn place(&self, lag: u64) -> f64 {
        let lag = (lag as f64).clamp(self.low, self.high);
        match self.logarithmic {
            true => (lag / self.low).ln() / (self.high / self.low).ln(),
            false => (lag - self.low) / (self.high - self.low),
        }
    }

    /// At most `most` lags to mark, evenly spaced.
    pub(super) fn ticks(&self, most: usize) -> Vec<u64> {
        let all = match self.logarithmic {
            true => self.logarithmic_ticks(),
            false => self.linear_ticks(most),
        };
        let every = all.len().div_ceil(most.max(1)).max(1);
        all.into_iter()
            .step_by(every)
            .map(|tick| tick.round() as u64)
            .collect()
    }

    fn linear_ticks(&self, most: usize) -> Vec<f64> {
        let step = step(self.high - self.low, most.max(2) as f64 - 1.0);
        let first = (self.low / step).ceil();
        let count = ((self.high - first * step) / step + 1e-9).floor() as usize;
        (0..=count).map(|n| (first + n as f64) * step).collect()
    }

    fn logarithmic_ticks(&self) -> Vec<f64> {
        let mut ticks = vec![self.low];
        while let Some(last) = ticks
            .last()
            .copied()
            .filter(|last| *last < self.high * 0.999)
        {
            ticks.push(one_two_five(last * 1.5, true));
        }
        ticks
    }
}

/// A step of 1, 2 or 5 times a power of ten, of which about `parts` make the whole.
fn step(whole: f64, parts: f64) -> f64 {
    one_two_five(whole / parts, true)
}

/// The nearest of 1, 2 and 5 times a power of ten, above or below.
fn one_two_five(value: f64, above: bool) -> f64 {
    let power = 10f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    let found = match above {
        true => steps.into_iter().find(|step| *step >= value * 0.999),
        false => steps.into_iter().rev().find(|step| *step <= value * 1.001),
    };
    found.unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const MS: u64 = 1_000_000;

    #[rstest]
    #[case::decades(&[3 * MS, 700 * MS], &[2, 5, 10, 20, 50, 100, 200, 500, 1000])]
    #[case::narrow(&[21 * MS, 29 * MS], &[20, 22, 24, 26, 28, 30])]
    fn an_axis_is_marked_at_round_values(#[case] lags: &[u64], #[case] milliseconds: &[u64]) {
        let scale = Scale::over(lags.iter().copied()).unwrap();
        let ticks: Vec<_> = scale.ticks(10).into_iter().map(|tick| tick / MS).collect();
        assert_eq!(ticks, milliseconds);
    }

    #[test]
    fn a_single_lag_has_an_axis_too() {
        let ticks = Scale::over([25 * MS]).unwrap().ticks(10);
        assert!(ticks.len() > 1 && ticks[0] == 25 * MS, "{ticks:?}");
    }

    #[test]
    fn everything_lies_on_the_axis_and_in_order() {
        let scale = Scale::over([3 * MS, 700 * MS]).unwrap();
        let places: Vec<_> = [0, 3, 30, 700, 9_000]
            .map(|lag| scale.place(lag * MS))
            .into();
        assert!(places.is_sorted(), "{places:?}");
        assert_eq!((places[0], places[4]), (0.0, 1.0));
    }

    #[test]
    fn without_a_lag_there_is_no_axis() {
        assert_eq!(Scale::over([]), None);
        assert_eq!(Scale::over([0]), None);
    }
}
