//! The lag of a run, or of several, and how it is shown: figures with their errors, and drawings in
//! which the errors can be seen.

mod chart;
mod comparison;
mod csv;
mod ended;
mod facts;
mod hdr;
mod html;
mod json;
mod junit;
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
pub use ended::Ended;
pub use hdr::hdr;
pub use html::html;
pub use json::json;
pub use junit::junit;
pub use markdown::markdown;
pub use prometheus::{LAG_METRICS, prometheus};
pub use save::save;
pub use terminal::terminal;
pub use trend::{TREND_VERSION, trend_json, trend_text};

use crate::error::ExitCode;
use crate::lag::{Asked, Caveat, Measured, Profile};

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
    /// Whether the service level decides how the command line ends; else it is shown only, and what
    /// decides is whether anything was measured.
    pub held: bool,
    /// How it ended, besides the figures.
    pub ended: Ended,
}

impl LagReport {
    /// The report of runs that have ended.
    #[must_use]
    pub fn of(runs: Vec<Measured>, asked: &Asked) -> Self {
        Self {
            profile: Profile::pooled(&runs, asked),
            runs,
            partial: false,
            held: true,
            ended: Ended::default(),
        }
    }

    /// Says whether the service level decides how the command line ends.
    #[must_use]
    pub fn held(mut self, held: bool) -> Self {
        self.held = held;
        self
    }

    /// Says how it ended, besides the figures.
    #[must_use]
    pub fn ended(mut self, ended: Ended) -> Self {
        self.ended = ended;
        self
    }

    /// The report of a run that goes on.
    #[must_use]
    pub fn so_far(run: Measured, asked: &Asked) -> Self {
        let mut report = Self::of(vec![run], asked);
        report.partial = true;
        report
    }

    /// How the command line ends: inconclusive while the run goes on, then by the service level
    /// where it decides, and by what else went wrong.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        let level = match (self.partial, self.is_recorded_only(), self.held) {
            (true, _, _) => ExitCode::Inconclusive,
            (false, true, _) => ExitCode::Passed,
            (false, false, true) => self.profile.exit_code(),
            (false, false, false) => self.measured(),
        };
        ExitCode::worst(self.ended.codes().chain([level]))
    }

    /// Whether writes were recorded, and nobody was to look for their replicas yet.
    #[must_use]
    pub fn is_recorded_only(&self) -> bool {
        let recorded = |run: &Measured| {
            let sessions = &run.facts.sessions;
            run.facts.operations.acknowledged > 0
                && !sessions.is_empty()
                && sessions.iter().all(|session| session.role == "write-only")
        };
        !self.runs.is_empty() && self.runs.iter().all(recorded)
    }

    /// Inconclusive where nothing arrived, or where it ended before everything was done.
    fn measured(&self) -> ExitCode {
        let mut samples = self.runs.iter().flat_map(|run| &run.samples);
        let arrived = samples.any(|sample| sample.interval.upper_ns.is_some());
        match arrived && !self.runs.iter().any(is_cut_short) {
            true => ExitCode::Passed,
            false => ExitCode::Inconclusive,
        }
    }
}

/// Whether it ended, by its budget or otherwise, before everything was done.
fn is_cut_short(run: &Measured) -> bool {
    let is_open = |caveat: &Caveat| {
        let is_unsent = matches!(caveat, Caveat::Unfinished { .. });
        is_unsent || matches!(caveat, Caveat::NotFollowed { .. })
    };
    run.facts.caveats.iter().any(is_open)
}
