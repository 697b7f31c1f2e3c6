//! A history, laid out for judging.

use std::fmt;

use super::Check;
use super::looks::Looks;
use super::matching::{Matched, Matches};
use super::ops::{Keys, Ops};
use super::pages::Pages;
use super::reference::{self, Expected, Fate};
use crate::history::{
    Event, Failure, History, Instant, ListedVersion, ObjectSeen, Operation, OperationKind, Outcome,
    Plan, Seen, Side,
};
use crate::replication::VersionId;

/// An observation.
pub(super) struct Look<'a> {
    /// Its place in the history: moments may be equal, places are not.
    pub(super) place: usize,
    pub(super) side: Side,
    pub(super) key: &'a str,
    pub(super) version: Option<&'a VersionId>,
    pub(super) sent: Instant,
    pub(super) received: Instant,
    pub(super) seen: &'a Seen,
}

impl<'a> Look<'a> {
    /// The version that was looked at: the one asked for, or the current one that was found.
    pub(super) fn at(&self) -> Option<&'a VersionId> {
        self.version.or(match self.seen {
            Seen::Present(object) => object.version.as_ref(),
            Seen::DeleteMarker { version } => version.as_ref(),
            _ => None,
        })
    }

    /// Whether it shows this version to be there, as object or as marker.
    pub(super) fn shows(&self, id: &VersionId) -> bool {
        match self.seen {
            Seen::Present(_) | Seen::DeleteMarker { .. } => self.at() == Some(id),
            Seen::Versions { versions } => versions.iter().any(|listed| listed.version == *id),
            _ => false,
        }
    }

    /// Whether it was asked for this version and found nothing.
    pub(super) fn lacks(&self, id: &VersionId) -> bool {
        matches!(self.seen, Seen::Absent) && self.version == Some(id)
    }
}

/// An operation with its answer.
pub(super) struct Op<'a> {
    pub(super) number: u32,
    /// Its place in the history.
    pub(super) place: usize,
    pub(super) invoked: Instant,
    pub(super) operation: &'a Operation,
    pub(super) answer: Option<(Instant, &'a Outcome)>,
    pub(super) failure: Option<(Instant, &'a Failure)>,
}

/// A version that should have a replica, at one destination.
pub(super) struct Replica<'v> {
    pub(super) expected: &'v Expected,
    pub(super) side: Side,
    pub(super) storage_class: Option<&'v str>,
    pub(super) kms_key: Option<&'v str>,
    pub(super) retained_days: Option<u32>,
    pub(super) matched: Option<&'v Matched>,
}

impl Replica<'_> {
    pub(super) fn subject(&self) -> Subject<'_> {
        subject(self.side, self.expected)
    }
}

/// A version at one side, in words only where somebody reads them.
pub(super) struct Subject<'v> {
    side: Side,
    expected: &'v Expected,
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { side, expected } = self;
        write!(f, "{side} {}@{}", expected.key, expected.version)
    }
}

pub(super) fn subject(side: Side, expected: &Expected) -> Subject<'_> {
    Subject { side, expected }
}

pub(super) struct View<'a> {
    pub(super) plan: &'a Plan,
    pub(super) ops: Ops<'a>,
    pub(super) looks: Looks<'a>,
    pub(super) pages: Pages<'a>,
    pub(super) expected: Vec<Expected>,
    pub(super) matches: Matches,
    keys: Keys,
}

impl<'a> View<'a> {
    pub(super) fn new(history: &'a History) -> Self {
        let (ops, looks) = lay_out(history);
        let expected = reference::expected(history);
        let matches = Matches::find(&ops, &looks, &expected);
        let keys = Keys::of(&expected);
        Self {
            plan: &history.plan,
            ops,
            looks,
            pages: Pages::of(history),
            expected,
            matches,
            keys,
        }
    }

    /// What a key should hold, in the order it was written.
    pub(super) fn expected_at(&self, key: &str) -> impl DoubleEndedIterator<Item = &Expected> {
        self.keys.at(key).map(|place| &self.expected[place])
    }

    /// The versions that a check asks about.
    pub(super) fn selected(&self, check: &Check) -> impl Iterator<Item = &Expected> {
        self.expected
            .iter()
            .filter(|expected| check.selects(&expected.label))
    }

    /// Whether somebody else wrote the version.
    pub(super) fn is_found(&self, expected: &Expected) -> bool {
        let op = self.ops.number(expected.op);
        op.is_some_and(|op| matches!(op.operation.kind, OperationKind::Found(_)))
    }

