//! Replication lag: per replica an interval, counted from the receipt of the acknowledgement.
//!
//! Nobody sees a replica arrive; it arrived between the last look that lacked it and the first that
//! had it. AWS's `ReplicationLatency` is something else (the largest backlog age in a minute).
//! Pure: it reads a history and nothing else.

mod band;
mod binomial;
mod cell;
mod cluster;
mod curve;
mod interval;
mod profile;
mod slo;
mod summary;
mod warning;

#[cfg(test)]
mod tests;

pub use band::{Band, QUANTILES, Quantile, samples_for_quantile};
pub use cell::{Cell, Spread};
pub use cluster::{RUNS_FOR_CONFIDENCE, Units};
pub use curve::Arrived;
pub use interval::{Censoring, Interval, Measure, OperationType, Sample, intervals};
pub use profile::{Asked, Measured, PROFILE_VERSION, Profile, ProfiledRun};
pub use slo::{Slo, SloJudgement, SloVerdict};
pub use summary::{ESTIMATOR, Summary};
pub use warning::Warning;
