//! How many requests may be sent: so many in any second, and so many in all.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Whether a request may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It may; it is counted as sent.
    Now,
    /// Not before this moment.
    At(Instant),
    /// Never: the budget is spent.
    Spent,
}

/// Counts requests, and holds them back. Clones share one count.
///
/// The rate is kept by the generic cell rate algorithm (ITU-T I.371), with a burst of at most a
/// fiftieth of a second's requests, which is taken off the rate: in no second are more admitted
/// than the rate says.
#[derive(Debug, Clone, Default)]
pub struct Limiter {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    pace: Option<Pace>,
    /// When the next request would be due if all were spread evenly.
    due: Option<Instant>,
    budget: Option<u64>,
    spent: u64,
}

#[derive(Debug, Clone, Copy)]
struct Pace {
    gap: Duration,
    tolerance: Duration,
}

impl Pace {
    fn of(rate: u64) -> Self {
        let rate = rate.max(1);
        let burst = (rate / 50).max(1);
        let gap = Duration::from_secs(1).div_f64((rate - burst + 1) as f64);
        // A hair more, so that rounding never lets one in too many.
        let gap = gap + Duration::from_nanos(1);
        Self {
            gap,
            tolerance: gap * (burst - 1) as u32,
        }
    }
}

impl Limiter {
    /// At most `rate` requests in any second, and `budget` in all; no limit where there is none.
    #[must_use]
    pub fn new(rate: Option<u64>, budget: Option<u64>) -> Self {
        let state = State {
            pace: rate.map(Pace::of),
            due: None,
            budget,
            spent: 0,
        };
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Admits a request at `now`, or says when to ask again.
    #[must_use]
    pub fn admit(&self, now: Instant) -> Admission {
        let mut state = self.lock();
        if state.budget.is_some_and(|budget| state.spent >= budget) {
            return Admission::Spent;
        }
        if let Some(pace) = state.pace {
            let due = state.due.unwrap_or(now);
            let earliest = due.checked_sub(pace.tolerance).unwrap_or(now);
            if earliest > now {
                return Admission::At(earliest);
            }
            state.due = Some(due.max(now) + pace.gap);
        }
        state.spent += 1;
        Admission::Now
    }

    /// Waits until a request is admitted. Returns whether it is; false when the budget is spent.
    pub async fn wait(&self) -> bool {
        loop {
            match self.admit(Instant::now()) {
                Admission::Now => return true,
                Admission::At(moment) => sleep_until(moment).await,
                Admission::Spent => return false,
            }
        }
    }

    /// How many requests were admitted.
    #[must_use]
    pub fn spent(&self) -> u64 {
        self.lock().spent
    }

    /// How many are left; none where there is no budget.
    #[must_use]
    pub fn left(&self) -> Option<u64> {
        let state = self.lock();
        Some(state.budget?.saturating_sub(state.spent))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// The most requests in any second, of a client that sends whenever it may.
    fn busiest_second(rate: u64, seconds: u64) -> usize {
        let (limiter, start) = (Limiter::new(Some(rate), None), Instant::now());
        let (mut now, mut sent) = (start, Vec::new());
        while now < start + Duration::from_secs(seconds) {
            match limiter.admit(now) {
                Admission::Now => sent.push(now),
                Admission::At(moment) => now = moment,
                Admission::Spent => break,
            }
        }
        let second = Duration::from_secs(1);
        let within = |first: &Instant| {
            let from = sent.partition_point(|moment| moment < first);
            sent.partition_point(|moment| *moment < *first + second) - from
        };
        sent.iter().map(within).max().unwrap_or(0)
    }

    #[rstest]
    #[tokio::test]
    async fn no_second_sees_more_requests_than_the_rate(
        #[values(1, 3, 50, 100, 999, 5_000)] rate: u64,
    ) {
        let busiest = busiest_second(rate, 5) as u64;
        assert!(
            busiest <= rate,
            "{busiest} requests in a second, {rate} are allowed"
        );
        assert!(
            busiest * 10 >= rate * 9,
            "{busiest} of {rate} allowed ones are used"
        );
    }

    #[tokio::test]
    async fn the_rate_holds_after_a_pause_too() {
        let (limiter, start) = (Limiter::new(Some(100), None), Instant::now());
        let admitted = |from: Instant| {
            (0..1000)
                .filter(|ms| limiter.admit(from + Duration::from_millis(*ms)) == Admission::Now)
                .count()
        };
        assert!(admitted(start) <= 100);
        assert!(
            admitted(start + Duration::from_secs(3600)) <= 100,
            "an hour's rest is no credit"
        );
    }

    #[tokio::test]
    async fn a_budget_is_never_exceeded() {
        let limiter = Limiter::new(None, Some(3));
        let now = Instant::now();
        let admitted: Vec<_> = (0..5).map(|_| limiter.clone().admit(now)).collect();
        assert_eq!(
            admitted[2..],
            [Admission::Now, Admission::Spent, Admission::Spent]
        );
        assert_eq!((limiter.spent(), limiter.left()), (3, Some(0)));
        assert!(!limiter.wait().await);
    }
}