    /// The replicas that a check asks about.
    pub(super) fn replicas(&self, check: &Check) -> impl Iterator<Item = Replica<'_>> {
        self.selected(check).flat_map(|expected| {
            expected.fates.iter().filter_map(|(side, fate)| {
                let Fate::Replica {
                    storage_class,
                    kms_key,
                    retained_days,
                    ..
                } = fate
                else {
                    return None;
                };
                Some(Replica {
                    expected,
                    side: *side,
                    storage_class: storage_class.as_deref(),
                    kms_key: kms_key.as_deref(),
                    retained_days: *retained_days,
                    matched: self.matches.of(expected, *side),
                })
            })
        })
    }

    /// The looks at a key of one side, listings included, in the order their answers came.
    pub(super) fn looks_at(&self, side: Side, key: &str) -> impl Iterator<Item = &Look<'a>> {
        let looks = self.looks.at(key).iter();
        looks.filter(move |look| look.side == side)
    }

    /// The looks that found an object with this version ID.
    pub(super) fn found(
        &self,
        side: Side,
        key: &str,
        id: &VersionId,
    ) -> impl Iterator<Item = (&Look<'a>, &'a ObjectSeen)> {
        self.looks_at(side, key)
            .filter_map(move |look| match look.seen {
                Seen::Present(object) if look.at() == Some(id) => Some((look, object.as_ref())),
                _ => None,
            })
    }

    /// The looks that found the replica, under whichever version ID it has.
    pub(super) fn found_replica<'v>(
        &'v self,
        replica: &Replica<'v>,
    ) -> impl Iterator<Item = (&'v Look<'a>, &'a ObjectSeen)> {
        let (side, key) = (replica.side, replica.expected.key.as_str());
        replica
            .matched
            .into_iter()
            .flat_map(move |matched| self.found(side, key, &matched.version))
    }

    /// The listings of a key at one side.
    pub(super) fn listings(
        &self,
        side: Side,
        key: &str,
    ) -> impl Iterator<Item = (&Look<'a>, &'a [ListedVersion])> {
        self.looks_at(side, key).filter_map(|look| match look.seen {
            Seen::Versions { versions } => Some((look, versions.as_slice())),
            _ => None,
        })
    }

    /// What kept looks from seeing anything: `12 looks failed, the last with SlowDown: …`.
    pub(super) fn trouble(&self) -> Option<String> {
        let failed = |look: &&Look<'a>| matches!(look.seen, Seen::Failed(_));
        let count = self.looks.iter().filter(failed).count();
        let last = self
            .looks
            .iter()
            .filter(failed)
            .max_by_key(|look| look.received)?;
        let Seen::Failed(failure) = last.seen else {
            return None;
        };
        let (code, message) = (&failure.code, &failure.message);
        Some(format!(
            "{count} looks failed, the last with {code}: {message}"
        ))
    }

    pub(super) fn deadline(&self, since: Instant) -> Instant {
        Instant(since.0.saturating_add(self.plan.deadline_ns))
    }

    pub(super) fn window(&self, since: Instant) -> Instant {
        Instant(since.0.saturating_add(self.plan.window_ns))
    }

    /// When a canary that was written after `since` was first seen at this side. Where none is ever
    /// sent to the source, any destination's tells that replication is live.
    pub(super) fn canary(&self, side: Side, since: Instant) -> Option<Instant> {
        let canary = |expected: &&Expected| expected.label.starts_with("canary-");
        let mut canaries = self.expected.iter().filter(canary);
        let reaches = |expected: &Expected| expected.fates.get(&side).is_some_and(Fate::arrives);
        if side == Side::Source && !canaries.any(reaches) {
            let canaries = self.expected.iter().filter(canary);
            let sides = canaries.flat_map(|canary| canary.fates.keys());
            let others: std::collections::BTreeSet<_> =
                sides.filter(|other| **other != Side::Source).collect();
            let seen = others
                .into_iter()
                .filter_map(|other| self.canary(*other, since));
            return seen.min();
        }
        let later = |expected: &&Expected| {
            let invoked = || Some(self.ops.number(expected.op)?.invoked);
            expected.label.starts_with("canary-") && invoked() >= Some(since)
        };
        let canaries = self.expected.iter().filter(later);
        let seen = canaries.filter_map(|expected| {
            let id = &self.matches.of(expected, side)?.version;
            let shows = self.looks_at(side, &expected.key);
            let shows = shows.filter(|look| look.shows(id));
            shows.map(|look| look.received).min()
        });
        seen.min()
    }

    /// When somebody first set about to delete this version by its ID, at whichever side.
    pub(super) fn deleted(&self, key: &str, id: &VersionId) -> Option<Instant> {
        let deletes = self.ops.on(key).filter(
            |op| matches!(&op.operation.kind, OperationKind::DeleteVersion { version } if version == id),
        );
        deletes.map(|op| op.invoked).min()
    }

    pub(super) fn outcome(&self, op: u32) -> Option<&'a Outcome> {
        self.ops.number(op)?.answer.map(|(_, outcome)| outcome)
    }
}

fn lay_out(history: &History) -> (Ops<'_>, Looks<'_>) {
    let mut ops = Ops::default();
    let mut looks = Vec::new();
    for (place, timed) in history.events.iter().enumerate() {
        match &timed.event {
            Event::Invoke { op, operation, .. } => ops.push(Op {
                number: *op,
                place,
                invoked: timed.at,
                operation,
                answer: None,
                failure: None,
            }),
            Event::Ok { op, outcome } => {
                if let Some(known) = ops.number_mut(*op) {
                    known.answer = Some((timed.at, outcome));
                }
            }
            Event::Fail { op, failure } | Event::Info { op, failure } => {
                if let Some(known) = ops.number_mut(*op) {
                    known.failure = Some((timed.at, failure));
                }
            }
            Event::Observation {
                side,
                key,
                version,
                sent,
                received,
                seen,
            } => looks.push(Look {
                place,
                side: *side,
                key,
                version: version.as_ref(),
                sent: *sent,
                received: *received,
                seen,
            }),
            _ => {}
        }
    }
    (ops, Looks::new(looks))
}

/// A span, for people.
pub(super) fn after(since: Instant, moment: Instant) -> String {
    let span = moment.0.saturating_sub(since.0);
    format!("+{:.1} ms", span as f64 / 1e6)
}
