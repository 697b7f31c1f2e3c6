//! Proves that a pair of S3 buckets replicates, rule by rule, and measures how late.

#[cfg(feature = "emulator")]
pub mod emulator;
pub mod error;
pub mod history;
pub mod probe;
pub mod provision;
pub mod replication;
pub mod target;
pub mod workload;
