//! A saved run: versioned JSON Lines.
//!
//! The first line is the header; then each scenario begins with its plan, and every event names
//! its scenario, since scenarios run side by side. A last line without its line feed (a run that
//! was killed) is left out, and said so; any other line that cannot be read is an error.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{History, Plan, Timed};
use crate::error::{Error, Result};

/// The version of the format.
pub const VERSION: u32 = 1;

/// What is tested, for people and for judging.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetDescription {
    /// `emulator`, `localstack`, `aws` or `endpoint`.
    pub name: String,
    /// The source's endpoint.
    pub source: String,
    /// The destination's endpoint.
    pub destination: String,
    /// The source's region.
    pub source_region: String,
    /// The destination's region.
    pub destination_region: String,
    /// What replicates, and its versions, as far as known.
    pub engine: String,
}

/// The first line of a saved run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the format.
    pub bucketpair_history: u32,
    /// The version of bucketpair that wrote it.
    pub bucketpair: String,
    /// The run's ID, a UUID.
    pub run: String,
    /// The seed of the payloads and of the embedded pair.
    pub seed: u64,
    /// When the run began, in seconds since 1970 (wall clock).
    pub started: u64,
    /// What was tested.
    pub target: TargetDescription,
}

/// A line of a saved run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Line {
    /// The first.
    Header(Header),
    /// A scenario begins.
    Scenario {
        /// What it sets out to do.
        plan: Plan,
    },
    /// Something happened in a scenario.
    Event {
        /// The scenario's name.
        scenario: String,
        /// What, and when.
        #[serde(flatten)]
        timed: Timed,
    },
}

/// A run read back.
#[derive(Debug, Clone, PartialEq)]
pub struct Saved {
    /// The header.
    pub header: Header,
    /// The scenarios, in the order they began.
    pub histories: Vec<History>,
    /// Whether the last line was cut off and left out.
    pub truncated: bool,
}

/// Reads a saved run.
///
/// # Errors
/// [`Error::History`] with the line's number when the file cannot be read, is of another version,
/// or a line other than a cut-off last one makes no sense.
pub fn read(path: &Path) -> Result<Saved> {
    let fail = |reason: String| Error::History {
        path: path.to_owned(),
        reason,
    };
    let bytes = std::fs::read(path).map_err(|error| fail(error.to_string()))?;
    let truncated = !bytes.is_empty() && !bytes.ends_with(b"\n");
    let whole = bytes
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |end| end + 1);
    let mut lines = bytes[..whole]
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    let header = lines.next().ok_or_else(|| fail("no header".to_owned()))?;
    let header = parse_header(header).map_err(fail)?;
    let mut histories = Vec::new();
    for (number, line) in lines.enumerate() {
        let line = serde_json::from_slice(line)
            .map_err(|error| fail(format!("line {}: {error}", number + 2)))?;
        append(&mut histories, line).map_err(|why| fail(format!("line {}: {why}", number + 2)))?;
    }
    Ok(Saved {
        header,
        histories,
        truncated,
    })
}

fn parse_header(line: &[u8]) -> Result<Header, String> {
    let header: Header =
        serde_json::from_slice(line).map_err(|error| format!("line 1: {error}"))?;
    if header.bucketpair_history == VERSION {
        return Ok(header);
    }
    let found = header.bucketpair_history;
    Err(format!(
        "line 1: history version {found}, and this bucketpair reads version {VERSION}"
    ))
}

fn append(histories: &mut Vec<History>, line: Line) -> Result<(), String> {
    match line {
        Line::Header(_) => Err("a second header".to_owned()),
        Line::Scenario { plan } => {
            histories.push(History {
                plan,
                events: Vec::new(),
            });
            Ok(())
        }
        Line::Event { scenario, timed } => {
            let known = histories
                .iter_mut()
                .find(|history| history.plan.scenario == scenario);
            known
                .ok_or(format!("scenario {scenario:?} has not begun"))?
                .events
                .push(timed);
            Ok(())
        }
    }
}
