//! The lag of one run, or of several, in figures: what statistics produce and reports render.

use serde::{Deserialize, Serialize};

use super::band::QUANTILES;
use super::cell::{Cell, cells, pooled};
use super::cluster::RUNS_FOR_CONFIDENCE;
use super::facts::Tally;
use super::measure::samples;
use super::signed::{SignedQuantile, status_after_visible};
use super::slo::{Slo, SloJudgement};
use super::{Measure, RunFacts, Sample, Warning, intervals};
use crate::error::ExitCode;
use crate::history::{Event, Header, History, Timed};

/// The version of the format.
pub const PROFILE_VERSION: u32 = 1;

/// What is asked of the samples.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Asked {
    /// The quantiles, each above 0 and below 1.
    pub quantiles: Vec<f64>,
    /// How sure each band is, and each bound of a service level: between 0 and 1.
    pub confidence: f64,
    /// The service level.
    pub slo: Slo,
}

impl Default for Asked {
    /// [`QUANTILES`] at 95 %, and what replication time control commits to.
    fn default() -> Self {
        Self {
            quantiles: QUANTILES.to_vec(),
            confidence: 0.95,
            slo: Slo::default(),
        }
    }
}

impl Asked {
    /// With another service level.
    #[must_use]
    pub fn with_slo(mut self, slo: Slo) -> Self {
        self.slo = slo;
        self
    }
}

/// A run and what was measured in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// What ran, and what it spent.
    pub facts: RunFacts,
    /// What was measured, in any order.
    pub samples: Vec<Sample>,
}

impl Measured {
    /// The samples and the facts of a history.
    #[must_use]
    pub fn of(header: &Header, history: &History) -> Self {
        let samples = intervals(history);
        Self {
            facts: RunFacts::of(header, history, &samples),
            samples,
        }
    }

    /// The same of a run that `each` goes through, such as a saved one: only what is no look, and
    /// what is known of each write, is kept in memory. It is called twice, and a third time where
    /// answers were not recorded in the order of their receipt.
    ///
    /// # Errors
    /// What `each` fails with.
    pub fn of_events<E>(
        each: impl Fn(&mut dyn FnMut(&Timed)) -> Result<Header, E>,
    ) -> Result<Self, E> {
        let (mut tally, mut known) = (Tally::default(), Vec::new());
        let header = each(&mut |timed| {
            tally.event(timed);
            if !matches!(timed.event, Event::Observation { .. } | Event::Page(_)) {
                known.push(timed.clone());
            }
        })?;
        let samples = samples(&known, |take| each(take).map(drop))?;
        Ok(Self {
            facts: tally.finish(&header, &samples),
            samples,
        })
    }
}

/// The lag of one run, or of several, in figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Profile {
    /// The version of the format.
    pub bucketpair_profile: u32,
    /// The runs; several where runs were merged.
    pub runs: Vec<RunFacts>,
    /// Totals first, then a cell for each lag, operation, size and destination.
    pub cells: Vec<Cell>,
    /// From the replica's being readable to the source's saying COMPLETED; empty where not both
    /// were looked for.
    pub status_after_visible: Vec<SignedQuantile>,
    /// The service level, judged for each lag at each destination.
    pub slos: Vec<SloJudgement>,
    /// What weakens the figures.
    pub warnings: Vec<Warning>,
}

impl Profile {
    /// The profile of one run.
    #[must_use]
    pub fn of(facts: &RunFacts, samples: &[Sample], asked: &Asked) -> Self {
        Self::from_parts(&[(facts, samples)], asked)
    }

    /// The profile of several runs together. Samples are pooled, figures are not: no percentile is
    /// made from percentiles.
    #[must_use]
    pub fn pooled(runs: &[Measured], asked: &Asked) -> Self {
        let runs = runs.iter().map(|run| (&run.facts, run.samples.as_slice()));
        Self::from_parts(&runs.collect::<Vec<_>>(), asked)
    }

    fn from_parts(runs: &[(&RunFacts, &[Sample])], asked: &Asked) -> Self {
        let samples: Vec<_> = runs.iter().map(|(_, samples)| *samples).collect();
        let pools = pooled(&samples);
        let cells = cells(&pools, asked);
        Self {
            bucketpair_profile: PROFILE_VERSION,
            runs: runs.iter().map(|(facts, _)| (*facts).clone()).collect(),
            status_after_visible: status_after_visible(&samples, asked),
            warnings: warnings(&cells, runs),
            slos: pools.slos(asked),
            cells,
        }
    }

    /// The cells of everything that a destination was sent, one for each lag and destination.
    pub fn totals(&self) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(|cell| cell.is_total())
    }

    /// How the command line ends: by the service level of the visible lag at every destination; 3
    /// where nothing was measured.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        let visible = self
            .slos
            .iter()
            .filter(|slo| slo.measure == Measure::Visible);
        let codes: Vec<_> = visible.map(|slo| slo.verdict.exit_code()).collect();
        match codes.is_empty() {
            true => ExitCode::Inconclusive,
            false => ExitCode::worst(codes),
        }
    }
}

fn warnings(cells: &[Cell], runs: &[(&RunFacts, &[Sample])]) -> Vec<Warning> {
    let totals = || cells.iter().filter(|cell| cell.is_total());
    let sum = |count: &dyn Fn(&Cell) -> usize| totals().map(count).sum::<usize>();
    let (n, at_once) = (sum(&|cell| cell.n), sum(&|cell| cell.left_censored));
    let (never, suspended) = (
        sum(&|cell| cell.right_censored),
        sum(&|cell| cell.suspended),
    );
    let anomalies = sum(&|cell| cell.anomalies);
    let spent =
        |count: &dyn Fn(&RunFacts) -> u64| runs.iter().map(|(facts, _)| count(facts)).sum::<u64>();
    let failed = spent(&|facts| facts.requests.failed);
    let looks = spent(&|facts| facts.requests.looks());
    let runs = runs.len();
    let few = (2..RUNS_FOR_CONFIDENCE).contains(&runs);
    [
        (n == 0, Warning::NoSamples),
        (never > 0, Warning::NeverSeen { samples: never }),
        (
            at_once * 10 > n,
            Warning::SeenAtOnce {
                samples: at_once,
                of: n,
            },
        ),
        (suspended > 0, Warning::Suspended { samples: suspended }),
        (anomalies > 0, Warning::Anomalies { samples: anomalies }),
        (
            failed * 10 > looks,
            Warning::FailedLooks {
                looks: failed,
                of: looks,
            },
        ),
        (few, Warning::FewRuns { runs }),
    ]
    .into_iter()
    .filter_map(|(is, warning)| is.then_some(warning))
    .collect()
}

#[cfg(test)]
mod tests;
