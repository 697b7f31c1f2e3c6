//! The interval in which each replica arrived.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::history::{Event, History, Instant, ObjectSeen, Operation, OperationKind, Seen, Side};
use crate::replication::{ReplicationStatus, VersionId};

/// Which end of an interval was not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Censoring {
    /// Neither: the replica was lacking, then there.
    None,
    /// The replica was there at the first look.
    Left,
    /// The replica was never there.
    Right,
}

/// The interval in which a replica arrived, in nanoseconds after the acknowledgement's receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// When the last look that lacked it was sent; 0 where none did.
    pub lower_ns: u64,
    /// When the first answer that had it was received; none where none did.
    pub upper_ns: Option<u64>,
    /// Which end was not seen.
    pub censoring: Censoring,
    /// From the request to its acknowledgement: somewhere in there the write took effect.
    pub start_uncertainty_ns: u64,
}

/// What was done to the object whose lag is measured.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum OperationType {
    /// A `PutObject` of a new key.
    #[default]
    Put,
    /// A `PutObject` of a key that was there.
    Overwrite,
    /// A multipart upload.
    Multipart,
    /// A `CopyObject`.
    Copy,
    /// A `DeleteObject` without a version.
    DeleteMarker,
    /// A `PutObjectTagging` on a version whose replica was there.
    TagChange,
}

/// Which lag a sample is of.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Until the replica is readable at the destination, by version ID.
    #[default]
    Visible,
    /// Until the source says COMPLETED; with several destinations that is the slowest.
    Status,
}

/// One replica's lag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Which lag.
    #[serde(default)]
    pub measure: Measure,
    /// What was done.
    #[serde(default)]
    pub operation: OperationType,
    /// Bytes of the object; 0 for a delete marker.
    #[serde(default)]
    pub size: u64,
    /// When the write was meant to be sent, in nanoseconds since the run began. In an open loop it
    /// is fixed beforehand; elsewhere it is `sent_ns`.
    #[serde(default)]
    pub intended_ns: u64,
    /// When the write was sent, in nanoseconds since the run began.
    #[serde(default)]
    pub sent_ns: u64,
    /// When its acknowledgement was received, in nanoseconds since the run began: the lag's zero.
    #[serde(default)]
    pub acknowledged_ns: u64,
    /// Whether a clock was suspended while it was measured, so that its bounds are not to be
    /// believed.
    #[serde(default)]
    pub suspended: bool,
    /// The number of the operation that wrote the source version.
    pub op: u32,
    /// Its label.
    pub label: String,
    /// The key.
    pub key: String,
    /// The destination.
    pub side: Side,
    /// When it arrived.
    pub interval: Interval,
    /// Whether a look that was sent after it had been there lacked it.
    pub anomaly: bool,
    /// How many looks at it failed, and so say nothing.
    pub failed: usize,
}

/// A look at one version: when it was sent and answered, and what it saw.
struct Look<'a> {
    side: Side,
    sent: Instant,
    received: Instant,
    seen: &'a Seen,
}

/// An object that was written to the source.
struct Write<'a> {
    op: u32,
    operation: &'a Operation,
    version: &'a VersionId,
    invoked: Instant,
    acknowledged: Instant,
}

/// The lag of every object written to the source, at every destination where it was looked for.
///
/// A version that was never there, and whose source says that it has nothing to replicate (no
/// status, or FAILED), has no lag and is left out; so is what somebody else wrote, since nobody here
/// received its acknowledgement.
#[must_use]
pub fn intervals(history: &History) -> Vec<Sample> {
    let mut samples = Vec::new();
    for write in writes(history) {
        let looks = looks(history, &write);
        let sides = looks.iter().map(|look| look.side);
        let sides: BTreeSet<_> = sides.filter(|side| *side != Side::Source).collect();
        for side in sides {
            let at_side: Vec<_> = looks.iter().filter(|look| look.side == side).collect();
            let sample = measure(&write, side, &at_side);
            let lost = sample.interval.censoring == Censoring::Right;
            if !lost || replicates(&looks) {
                samples.push(sample);
            }
        }
    }
    samples
}

