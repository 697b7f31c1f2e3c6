//! A saved run: versioned JSON Lines.
//!
//! The first line is the header; then each scenario begins with its plan, and every event names
//! its scenario, since scenarios run side by side. A last line without its line feed (a run that
//! was killed) is left out, and said so; any other line that cannot be read is an error.

mod short;

use std::fs::{File, TryLockError};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
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

/// Reads a saved run into memory.
///
/// # Errors
/// As [`scan`].
pub fn read(path: &Path) -> Result<Saved> {
    let mut histories = Vec::new();
    let (header, truncated) = scan(path, |line| append(&mut histories, line))?;
    Ok(Saved {
        header,
        histories,
        truncated,
    })
}

/// Goes through a saved run line by line, the header left out; no more than a line is in memory.
/// Returns the header, and whether the last line was cut off and left out.
///
/// # Errors
/// [`Error::History`] with the line's number when the file cannot be read, is of another version,
/// a line other than a cut-off last one makes no sense, or `take` refuses it.
pub fn scan(
    path: &Path,
    mut take: impl FnMut(Line) -> Result<(), String>,
) -> Result<(Header, bool)> {
    let fail = |reason: String| Error::History {
        path: path.to_owned(),
        reason,
    };
    let file = File::open(path).map_err(|error| fail(error.to_string()))?;
    let (mut file, mut line, mut number) = (BufReader::new(file), Vec::new(), 0);
    let mut header = None;
    loop {
        line.clear();
        let read = file.read_until(b'\n', &mut line);
        read.map_err(|error| fail(error.to_string()))?;
        let is_whole = line.pop_if(|last| *last == b'\n').is_some();
        if !is_whole {
            let header = header.ok_or_else(|| fail("no header".to_owned()))?;
            return Ok((header, !line.is_empty()));
        }
        number += 1;
        let is_read = match &header {
            _ if line.is_empty() => Ok(()),
            None => parse_header(&line).map(|first| header = Some(first)),
            Some(_) => parse(&line).and_then(&mut take),
        };
        is_read.map_err(|why| fail(format!("line {number}: {why}")))?;
    }
}

/// Reads the first line of a saved run.
///
/// # Errors
/// As [`read`].
pub fn header(path: &Path) -> Result<Header> {
    let fail = |reason: String| Error::History {
        path: path.to_owned(),
        reason,
    };
    let file = File::open(path).map_err(|error| fail(error.to_string()))?;
    let mut line = Vec::new();
    let read = BufReader::new(file).read_until(b'\n', &mut line);
    read.map_err(|error| fail(error.to_string()))?;
    parse_header(&line).map_err(fail)
}

/// Reads a saved run, and opens its file for what comes next. A last line that was cut off is
/// removed from it.
///
/// # Errors
/// As [`read`] and [`lock`].
pub fn resume(path: &Path) -> Result<(Saved, File)> {
    let fail = |error: std::io::Error| Error::History {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let file = File::options().read(true).write(true).open(path);
    let mut file = file.map_err(fail)?;
    lock(&file, path)?;
    let mut saved = read(path)?;
    if saved.truncated {
        let whole = end_of_lines(&mut file).map_err(fail)?;
        file.set_len(whole).map_err(fail)?;
        saved.truncated = false;
    }
    file.seek(SeekFrom::End(0)).map_err(fail)?;
    Ok((saved, file))
}

/// Where the last whole line ends.
fn end_of_lines(file: &mut File) -> std::io::Result<u64> {
    const BLOCK: u64 = 64 << 10;
    let mut end = file.seek(SeekFrom::End(0))?;
    while end > 0 {
        let from = end.saturating_sub(BLOCK);
        let mut block = vec![0; (end - from) as usize];
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(&mut block)?;
        if let Some(place) = block.iter().rposition(|byte| *byte == b'\n') {
            return Ok(from + place as u64 + 1);
        }
        end = from;
    }
    Ok(0)
}

/// Takes the file of a run for this process, until it is closed. Where files cannot be locked,
/// nothing is.
///
/// # Errors
/// [`Error::Usage`] when another process has it.
pub fn lock(file: &File, path: &Path) -> Result<()> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(Error::Usage(format!(
            "{} is being written by another run; wait for its end, or choose another folder",
            path.display()
        ))),
        _ => Ok(()),
    }
}

fn parse_header(line: &[u8]) -> Result<Header, String> {
    let header: Header = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    if header.bucketpair_history == VERSION {
        return Ok(header);
    }
    let found = header.bucketpair_history;
    Err(format!(
        "history version {found}, and this bucketpair reads version {VERSION}"
    ))
}

fn parse(line: &[u8]) -> Result<Line, String> {
    if let Some(line) = short::read(line) {
        return Ok(line);
    }
    serde_json::from_slice(line).map_err(|error| error.to_string())
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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const WHOLE: &str = r#"{"bucketpair_history":1,"bucketpair":"0","run":"r","seed":0,"started":0,"target":{"name":"","source":"","destination":"","source_region":"","destination_region":"","engine":""}}"#;

    #[test]
    fn what_comes_next_follows_the_last_whole_line_and_one_process_has_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.jsonl");
        std::fs::write(&path, format!("{WHOLE}\n{{\"plan\":{{\"scen")).unwrap();
        let (saved, mut file) = resume(&path).unwrap();
        assert!(saved.histories.is_empty());
        let busy = resume(&path).unwrap_err().to_string();
        assert!(busy.contains("another run"), "{busy}");
        file.write_all(b"next").unwrap();
        drop(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, format!("{WHOLE}\nnext"));
    }
}
