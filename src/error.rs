//! Public errors, by meaning.
//!
//! Each message is one lowercase line that names the thing, the value and, after a semicolon, the
//! remedy. [`Error::exit_code`] says how the command line ends for it.

use std::path::PathBuf;

/// The documented exit codes of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Everything that was judged passed.
    Passed = 0,
    /// A check failed.
    Failed = 1,
    /// Wrong usage, a refused configuration or a refused account.
    Usage = 2,
    /// No answer: a check is `Unknown`, or a deadline or budget came first.
    Inconclusive = 3,
    /// Nothing was selected, or all that was selected is not offered.
    NothingRan = 4,
    /// Preflight or set-up failed.
    SetUp = 5,
    /// Something that was created could not be removed; it is named.
    LeftBehind = 6,
    /// A mistake of ours, or a report that cannot be written.
    Internal = 70,
    /// Interrupted by a signal.
    Interrupted = 130,
}

impl ExitCode {
    /// Which of several codes wins: 70, 130, 5, 1, 6, 3, 4, 0 (2 ends a run before it begins).
    #[must_use]
    pub fn worst(codes: impl IntoIterator<Item = Self>) -> Self {
        const ORDER: [ExitCode; 9] = [
            ExitCode::Internal,
            ExitCode::Interrupted,
            ExitCode::Usage,
            ExitCode::SetUp,
            ExitCode::Failed,
            ExitCode::LeftBehind,
            ExitCode::Inconclusive,
            ExitCode::NothingRan,
            ExitCode::Passed,
        ];
        let codes: Vec<_> = codes.into_iter().collect();
        ORDER
            .into_iter()
            .find(|code| codes.contains(code))
            .unwrap_or(Self::Passed)
    }
}

/// What can go wrong around a verdict. A verdict itself is never an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A flag, a variable or a file that the user gave makes no sense.
    #[error("{0}")]
    Usage(String),
    /// No scenario has this name, or matches this pattern.
    #[error("no scenario matches {0:?}; `bucketpair list` names them all")]
    NothingSelected(String),
    /// The endpoint does not answer, or not in time.
    #[error(
        "{actor}: {endpoint} does not answer ({cause}); is the server running, and is the address right?"
    )]
    Unreachable {
        /// What was tried.
        actor: String,
        /// The endpoint.
        endpoint: String,
        /// The transport's own words.
        cause: String,
    },
    /// S3 answered with an error.
    #[error("{actor} {subject}: {code}: {message}{remedy}")]
    Refused {
        /// The S3 call.
        actor: String,
        /// Bucket, key and version, as far as known.
        subject: String,
        /// S3's error code, or the HTTP status where there is none.
        code: String,
        /// S3's message.
        message: String,
        /// What the user can do: empty, or `; …`.
        remedy: String,
    },
    /// The configuration is stored, but no canary arrived.
    #[error("{0}")]
    NotReplicating(String),
    /// A condition did not come true before its deadline.
    #[error("{0}")]
    Deadline(String),
    /// The cap on what a run may cost came first.
    #[error("{0}")]
    Budget(String),
    /// The target still lacks something.
    #[error("{0}")]
    NotOffered(String),
    /// A history cannot be read.
    #[error("{path}: {reason}; is this a history of bucketpair?")]
    History {
        /// The file.
        path: PathBuf,
        /// Line and cause.
        reason: String,
    },
    /// A report cannot be written.
    #[error(
        "cannot write {path}: {source}; free some space, or choose another folder with --report"
    )]
    Report {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The ledger of what is made cannot be read or written, and nothing is made without it.
    #[error("the ledger {path}: {source}; choose another folder with --ledger")]
    Ledger {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// Something went wrong, and what had been created could not all be removed.
    #[error("{cause}; left behind: {names}")]
    LeftBehind {
        /// What went wrong.
        cause: Box<Error>,
        /// What stayed.
        names: String,
    },
    /// A signal ended what was done, and something goes on without us.
    #[error("interrupted; {0}")]
    Stopped(String),
    /// A signal ended the run.
    #[error("interrupted; what was measured is in the report, what was created has been removed")]
    Interrupted,
    /// A mistake of ours.
    #[error("internal error: {0}; please report it")]
    Internal(String),
}

/// A result whose error is [`enum@Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The exit code that belongs to this error.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) | Self::History { .. } => ExitCode::Usage,
            Self::NothingSelected(_) => ExitCode::NothingRan,
            Self::Unreachable { .. }
            | Self::Refused { .. }
            | Self::NotReplicating(_)
            | Self::NotOffered(_)
            | Self::Ledger { .. }
            | Self::Deadline(_) => ExitCode::SetUp,
            Self::Report { .. } | Self::Internal(_) => ExitCode::Internal,
            Self::LeftBehind { cause, .. } => cause.exit_code(),
            Self::Budget(_) => ExitCode::Inconclusive,
            Self::Interrupted | Self::Stopped(_) => ExitCode::Interrupted,
        }
    }
}

/// An error and what caused it, the cause of all last.
pub(crate) fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}