fn measure(write: &Write<'_>, side: Side, looks: &[&Look<'_>]) -> Sample {
    let zero = write.acknowledged.0;
    let since = |moment: Instant| moment.0.saturating_sub(zero);
    let had = looks
        .iter()
        .filter(|look| matches!(look.seen, Seen::Present(_)));
    let first = had.map(|look| look.received).min();
    let lacked = || {
        looks
            .iter()
            .filter(|look| matches!(look.seen, Seen::Absent))
    };
    let before = lacked().filter(|look| first.is_none_or(|first| look.sent <= first));
    let last = before.map(|look| look.sent).max();
    let censoring = match (last, first) {
        (_, None) => Censoring::Right,
        (None, Some(_)) => Censoring::Left,
        (Some(_), Some(_)) => Censoring::None,
    };
    Sample {
        measure: Measure::Visible,
        operation: operation_type(&write.operation.kind),
        size: write
            .operation
            .kind
            .content()
            .map_or(0, |content| content.size),
        intended_ns: write.invoked.0,
        sent_ns: write.invoked.0,
        acknowledged_ns: zero,
        suspended: false,
        op: write.op,
        label: write.operation.label.clone(),
        key: write.operation.key.clone(),
        side,
        interval: Interval {
            lower_ns: last.map_or(0, since),
            upper_ns: first.map(since),
            censoring,
            start_uncertainty_ns: zero.saturating_sub(write.invoked.0),
        },
        anomaly: first.is_some_and(|first| lacked().any(|look| look.sent > first)),
        failed: looks
            .iter()
            .filter(|look| matches!(look.seen, Seen::Failed(_)))
            .count(),
    }
}

fn operation_type(kind: &OperationKind) -> OperationType {
    match kind {
        OperationKind::Multipart { .. } => OperationType::Multipart,
        OperationKind::Copy { .. } => OperationType::Copy,
        _ => OperationType::Put,
    }
}

/// Whether the source does not deny that the version replicates.
fn replicates(looks: &[Look<'_>]) -> bool {
    let mut statuses = looks.iter().filter_map(|look| match look.seen {
        Seen::Present(object) if look.side == Side::Source => Some(status(object)),
        _ => None,
    });
    let last = statuses.next_back();
    !matches!(last, Some(None | Some(ReplicationStatus::Failed)))
}

fn status(object: &ObjectSeen) -> Option<ReplicationStatus> {
    object.status
}

fn writes(history: &History) -> Vec<Write<'_>> {
    let invoked = history
        .events
        .iter()
        .filter_map(|timed| match &timed.event {
            Event::Invoke { op, operation } => Some((*op, operation, timed.at)),
            _ => None,
        });
    let written = invoked.filter(|(_, operation, _)| {
        let kind = &operation.kind;
        let ours = kind.content().is_some() && !matches!(kind, OperationKind::Found(_));
        operation.side == Side::Source && ours
    });
    written
        .filter_map(|(op, operation, invoked)| {
            let answer = history.events.iter().find_map(|timed| match &timed.event {
                Event::Ok { op: known, outcome } if *known == op => Some((timed.at, outcome)),
                _ => None,
            });
            let (acknowledged, outcome) = answer?;
            Some(Write {
                op,
                operation,
                version: outcome.version.as_ref()?,
                invoked,
                acknowledged,
            })
        })
        .collect()
}

/// The looks at a version, until somebody set about to delete it.
fn looks<'a>(history: &'a History, write: &Write<'_>) -> Vec<Look<'a>> {
    let key = &write.operation.key;
    let deletes = history.events.iter().filter(|timed| {
        matches!(&timed.event, Event::Invoke { operation, .. }
            if operation.key == *key
                && matches!(&operation.kind, OperationKind::DeleteVersion { version } if version == write.version))
    });
    let deleted = deletes.map(|timed| timed.at).min();
    let looks = history
        .events
        .iter()
        .filter_map(|timed| match &timed.event {
            Event::Observation {
                side,
                key: at,
                version: Some(version),
                sent,
                received,
                seen,
            } if at == key && version == write.version => Some(Look {
                side: *side,
                sent: *sent,
                received: *received,
                seen,
            }),
            _ => None,
        });
    looks
        .filter(|look| deleted.is_none_or(|deleted| look.received < deleted))
        .collect()
}
