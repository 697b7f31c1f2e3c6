//! Replication lag: per replica an interval, counted from the receipt of the acknowledgement.
//!
//! Nobody sees a replica arrive; it arrived between the last look that lacked it and the first that
//! had it. AWS's `ReplicationLatency` is something else (the largest backlog age in a minute).
//! Pure: it reads a history and nothing else.

mod autocorrelation;
mod band;
mod binomial;
mod caveat;
mod cell;
mod cluster;
mod compare;
mod curve;
mod difference;
mod facts;
mod histogram;
mod index;
mod interval;
mod look;
mod measure;
mod profile;
mod sample;
mod setup;
mod signed;
mod slo;
mod summary;
mod synthetic;
mod trend;
mod turn;
mod warning;
mod write;

#[cfg(test)]
mod tests;

pub use band::{Band, QUANTILES, Quantile, samples_for_quantile};
pub use caveat::Caveat;
pub use cell::{Cell, Spread};
pub use cluster::{RUNS_FOR_CONFIDENCE, Units};
pub use compare::{Bounds, Change, Compared, Comparison, Comparisons, Effect, Permuted, compare};
pub use curve::Arrived;
pub use difference::{Difference, differences};
pub use facts::{Floor, Operations, Requests, RunFacts};
pub use histogram::{Histogram, HistogramKey, histograms};
pub use interval::{Censoring, Interval};
pub use measure::intervals;
pub use profile::{Asked, Measured, PROFILE_VERSION, Profile};
pub use sample::{Measure, OperationType, Sample};
pub use setup::{OperationShare, Setup, SizeShare};
pub use signed::SignedQuantile;
pub use slo::{Slo, SloJudgement, SloVerdict};
pub use summary::{ESTIMATOR, Summary};
pub use synthetic::{Shape, Synthetic};
pub use trend::{ChangePoint, Night, Series, Trend, TrendRun, Trended, trend};
pub use turn::{Turn, turn};
pub use warning::Warning;
pub use write::PREPARED;
