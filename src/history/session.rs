//! Who recorded a run, by which clock, and when that clock stood still.

use serde::{Deserialize, Serialize};

use super::Instant;

/// A process takes part in a run. Several may, one after another, on different machines.
///
/// Every process has a monotonic clock of its own. What a later one records is put on the run's
/// time through the wall clock, which is off by up to `uncertainty_ns` for what follows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// What the process does: `lag`, `write-only`, `observe`.
    pub role: String,
    /// The wall clock at this event, in nanoseconds since 1970.
    pub wall_ns: u64,
    /// How far the times of the events behind this one may be off against those of the run's first
    /// session, either way; 0 for the first session itself.
    #[serde(default)]
    pub uncertainty_ns: u64,
    /// The machine's boot: sessions of one boot share a clock. None where it cannot be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot: Option<String>,
    /// That clock at this event, in nanoseconds since the boot, suspended time included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot_ns: Option<u64>,
    /// How far `boot_ns` may be off, in nanoseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub boot_error_ns: u64,
    /// The clock of the source's endpoint at this event, in nanoseconds since 1970: not before the
    /// first and not after the second. None where nobody asked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_ns: Option<(u64, u64)>,
    /// By which clock the session was put on the run's time; none for the first session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<Joined>,
    /// The version of bucketpair.
    pub bucketpair: String,
    /// What it set out to do, as data that whoever judges understands.
    #[serde(default)]
    pub setup: serde_json::Value,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "it is what serde passes")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What two processes have in common to tell the time by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Joined {
    /// The time since the boot of one machine; the error is measured.
    Boot,
    /// The clock of the source's endpoint; the error is measured.
    Server,
    /// Their wall clocks; the error is assumed.
    Wall,
}

/// A stretch of the run in which the clock stood still while time passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// It stood still after this.
    pub from: Instant,
    /// And ran again before this.
    pub until: Instant,
    /// How much time it missed, in nanoseconds.
    pub lost_ns: u64,
}
