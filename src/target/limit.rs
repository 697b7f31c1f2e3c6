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
    pace: Arc<Mutex<Pace>>,
    budget: Arc<Mutex<Budget>>,
}

#[derive(Debug, Default)]
struct Pace {
    rate: Option<Rate>,
    /// When the next request would be due if all were spread evenly.
    due: Option<Instant>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Budget {
    all: Option<u64>,
    spent: u64,
}

#[derive(Debug, Clone, Copy)]
struct Rate {
    gap: Duration,
    tolerance: Duration,
}

impl Rate {
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

impl Pace {
    /// Lets a request through at `now`, or says when to ask again.
    fn admit(&mut self, now: Instant) -> Result<(), Instant> {
        let Some(rate) = self.rate else { return Ok(()) };
        let due = self.due.unwrap_or(now);
        let earliest = due.checked_sub(rate.tolerance).unwrap_or(now);
        if earliest > now {
            return Err(earliest);
        }
        self.due = Some(due.max(now) + rate.gap);
        Ok(())
    }
}

impl Budget {
    fn of(all: Option<u64>) -> Arc<Mutex<Self>> {
        Arc::new(Mutex::new(Self { all, spent: 0 }))
    }

    fn left(&self) -> Option<u64> {
        Some(self.all?.saturating_sub(self.spent))
    }

    /// Takes so many requests off, or none where there are not as many left.
    fn take(&mut self, requests: u64) -> bool {
        let is_there = self.left().is_none_or(|left| requests <= left);
        if is_there {
            self.spent += requests;
        }
        is_there
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Limiter {
    /// At most `rate` requests in any second, and `budget` in all; no limit where there is none.
    #[must_use]
    pub fn new(rate: Option<u64>, budget: Option<u64>) -> Self {
        let rate = rate.map(Rate::of);
        Self {
            pace: Arc::new(Mutex::new(Pace { rate, due: None })),
            budget: Budget::of(budget),
        }
    }

    /// Admits a request at `now`, or says when to ask again.
    #[must_use]
    pub fn admit(&self, now: Instant) -> Admission {
        let mut budget = locked(&self.budget);
        if budget.left() == Some(0) {
            return Admission::Spent;
        }
        if let Err(moment) = locked(&self.pace).admit(now) {
            return Admission::At(moment);
        }
        budget.spent += 1;
        Admission::Now
    }

    /// Waits until a request is admitted. Returns whether it is; false when the budget is spent.
    pub async fn wait(&self) -> bool {
        let Some(mut reserved) = self.reserve(1) else {
            return false;
        };
        reserved.wait().await;
        true
    }

    /// Takes requests that belong together off the budget, before the first is sent; none where it
    /// does not hold as many.
    #[must_use]
    pub fn reserve(&self, requests: u64) -> Option<Reserved> {
        let is_there = locked(&self.budget).take(requests);
        is_there.then(|| Reserved {
            limiter: self.clone(),
            left: requests,
        })
    }

    /// A limiter with a part of this one's budget, which nobody else can spend, and the same rate.
    /// None where there is not as much left.
    #[must_use]
    pub fn split(&self, requests: u64) -> Option<Self> {
        let mut budget = locked(&self.budget);
        let part = budget.all.map(|_| requests);
        budget.take(requests).then(|| Self {
            pace: Arc::clone(&self.pace),
            budget: Budget::of(part),
        })
    }

    /// Takes back what is left of a part that was split off; nothing more is sent from it.
    pub fn take_back(&self, part: &Self) {
        let left = {
            let mut part = locked(&part.budget);
            let left = part.left().unwrap_or(0);
            part.spent += left;
            left
        };
        locked(&self.budget).spent -= left;
    }

    /// How many requests were admitted, or are reserved.
    #[must_use]
    pub fn spent(&self) -> u64 {
        locked(&self.budget).spent
    }

    /// How many are left; none where there is no budget.
    #[must_use]
    pub fn left(&self) -> Option<u64> {
        locked(&self.budget).left()
    }
}

/// Requests that were taken off a budget together. What is not sent is given back.
#[derive(Debug)]
pub struct Reserved {
    limiter: Limiter,
    left: u64,
}

impl Reserved {
    /// Waits until the rate admits the next of them.
    ///
    /// # Panics
    /// Where more are sent than were reserved.
    pub async fn wait(&mut self) {
        self.left = self
            .left
            .checked_sub(1)
            .expect("no more is sent than was reserved");
        loop {
            let admitted = locked(&self.limiter.pace).admit(Instant::now());
            match admitted {
                Ok(()) => return,
                Err(moment) => sleep_until(moment).await,
            }
        }
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        locked(&self.limiter.budget).spent -= self.left;
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

    #[tokio::test]
    async fn what_belongs_together_is_reserved_whole_and_given_back() {
        let limiter = Limiter::new(None, Some(10));
        let mut upload = limiter.reserve(7).unwrap();
        assert!(limiter.reserve(4).is_none(), "3 are left");
        upload.wait().await;
        upload.wait().await;
        drop(upload);
        assert_eq!((limiter.spent(), limiter.left()), (2, Some(8)));
    }

    #[tokio::test]
    async fn a_part_is_nobody_elses_until_it_is_taken_back() {
        let limiter = Limiter::new(None, Some(10));
        let part = limiter.split(6).unwrap();
        assert!(limiter.split(5).is_none());
        assert!(part.wait().await);
        assert_eq!((limiter.left(), part.left()), (Some(4), Some(5)));
        limiter.take_back(&part);
        assert_eq!((limiter.left(), part.left()), (Some(9), Some(0)));
        assert!(!part.wait().await);
    }

    #[tokio::test(start_paused = true)]
    async fn parts_share_one_rate() {
        let limiter = Limiter::new(Some(10), None);
        let (part, began) = (limiter.split(100).unwrap(), Instant::now());
        for _ in 0..10 {
            limiter.wait().await;
            part.wait().await;
        }
        assert!(
            began.elapsed() >= Duration::from_millis(1_900),
            "{:?}",
            began.elapsed()
        );
    }
}
