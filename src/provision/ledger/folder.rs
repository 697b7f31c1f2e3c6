//! The folder with the ledgers of all runs, and what is left in those of dead ones.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::file::RunFile;
use super::{Entry, Header, Record, State, VERSION};
use crate::error::{Error, Result};

/// Where ledgers are where nothing else is said: `bucketpair/ledger` in `XDG_STATE_HOME`, which is
/// `~/.local/state` by default (XDG Base Directory Specification 0.8).
///
/// # Errors
/// [`Error::Usage`] where neither variable names an absolute path.
pub fn default_folder(environment: &dyn Fn(&str) -> Option<String>) -> Result<PathBuf> {
    let absolute = |name| {
        environment(name)
            .map(PathBuf::from)
            .filter(|p| p.is_absolute())
    };
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")));
    state
        .map(|state| state.join("bucketpair/ledger"))
        .ok_or_else(|| {
            Error::Usage(
                "neither XDG_STATE_HOME nor HOME says where the ledger belongs; give --ledger DIR"
                    .to_owned(),
            )
        })
}

/// What one file of the folder is.
#[derive(Debug)]
pub enum Found {
    /// The ledger of a run that lives, or that is being swept at this moment.
    Live(Saved),
    /// The ledger of a run that is dead.
    Dead(DeadLedger),
    /// A file that cannot be read, and why.
    Unreadable(PathBuf, String),
}

/// What a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Whose it is.
    pub header: Header,
    /// The last word on each thing, in the order of the intentions.
    pub records: Vec<Record>,
}

/// The ledger of a dead run, locked, so that nobody else sweeps it.
#[derive(Debug)]
pub struct DeadLedger {
    /// What it says.
    pub saved: Saved,
    file: RunFile,
}

impl DeadLedger {
    /// What is not removed yet.
    pub fn left(&self) -> impl Iterator<Item = &Record> {
        let records = self.saved.records.iter();
        records.filter(|record| record.state != State::Removed)
    }

    /// Notes that something is gone.
    ///
    /// # Errors
    /// [`Error::Ledger`] when it cannot be written.
    pub fn removed(&mut self, entry: &Entry) -> Result<()> {
        let of = |record: &&mut Record| record.entry == *entry;
        let Some(record) = self.saved.records.iter_mut().find(of) else {
            return Ok(());
        };
        record.state = State::Removed;
        record.at = super::now();
        self.file.write(record).map_err(|e| self.file.refused(e))
    }

    /// Ends the sweep of this run: its file goes if nothing is left.
    ///
    /// # Errors
    /// [`Error::Ledger`] when it cannot be removed.
    pub fn close(self) -> Result<()> {
        if self.left().next().is_some() {
            return Ok(());
        }
        let path = self.file.path().to_owned();
        let removed = self.file.remove();
        removed.map_err(|source| Error::Ledger { path, source })
    }
}

/// Reads every ledger of a folder, in the order of their names. A folder that is not there holds
/// none.
///
/// # Errors
/// [`Error::Ledger`] when the folder cannot be read.
pub fn read(folder: &Path) -> Result<Vec<Found>> {
    let cannot = |source| Error::Ledger {
        path: folder.to_owned(),
        source,
    };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(cannot)?,
    };
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()
        .map_err(cannot)?;
    paths.retain(|path| path.extension().is_some_and(|end| end == "jsonl"));
    paths.sort();
    Ok(paths.into_iter().filter_map(look).collect())
}

/// One file; nothing when it goes away meanwhile.
fn look(path: PathBuf) -> Option<Found> {
    let file = match OpenOptions::new().read(true).append(true).open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => return Some(Found::Unreadable(path, error.to_string())),
        Ok(file) => file,
    };
    let lives = match file.try_lock() {
        Ok(()) => false,
        Err(TryLockError::WouldBlock) => true,
        Err(TryLockError::Error(error)) => {
            return Some(Found::Unreadable(path, error.to_string()));
        }
    };
    let saved = match saved(&file, lives) {
        Ok(saved) => saved,
        Err(why) => return Some(Found::Unreadable(path, why)),
    };
    Some(match lives {
        true => Found::Live(saved),
        false => Found::Dead(DeadLedger {
            saved,
            file: RunFile::of(path, file),
        }),
    })
}

/// What a file says. A last line without its line feed was cut off by a kill, and what it announced
/// was never begun: in the file of a dead run it is cut off whole.
fn saved(mut file: &File, lives: bool) -> Result<Saved, String> {
    let mut text = String::new();
    let read = file.read_to_string(&mut text);
    read.map_err(|error| error.to_string())?;
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    if whole < text.len() && !lives {
        let cut = file.set_len(whole as u64);
        cut.map_err(|error| error.to_string())?;
    }
    parse(&text[..whole])
}

fn parse(text: &str) -> Result<Saved, String> {
    let mut lines = text.lines().enumerate();
    let (_, first) = lines.next().ok_or("it has no header")?;
    let header: Header = serde_json::from_str(first).map_err(|e| format!("line 1: {e}"))?;
    if header.bucketpair_ledger != VERSION {
        let version = header.bucketpair_ledger;
        return Err(format!(
            "it is of the version {version}, and this bucketpair reads {VERSION}"
        ));
    }
    let mut records: Vec<Record> = Vec::new();
    for (number, line) in lines {
        let record: Record =
            serde_json::from_str(line).map_err(|e| format!("line {}: {e}", number + 1))?;
        match records.iter_mut().find(|old| old.entry == record.entry) {
            Some(old) => old.state = record.state,
            None => records.push(record),
        }
    }
    Ok(Saved { header, records })
}
