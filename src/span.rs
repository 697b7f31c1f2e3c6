//! Durations as people type them: a number and a unit.

use std::time::Duration;

/// Reads `250ms`, `30s`, `1.5m` or `2h`.
///
/// ```
/// use std::time::Duration;
///
/// assert_eq!(bucketpair::span::parse("15m"), Some(Duration::from_secs(900)));
/// assert_eq!(bucketpair::span::parse("15"), None);
/// ```
#[must_use]
pub fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    let unit = text.find(|c: char| c.is_ascii_alphabetic())?;
    let number: f64 = text[..unit].parse().ok()?;
    let scale = match &text[unit..] {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(number * scale).ok()
}

/// Writes a duration so that [`parse`] reads the same again: in the largest unit that leaves a
/// whole number.
///
/// ```
/// use std::time::Duration;
///
/// assert_eq!(bucketpair::span::exact(Duration::from_secs(900)), "15m");
/// assert_eq!(bucketpair::span::exact(Duration::from_millis(1_500)), "1500ms");
/// ```
#[must_use]
pub fn exact(duration: Duration) -> String {
    const UNITS: [(u128, &str); 3] = [
        (3_600_000_000_000, "h"),
        (60_000_000_000, "m"),
        (1_000_000_000, "s"),
    ];
    let nanoseconds = duration.as_nanos();
    match UNITS
        .iter()
        .find(|(unit, _)| nanoseconds.is_multiple_of(*unit))
    {
        Some((unit, name)) if nanoseconds > 0 => format!("{}{name}", nanoseconds / unit),
        _ => format!("{}ms", nanoseconds as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_again(nanoseconds in 0..200_000_000_000_000_u64) {
            let duration = Duration::from_nanos(nanoseconds);
            let read = parse(&exact(duration)).unwrap();
            prop_assert!(read.abs_diff(duration) <= Duration::from_nanos(1), "{}", exact(duration));
        }
    }
}
