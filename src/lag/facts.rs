//! What a run of a measurement spent, could not see, and was bounded by.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::write::PREPARED;
use super::{Caveat, Censoring, Measure, Sample, Setup};
use crate::history::{
    Event, Header, History, Joined, OperationKind, Seen, Session, Side, Suspension,
    TargetDescription, Timed,
};
use crate::replication::{ReplicationStatus, VersionId};

/// The facts of one run besides its samples, all from its history.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunFacts {
    /// The run's ID.
    pub run: String,
    /// The version of bucketpair that wrote the history.
    pub bucketpair: String,
    /// The seed of schedule, payloads and jitter.
    pub seed: u64,
    /// When the run began, in seconds since 1970.
    pub started: u64,
    /// What was measured.
    pub target: Option<TargetDescription>,
    /// What it set out to do.
    pub setup: Setup,
    /// What became of the writes.
    pub operations: Operations,
    /// What was spent.
    pub requests: Requests,
    /// The round trip to the destination, below which no interval can be.
    pub floor: Option<Floor>,
    /// From the first event to the last, in nanoseconds.
    pub elapsed_ns: u64,
    /// Who recorded it.
    pub sessions: Vec<Session>,
    /// When a clock stood still.
    pub suspensions: Vec<Suspension>,
    /// What has to be known before the figures are believed.
    pub caveats: Vec<Caveat>,
}

/// What became of the measured writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Operations {
    /// How many were planned.
    pub planned: u64,
    /// How many were sent.
    pub sent: u64,
    /// How many were acknowledged.
    pub acknowledged: u64,
    /// How many certainly did not happen.
    pub failed: u64,
    /// How many may have happened: the answer was lost.
    pub indeterminate: u64,
    /// How many objects were written beforehand, to be overwritten, copied, deleted or tagged.
    pub prepared: u64,
    /// How many versions the source says FAILED of.
    pub refused: u64,
}

/// The requests of a run. Each is sent once: the SDK's retries are off while a lag is measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Requests {
    /// Of the measured writes; a multipart upload is several.
    pub writes: u64,
    /// Of the writes beforehand, canaries included, and the looks at them.
    pub preparation: u64,
    /// Looks at one version: HEAD, GET or tags.
    pub single: u64,
    /// Pages of versions listings.
    pub pages: u64,
    /// Of all looks, those that failed.
    pub failed: u64,
}

impl Requests {
    /// Looks, whether they failed or not.
    #[must_use]
    pub fn looks(&self) -> u64 {
        self.single + self.pages
    }

    /// Everything that was sent.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.writes + self.preparation + self.looks()
    }
}

/// The round trips of single looks at the destination, in nanoseconds, by nearest rank.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floor {
    /// How many were timed.
    pub looks: u64,
    /// The shortest.
    pub min_ns: u64,
    /// The median.
    pub median_ns: u64,
    /// The 99th percentile.
    pub p99_ns: u64,
}

impl Floor {
    /// The floor of round trips; none of none.
    #[must_use]
    pub fn of(mut trips: Vec<u64>) -> Option<Self> {
        trips.sort_unstable();
        let last = trips.len().checked_sub(1)?;
        let rank = |share: f64| {
            let rank = (share * trips.len() as f64).ceil() as usize;
            trips[rank.saturating_sub(1).min(last)]
        };
        Some(Self {
            looks: trips.len() as u64,
            min_ns: trips[0],
            median_ns: rank(0.5),
            p99_ns: rank(0.99),
        })
    }
}

impl RunFacts {
    /// The facts of a history, with the samples that [`super::intervals`] made of it.
    #[must_use]
    pub fn of(header: &Header, history: &History, samples: &[Sample]) -> Self {
        let mut tally = Tally::default();
        history.events.iter().for_each(|timed| tally.event(timed));
        tally.finish(header, samples)
    }
}

/// What is counted while a history goes by.
#[derive(Default)]
pub(super) struct Tally {
    operations: Operations,
    requests: Requests,
    prepared: BTreeSet<u32>,
    refused: BTreeSet<(String, Option<VersionId>)>,
    trips: Vec<u64>,
    sessions: Vec<Session>,
    suspensions: Vec<Suspension>,
    /// The first moment and the last.
    span: Option<(u64, u64)>,
}

impl Tally {
    pub(super) fn event(&mut self, timed: &Timed) {
        let at = timed.at.0;
        let (first, last) = self.span.unwrap_or((at, at));
        let span = Some((first.min(at), last.max(at)));
        if self.sessions.is_empty() && matches!(timed.event, Event::Session(_)) {
            // What comes before the first session proved that the pair replicates: it cost requests,
            // and is no part of the measurement.
            let before = self.requests.total();
            *self = Self::default();
            self.requests.preparation = before;
        }
        self.span = span;
        self.count(&timed.event);
    }

    pub(super) fn finish(self, header: &Header, samples: &[Sample]) -> RunFacts {
        let setup: Setup = self.setup();
        let (first, last) = self.span.unwrap_or_default();
        let mut facts = RunFacts {
            run: header.run.clone(),
            bucketpair: header.bucketpair.clone(),
            seed: header.seed,
            started: header.started,
            target: Some(header.target.clone()),
            operations: Operations {
                planned: setup.count.max(self.operations.sent),
                refused: self.refused.len() as u64,
                ..self.operations
            },
            requests: self.requests,
            floor: Floor::of(self.trips),
            elapsed_ns: last - first,
            sessions: self.sessions,
            suspensions: self.suspensions,
            setup,
            caveats: Vec::new(),
        };
        facts.caveats = caveats(&facts, samples);
        facts
    }

