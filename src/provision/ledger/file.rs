//! The file of one run: locked for as long as the run lives, so that no sweep takes it for dead.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Header, Record};
use crate::error::Error;

/// A run's file, open and locked.
#[derive(Debug)]
pub(super) struct RunFile {
    path: PathBuf,
    file: File,
}

impl RunFile {
    /// Makes the file of a run. It gets its name when it is locked: a sweep never sees it unlocked.
    pub(super) fn create(folder: &Path, header: &Header) -> io::Result<Self> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        let path = folder.join(format!("{}.jsonl", header.run));
        let hidden = folder.join(format!(".{}.new", header.run));
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(&hidden)?;
        file.try_lock().map_err(io::Error::from)?;
        let mut this = Self { path, file };
        this.append(header)?;
        fs::rename(&hidden, &this.path)?;
        File::open(folder)?.sync_all()?;
        Ok(this)
    }

    /// Takes over the file of a run that is dead. `file` is locked.
    pub(super) fn of(path: PathBuf, file: File) -> Self {
        Self { path, file }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What is said when it cannot be written.
    pub(super) fn refused(&self, source: io::Error) -> Error {
        Error::Ledger {
            path: self.path.clone(),
            source,
        }
    }

    /// Appends a record. It is on the disk when this returns.
    pub(super) fn write(&mut self, record: &Record) -> io::Result<()> {
        self.append(record)
    }

    fn append(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        // One write, so that a kill leaves a whole line or none.
        self.file.write_all(&text)?;
        self.file.sync_data()
    }

    /// Removes the file: nothing of the run is left.
    pub(super) fn remove(self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
