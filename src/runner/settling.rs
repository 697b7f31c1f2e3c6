//! Fresh pairs are made together, and rest together once before the first write.
//!
//! AWS asks for 15 minutes between the first enabling of versioning and the first write (R-CFG-12).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::Shared;

/// Waits until every pair is there, or has failed, and has rested. Clones wait for the same.
#[derive(Debug, Clone)]
pub(super) struct Settling(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    rest: Duration,
    missing: AtomicUsize,
    begun: watch::Sender<Option<Instant>>,
}

impl Settling {
    /// For so many pairs; none where they need no rest.
    pub(super) fn new(rest: Duration, pairs: usize) -> Option<Self> {
        (!rest.is_zero()).then(|| {
            Self(Arc::new(Inner {
                rest,
                missing: pairs.into(),
                begun: watch::Sender::new(None),
            }))
        })
    }

    /// One more pair is there, or will never be; comes when all of them have rested.
    pub(super) async fn over(&self) {
        if self.0.missing.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.begun.send_replace(Some(Instant::now()));
        }
        let mut begun = self.0.begun.subscribe();
        let begun = begun.wait_for(Option::is_some).await;
        let begun = begun.ok().and_then(|begun| *begun);
        tokio::time::sleep_until(begun.unwrap_or_else(Instant::now) + self.0.rest).await;
    }
}

/// The rest of one pair alone, where it was made just now.
pub(super) async fn rested(shared: &Shared) {
    if let Some(settling) = Settling::new(shared.rest(), 1) {
        settling.over().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn all_wait_for_the_last_one_and_then_rest_once() {
        let began = Instant::now();
        let settling = Settling::new(Duration::from_mins(15), 2).unwrap();
        let late = async {
            tokio::time::sleep(Duration::from_mins(1)).await;
            settling.over().await;
            began.elapsed()
        };
        let early = async {
            settling.over().await;
            began.elapsed()
        };
        let (late, early) = tokio::join!(late, early);
        assert_eq!(
            (late, early),
            (Duration::from_mins(16), Duration::from_mins(16))
        );
    }

    #[test]
    fn where_no_rest_is_needed_nobody_waits() {
        assert!(Settling::new(Duration::ZERO, 3).is_none());
    }
}
