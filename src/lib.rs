//! Proves that a pair of S3 buckets replicates, rule by rule, and measures how late, with the error
//! stated.
//!
//! Replication fails silently, and teams find out months later. This crate provisions a pair of
//! buckets, writes into the source, watches the replicas arrive, and judges what it saw. A check
//! without evidence is `Unknown`, never a pass, and each check is shown to catch the defect it
//! exists for.
//!
//! # What it is not
//! No copying tool and no S3 server for production. The embedded pair is for tests: nothing in it
//! outlives the process.
//!
//! # In a test of yours
//! ```
//! use std::time::Duration;
//!
//! use bucketpair::fixture::BucketPair;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> bucketpair::error::Result<()> {
//! let mut pair = BucketPair::start().await?;
//! let object = pair.put("hello.txt", "hello").await?;
//! pair.assert_replicated(&object, Duration::from_secs(10)).await;
//! pair.tear_down().await
//! # }
//! ```
//!
//! # Map
//! Act, record, judge, report: four rooms with one-way doors, held by a test.
//!
//! | module | what it does |
//! |---|---|
//! | [`replication`], [`span`], [`mod@error`] | the domain's words; durations as typed; errors by meaning |
//! | [`target`], [`provision`] | the pair of endpoints; making and removing bucket pairs |
//! | [`workload`], [`probe`] | operations on the source; looks at both sides |
//! | [`history`] | what was done and seen, as versioned JSON Lines |
//! | [`check`], [`lag`] | pure judgement of a history |
//! | [`scenario`] | the catalogue, one behaviour a file |
//! | [`explain`] | one object: which rule, which status, what is there, and why |
//! | [`doctor`] | what would make replication fail or surprise, by reading alone |
//! | [`policy`] | the least-privilege IAM policies |
//! | [`cost`] | what requests cost, by a dated table |
//! | [`runner`], [`report`] | composition, and what people read |
//! | `emulator` | the embedded S3 pair |
//! | `fixture` | a pair for a test of yours |
//!
//! # Features
//! | feature | default | what it adds |
//! |---|---|---|
//! | `cli` | yes | the command `bucketpair` |
//! | `emulator` | yes | the embedded pair, and `fixture` |
//! | `localstack` | yes | `--target localstack`, started in a container |
//! | `tls` | yes | https endpoints and the profiles of `~/.aws` |
//! | `aws` | yes | `--target aws`: the account guard asks STS |
//! | `stacks` | yes | the two CloudFormation stacks |
//! | `grants` | no | `doctor` reads the role and the KMS grants |
//! | `rstest` | no | `fixture::bucket_pair`, an rstest fixture |

pub mod check;
#[cfg(all(feature = "cli", feature = "emulator"))]
pub mod cli;
pub mod config;
pub mod cost;
pub mod doctor;
#[cfg(feature = "emulator")]
pub mod emulator;
pub mod error;
pub mod explain;
#[cfg(feature = "emulator")]
pub mod fixture;
pub mod history;
pub mod lag;
pub mod policy;
pub mod probe;
pub mod provision;
pub mod replication;
pub mod report;
pub mod runner;
pub mod scenario;
pub mod span;
pub mod target;
pub mod workload;
