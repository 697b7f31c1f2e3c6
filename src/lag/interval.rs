//! The interval in which each replica arrived.

use serde::{Deserialize, Serialize};

/// Which end of an interval was not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Censoring {
    /// Neither: the replica was lacking, then there.
    None,
    /// The replica was there at the first look.
    Left,
    /// The replica was never there.
    Right,
}

/// The interval in which a replica arrived, in nanoseconds after the acknowledgement's receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// When the last look that lacked it was sent; 0 where none did.
    pub lower_ns: u64,
    /// When the first answer that had it was received; none where none did.
    pub upper_ns: Option<u64>,
    /// Which end was not seen.
    pub censoring: Censoring,
    /// From the request to its acknowledgement: somewhere in there the write took effect.
    pub start_uncertainty_ns: u64,
}
