//! A service level: which share of the replicas has to be there within which time.
//!
//! Whether it was met is a question about a share: its one-sided bounds are those of Clopper and
//! Pearson (Biometrika 26, 1934), with samples that depend on each other counted by what they are
//! worth. A lag whose interval straddles the limit counts as late when the question is whether the
//! level was met, and as in time when it is whether it was missed.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Measure;
use super::band::UNKNOWN;
use super::binomial::{at_most, largest_probability};
use super::cluster::{Clusters, Units};
use crate::error::{Error, ExitCode, Result};
use crate::history::Side;
use crate::span;

/// A service level objective.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Slo {
    /// The share of the replicas, between 0 and 1.
    pub share: f64,
    /// By when they have to be there, after the acknowledgement.
    pub within_ns: u64,
}

impl Default for Slo {
    /// What replication time control commits to: 99.9 % within 15 minutes (R-TIME-02).
    fn default() -> Self {
        Self::new(0.999, Duration::from_secs(15 * 60))
    }
}

impl Slo {
    /// A share, between 0 and 1, within a time.
    #[must_use]
    pub fn new(share: f64, within: Duration) -> Self {
        Self {
            share,
            within_ns: within.as_nanos() as u64,
        }
    }

    /// How many independent samples show that it is met, at this confidence, when this many of them
    /// are late: 2,995 for 99.9 % at 95 % without a late one.
    ///
    /// ```
    /// use bucketpair::lag::Slo;
    ///
    /// assert_eq!(Slo::default().samples_needed(0.95, 0), 2_995);
    /// ```
    #[must_use]
    pub fn samples_needed(&self, confidence: f64, late: u64) -> u64 {
        let alpha = 1.0 - confidence;
        let shown = |n: u64| at_most(late, n, 1.0 - self.share) <= alpha;
        let mut high = late + 1;
        while !shown(high) && high < 1 << 40 {
            high *= 2;
        }
        let mut low = late;
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            match shown(middle) {
                true => high = middle,
                false => low = middle,
            }
        }
        high
    }
}

impl fmt::Display for Slo {
    /// `99.9% within 15m`: what `--slo` reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The share as it was typed, without the noise of a multiplication by 100.
        let percent = (self.share * 1e10).round() / 1e8;
        write!(
            f,
            "{percent}% within {}",
            span::exact(Duration::from_nanos(self.within_ns))
        )
    }
}

impl FromStr for Slo {
    type Err = Error;

    /// Reads `99.9% within 15m`.
    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            Error::Usage(format!(
                "{text:?} is no service level; write it like '99.9% within 15m'"
            ))
        };
        let (percent, within) = text.split_once("within").ok_or_else(wrong)?;
        let percent = percent.trim().strip_suffix('%').ok_or_else(wrong)?;
        let percent: f64 = percent.trim().parse().map_err(|_| wrong())?;
        let within = span::parse(within).filter(|within| !within.is_zero());
        if !(percent > 0.0 && percent < 100.0) {
            return Err(wrong());
        }
        // 99.9 / 100 is not 0.999; the share is the nearest one to ten digits.
        let share = (percent * 1e8).round() / 1e10;
        Ok(Self::new(share, within.ok_or_else(wrong)?))
    }
}

/// Whether a service level was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SloVerdict {
    /// The share is at least what was asked, at the confidence.
    Met,
    /// It is less, at the confidence.
    Missed,
    /// The samples do not tell.
    Undecided,
}

impl SloVerdict {
    /// How the command line ends for it.
    #[must_use]
    pub fn exit_code(self) -> ExitCode {
        match self {
            Self::Met => ExitCode::Passed,
            Self::Missed => ExitCode::Failed,
            Self::Undecided => ExitCode::Inconclusive,
        }
    }
}

/// A service level, judged for one lag at one destination.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SloJudgement {
    /// What was asked.
    pub slo: Slo,
    /// Which lag.
    pub measure: Measure,
    /// At which destination.
    pub side: Side,
    /// Whether it was kept.
    pub verdict: SloVerdict,
    /// How many samples were judged; a delete marker is none (R-DEL-04).
    pub n: usize,
    /// How many were certainly there in time.
    pub in_time: usize,
    /// How many certainly were not.
    pub late: usize,
    /// How many were last looked at before the limit and first seen after it, or never.
    pub unclear: usize,
    /// The share that is in time is at least this, at the confidence.
    pub share_at_least: f64,
    /// And at most this, at the confidence; each bound by itself.
    pub share_at_most: f64,
    /// The confidence of each bound.
    pub confidence: f64,
    /// How many independent samples the samples were worth.
    pub effective_n: f64,
    /// What was taken to vary independently.
    pub units: Units,
    /// How many samples in all would show it to be met, with no more late ones than were seen.
    pub needed: u64,
}

/// What is asked, and how surely.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    pub(super) slo: Slo,
    pub(super) measure: Measure,
    pub(super) side: Side,
    pub(super) confidence: f64,
}

/// Judges bounds, which come run after run, each in the order of time.
pub(super) fn judge(
    question: Question,
    bounds: &[(u64, u64)],
    clusters: &Clusters,
) -> SloJudgement {
    let (slo, alpha, n) = (question.slo, 1.0 - question.confidence, bounds.len());
    let late: Vec<_> = bounds
        .iter()
        .map(|(low, _)| *low >= slo.within_ns)
        .collect();
    let not_in_time = bounds
        .iter()
        .map(|(_, high)| *high > slo.within_ns || *high == UNKNOWN);
    let not_in_time: Vec<_> = not_in_time.collect();
    let (late, worth_of_late) = counted(&late, clusters, 2.0 * alpha);
    let (not_in_time, worth) = counted(&not_in_time, clusters, 2.0 * alpha);
    let share_at_least = 1.0 - bound(not_in_time, n, worth, alpha);
    let share_at_most = bound(n - late, n, worth_of_late, alpha);
    SloJudgement {
        slo,
        measure: question.measure,
        side: question.side,
        verdict: verdict(slo.share, share_at_least, share_at_most),
        n,
        in_time: n - not_in_time,
        late,
        unclear: not_in_time - late,
        share_at_least,
        share_at_most,
        confidence: question.confidence,
        effective_n: worth.min(worth_of_late),
        units: match not_in_time {
            0 => Units::Samples,
            _ => clusters.units,
        },
        needed: {
            let late = (not_in_time as f64 * worth / n.max(1) as f64).ceil() as u64;
            clusters.needed(slo.samples_needed(question.confidence, late), worth)
        },
    }
}

fn verdict(asked: f64, at_least: f64, at_most: f64) -> SloVerdict {
    match () {
        () if at_least >= asked => SloVerdict::Met,
        () if at_most < asked => SloVerdict::Missed,
        () => SloVerdict::Undecided,
    }
}

fn counted(is: &[bool], clusters: &Clusters, alpha: f64) -> (usize, f64) {
    let count = is.iter().filter(|is| **is).count();
    (count, clusters.effective(is, alpha))
}

/// The largest share that `count` of `n` samples, worth fewer, agree with; 1 where there are none.
fn bound(count: usize, n: usize, worth: f64, alpha: f64) -> f64 {
    let trials = worth.floor();
    if trials < 1.0 {
        return 1.0;
    }
    let scaled = (count as f64 * trials / n as f64 - 1e-9).ceil().max(0.0);
    largest_probability(scaled as u64, trials as u64, alpha)
}

#[cfg(test)]
mod tests;
