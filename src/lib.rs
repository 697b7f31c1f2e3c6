//! Proves that a pair of S3 buckets replicates, rule by rule, and measures how late.

pub mod check;
#[cfg(feature = "emulator")]
pub mod emulator;
pub mod error;
pub mod history;
pub mod lag;
pub mod replication;
