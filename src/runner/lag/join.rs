//! Putting the clock of another process on the time of a run.
//!
//! Monotonic clocks are not shared. What is, best first: the time since the boot, where the machine
//! is the same and was not restarted; the clock of the source's endpoint, which both could ask; and
//! the wall clocks, of which nobody here knows how far they are apart.

use std::time::Duration;

use crate::error::{Error, Result};
use crate::history::{Event, History, Instant, Joined, Session};

/// A clock that runs freely is off by less than this share of the time that passes.
const DRIFT: f64 = 50e-6;

/// The clocks of this process at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Reading {
    /// The wall clock, in nanoseconds since 1970.
    pub(super) wall_ns: u64,
    /// Which boot of which machine, the time since it in nanoseconds, and its error.
    pub(super) boot: Option<(String, u64, u64)>,
    /// The clock of the source's endpoint: at least, and at most.
    pub(super) server_ns: Option<(u64, u64)>,
}

/// A moment on a run's time, and how far it may be off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) at: Instant,
    pub(super) uncertainty_ns: u64,
    pub(super) by: Joined,
}

/// When the reading was made, by what errs least. `wall` is how far wall clocks may be apart.
///
/// # Errors
/// [`Error::Usage`] for a history without a session, and where the clocks say that this is before
/// what is in it.
pub(super) fn place(history: &History, here: &Reading, wall: Duration) -> Result<Placed> {
    let last = history.events.iter().map(|timed| timed.at).max();
    let last = last.unwrap_or_default();
    let sessions = history
        .events
        .iter()
        .filter_map(|timed| match &timed.event {
            Event::Session(session) => Some((timed.at, session)),
            _ => None,
        });
    let ways = sessions.flat_map(|(at, session)| {
        let since = Since { at, session, last };
        [
            since.by_boot(here),
            since.by_server(here),
            Some(since.by_wall(here, wall)),
        ]
    });
    // Wall clocks come last whatever is said of them: their error is not known, but assumed.
    let best = ways
        .flatten()
        .min_by_key(|placed| (placed.by == Joined::Wall, placed.uncertainty_ns));
    let best = best.ok_or_else(|| {
        Error::Usage("the history holds no measurement; `bucketpair lag` writes one".to_owned())
    })?;
    if best.at.0 + best.uncertainty_ns < last.0 {
        let behind = Duration::from_nanos(last.0 - best.at.0);
        return Err(Error::Usage(format!(
            "by the clock here, the history goes {behind:?} into the future; set the clock, or say \
             with --clock-uncertainty how far the clocks may be apart"
        )));
    }
    // Nothing that is seen from here on can have been before what is recorded.
    Ok(Placed {
        at: best.at.max(last),
        ..best
    })
}

/// An earlier session, and the last event before this one.
struct Since<'a> {
    at: Instant,
    session: &'a Session,
    last: Instant,
}

impl Since<'_> {
    fn placed(&self, passed: i128, error_ns: u64, by: Joined) -> Placed {
        let at = i128::from(self.at.0) + passed;
        Placed {
            at: Instant(u64::try_from(at.max(0)).unwrap_or(u64::MAX)),
            uncertainty_ns: self.session.uncertainty_ns + error_ns,
            by,
        }
    }

    fn by_boot(&self, here: &Reading) -> Option<Placed> {
        let (boot, boot_ns, error_ns) = here.boot.as_ref()?;
        let then = self.session.boot_ns?;
        let is_same = self.session.boot.as_ref() == Some(boot);
        let passed = i128::from(*boot_ns) - i128::from(then);
        let error_ns = error_ns + self.session.boot_error_ns;
        is_same.then(|| self.placed(passed, error_ns, Joined::Boot))
    }

    /// The moments by the same server's clock. The writer's own clock may have run apart from it
    /// for as long as it wrote.
    fn by_server(&self, here: &Reading) -> Option<Placed> {
        let ((first, last), (now_first, now_last)) = (self.session.server_ns?, here.server_ns?);
        let middle = |a: u64, b: u64| i128::midpoint(a.into(), b.into());
        let passed = middle(now_first, now_last) - middle(first, last);
        let drift = self.last.0.saturating_sub(self.at.0) as f64 * DRIFT;
        let error_ns = (last - first) / 2 + (now_last - now_first) / 2 + drift as u64 + 1;
        Some(self.placed(passed, error_ns, Joined::Server))
    }

    fn by_wall(&self, here: &Reading, wall: Duration) -> Placed {
        let passed = i128::from(here.wall_ns) - i128::from(self.session.wall_ns);
        self.placed(passed, wall.as_nanos() as u64, Joined::Wall)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::history::{Plan, Timed};

    const HOUR: u64 = 3_600_000_000_000;
    const SECOND: u64 = 1_000_000_000;

    /// A run whose writer began a second into it, and wrote for ten minutes.
    fn history() -> History {
        let session = Session {
            wall_ns: 100 * HOUR,
            boot: Some("boot".to_owned()),
            boot_ns: Some(HOUR),
            boot_error_ns: 1_000,
            server_ns: Some((100 * HOUR, 100 * HOUR + SECOND / 10)),
            ..Session::default()
        };
        let asleep = Event::Suspended(crate::history::Suspension {
            from: Instant(0),
            until: Instant(0),
            lost_ns: 0,
        });
        let timed = |at, event| Timed {
            at: Instant(at),
            event,
        };
        History {
            plan: Plan::of_rules(&[]),
            events: vec![
                timed(SECOND, Event::Session(session)),
                timed(600 * SECOND, asleep),
            ],
        }
    }

    /// Two hours later; the wall clock here is 40 s ahead.
    fn reading(boot: &str, server: bool) -> Reading {
        let server_ns = (102 * HOUR, 102 * HOUR + SECOND / 10);
        Reading {
            wall_ns: 102 * HOUR + 40 * SECOND,
            boot: Some((boot.to_owned(), 3 * HOUR, 2_000)),
            server_ns: server.then_some(server_ns),
        }
    }

    #[rstest]
    #[case::the_same_boot("boot", true, 0, 3_000, Joined::Boot)]
    #[case::the_same_server("other", true, 0, SECOND / 10 + 599 * SECOND / 20_000 + 1, Joined::Server)]
    #[case::wall_clocks_only("other", false, 40 * SECOND, 60 * SECOND, Joined::Wall)]
    fn the_clock_that_errs_least_is_taken_and_its_error_stated(
        #[case] boot: &str,
        #[case] server: bool,
        #[case] off: u64,
        #[case] uncertainty_ns: u64,
        #[case] by: Joined,
    ) {
        let wall = Duration::from_secs(60);
        let placed = place(&history(), &reading(boot, server), wall).unwrap();
        let expected = Placed {
            at: Instant(SECOND + 2 * HOUR + off),
            uncertainty_ns,
            by,
        };
        assert_eq!(placed, expected);
    }

    #[test]
    fn a_history_from_the_future_is_refused() {
        let here = Reading {
            wall_ns: 100 * HOUR,
            ..Reading::default()
        };
        let error = place(&history(), &here, Duration::from_secs(1)).unwrap_err();
        assert!(error.to_string().contains("--clock-uncertainty"), "{error}");
        let hour = Duration::from_secs(3_600);
        assert_eq!(place(&history(), &here, hour).unwrap().at.0, 600 * SECOND);
    }
}
