//! The write-ahead ledger: what a run makes, written down before it is made.
//!
//! Each run has a file of its own, locked for as long as it lives; a kill ends the lock. An entry
//! is an intention, and proves nothing: whoever removes something reads the run's tag back from it
//! first. Where nothing outlives the process the ledger is in memory only. Main type: [`Ledger`].

mod entry;
mod file;
mod folder;

pub use entry::{Entry, Header, Place, Placed, Record, State, VERSION};
pub use folder::{DeadLedger, Found, Saved, default_folder, read};

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crate::error::{Error, Result};
use file::RunFile;

/// What one run made and has not removed yet. Clones share one ledger.
#[derive(Debug, Clone)]
pub struct Ledger(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    header: Header,
    /// The folder with the run's file; none where the ledger is in memory.
    folder: Option<PathBuf>,
    records: Mutex<Vec<Record>>,
    /// It is made with the first entry: a run that makes nothing leaves no file.
    file: Mutex<Option<RunFile>>,
}

impl Ledger {
    /// A ledger of a run whose works end with this process. `expires` is an RFC 3339 time.
    #[must_use]
    pub fn in_memory(run: impl Into<String>, expires: impl Into<String>) -> Self {
        Self::new(Header::new(run, expires), None)
    }

    /// A ledger in a folder that all runs of this user share.
    #[must_use]
    pub fn on_disk(folder: &Path, run: impl Into<String>, expires: impl Into<String>) -> Self {
        Self::new(Header::new(run, expires), Some(folder.to_owned()))
    }

    fn new(header: Header, folder: Option<PathBuf>) -> Self {
        Self(Arc::new(Inner {
            header,
            folder,
            records: Mutex::default(),
            file: Mutex::default(),
        }))
    }

    /// The run's ID.
    #[must_use]
    pub fn run(&self) -> &str {
        &self.0.header.run
    }

    /// When what the run made is rubbish, as an RFC 3339 time.
    #[must_use]
    pub fn expires(&self) -> &str {
        &self.0.header.expires
    }

    /// What is still there, as far as known.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let records = self.records();
        records.iter().map(|record| record.entry.clone()).collect()
    }

    /// The buckets among them.
    #[must_use]
    pub fn buckets(&self) -> Vec<Placed> {
        let bucket = |entry| match entry {
            Entry::Bucket(bucket) => Some(bucket),
            _ => None,
        };
        self.entries().into_iter().filter_map(bucket).collect()
    }

    /// Whether everything is removed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records().is_empty()
    }

    /// Notes the intention to make something. It is on the disk when this returns.
    ///
    /// # Errors
    /// [`Error::Ledger`] when it cannot be written: then nothing may be made.
    pub async fn intend(&self, entry: Entry) -> Result<()> {
        let written = self.note(&entry, State::Intended).await;
        if written.is_err() {
            self.records().retain(|record| record.entry != entry);
        }
        written
    }

    /// Notes that something has come so far. What is removed is struck off.
    ///
    /// # Errors
    /// [`Error::Ledger`] when it cannot be written.
    pub async fn note(&self, entry: &Entry, state: State) -> Result<()> {
        let record = Record {
            state,
            at: now(),
            entry: entry.clone(),
        };
        self.remember(&record);
        if self.0.folder.is_none() {
            return Ok(());
        }
        // Reaching the disk takes milliseconds, and others measure meanwhile.
        let ledger = self.clone();
        let written = tokio::task::spawn_blocking(move || ledger.write(&record)).await;
        written.map_err(|error| Error::Internal(error.to_string()))?
    }

    fn remember(&self, record: &Record) {
        let mut records = self.records();
        let place = records.iter().position(|old| old.entry == record.entry);
        match (place, record.state) {
            (Some(place), State::Removed) => drop(records.remove(place)),
            (Some(place), _) => records[place] = record.clone(),
            (None, State::Removed) => {}
            (None, _) => records.push(record.clone()),
        }
    }

    fn write(&self, record: &Record) -> Result<()> {
        let Some(folder) = &self.0.folder else {
            return Ok(());
        };
        let mut file = self.0.file.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match &mut *file {
            Some(file) => file,
            none => none.insert(RunFile::create(folder, &self.0.header).map_err(|source| {
                let path = folder.clone();
                Error::Ledger { path, source }
            })?),
        };
        file.write(record).map_err(|source| file.refused(source))
    }

    fn records(&self) -> MutexGuard<'_, Vec<Record>> {
        let records = &self.0.records;
        records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Inner {
    /// The file of a run that left nothing goes; any other is for `bucketpair sweep`.
    fn drop(&mut self) {
        let records = self.records.get_mut();
        let left = !records.unwrap_or_else(PoisonError::into_inner).is_empty();
        let file = self.file.get_mut();
        let file = file.unwrap_or_else(PoisonError::into_inner).take();
        if let (false, Some(file)) = (left, file) {
            // One that stays holds removals only, and the next sweep removes it.
            file.remove().ok();
        }
    }
}

/// The wall clock, in seconds since 1970.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests;
