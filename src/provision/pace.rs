//! Asking again until a condition is true or its deadline is over.

use std::time::Duration;

use tokio::time::Instant;

const FIRST: Duration = Duration::from_millis(10);
const LONGEST: Duration = Duration::from_secs(1);

/// The pauses between questions: from 10 ms, each twice the last, at most a second.
#[derive(Debug)]
pub(super) struct Pace {
    patience: Duration,
    deadline: Instant,
    pause: Duration,
    longest: Duration,
}

impl Pace {
    pub(super) fn new(patience: Duration) -> Self {
        Self {
            patience,
            deadline: Instant::now() + patience,
            pause: FIRST,
            longest: LONGEST,
        }
    }

    /// The same with one pause for all.
    #[cfg(feature = "stacks")]
    pub(super) fn steady(patience: Duration, pause: Duration) -> Self {
        Self {
            pause,
            longest: pause,
            ..Self::new(patience)
        }
    }

    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Something moved: the deadline and the pauses begin anew.
    pub(super) fn progress(&mut self) {
        *self = Self::new(self.patience);
    }

    /// Waits for the next question; false when the deadline is over.
    pub(super) async fn again(&mut self) -> bool {
        let now = Instant::now();
        if now >= self.deadline {
            return false;
        }
        tokio::time::sleep_until((now + self.pause).min(self.deadline)).await;
        self.pause = (self.pause * 2).min(self.longest);
        true
    }
}
