//! Shares and quantiles, as they are typed.

use crate::error::{Error, Result};

/// Reads `10%` or `0.1`; above 0.
pub(super) fn share(text: &str) -> Result<f64> {
    let wrong = || Error::Usage(format!("{text:?} is no share; write it like 10% or 0.1"));
    let (number, scale) = match text.trim().strip_suffix('%') {
        Some(number) => (number, 100.0),
        None => (text, 1.0),
    };
    let number: f64 = number.trim().parse().map_err(|_| wrong())?;
    let share = number / scale;
    (share > 0.0 && share.is_finite())
        .then_some(share)
        .ok_or_else(wrong)
}

/// Reads a share that is a chance: below 1.
pub(super) fn chance(text: &str) -> Result<f64> {
    let chance = share(text)?;
    let wrong = || Error::Usage(format!("{text:?} is no chance; it lies between 0 and 1"));
    (chance < 1.0).then_some(chance).ok_or_else(wrong)
}

/// Reads `p99.9`.
pub(super) fn quantile(text: &str) -> Result<f64> {
    let wrong = || Error::Usage(format!("{text:?} is no quantile; write it like p99.9"));
    let percent = text.trim().strip_prefix('p').ok_or_else(wrong)?;
    let percent: f64 = percent.parse().map_err(|_| wrong())?;
    // The nearest share to ten digits: 99.9 / 100 is not 0.999.
    let share = (percent * 1e8).round() / 1e10;
    (share > 0.0 && share < 1.0)
        .then_some(share)
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("10%", 0.1)]
    #[case("0.1", 0.1)]
    #[case("250%", 2.5)]
    fn shares_are_read(#[case] text: &str, #[case] expected: f64) {
        assert!((share(text).unwrap() - expected).abs() < 1e-12);
    }

    #[rstest]
    #[case("p50", 0.5)]
    #[case("p99.9", 0.999)]
    #[case("p99.99", 0.9999)]
    fn quantiles_are_read_to_the_last_digit(#[case] text: &str, #[case] expected: f64) {
        assert!(quantile(text).unwrap().total_cmp(&expected).is_eq());
    }

    #[rstest]
    #[case(share("much"))]
    #[case(share("0"))]
    #[case(share("inf"))]
    #[case(chance("1"))]
    #[case(chance("NaN"))]
    #[case(quantile("99"))]
    #[case(quantile("p0"))]
    #[case(quantile("p100"))]
    #[case(quantile("pp"))]
    fn what_is_neither_is_refused(#[case] read: Result<f64>) {
        assert!(read.unwrap_err().to_string().contains("is no"));
    }
}
