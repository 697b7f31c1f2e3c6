//! Noticing that the clock of the events stood still while time passed: the machine slept.

use std::time::{Duration, Instant, SystemTime};

use crate::history::{Event, Recorder, Suspension};

/// How often the clocks are compared.
const EVERY: Duration = Duration::from_secs(2);
/// A clock that counts from the boot, sleep included, is believed to this.
const BY_BOOT: Duration = Duration::from_millis(100);
/// The wall clock may be set; only a larger step is taken for sleep.
const BY_WALL: Duration = Duration::from_secs(1);

/// Three clocks at one moment. The monotonic one is the system's, since tokio's may be paused.
#[derive(Debug, Clone, Copy)]
struct Clocks {
    monotonic: Instant,
    boot: Option<Duration>,
    wall: SystemTime,
}

impl Clocks {
    fn now() -> Self {
        Self {
            monotonic: Instant::now(),
            boot: since_boot(),
            wall: SystemTime::now(),
        }
    }

    /// How much time the monotonic clock missed since `before`, if it did.
    fn lost_since(&self, before: &Self) -> Option<Duration> {
        let ran = self.monotonic.saturating_duration_since(before.monotonic);
        let (passed, believed) = match (before.boot, self.boot) {
            (Some(before), Some(boot)) => (boot.saturating_sub(before), BY_BOOT),
            _ => (
                self.wall.duration_since(before.wall).unwrap_or_default(),
                BY_WALL,
            ),
        };
        let lost = passed.saturating_sub(ran);
        (lost > believed).then_some(lost)
    }
}

/// The time since the boot, sleep included; Linux tells it to a hundredth of a second.
pub(super) fn since_boot() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/uptime").ok()?;
    let seconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// Which boot of which machine this is; none where it is not Linux.
pub(super) fn boot() -> Option<String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(text.trim().to_owned())
}

/// Compares the clocks for as long as it is not dropped, and records every sleep: every two seconds,
/// and more seldom where the lags of a run take days.
pub(super) async fn watch(recorder: Recorder, deadline: Duration) {
    let every = EVERY.max(deadline / 2_000);
    let (mut before, mut from) = (Clocks::now(), recorder.now());
    loop {
        tokio::time::sleep(every).await;
        let (now, until) = (Clocks::now(), recorder.now());
        if let Some(lost) = now.lost_since(&before) {
            let suspension = Suspension {
                from,
                until,
                lost_ns: lost.as_nanos() as u64,
            };
            recorder.append(until, Event::Suspended(suspension));
        }
        (before, from) = (now, until);
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::awake(10.0, Some(10.0), 10.0, None)]
    #[case::asleep(10.0, Some(70.0), 70.0, Some(60))]
    #[case::the_wall_clock_was_set(10.0, Some(10.0), 3_600.0, None)]
    #[case::the_wall_clock_alone_tells(10.0, None, 70.0, Some(60))]
    #[case::the_wall_clock_alone_is_slewed(10.0, None, 10.5, None)]
    #[case::the_wall_clock_went_back(10.0, None, -5.0, None)]
    fn a_clock_that_missed_time_was_suspended(
        #[case] monotonic: f64,
        #[case] boot: Option<f64>,
        #[case] wall: f64,
        #[case] lost: Option<u64>,
    ) {
        let before = Clocks {
            boot: boot.map(|_| Duration::from_secs(100)),
            ..Clocks::now()
        };
        let moved = |by: f64| before.wall + Duration::from_secs_f64(by.max(0.0));
        let now = Clocks {
            monotonic: before.monotonic + Duration::from_secs_f64(monotonic),
            boot: boot.map(|boot| Duration::from_secs_f64(100.0 + boot)),
            wall: moved(wall) - Duration::from_secs_f64((-wall).max(0.0)),
        };
        assert_eq!(now.lost_since(&before).map(|lost| lost.as_secs()), lost);
    }
}
