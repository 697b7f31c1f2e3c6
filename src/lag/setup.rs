//! What a measurement set out to do, as its history keeps it.

use serde::{Deserialize, Serialize};

use super::{Measure, OperationType};

/// A size and how often it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeShare {
    /// Bytes.
    pub bytes: u64,
    /// Its weight among the others.
    pub weight: u32,
}

/// An operation and how often it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationShare {
    /// Which.
    pub operation: OperationType,
    /// Its weight among the others.
    pub weight: u32,
}

/// What a measurement set out to do. Kept in the history's first session, so that a saved run can
/// be reported, and gone on with, from its history alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Setup {
    /// Writes a second, in an open loop.
    pub rate: f64,
    /// How many writes.
    pub count: u64,
    /// The sizes of the objects.
    pub sizes: Vec<SizeShare>,
    /// The operations.
    pub operations: Vec<OperationShare>,
    /// Over how many key prefixes the objects are spread.
    pub prefixes: u32,
    /// Which lags are measured.
    pub measures: Vec<Measure>,
    /// By when a replica has to be there, in nanoseconds after the acknowledgement; who has not
    /// arrived by then is counted as censored.
    pub deadline_ns: u64,
    /// No more requests are sent in any second; none where there is no limit.
    pub max_requests_per_second: Option<u64>,
    /// No more requests are sent in the whole run; none where there is no limit.
    pub request_budget: Option<u64>,
    /// Whether somebody else looks for the replicas, later.
    pub write_only: bool,
    /// The objective that the lag is held against, as it was given.
    pub slo: Option<String>,
}
