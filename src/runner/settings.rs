//! What a run is asked to do.

use std::path::PathBuf;
use std::time::Duration;

use crate::target::{Choice, Connect, Localstack};

/// What a run is asked to do.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// Which target.
    pub choice: Choice,
    /// How to reach it.
    pub connect: Connect,
    /// Which `LocalStack`, where that is the target.
    pub localstack: Localstack,
    /// Payloads, and the embedded pair's delays, come from this.
    pub seed: u64,
    /// By when a replica has to be there; the target's own default where none.
    pub deadline: Option<Duration>,
    /// How long fresh pairs rest before the first write (R-CFG-12); the target's own default where
    /// none.
    pub settle: Option<Duration>,
    /// What a run may cost at most, in USD: nothing is sent that would pass it. None: no cap.
    pub max_usd: Option<f64>,
    /// The file in which runs add up what they cost, so that `max_usd` is a cap for all of them.
    pub spent: Option<PathBuf>,
    /// The ARN of the role that replicates fresh pairs. Needed on AWS; emulators check its form.
    pub role: Option<String>,
    /// How many scenarios run side by side.
    pub jobs: Option<usize>,
    /// Leaves the buckets where they are.
    pub keep: bool,
    /// Goes on where nothing shows that the target replicates; that is then a row of its own.
    pub survey: bool,
    /// The folder with the ledgers of runs; the user's own where none.
    pub ledger: Option<PathBuf>,
    /// Where the history and the report are written.
    pub report: Option<PathBuf>,
    /// An existing pair: source and destination bucket.
    pub pair: Option<(String, String)>,
    /// An existing pair by the name of its two CloudFormation stacks; it comes before `pair`.
    pub stack: Option<String>,
    /// The user says that objects may be written into a pair that bucketpair did not make.
    pub accept_writes: bool,
    /// What is expected of the target, before what is expected of one of its kind.
    pub expectations: Option<PathBuf>,
    /// Which scenarios; all where empty.
    pub globs: Vec<String>,
    /// Files and folders to upload instead of the catalogue.
    pub files: Vec<PathBuf>,
    /// How many small objects to write side by side instead of the catalogue.
    pub objects: Option<u32>,
    /// The delay distribution of the embedded pair, or of a `LocalStack` that is started.
    pub delay: Option<String>,
    /// Defects seeded into the embedded pair, to see the checks catch them.
    pub defects: Vec<String>,
}

impl Settings {
    /// Whether a pair that is there is named, by its buckets or by its stacks.
    #[must_use]
    pub fn names_a_pair(&self) -> bool {
        self.pair.is_some() || self.stack.is_some()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            choice: Choice::Emulator,
            connect: Connect::default(),
            localstack: Localstack::default(),
            seed: 0,
            deadline: None,
            settle: None,
            max_usd: None,
            spent: None,
            role: None,
            jobs: None,
            keep: false,
            survey: false,
            ledger: None,
            report: None,
            pair: None,
            stack: None,
            accept_writes: false,
            expectations: None,
            globs: Vec::new(),
            files: Vec::new(),
            objects: None,
            delay: None,
            defects: Vec::new(),
        }
    }
}
