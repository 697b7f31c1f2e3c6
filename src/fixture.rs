//! A bucket pair for a test of yours.
//!
//! ```
//! use std::time::Duration;
//!
//! use bucketpair::fixture::BucketPair;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> bucketpair::error::Result<()> {
//! let mut pair = BucketPair::start().await?;
//! let hello = pair.put("hello.txt", "hello").await?;
//! pair.assert_replicated(&hello, Duration::from_secs(10)).await;
//! pair.tear_down().await
//! # }
//! ```
//!
//! The pair is on the target that `BUCKETPAIR_TARGET` names: the embedded one where it names none.
//! With the feature `rstest` the same pair comes as a fixture, `bucket_pair`.

use std::time::Duration;

use aws_sdk_s3::Client;

use crate::check::{Check, CheckKind, Finding, Verdict, judge};
use crate::config::Variables;
use crate::error::{Error, Result};
use crate::history::Side;
use crate::runner::{Opened, Settings, Stage, open};
use crate::scenario::Scenario;
use crate::target::preflight;
use crate::workload::{Object, Step};

/// What [`BucketPair::assert_replicated`] checks.
const KINDS: [CheckKind; 5] = [
    CheckKind::Arrives,
    CheckKind::Bytes,
    CheckKind::VersionId,
    CheckKind::Encryption,
    CheckKind::ReplicaStatus,
];

/// A source and a destination bucket with a live replication rule for every object.
///
/// Call [`BucketPair::tear_down`] at the end: on a server that outlives the test, a pair that is
/// only dropped stays, with tags that say when it is rubbish.
#[derive(Debug)]
pub struct BucketPair {
    stage: Stage,
    opened: Opened,
    puts: u32,
}

/// An object that was put into the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    label: String,
}

impl BucketPair {
    /// Provisions a pair on the target that the environment names, and proves that it replicates.
    ///
    /// # Errors
    /// Whatever keeps the pair from being there: a bad variable, an unreachable target, a server
    /// that does not replicate.
    pub async fn start() -> Result<Self> {
        Self::start_with(&Variables::read(crate::config::environment())?.settings()?).await
    }

    /// The same with settings of your own.
    ///
    /// # Errors
    /// As [`BucketPair::start`].
    pub async fn start_with(settings: &Settings) -> Result<Self> {
        let opened = Box::pin(open(settings)).await?;
        preflight(&opened.target).await?;
        let scenario = Scenario::new("fixture", "a pair for a test").checks(KINDS.map(Check::new));
        let stage = Box::pin(Stage::set(&opened, settings, &scenario)).await?;
        Ok(Self {
            stage,
            opened,
            puts: 0,
        })
    }

    /// The source bucket's name.
    #[must_use]
    pub fn source(&self) -> &str {
        self.stage.bucket(Side::Source)
    }

    /// The destination bucket's name.
    #[must_use]
    pub fn destination(&self) -> &str {
        self.stage.bucket(Side::Destination(0))
    }

    /// A client for the source's endpoint.
    #[must_use]
    pub fn source_client(&self) -> &Client {
        &self.opened.target.source.client
    }

    /// A client for the destination's endpoint.
    #[must_use]
    pub fn destination_client(&self) -> &Client {
        &self.opened.target.destination.client
    }

    /// Puts an object into the source.
    ///
    /// # Errors
    /// [`Error::Refused`] when S3 refuses it.
    pub async fn put(&mut self, key: &str, body: impl Into<Vec<u8>>) -> Result<Put> {
        self.put_object(key, Object::bytes(body)).await
    }

    /// Puts an object with metadata, tags and whatever else into the source.
    ///
    /// # Errors
    /// [`Error::Refused`] when S3 refuses it.
    pub async fn put_object(&mut self, key: &str, object: Object) -> Result<Put> {
        let label = format!("put-{}", self.puts);
        self.puts += 1;
        self.stage.step(&Step::put(&label, key, object)).await?;
        Ok(Put { label })
    }

    /// Waits for the replica of `put`, and judges it: bytes, SHA-256, version ID, SSE header and
    /// status.
    ///
    /// # Panics
    /// With the evidence, when the replica is not there after `within`, or is not the same.
    pub async fn assert_replicated(&mut self, put: &Put, within: Duration) {
        let findings = self
            .judge(put, within)
            .await
            .expect("the fixture's own checks are known");
        let wrong: Vec<_> = findings
            .iter()
            .filter(|f| f.verdict != Verdict::Pass)
            .collect();
        assert!(
            wrong.is_empty(),
            "{} did not replicate: {wrong:#?}",
            put.label
        );
    }

    /// Waits for the replica of `put`, at most `within`, and returns what each check found.
    ///
    /// # Errors
    /// [`Error::Internal`] when the history cannot be judged.
    pub async fn judge(&mut self, put: &Put, within: Duration) -> Result<Vec<Finding>> {
        self.stage.look_for(&put.label, within).await?;
        self.stage.survey().await;
        let mut history = self.stage.history();
        history.plan.deadline_ns = within.as_nanos() as u64;
        history.plan.checks = Stage::planned(&KINDS.map(|kind| Check::new(kind).of([&put.label])));
        Ok(judge(&history)?.findings)
    }

    /// Removes the pair and everything in it.
    ///
    /// # Errors
    /// [`Error::Deadline`] with the name of what could not be removed.
    pub async fn tear_down(mut self) -> Result<()> {
        let mut left = Box::pin(self.stage.remove()).await;
        left.extend(Box::pin(self.opened.close()).await);
        match left.is_empty() {
            true => Ok(()),
            false => Err(Error::Deadline(format!("left behind: {}", left.join("; ")))),
        }
    }
}

/// The pair as an rstest fixture: `#[future] bucket_pair: BucketPair`.
///
/// # Panics
/// With the reason, when the pair cannot be provisioned.
#[cfg(feature = "rstest")]
#[rstest::fixture]
pub async fn bucket_pair() -> BucketPair {
    match BucketPair::start().await {
        Ok(pair) => pair,
        Err(error) => panic!("no bucket pair: {error}"),
    }
}
