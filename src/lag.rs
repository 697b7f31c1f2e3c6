//! Replication lag: per replica an interval, counted from the receipt of the acknowledgement.
//!
//! Nobody sees a replica arrive; it arrived between the last look that lacked it and the first that
//! had it. AWS's `ReplicationLatency` is something else (the largest backlog age in a minute).
//! Pure: it reads a history and nothing else.

mod interval;
mod summary;

#[cfg(test)]
mod tests;

pub use interval::{Censoring, Interval, Measure, OperationType, Sample, intervals};
pub use summary::{ESTIMATOR, Summary};
