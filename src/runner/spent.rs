//! What several verbs have spent together, in a file: one cap for a night.
//!
//! A verb reserves all that is left before it sends anything, and says at its end what it really
//! cost. One that was killed leaves its reservation: nobody knows what it has spent.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The file: what each run cost, or has reserved.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Spent {
    runs: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    usd: f64,
    /// Whether it has ended, so that the figure is what it cost.
    ended: bool,
}

/// What one run may spend of a cap that several share.
#[derive(Debug)]
pub(super) struct Share {
    path: PathBuf,
    run: String,
    /// What is left for this run, in USD.
    pub(super) usd: f64,
}

impl Share {
    /// Reserves what is left of `cap` for this run.
    ///
    /// # Errors
    /// [`Error::Budget`] where nothing is left; [`Error::Usage`] for a file that cannot be read or
    /// written, or holds something else.
    pub(super) fn reserve(path: &Path, run: &str, cap: f64) -> Result<Self> {
        let (mut usd, mut name) = (0.0, String::new());
        change(path, |spent| {
            let of_others: f64 = spent.runs.values().map(|entry| entry.usd).sum();
            usd = cap - of_others;
            if usd <= 0.0 {
                return Err(nothing_left(path, spent, cap));
            }
            name = unused(spent, run);
            spent.runs.insert(name.clone(), Entry { usd, ended: false });
            Ok(())
        })?;
        let (path, run) = (path.to_owned(), name);
        Ok(Self { path, run, usd })
    }

    /// Puts what the run really cost in the place of its reservation.
    ///
    /// # Errors
    /// [`Error::Usage`] where the file cannot be written any more.
    pub(super) fn settle(&self, usd: f64) -> Result<()> {
        change(&self.path, |spent| {
            let entry = Entry { usd, ended: true };
            spent.runs.insert(self.run.clone(), entry);
            Ok(())
        })
    }
}

/// A run that is gone on with adds to what it has cost already.
fn unused(spent: &Spent, run: &str) -> String {
    let (mut name, mut session) = (run.to_owned(), 1);
    while spent.runs.contains_key(&name) {
        session += 1;
        name = format!("{run}, session {session}");
    }
    name
}

fn nothing_left(path: &Path, spent: &Spent, cap: f64) -> Error {
    let path = path.display();
    let open = spent.runs.iter().find(|(_, entry)| !entry.ended);
    let killed = open.map_or_else(String::new, |(run, _)| {
        format!(" (the run {run} has not said what it cost)")
    });
    Error::Budget(format!(
        "nothing is left of --max-usd {cap}: {path} says that it was spent{killed}; allow more, or \
         remove that file to begin anew"
    ))
}

/// Changes the file under its lock.
fn change(path: &Path, with: impl FnOnce(&mut Spent) -> Result<()>) -> Result<()> {
    let unusable = |why: String| {
        Error::Usage(format!(
            "the file of what was spent, {}: {why}; mend it, or name another with --spent",
            path.display()
        ))
    };
    let broken = |error: std::io::Error| unusable(error.to_string());
    let mut file = open(path).map_err(broken)?;
    file.lock().map_err(broken)?;
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(broken)?;
    let mut spent: Spent = match text.trim().is_empty() {
        true => Spent::default(),
        false => serde_json::from_str(&text).map_err(|error| unusable(error.to_string()))?,
    };
    with(&mut spent)?;
    let text = serde_json::to_string_pretty(&spent).unwrap_or_default();
    file.rewind().map_err(broken)?;
    file.set_len(0).map_err(broken)?;
    file.write_all(text.as_bytes()).map_err(broken)?;
    file.sync_all().map_err(broken)
}

fn open(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_share_a_cap_and_a_killed_one_keeps_its_share() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger/spent.json");
        let first = Share::reserve(&path, "first", 5.0).unwrap();
        assert!((first.usd - 5.0).abs() < 1e-9, "{first:?}");
        let refused = Share::reserve(&path, "meanwhile", 5.0).unwrap_err();
        assert_eq!(refused.exit_code() as u8, 3);
        let line = refused.to_string();
        assert!(
            line.contains("the run first") && line.contains("--max-usd"),
            "{line}"
        );
        first.settle(1.5).unwrap();
        let second = Share::reserve(&path, "second", 5.0).unwrap();
        assert!((second.usd - 3.5).abs() < 1e-9, "{second:?}");
        drop(second);
        Share::reserve(&path, "third", 5.0).unwrap_err();
        let more = Share::reserve(&path, "third", 6.0).unwrap();
        assert!((more.usd - 1.0).abs() < 1e-9, "{more:?}");
    }

    #[test]
    fn a_run_that_is_gone_on_with_adds_to_what_it_has_cost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spent.json");
        for left in [5.0, 4.0, 3.0] {
            let session = Share::reserve(&path, "run", 5.0).unwrap();
            assert!((session.usd - left).abs() < 1e-9, "{left}: {session:?}");
            session.settle(1.0).unwrap();
        }
    }

    #[test]
    fn a_file_that_is_none_of_ours_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes");
        std::fs::write(&path, "buy milk").unwrap();
        let line = Share::reserve(&path, "run", 5.0).unwrap_err().to_string();
        assert!(line.contains("notes") && line.contains("--spent"), "{line}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "buy milk");
    }
}
