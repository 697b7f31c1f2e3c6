//! Proves that a pair of S3 buckets replicates, rule by rule, and measures how late.

pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod config;
#[cfg(feature = "emulator")]
pub mod emulator;
pub mod error;
pub mod history;
pub mod lag;
pub mod probe;
pub mod provision;
pub mod replication;
pub mod report;
pub mod runner;
pub mod scenario;
pub mod target;
pub mod workload;
