//! What was done and what was seen: the hinge between acting and judging.
//!
//! `workload` appends operations, `probe` appends observations;
//! `check` and `lag` only read. Nothing else is evidence. A history
//! holds no verdicts: they can be made again from it at any time.

mod ask;
mod event;
mod failure;
mod file;
mod lifecycle;
mod page;
mod recorder;
mod session;
mod trouble;
mod versions;

pub use ask::{Answered, Ask, Call, Reply};
pub use event::{
    Content, Event, Failure, FailureSeen, Instant, ListedVersion, ObjectSeen, Operation,
    OperationKind, Outcome, Seen, Side, Timed,
};
pub use file::{Header, Line, Saved, TargetDescription, VERSION, header, lock, read, resume, scan};
pub use lifecycle::Lifecycle;
pub use page::Page;
pub use recorder::{Journal, Recorder};
pub use session::{Joined, Session, Suspension};
pub use trouble::Trouble;
pub use versions::ListedEntry;

use std::fmt::Write as _;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::replication::Rule;

/// One bucket of a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Which side of the pair, and which destination where there are several.
    pub side: Side,
    /// The bucket's name.
    pub name: String,
    /// Its region.
    pub region: String,
}

/// What a scenario set out to do, as far as judging needs it.
///
/// `checks` is data that `check` understands; a history does not look inside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The scenario's name.
    pub scenario: String,
    /// One line for people.
    pub summary: String,
    /// The rule IDs that the scenario proves (`R-DATA-02`).
    pub rule_ids: Vec<String>,
    /// The buckets.
    pub buckets: Vec<Bucket>,
    /// What every key starts with; empty on a pair of our own.
    #[serde(default)]
    pub prefix: String,
    /// The rules in force when the operations began.
    pub rules: Vec<Rule>,
    /// By when a replica has to be there, in nanoseconds after the write's acknowledgement.
    pub deadline_ns: u64,
    /// How long something must stay absent before that is evidence, in nanoseconds.
    pub window_ns: u64,
    /// The checks with what is expected of the target for each.
    pub checks: Vec<serde_json::Value>,
}

impl Plan {
    /// A plan that holds rules only, to ask what they would do.
    #[must_use]
    pub fn of_rules(rules: &[Rule]) -> Self {
        Self {
            scenario: String::new(),
            summary: String::new(),
            rule_ids: Vec::new(),
            buckets: Vec::new(),
            prefix: String::new(),
            rules: rules.to_vec(),
            deadline_ns: 0,
            window_ns: 0,
            checks: Vec::new(),
        }
    }

    /// The checks, read as the type that the caller knows them to be.
    ///
    /// # Errors
    /// The first check that this version of bucketpair does not know.
    pub fn checks_as<T: DeserializeOwned>(&self) -> Result<Vec<T>, serde_json::Error> {
        self.checks
            .iter()
            .cloned()
            .map(serde_json::from_value)
            .collect()
    }
}

/// Everything known about one scenario of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// What was set out to be done.
    pub plan: Plan,
    /// Operations and observations, in the order they were appended.
    pub events: Vec<Timed>,
}

/// A digest in lower-case hexadecimal, as histories keep it.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes every write");
        text
    })
}
