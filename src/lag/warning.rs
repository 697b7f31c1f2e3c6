//! What weakens the figures of a run, and what to do about it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something that a reader of the figures should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "warning", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Warning {
    /// Nothing was measured.
    NoSamples,
    /// Replicas had not come when the last look was made.
    NeverSeen {
        /// How many.
        samples: usize,
    },
    /// More than a tenth of the replicas were there at the first look.
    SeenAtOnce {
        /// How many.
        samples: usize,
        /// Of how many.
        of: usize,
    },
    /// A clock was suspended; the bounds of these samples count as unknown.
    Suspended {
        /// How many samples it touched.
        samples: usize,
    },
    /// Replicas were lacking after they had been there.
    Anomalies {
        /// How many.
        samples: usize,
    },
    /// More than a tenth of the looks failed, and so say nothing.
    FailedLooks {
        /// How many.
        looks: u64,
        /// Of how many.
        of: u64,
    },
    /// Several runs, too few for a confidence by run.
    FewRuns {
        /// How many.
        runs: usize,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSamples => f.write_str("nothing was measured"),
            Self::NeverSeen { samples } => write!(
                f,
                "{samples} replicas had not come at the last look; a longer --deadline tells late from lost"
            ),
            Self::SeenAtOnce { samples, of } => write!(
                f,
                "{samples} of {of} replicas were there at the first look; their lag may be anything up to it"
            ),
            Self::Suspended { samples } => write!(
                f,
                "a clock stood still during {samples} samples, whose bounds count as unknown; keep the machine awake"
            ),
            Self::Anomalies { samples } => write!(
                f,
                "{samples} replicas were lacking after they had been there; is the destination read-after-write consistent?"
            ),
            Self::FailedLooks { looks, of } => write!(
                f,
                "{looks} of {of} looks failed and say nothing; a lower --rate may help"
            ),
            Self::FewRuns { runs } => write!(
                f,
                "the confidence is of these {runs} runs; from {} runs on it also holds for runs to come",
                super::RUNS_FOR_CONFIDENCE
            ),
        }
    }
}

#[cfg(test)]
mod tests;
