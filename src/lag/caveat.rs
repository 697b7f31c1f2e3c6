//! What bounds a run besides its samples, which have warnings of their own.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::history::Joined;

/// Something about a run that changes what its figures mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "caveat", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Caveat {
    /// The run ended before every planned write was sent.
    Unfinished {
        /// How many writes were planned.
        planned: u64,
        /// How many were sent.
        sent: u64,
    },
    /// Writes were not acknowledged; they have no lag, and are no samples.
    WritesFailed {
        /// How many.
        writes: u64,
    },
    /// Replicas had not been seen, and were not looked for until their deadline.
    NotFollowed {
        /// How many.
        samples: u64,
    },
    /// The source says FAILED; such a version never replicates.
    Refused {
        /// How many.
        versions: u64,
    },
    /// The request budget was spent.
    BudgetSpent {
        /// The budget.
        budget: u64,
    },
    /// Most intervals are hardly wider than the round trip: only a nearer observer narrows them.
    AtTheFloor {
        /// The median round trip, in nanoseconds.
        round_trip_ns: u64,
    },
    /// Writes and looks were timed by different clocks.
    Joined {
        /// How far these may be apart, in nanoseconds; the intervals are widened by it.
        uncertainty_ns: u64,
        /// What they had in common.
        by: Joined,
    },
}

fn milliseconds(ns: u64) -> f64 {
    ns as f64 / 1e6
}

impl fmt::Display for Caveat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unfinished { planned, sent } => {
                write!(
                    f,
                    "the run ended early: {sent} of {planned} writes were sent"
                )
            }
            Self::WritesFailed { writes } => {
                write!(f, "{writes} writes were not acknowledged, and have no lag")
            }
            Self::NotFollowed { samples } => write!(
                f,
                "{samples} replicas had not been seen when looking ended, before their deadline"
            ),
            Self::Refused { versions } => {
                write!(
                    f,
                    "{versions} versions are FAILED at the source, and never replicate"
                )
            }
            Self::BudgetSpent { budget } => write!(
                f,
                "the budget of {budget} requests was spent; give a larger --request-budget"
            ),
            Self::AtTheFloor { round_trip_ns } => write!(
                f,
                "the intervals are mostly round trip ({:.1} ms); observe from the destination's \
                 region to narrow them",
                milliseconds(*round_trip_ns)
            ),
            Self::Joined { uncertainty_ns, by } => {
                let how = match by {
                    Joined::Boot => "measured by the time since the boot",
                    Joined::Server => "measured by the clock of the source's endpoint",
                    Joined::Wall => "assumed of the wall clocks, see --clock-uncertainty",
                };
                write!(
                    f,
                    "writes and looks were timed by different clocks, at most {:.3} ms apart ({how}); \
                     the intervals are widened by it",
                    milliseconds(*uncertainty_ns)
                )
            }
        }
    }
}

#[cfg(test)]
mod tests;
