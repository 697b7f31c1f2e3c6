//! One replica's lag, with what was done and when.

use serde::{Deserialize, Serialize};

use super::Interval;
use crate::history::Side;

/// What was done to the object whose lag is measured.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum OperationType {
    /// A `PutObject` of a new key.
    #[default]
    Put,
    /// A `PutObject` of a key that was there.
    Overwrite,
    /// A multipart upload.
    Multipart,
    /// A `CopyObject`.
    Copy,
    /// A `DeleteObject` without a version.
    DeleteMarker,
    /// A `PutObjectTagging` on a version whose replica was there.
    TagChange,
}

/// Which lag a sample is of.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Until the replica is readable at the destination, by version ID.
    #[default]
    Visible,
    /// Until the source says COMPLETED; with several destinations that is the slowest.
    Status,
}

/// One replica's lag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Which lag.
    #[serde(default)]
    pub measure: Measure,
    /// What was done.
    #[serde(default)]
    pub operation: OperationType,
    /// Bytes of the object; 0 for a delete marker.
    #[serde(default)]
    pub size: u64,
    /// When the write was meant to be sent, in nanoseconds since the run began. In an open loop it
    /// is fixed beforehand; elsewhere it is `sent_ns`.
    #[serde(default)]
    pub intended_ns: u64,
    /// When the write was sent, in nanoseconds since the run began.
    #[serde(default)]
    pub sent_ns: u64,
    /// When its acknowledgement was received, in nanoseconds since the run began: the lag's zero.
    #[serde(default)]
    pub acknowledged_ns: u64,
    /// Whether a clock was suspended while it was measured, so that its bounds are not to be
    /// believed.
    #[serde(default)]
    pub suspended: bool,
    /// How far the clocks of the machines that wrote and looked may be apart, in nanoseconds. The
    /// bounds are widened by it already; 0 where one clock measured both.
    #[serde(default)]
    pub clock_uncertainty_ns: u64,
    /// The number of the operation that wrote the source version.
    pub op: u32,
    /// Its label.
    pub label: String,
    /// The key.
    pub key: String,
    /// The destination.
    pub side: Side,
    /// When it arrived.
    pub interval: Interval,
    /// Whether a look that was sent after it had been there lacked it.
    pub anomaly: bool,
    /// How many looks at it failed, and so say nothing.
    pub failed: usize,
}

impl Sample {
    /// From the intended start of the write to its sending, in nanoseconds: what the client was
    /// late.
    #[must_use]
    pub fn start_lag_ns(&self) -> u64 {
        self.sent_ns.saturating_sub(self.intended_ns)
    }

    /// From the sending of the write to its acknowledgement, in nanoseconds.
    #[must_use]
    pub fn service_ns(&self) -> u64 {
        self.acknowledged_ns.saturating_sub(self.sent_ns)
    }

    /// From the intended start of the write: the bounds of when its replica was there, in
    /// nanoseconds. A stall of client or system is in it.
    #[must_use]
    pub fn since_intended_ns(&self) -> (u64, Option<u64>) {
        let before = self.acknowledged_ns.saturating_sub(self.intended_ns);
        let upper = self.interval.upper_ns.map(|upper| before + upper);
        (before + self.interval.lower_ns, upper)
    }

    /// How wide the interval is, in nanoseconds; none where an end was not seen.
    #[must_use]
    pub fn width_ns(&self) -> Option<u64> {
        let upper = self.interval.upper_ns?;
        let seen = self.interval.censoring == super::Censoring::None;
        seen.then(|| upper.saturating_sub(self.interval.lower_ns))
    }
}
