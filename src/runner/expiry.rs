//! When what a run makes may be swept.

use std::time::Duration;

use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};

/// What is kept is not swept for so long, once nothing is waited for in it any more.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// A day after the last deadline of what a run writes as it begins, as an RFC 3339 time: whoever
/// looks later, as `observe` does, finds the pair. `started` is in seconds since 1970.
pub(super) fn expires(started: u64, deadline: Duration) -> String {
    let after = KEPT.saturating_add(deadline).as_secs();
    let time = DateTime::from_secs(started.saturating_add(after) as i64);
    time.fmt(DateTimeFormat::DateTime).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::of_a_minute(60, "1970-01-02T00:01:00Z")]
    #[case::of_two_days(48 * 3600, "1970-01-04T00:00:00Z")]
    fn what_is_kept_expires_a_day_after_the_deadline(
        #[case] deadline: u64,
        #[case] expected: &str,
    ) {
        assert_eq!(expires(0, Duration::from_secs(deadline)), expected);
    }
}
