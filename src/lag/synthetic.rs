//! Runs that never happened: lags drawn from a distribution whose quantiles are known exactly.
//!
//! The rates that the documentation states (how often a band holds its quantile, how often a
//! comparison cries wolf, how many samples it takes to see a change) are counted on these. They
//! also help to plan a run.

use std::time::Duration;

use rand::{Rng, RngExt};
use statrs::distribution::{ContinuousCDF, Normal};

use super::{Censoring, Interval, Measure, Measured, OperationType, RunFacts, Sample};
use crate::history::Side;

/// A distribution of lags.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// Always the same.
    Constant(Duration),
    /// Exponential above nothing, with this mean.
    Exponential(Duration),
    /// The logarithm is normal.
    LogNormal {
        /// Half of the lags are shorter.
        median: Duration,
        /// The standard deviation of the logarithm.
        sigma: f64,
    },
    /// The share of lags that exceed x falls as a power of x.
    Pareto {
        /// The shortest.
        min: Duration,
        /// The power.
        shape: f64,
    },
}

impl Shape {
    /// The lag that this share of replicas does not exceed, in nanoseconds.
    #[must_use]
    pub fn quantile(&self, share: f64) -> f64 {
        let nanoseconds = |duration: &Duration| duration.as_nanos() as f64;
        match self {
            Self::Constant(always) => nanoseconds(always),
            Self::Exponential(mean) => -nanoseconds(mean) * (-share).ln_1p(),
            Self::LogNormal { median, sigma } => {
                nanoseconds(median) * (sigma * Normal::standard().inverse_cdf(share)).exp()
            }
            Self::Pareto { min, shape } => nanoseconds(min) * (1.0 - share).powf(-1.0 / shape),
        }
    }
}

/// How a run that never happened would have gone.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Synthetic {
    /// The distribution of its lags.
    pub shape: Shape,
    /// How alike neighbours are: the correlation of one normal score with the next, below 1. The
    /// scores are a first-order autoregression, so the distribution is the same at any value.
    pub correlation: f64,
    /// Every lag is multiplied by this.
    pub slower: f64,
    /// How far the looks lie apart; nothing for lags that are known exactly.
    pub looks: Duration,
    /// How many writes pass between the beginnings of two outages, on average, and how many each
    /// lasts: what is written during one arrives when it is over. None without outages.
    pub outages: Option<(f64, f64)>,
    /// From one write to the next.
    pub pace: Duration,
    /// What is written.
    pub operation: OperationType,
    /// How large it is.
    pub size: u64,
}

impl Synthetic {
    /// Independent lags of a shape, known exactly.
    #[must_use]
    pub fn new(shape: Shape) -> Self {
        Self {
            shape,
            correlation: 0.0,
            slower: 1.0,
            looks: Duration::ZERO,
            outages: None,
            pace: Duration::from_millis(100),
            operation: OperationType::Put,
            size: 1024,
        }
    }

    /// With neighbours that are alike.
    #[must_use]
    pub fn with_correlation(mut self, correlation: f64) -> Self {
        self.correlation = correlation;
        self
    }

    /// With every lag multiplied.
    #[must_use]
    pub fn with_slower(mut self, slower: f64) -> Self {
        self.slower = slower;
        self
    }

    /// With looks that lie so far apart.
    #[must_use]
    pub fn with_looks(mut self, looks: Duration) -> Self {
        self.looks = looks;
        self
    }

    /// With outages: one in so many writes, lasting so many writes, on average.
    #[must_use]
    pub fn with_outages(mut self, every: f64, lasting: f64) -> Self {
        self.outages = Some((every, lasting));
        self
    }

    /// Of another operation and size.
    #[must_use]
    pub fn with_kind(mut self, operation: OperationType, size: u64) -> Self {
        (self.operation, self.size) = (operation, size);
        self
    }

    /// Draws the samples of a run.
    #[must_use]
    pub fn run(&self, n: usize, rng: &mut impl Rng) -> Vec<Sample> {
        let lags = self.lags(n, rng);
        let lags = lags.into_iter().enumerate();
        lags.map(|(index, lag)| self.sample(index, lag, rng))
            .collect()
    }

    /// Draws a run, labelled so that nobody takes it for one that happened.
    #[must_use]
    pub fn measured(&self, n: usize, rng: &mut impl Rng) -> Measured {
        Measured {
            facts: RunFacts {
                run: "synthetic".to_owned(),
                ..RunFacts::default()
            },
            samples: self.run(n, rng),
        }
    }

    /// Draws lags, in nanoseconds.
    fn lags(&self, n: usize, rng: &mut impl Rng) -> Vec<f64> {
        let (normal, pace) = (Normal::standard(), self.pace.as_nanos() as f64);
        let fresh = (1.0 - self.correlation.powi(2)).sqrt();
        let mut score = normal.inverse_cdf(open(rng));
        let mut outage_left = 0.0_f64;
        let mut lags = Vec::with_capacity(n);
        for _ in 0..n {
            let lag = self.shape.quantile(normal.cdf(score)) * self.slower;
            lags.push(lag.max(outage_left * pace));
            score = self.correlation * score + fresh * normal.inverse_cdf(open(rng));
            outage_left = self.outage(outage_left - 1.0, rng);
        }
        lags
    }

    /// How many writes an outage goes on for, once this many of it are left.
    fn outage(&self, left: f64, rng: &mut impl Rng) -> f64 {
        let Some((every, lasting)) = self.outages else {
            return 0.0;
        };
        match left <= 0.0 && rng.random_bool((1.0 / every).min(1.0)) {
            true => -lasting * open(rng).ln(),
            false => left.max(0.0),
        }
    }

    fn sample(&self, index: usize, lag: f64, rng: &mut impl Rng) -> Sample {
        let sent_ns = index as u64 * self.pace.as_nanos() as u64;
        let (lower, upper) = self.seen(lag, rng);
        Sample {
            measure: Measure::Visible,
            operation: self.operation,
            size: self.size,
            intended_ns: sent_ns,
            sent_ns,
            acknowledged_ns: sent_ns,
            suspended: false,
            clock_uncertainty_ns: 0,
            op: index as u32,
            label: String::new(),
            key: String::new(),
            side: Side::Destination(0),
            interval: Interval {
                lower_ns: lower as u64,
                upper_ns: Some(upper as u64),
                censoring: match lower > 0.0 {
                    true => Censoring::None,
                    false => Censoring::Left,
                },
                start_uncertainty_ns: 0,
            },
            anomaly: false,
            failed: 0,
        }
    }

    /// The looks before and after a lag's end; they begin anywhere.
    fn seen(&self, lag: f64, rng: &mut impl Rng) -> (f64, f64) {
        let apart = self.looks.as_nanos() as f64;
        if apart <= 0.0 {
            return (lag, lag);
        }
        let first = open(rng) * apart;
        let before = ((lag - first) / apart).floor();
        (
            (first + before * apart).max(0.0),
            first + (before + 1.0) * apart,
        )
    }
}

/// A number between 0 and 1, neither of them.
fn open(rng: &mut impl Rng) -> f64 {
    rng.random_range(f64::EPSILON..1.0)
}

#[cfg(test)]
mod tests;
