//! The lag of a run, or of several, and how it is shown: figures with their errors, and drawings in
//! which the errors can be seen.

mod chart;
mod comparison;
mod csv;
mod facts;
mod hdr;
mod html;
mod json;
mod markdown;
mod over_time;
mod prometheus;
mod save;
mod scale;
mod terminal;
mod text_chart;
mod trend;
mod wording;

#[cfg(test)]
mod tests;

pub use self::csv::csv;
pub use comparison::{COMPARE_VERSION, Compare, Compares, comparison, comparison_json};
pub use hdr::hdr;
pub use html::html;
pub use json::json;
pub use markdown::markdown;
pub use prometheus::{LAG_METRICS, prometheus};
pub use save::save;
pub use terminal::terminal;
pub use trend::{TREND_VERSION, trend_json, trend_text};

use crate::error::ExitCode;
use crate::lag::{Asked, Measured, Profile};

/// The lag of one run, or of several together.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LagReport {
    /// The figures.
    pub profile: Profile,
    /// What they were made of, run by run.
    pub runs: Vec<Measured>,
    /// Whether it was written while the run went on: a run that was killed leaves it so.
    pub partial: bool,
}

impl LagReport {
    /// The report of runs that have ended.
    #[must_use]
    pub fn of(runs: Vec<Measured>, asked: &Asked) -> Self {
        Self {
            profile: Profile::pooled(&runs, asked),
            runs,
            partial: false,
        }
    }

    /// The report of a run that goes on.
    #[must_use]
    pub fn so_far(run: Measured, asked: &Asked) -> Self {
        let mut report = Self::of(vec![run], asked);
        report.partial = true;
        report
    }

    /// How the command line ends: inconclusive while the run goes on, then by the service level.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self.partial {
            true => ExitCode::Inconclusive,
            false => self.profile.exit_code(),
        }
    }
}
