//! How often to look, as data.

use std::time::Duration;

/// Pauses between looks: the first, then each longer by `growth`, up to `longest`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// The pause after the first look.
    pub first: Duration,
    /// How much longer each pause is than the one before.
    pub growth: f64,
    /// No pause is longer.
    pub longest: Duration,
}

impl Schedule {
    /// For servers on this machine: a look costs nothing, and the pause is a twentieth of the time
    /// that has passed, so that the error of a lag stays at 5 % of it.
    pub const NEAR: Self = Self {
        first: Duration::from_millis(2),
        growth: 1.05,
        longest: Duration::from_secs(1),
    };
    /// For servers that are far away or cost money.
    pub const FAR: Self = Self {
        first: Duration::from_millis(100),
        growth: 1.1,
        longest: Duration::from_secs(10),
    };

    /// The same for something that is expected to take about so long: no pause is shorter than a
    /// twentieth of it, which is how finely the schedules look anyway.
    #[must_use]
    pub fn expecting(self, lag: Duration) -> Self {
        let first = self.first.max(lag / 20);
        Self {
            first,
            longest: self.longest.max(first),
            ..self
        }
    }

    /// The pause at an age, in nanoseconds: what the pauses add up to by then, put the other way
    /// round.
    pub(super) fn pause_at(self, age: f64) -> f64 {
        let pause = self.first.as_nanos() as f64 + (self.growth - 1.0) * age;
        pause.min(self.longest.as_nanos() as f64)
    }

    /// The pauses, without end.
    pub fn pauses(self) -> impl Iterator<Item = Duration> + Send {
        let next = move |pause: &Duration| Some(pause.mul_f64(self.growth).min(self.longest));
        std::iter::successors(Some(self.first), next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_stay_there() {
        let pauses: Vec<_> = Schedule::NEAR.pauses().take(200).collect();
        assert_eq!(pauses[0], Schedule::NEAR.first);
        assert!(pauses.is_sorted(), "{pauses:?}");
        assert_eq!(pauses[199], Schedule::NEAR.longest);
    }

    #[test]
    fn what_is_expected_to_take_hours_is_looked_at_some_twenty_times_in_them() {
        let hours = Duration::from_hours(20);
        let looks = |schedule: Schedule| {
            let pauses = schedule.pauses().scan(Duration::ZERO, |age, pause| {
                *age += pause;
                Some(*age)
            });
            pauses.take_while(|age| *age < hours).count()
        };
        assert!(looks(Schedule::NEAR) > 70_000);
        assert!((10..25).contains(&looks(Schedule::NEAR.expecting(hours))));
        let at_once = Duration::from_millis(5);
        assert_eq!(Schedule::NEAR.expecting(at_once), Schedule::NEAR);
    }

    #[test]
    fn the_pause_at_an_age_is_the_one_that_the_pauses_reach_then() {
        let mut age = Duration::ZERO;
        for pause in Schedule::FAR.pauses().take(60) {
            let at = Duration::from_nanos(Schedule::FAR.pause_at(age.as_nanos() as f64) as u64);
            let apart = at.abs_diff(pause);
            assert!(
                apart < Duration::from_micros(1),
                "{at:?} at {age:?}, not {pause:?}"
            );
            age += pause;
        }
    }
}
