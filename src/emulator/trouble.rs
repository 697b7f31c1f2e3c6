//! What holds replication up without making it fail: a pause of the source, a destination that is
//! away, one that answers 503 `SlowDown` (R-STATUS-09, R-TIME-13). Clients notice nothing of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::world::State;

/// What is wrong with a bucket, as far as replication goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Trouble {
    /// Nothing leaves it.
    paused: bool,
    /// Nothing reaches it.
    away: bool,
    /// How many more replications it answers with 503 `SlowDown`.
    slow_downs: u32,
}

/// A change of it, or of the bucket's clock; what is not named stays.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Change {
    paused: Option<bool>,
    away: Option<bool>,
    slow_downs: Option<u32>,
    advance_days: u32,
}

impl Change {
    pub(super) fn of_pause(paused: bool) -> Self {
        let paused = Some(paused);
        Self {
            paused,
            ..Self::default()
        }
    }

    pub(super) fn of_outage(away: bool) -> Self {
        let away = Some(away);
        Self {
            away,
            ..Self::default()
        }
    }

    pub(super) fn of_slow_downs(replications: u32) -> Self {
        let slow_downs = Some(replications);
        Self {
            slow_downs,
            ..Self::default()
        }
    }

    /// How far the bucket's clock is advanced.
    pub(super) fn advance(self) -> Duration {
        Duration::from_hours(24) * self.advance_days
    }
}

impl Trouble {
    pub(super) fn change(&mut self, change: Change) {
        self.paused = change.paused.unwrap_or(self.paused);
        self.away = change.away.unwrap_or(self.away);
        self.slow_downs = change.slow_downs.unwrap_or(self.slow_downs);
    }
}

/// Why a replication does not go through now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// Until something changes.
    UntilChange,
    /// It was told to slow down, and tries again.
    SlowDown,
}

impl State {
    /// Asks whether a replication gets through. A 503 is used up by that.
    pub(super) fn hold(&mut self, source: &str, destination: &str) -> Option<Hold> {
        let paused = |state: &Self| state.buckets.get(source).is_some_and(|b| b.trouble.paused);
        if paused(self) {
            return Some(Hold::UntilChange);
        }
        let there = &mut self.buckets.get_mut(destination)?.trouble;
        if there.away {
            return Some(Hold::UntilChange);
        }
        let slow = there.slow_downs > 0;
        there.slow_downs = there.slow_downs.saturating_sub(1);
        slow.then_some(Hold::SlowDown)
    }
}
