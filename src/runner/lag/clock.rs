//! The clocks of this machine: read together where a session begins, and compared while it goes on,
//! to notice that the clock of the events stood still while time passed: the machine slept.

use std::time::{Duration, Instant, SystemTime};

use tokio::time::Instant as Clock;

use super::join::Reading;
use crate::history::{Event, Recorder, Session, Suspension};
use crate::probe::ServerTime;
use crate::runner::Stage;

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
fn since_boot() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/uptime").ok()?;
    let seconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// Which boot of which machine this is; none where it is not Linux.
fn boot() -> Option<String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(text.trim().to_owned())
}

/// The time since the boot at a moment, in nanoseconds, and its error.
struct Turn {
    clock: Clock,
    boot_ns: u64,
    error_ns: u64,
}

/// A turn is told well enough that is told to this.
const WELL: Duration = Duration::from_micros(50);
/// On a machine that is busy, the best of so many turns is taken.
const TURNS: usize = 6;

/// The best told of some turns.
fn turn() -> Option<Turn> {
    let mut best: Option<Turn> = None;
    for _ in 0..TURNS {
        let turn = next_turn()?;
        if best
            .as_ref()
            .is_none_or(|best| turn.error_ns < best.error_ns)
        {
            best = Some(turn);
        }
        if best
            .as_ref()
            .is_some_and(|best| u128::from(best.error_ns) <= WELL.as_nanos())
        {
            break;
        }
    }
    best
}

/// Waits for the turn of a hundredth of a second, at most that long: the clock tells hundredths, and
/// its turn tells the moment.
fn next_turn() -> Option<Turn> {
    let (first, deadline) = (since_boot()?, Instant::now() + Duration::from_millis(100));
    let mut before = Clock::now();
    while Instant::now() < deadline {
        let (again, boot) = (Clock::now(), since_boot()?);
        if boot > first {
            let took = before.elapsed();
            return Some(Turn {
                clock: before + took / 2,
                boot_ns: boot.as_nanos() as u64,
                error_ns: (took / 2).as_nanos() as u64 + 1,
            });
        }
        before = again;
    }
    None
}

/// The clock of the source's endpoint, with whose clock it was read.
pub(super) async fn server(stage: &Stage) -> Option<(ServerTime, Recorder)> {
    let key = format!("{}clock", stage.plan.prefix);
    let time = stage.probe.server_time(&key).await?;
    Some((time, stage.recorder.clone()))
}

/// All clocks at one moment of tokio's.
pub(super) fn read(server: Option<(ServerTime, Recorder)>) -> (Clock, Reading) {
    let turn = turn();
    let clock = turn.as_ref().map_or_else(Clock::now, |turn| turn.clock);
    let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let wall = wall.unwrap_or_default().saturating_sub(clock.elapsed());
    let server_ns = server.map(|(time, recorder)| {
        let since = clock.saturating_duration_since(recorder.clock(time.at));
        let since = since.as_nanos() as u64;
        (time.earliest_ns + since, time.latest_ns + since)
    });
    let boot = turn.and_then(|turn| Some((boot()?, turn.boot_ns, turn.error_ns)));
    let reading = Reading {
        wall_ns: wall.as_nanos() as u64,
        boot,
        server_ns,
    };
    (clock, reading)
}

/// A session that begins with this reading.
pub(super) fn session(role: &str, reading: &Reading) -> Session {
    let (boot, boot_ns, error_ns) = match &reading.boot {
        Some((boot, boot_ns, error_ns)) => (Some(boot.clone()), Some(*boot_ns), *error_ns),
        None => (None, None, 0),
    };
    Session {
        role: role.to_owned(),
        wall_ns: reading.wall_ns,
        boot,
        boot_ns,
        boot_error_ns: error_ns,
        server_ns: reading.server_ns,
        bucketpair: env!("CARGO_PKG_VERSION").to_owned(),
        ..Session::default()
    }
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

    #[test]
    fn the_time_since_the_boot_is_told_to_less_than_the_hundredth_it_is_written_in() {
        let Some(first) = turn() else { return };
        let second = turn().expect("the first was told");
        let by_boot = Duration::from_nanos(second.boot_ns - first.boot_ns);
        let by_clock = second.clock.duration_since(first.clock);
        let error = Duration::from_nanos(first.error_ns + second.error_ns);
        assert!(
            by_boot.abs_diff(by_clock) <= error,
            "{by_boot:?} {by_clock:?} ± {error:?}"
        );
    }
}