    fn count(&mut self, event: &Event) {
        match event {
            Event::Invoke { op, operation, .. } => {
                let requests = requests_of(&operation.kind);
                if operation.label.starts_with(PREPARED) {
                    self.prepared.insert(*op);
                    self.operations.prepared += 1;
                    self.requests.preparation += requests;
                } else {
                    self.operations.sent += 1;
                    self.requests.writes += requests;
                }
            }
            Event::Ok { op, .. } => self.answered(*op, |known| known.acknowledged += 1),
            Event::Fail { op, .. } => self.answered(*op, |known| known.failed += 1),
            Event::Info { op, .. } => self.answered(*op, |known| known.indeterminate += 1),
            Event::Page(_) => self.requests.pages += 1,
            Event::Session(session) => self.sessions.push(session.clone()),
            Event::Suspended(suspension) => self.suspensions.push(*suspension),
            Event::Observation { .. } => self.look(event),
        }
    }

    fn answered(&mut self, op: u32, count: impl FnOnce(&mut Operations)) {
        if !self.prepared.contains(&op) {
            count(&mut self.operations);
        }
    }

    fn look(&mut self, event: &Event) {
        let Event::Observation {
            side,
            key,
            version,
            sent,
            received,
            seen,
        } = event
        else {
            return;
        };
        // Objects are prepared, and looked for, before the first measured write.
        if self.operations.sent == 0 {
            self.requests.preparation += 1;
            return;
        }
        self.requests.single += 1;
        match seen {
            Seen::Failed(_) => self.requests.failed += 1,
            Seen::Present(object) if object.status == Some(ReplicationStatus::Failed) => {
                self.refused.insert((key.clone(), version.clone()));
            }
            _ => {}
        }
        if matches!(side, Side::Destination(_)) && !matches!(seen, Seen::Failed(_)) {
            self.trips.push(received.0.saturating_sub(sent.0));
        }
    }

    fn setup(&self) -> Setup {
        let first = self.sessions.first().map(|session| session.setup.clone());
        first
            .and_then(|setup| serde_json::from_value(setup).ok())
            .unwrap_or_default()
    }
}

/// How many requests an operation is on the wire.
fn requests_of(kind: &OperationKind) -> u64 {
    match kind {
        // One begins the upload, one ends it.
        OperationKind::Multipart { content, part_size } => {
            2 + content.size.div_ceil((*part_size).max(1)).max(1)
        }
        _ => 1,
    }
}

/// An interval is at the floor when it is not wider than this many round trips: the one that
/// lacked the replica and the one that had it, and half of another between them.
const AT_THE_FLOOR: f64 = 2.5;
/// A round trip that is shorter is no floor that anybody minds, in nanoseconds.
const NO_FLOOR: u64 = 5_000_000;

fn caveats(facts: &RunFacts, samples: &[Sample]) -> Vec<Caveat> {
    let operations = &facts.operations;
    let not_ok = operations.failed + operations.indeterminate;
    let deadline = facts.setup.deadline_ns;
    let unfollowed = |sample: &Sample| {
        let interval = &sample.interval;
        interval.censoring == Censoring::Right && interval.lower_ns < deadline
    };
    let unfollowed = samples.iter().filter(|sample| unfollowed(sample)).count() as u64;
    let possible = [
        (operations.sent < operations.planned).then_some(Caveat::Unfinished {
            planned: operations.planned,
            sent: operations.sent,
        }),
        (not_ok > 0).then_some(Caveat::WritesFailed { writes: not_ok }),
        (operations.refused > 0).then_some(Caveat::Refused {
            versions: operations.refused,
        }),
        (unfollowed > 0).then_some(Caveat::NotFollowed {
            samples: unfollowed,
        }),
        spent(facts),
        at_the_floor(facts, samples),
        joined(facts),
    ];
    possible.into_iter().flatten().collect()
}

/// What the session says whose clock may be off most.
fn joined(facts: &RunFacts) -> Option<Caveat> {
    let sessions = facts.sessions.iter();
    let worst = sessions.max_by_key(|session| session.uncertainty_ns)?;
    (worst.uncertainty_ns > 0).then_some(Caveat::Joined {
        uncertainty_ns: worst.uncertainty_ns,
        by: worst.joined.unwrap_or(Joined::Wall),
    })
}

fn spent(facts: &RunFacts) -> Option<Caveat> {
    let budget = facts.setup.request_budget?;
    (facts.requests.total() >= budget).then_some(Caveat::BudgetSpent { budget })
}

fn at_the_floor(facts: &RunFacts, samples: &[Sample]) -> Option<Caveat> {
    let round_trip_ns = facts.floor?.median_ns;
    let visible = samples
        .iter()
        .filter(|sample| sample.measure == Measure::Visible);
    let mut widths: Vec<u64> = visible.filter_map(Sample::width_ns).collect();
    widths.sort_unstable();
    let median = *widths.get(widths.len() / 2)?;
    let is_near = median as f64 <= AT_THE_FLOOR * round_trip_ns as f64;
    (is_near && round_trip_ns > NO_FLOOR).then_some(Caveat::AtTheFloor { round_trip_ns })
}

#[cfg(test)]
mod tests;
