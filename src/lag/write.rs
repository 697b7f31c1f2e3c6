//! The operations whose effect has to arrive, found in one pass over a history.

use std::collections::{HashMap, HashSet};

use super::OperationType;
use crate::history::{Event, Instant, Operation, OperationKind, Outcome, Side, Timed};
use crate::replication::{Tags, VersionId};

/// Labels of objects that a run writes before it measures begin with this; their lag is no sample.
pub const PREPARED: &str = "prepared-";

/// Labels of objects that only prove that the pair replicates begin with this.
const CANARY: &str = "canary-";

/// An acknowledged operation on the source.
pub(super) struct Write<'a> {
    pub(super) op: u32,
    pub(super) operation: &'a Operation,
    pub(super) kind: OperationType,
    /// The version it wrote, or whose tags it changed.
    pub(super) version: &'a VersionId,
    pub(super) invoked: Instant,
    pub(super) intended: Instant,
    pub(super) acknowledged: Instant,
    /// Looks received from here on say nothing: somebody set about to delete the version, or to
    /// change its tags again.
    pub(super) until: Option<Instant>,
    /// Whether it is the only delete of its key, so that any marker is its.
    pub(super) is_lone: bool,
}

impl Write<'_> {
    /// The tags that it sets, if that is what it does.
    pub(super) fn tags(&self) -> Option<&Tags> {
        match &self.operation.kind {
            OperationKind::Tag { tags, .. } => Some(tags),
            _ => None,
        }
    }
}

struct Invoked<'a> {
    operation: &'a Operation,
    kind: OperationType,
    at: Instant,
    intended: Option<Instant>,
}

/// Collects the writes while a history goes by.
#[derive(Default)]
struct Collector<'a> {
    pending: HashMap<u32, Invoked<'a>>,
    writes: Vec<Write<'a>>,
    keys: HashSet<&'a str>,
    /// How many deletes each key had.
    deletes: HashMap<&'a str, usize>,
    /// When somebody first set about to delete a version.
    deleted: HashMap<(&'a str, &'a str), Instant>,
    /// The changes of a version's tags, as they were sent.
    tagged: HashMap<(&'a str, &'a str), Vec<Instant>>,
}

/// The acknowledged writes among the events of a history, by operation. Looks are passed over.
pub(super) fn writes(events: &[Timed]) -> Vec<Write<'_>> {
    let mut collector = Collector::default();
    for timed in events {
        collector.event(timed);
    }
    collector.finish()
}

impl<'a> Collector<'a> {
    fn event(&mut self, timed: &'a Timed) {
        match &timed.event {
            Event::Invoke {
                op,
                operation,
                intended,
            } => self.invoke(*op, operation, timed.at, *intended),
            Event::Ok { op, outcome } => self.acknowledge(*op, outcome, timed.at),
            Event::Fail { op, .. } | Event::Info { op, .. } => {
                self.pending.remove(op);
            }
            _ => {}
        }
    }

    fn invoke(
        &mut self,
        op: u32,
        operation: &'a Operation,
        at: Instant,
        intended: Option<Instant>,
    ) {
        let key = operation.key.as_str();
        if let OperationKind::DeleteVersion { version } = &operation.kind {
            let first = self.deleted.entry((key, version.0.as_str())).or_insert(at);
            *first = at.min(*first);
        }
        if operation.side != Side::Source {
            return;
        }
        if let OperationKind::Tag { version, .. } = &operation.kind {
            let changes = self.tagged.entry((key, version.0.as_str())).or_default();
            changes.push(at);
        }
        let Some(kind) = operation_type(&operation.kind) else {
            return;
        };
        let is_known = operation.kind.content().is_some() && !self.keys.insert(key);
        let kind = match kind {
            OperationType::Put if is_known => OperationType::Overwrite,
            kind => kind,
        };
        if kind == OperationType::DeleteMarker {
            *self.deletes.entry(key).or_default() += 1;
        }
        let is_beforehand = |what: &&str| operation.label.starts_with(*what);
        if ![PREPARED, CANARY].iter().any(is_beforehand) {
            let invoked = Invoked {
                operation,
                kind,
                at,
                intended,
            };
            self.pending.insert(op, invoked);
        }
    }

    fn acknowledge(&mut self, op: u32, outcome: &'a Outcome, at: Instant) {
        let Some(invoked) = self.pending.remove(&op) else {
            return;
        };
        let named = match &invoked.operation.kind {
            OperationKind::Tag { version, .. } => Some(version),
            _ => outcome.version.as_ref(),
        };
        let Some(version) = named else { return };
        self.writes.push(Write {
            op,
            operation: invoked.operation,
            kind: invoked.kind,
            version,
            invoked: invoked.at,
            intended: invoked.intended.unwrap_or(invoked.at),
            acknowledged: at,
            until: None,
            is_lone: false,
        });
    }

    fn finish(mut self) -> Vec<Write<'a>> {
        for write in &mut self.writes {
            let key = write.operation.key.as_str();
            let named = (key, write.version.0.as_str());
            let deleted = self.deleted.get(&named).copied();
            let retagged = self.tagged.get(&named).and_then(|changes| {
                let later = |at: &&Instant| **at > write.invoked;
                changes.iter().filter(later).min().copied()
            });
            let retagged = retagged.filter(|_| write.kind == OperationType::TagChange);
            write.until = deleted.into_iter().chain(retagged).min();
            write.is_lone = self.deletes.get(key) == Some(&1);
        }
        self.writes.sort_by_key(|write| write.op);
        self.writes
    }
}

fn operation_type(kind: &OperationKind) -> Option<OperationType> {
    match kind {
        OperationKind::Put(_) => Some(OperationType::Put),
        OperationKind::Multipart { .. } => Some(OperationType::Multipart),
        OperationKind::Copy { .. } => Some(OperationType::Copy),
        OperationKind::Delete => Some(OperationType::DeleteMarker),
        OperationKind::Tag { .. } => Some(OperationType::TagChange),
        _ => None,
    }
}
