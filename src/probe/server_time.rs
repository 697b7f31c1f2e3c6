//! The clock of the source's endpoint, by the `Date` of its answers: what machines whose clocks are
//! nobody's equals have in common.
//!
//! A `Date` is the second in which the server answered, between the sending of the request and the
//! receipt of its answer. Every answer bounds how far its clock is ahead of ours (Cristian,
//! *Distributed Computing* 3, 1989); requests are sent where the server's second is expected to
//! turn, so that each halves what is not known.

use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use tokio::time::sleep_until;

use super::look::Probe;
use crate::history::{Failure, Instant, Seen, Side};

/// A second, in nanoseconds.
const SECOND: i64 = 1_000_000_000;
/// An error that needs no further request, in nanoseconds.
const ENOUGH: i64 = 20_000_000;
/// More are not sent.
const REQUESTS: usize = 12;

/// What the server's clock showed at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerTime {
    /// The moment.
    pub at: Instant,
    /// Not before this, in nanoseconds since 1970.
    pub earliest_ns: u64,
    /// Not after this.
    pub latest_ns: u64,
}

/// How far the server's clock is ahead of the run's, in nanoseconds: at least, and at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ahead(i64, i64);

impl Ahead {
    /// What an answer with this `Date` says.
    fn of(date: i64, sent: Instant, received: Instant) -> Self {
        let date = date * SECOND;
        Self(date - received.0 as i64, date + SECOND - sent.0 as i64)
    }

    /// What both say; none where they contradict each other.
    fn and(self, other: Self) -> Option<Self> {
        let both = Self(self.0.max(other.0), self.1.min(other.1));
        (both.0 <= both.1).then_some(both)
    }

    fn width(self) -> i64 {
        self.1 - self.0
    }

    fn middle(self) -> i64 {
        self.0 + self.width() / 2
    }

    /// When the server's second is expected to turn next, after `now`.
    fn turn(self, now: Instant) -> Instant {
        let there = now.0 as i64 + self.middle();
        let turn = (there / SECOND + 1) * SECOND;
        Instant((turn - self.middle()) as u64)
    }
}

impl Probe {
    /// What the clock of the source's endpoint shows, by some HEADs of `key`, which need not be
    /// there. None where its answers have no date, or dates that contradict each other.
    pub async fn server_time(&self, key: &str) -> Option<ServerTime> {
        let mut known: Option<Ahead> = None;
        for _ in 0..REQUESTS {
            if let Some(ahead) = known {
                let turn = ahead.turn(self.recorder.now());
                sleep_until(self.recorder.clock(turn)).await;
            }
            if !self.limiter.wait().await {
                break;
            }
            let told = self.date(key).await?;
            let both = known.map_or(Some(told), |known| known.and(told));
            known = Some(both?);
            if known.is_some_and(|known| known.width() <= 2 * ENOUGH) {
                break;
            }
        }
        let (known, at) = (known?, self.recorder.now());
        let then = |ahead: i64| (at.0 as i64 + ahead).max(0) as u64;
        Some(ServerTime {
            at,
            earliest_ns: then(known.0),
            latest_ns: then(known.1),
        })
    }

    /// One answer's date. It is recorded as the look that it is.
    async fn date(&self, key: &str) -> Option<Ahead> {
        let sent = self.recorder.now();
        let request = self.client(Side::Source).head_object();
        let request = request.bucket(self.bucket(Side::Source)).key(key);
        let answer = request.send().await;
        let received = self.recorder.now();
        let error = answer.err()?;
        let date = error.raw_response().and_then(|answer| {
            let text = answer.headers().get("date")?;
            DateTime::from_str(text, DateTimeFormat::HttpDate).ok()
        });
        let seen = match Failure::of(&error) {
            failure if failure.status == 404 => Seen::Absent,
            failure => Seen::Failed(failure),
        };
        self.note(Side::Source, key, None, sent, seen);
        Some(Ahead::of(date?.secs(), sent, received))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server whose clock is ahead by `ahead` nanoseconds, asked over a way of `trip`.
    fn ask(ahead: i64, sent: i64, trip: i64) -> Ahead {
        let there = sent + trip / 2 + ahead;
        let (sent, received) = (Instant(sent as u64), Instant((sent + trip) as u64));
        Ahead::of(there.div_euclid(SECOND), sent, received)
    }

    #[test]
    fn every_answer_bounds_the_clock_and_together_they_narrow_it() {
        let ahead = 1_790_000_000 * SECOND + 123_456_789;
        let (mut now, trip) = (777_000_000, 4_000_000);
        let mut known = ask(ahead, now, trip);
        for _ in 0..8 {
            now = known.turn(Instant(now as u64)).0 as i64;
            known = known.and(ask(ahead, now, trip)).expect("no contradiction");
            assert!(known.0 <= ahead && ahead <= known.1, "{known:?}");
        }
        assert!(known.width() <= 3 * trip, "{known:?}");
    }

    #[test]
    fn a_clock_that_was_set_meanwhile_contradicts_itself() {
        let before = ask(5 * SECOND, 0, 1_000);
        assert_eq!(before.and(ask(9 * SECOND, SECOND, 1_000)), None);
    }
}
