//! How much the samples of a run are worth, since lags that lie close together are alike.
//!
//! The samples are cut into clusters: stretches of a run, in the order of their acknowledgements,
//! or whole runs where there are enough of them. What a share varies by from cluster to cluster,
//! against what independent samples would make it vary by, is the design effect of Kish (Survey
//! Sampling, 1965); the samples divided by it are the *effective* number of samples. Its correction
//! for the number of clusters is that of Korn and Graubard (Survey Methodology 24, 1998). Blocks
//! number at most 30, by Schmeiser's study of batch sizes (Operations Research 30, 1982), and each
//! is several times as long as the run remembers.

use serde::{Deserialize, Serialize};

use super::autocorrelation::{APART, correlation_time, ranks};
use super::binomial::student;

/// From how many runs on the confidence is by run: it then holds for runs to come.
pub const RUNS_FOR_CONFIDENCE: usize = 5;
/// Fewer samples are not cut into blocks.
const FEWEST_SAMPLES: usize = 40;
/// The fewest blocks of a run that say anything about how blocks vary.
const FEWEST_BLOCKS: usize = 4;
/// The most blocks that a run is cut into; more would cut through what varies together.
const MOST_BLOCKS: usize = 30;

/// What was taken to vary independently when a confidence was worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Units {
    /// Each sample by itself: there were too few to cut into blocks, or no miss whose neighbours
    /// could be counted.
    Samples,
    /// This many stretches of the runs: the confidence is of these runs, not of runs to come.
    Blocks {
        /// How many.
        blocks: usize,
    },
    /// Whole runs.
    Runs {
        /// How many.
        runs: usize,
    },
}

impl std::fmt::Display for Units {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Samples => f.write_str("samples taken as independent"),
            Self::Blocks { blocks } => write!(f, "by {blocks} blocks in time"),
            Self::Runs { runs } => write!(f, "by {runs} runs"),
        }
    }
}

/// Samples, cut into clusters. The order is that in which the samples were given.
#[derive(Debug, Clone)]
pub(super) struct Clusters {
    /// The cluster of each sample, counted from 0.
    of: Vec<usize>,
    /// The run of each cluster; all 0 where the runs are the clusters.
    stratum: Vec<usize>,
    pub(super) units: Units,
    /// For how many samples the runs remember, where they are too short for it to be told how
    /// blocks vary.
    pub(super) too_alike: Option<f64>,
}

impl Clusters {
    /// Cuts runs of these lengths, whose upper bounds come one run after the other, each in the
    /// order of time.
    pub(super) fn cut(runs: &[usize], uppers: &[u64]) -> Self {
        let runs: Vec<_> = runs.iter().copied().filter(|n| *n > 0).collect();
        if runs.len() >= RUNS_FOR_CONFIDENCE {
            return Self::by_run(&runs);
        }
        if runs.iter().any(|n| *n < FEWEST_SAMPLES) || runs.is_empty() {
            return Self::apart(runs.iter().sum());
        }
        Self::by_block(&runs, uppers)
    }

    pub(super) fn apart(n: usize) -> Self {
        Self {
            of: (0..n).collect(),
            stratum: vec![0; n],
            units: Units::Samples,
            too_alike: None,
        }
    }

    fn by_run(runs: &[usize]) -> Self {
        let of = runs.iter().enumerate();
        Self {
            of: of
                .flat_map(|(run, n)| std::iter::repeat_n(run, *n))
                .collect(),
            stratum: vec![0; runs.len()],
            units: Units::Runs { runs: runs.len() },
            too_alike: None,
        }
    }

    fn by_block(runs: &[usize], mut uppers: &[u64]) -> Self {
        let (mut of, mut stratum, mut too_alike) = (Vec::new(), Vec::new(), None);
        for (run, n) in runs.iter().enumerate() {
            let time = correlation_time(&ranks(&uppers[..*n]));
            uppers = &uppers[*n..];
            let blocks = (*n as f64 / (APART * time)) as usize;
            if blocks < FEWEST_BLOCKS {
                too_alike = Some(too_alike.map_or(time, |longest: f64| longest.max(time)));
            }
            let (first, blocks) = (stratum.len(), blocks.clamp(1, MOST_BLOCKS));
            of.extend((0..*n).map(|index| first + index * blocks / n));
            stratum.extend(std::iter::repeat_n(run, blocks));
        }
        let units = Units::Blocks {
            blocks: stratum.len(),
        };
        Self {
            of,
            stratum,
            units,
            too_alike,
        }
    }

    /// How many samples would be worth as many independent ones, and could be cut into blocks.
    pub(super) fn needed(&self, independent: u64, worth: f64) -> u64 {
        let n = self.of.len() as f64;
        let by_worth = independent as f64 * (n / worth).max(1.0);
        let by_blocks = self.too_alike.unwrap_or(0.0) * APART * FEWEST_BLOCKS as f64;
        by_worth.max(by_blocks).ceil() as u64
    }

    /// How many independent samples the samples are worth, for the share of them that `is` holds
    /// for; at most as many as they are, and as many where it holds for all or for none.
    pub(super) fn effective(&self, is: &[bool], alpha: f64) -> f64 {
        let n = is.len() as f64;
        let share = is.iter().filter(|is| **is).count() as f64 / n;
        let independent = share * (1.0 - share) / n;
        if self.units == Units::Samples || independent <= 0.0 {
            return n;
        }
        if let Some(time) = self.too_alike {
            return n / time;
        }
        let design_effect = (self.variance(is, share) / independent).max(1.0);
        let few = student(1.0 - alpha / 2.0, n - 1.0)
            / student(1.0 - alpha / 2.0, self.freedom().max(1.0));
        n / design_effect * few.powi(2)
    }

    /// How many clusters there are, less one for each run that was cut up.
    fn freedom(&self) -> f64 {
        let strata = self.stratum.last().map_or(0, |last| last + 1);
        self.stratum.len() as f64 - strata as f64
    }

    /// The variance of a share, from cluster to cluster: the linearised ratio estimator, within
    /// each run (Cochran, Sampling Techniques, 3rd edition, section 11.8 and 5.5).
    fn variance(&self, is: &[bool], share: f64) -> f64 {
        let mut residuals = vec![0.0; self.stratum.len()];
        for (cluster, is) in self.of.iter().zip(is) {
            residuals[*cluster] += f64::from(u8::from(*is)) - share;
        }
        let mut sum = 0.0;
        let mut from = 0;
        while from < residuals.len() {
            let of_run = |cluster: &usize| self.stratum[*cluster] == self.stratum[from];
            let to = (from..residuals.len()).take_while(of_run).count() + from;
            sum += scatter(&residuals[from..to]);
            from = to;
        }
        sum / (is.len() as f64).powi(2)
    }
}

/// The sum of the squared distances from the mean, as it would be of independent draws. There
/// are at least four values: fewer blocks or runs are not counted.
fn scatter(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    squares * n / (n - 1.0)
}

#[cfg(test)]
mod tests;
