//! Removing what dead runs left, and nothing else.
//!
//! Two things say that something may be left: the ledger of a run that no longer holds its lock,
//! and a bucket's tags that say it is rubbish by now. Neither is enough to touch it: each bucket has
//! to show the run's tag when it is read back, and what lies in somebody's pair has to lie below the
//! run's own prefix. Main function: [`sweep`].

mod by_ledger;
mod by_tag;

use std::path::Path;
use std::time::Duration;

use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use serde::Serialize;

use super::ledger::{self, Found, Record};
use crate::error::{ExitCode, Result};
use crate::target::Target;

/// What a sweep may do.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Sweep {
    /// Whether it removes; otherwise it says what it would remove.
    pub removes: bool,
    /// How old a bucket has to be that only its tags give away; it has to be past the expiry in its
    /// tags as well.
    pub older_than: Duration,
    /// This run's things only. Whoever names a run says that it is dead: neither age nor expiry
    /// counts.
    pub run: Option<String>,
    /// The wall clock, in seconds since 1970.
    pub now: u64,
}

impl Sweep {
    /// A dry run: what is at least a day old, of any run.
    #[must_use]
    pub fn dry() -> Self {
        Self {
            removes: false,
            older_than: Duration::from_hours(24),
            run: None,
            now: ledger::now(),
        }
    }

    fn is_meant(&self, run: &str) -> bool {
        self.run.as_deref().is_none_or(|only| only == run)
    }

    /// Whether an RFC 3339 time is over. One that cannot be read never is.
    fn is_over(&self, expires: &str) -> bool {
        let time = DateTime::from_str(expires, DateTimeFormat::DateTime);
        time.is_ok_and(|time| time.secs() < self.now as i64)
    }
}

/// What a sweep found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Swept {
    /// Whether it removed.
    pub removes: bool,
    /// Where it looked: the target's endpoints; none where it only read the ledgers.
    pub places: Vec<String>,
    /// Everything that was found.
    pub finds: Vec<Find>,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Find {
    /// A bucket's name, a prefix with its buckets, or whatever the ledger names.
    pub what: String,
    /// The run that made it, where it is known.
    pub run: String,
    /// What gave it away.
    pub by: By,
    /// What became of it.
    #[serde(flatten)]
    pub fate: Fate,
}

/// What gave something away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// A ledger.
    Ledger,
    /// Its tags.
    Tag,
}

/// What became of something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fate", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fate {
    /// It is gone now.
    Removed,
    /// It would be removed.
    WouldGo,
    /// It is not there.
    NotThere,
    /// It stayed.
    Stays {
        /// Why.
        why: String,
    },
    /// Its user asked to keep it until then.
    Kept {
        /// An RFC 3339 time.
        until: String,
    },
    /// Its run may live, on another machine, until then.
    NotYet {
        /// An RFC 3339 time.
        until: String,
    },
    /// Its run lives, or is being swept by somebody else.
    Lives,
    /// It is at another target.
    Elsewhere {
        /// Where.
        at: String,
    },
}

impl Swept {
    /// How the command line ends: 0 when nothing is left, 6 when something is.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        let only_read = self.places.is_empty();
        let is_left = |find: &Find| match find.fate {
            Fate::WouldGo | Fate::Stays { .. } => true,
            Fate::Elsewhere { .. } => only_read,
            _ => false,
        };
        match self.finds.iter().any(is_left) {
            true => ExitCode::LeftBehind,
            false => ExitCode::Passed,
        }
    }
}

/// Sweeps a target: by the ledgers in `folder`, then by tags.
///
/// # Errors
/// [`Error::Ledger`](crate::error::Error::Ledger) when the folder cannot be read. What cannot be
/// removed is in the answer.
pub async fn sweep(target: &Target, folder: &Path, sweep: &Sweep) -> Result<Swept> {
    let mut places = vec![target.source.url.clone(), target.destination.url.clone()];
    places.dedup();
    let (mut finds, mut known) = (Vec::new(), by_tag::Known::default());
    for found in ledger::read(folder)? {
        known.learn(&found);
        finds.extend(Box::pin(by_ledger::sweep(target, found, sweep)).await);
    }
    finds.extend(Box::pin(by_tag::sweep(target, &known, sweep)).await);
    Ok(Swept {
        removes: sweep.removes,
        places,
        finds,
    })
}

/// What the ledgers of dead runs name, wherever it is, without asking any endpoint.
///
/// # Errors
/// [`Error::Ledger`](crate::error::Error::Ledger) when the folder cannot be read.
pub fn listed(folder: &Path) -> Result<Swept> {
    let elsewhere = |record: &Record| {
        let places = record.entry.places();
        let at = places.first().map(ToString::to_string);
        Fate::Elsewhere {
            at: at.unwrap_or_default(),
        }
    };
    let finds = ledger::read(folder)?.into_iter().flat_map(|found| {
        let Found::Dead(dead) = found else {
            return by_ledger::not_dead(&found);
        };
        let run = &dead.saved.header.run;
        let left = dead.left();
        left.map(|record| by_ledger::find(run, &record.entry, elsewhere(record)))
            .collect()
    });
    Ok(Swept {
        finds: finds.collect(),
        ..Swept::default()
    })
}

#[cfg(test)]
mod tests;
