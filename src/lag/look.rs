//! What each look says about each write, in the order of a history.

use super::index::{Index, is_listed};
use super::write::Write;
use super::{Measure, OperationType};
use crate::history::{Event, Page, Seen, Side, Timed};
use crate::replication::{ReplicationStatus, VersionId};

/// What a look says about one write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    /// Its effect was there.
    Had,
    /// It was not.
    Lacked,
    /// Nothing: the request failed.
    Failed,
    /// The source's status, where it is neither PENDING nor COMPLETED.
    Other(Option<ReplicationStatus>),
}

/// One look at one write.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// Which write, by its place.
    pub(super) write: usize,
    pub(super) side: Side,
    pub(super) measure: Measure,
    /// The earliest moment that it can have been sent, in nanoseconds since the run began.
    pub(super) sent: u64,
    /// The latest moment that its answer can have been received.
    pub(super) received: u64,
    /// How far the looker's clock may be off; `sent` and `received` are widened by it.
    pub(super) uncertainty: u64,
    pub(super) evidence: Evidence,
}

/// Says of the events of a history, as they go by in order, what each look tells of each write.
pub(super) struct Looks<'w, 'a> {
    index: Index<'w, 'a>,
    uncertainty: u64,
}

impl<'w, 'a> Looks<'w, 'a> {
    pub(super) fn new(writes: &'w [Write<'a>]) -> Self {
        Self {
            index: Index::new(writes),
            uncertainty: 0,
        }
    }

    /// Gives a look to `take` once for every write that it is about.
    pub(super) fn event(&mut self, timed: &Timed, take: &mut impl FnMut(Look)) {
        match &timed.event {
            Event::Ok { op, .. } => self.index.acknowledged(*op),
            Event::Session(session) => self.uncertainty = session.uncertainty_ns,
            Event::Page(page) => of_page(&self.index, page, self.uncertainty, take),
            Event::Observation {
                side,
                key,
                version,
                sent,
                received,
                seen,
            } => {
                let look = Look {
                    write: 0,
                    side: *side,
                    measure: Measure::Visible,
                    sent: sent.0.saturating_sub(self.uncertainty),
                    received: received.0 + self.uncertainty,
                    uncertainty: self.uncertainty,
                    evidence: Evidence::Failed,
                };
                match version {
                    Some(version) => of_version(&self.index, (key, version), seen, look, take),
                    None => of_key(&self.index, key, seen, look, take),
                }
            }
            _ => {}
        }
    }
}

fn of_page(index: &Index<'_, '_>, page: &Page, uncertainty: u64, take: &mut impl FnMut(Look)) {
    if page.side == Side::Source {
        return;
    }
    let look = |write, evidence| Look {
        write,
        side: page.side,
        measure: Measure::Visible,
        sent: page.sent.0.saturating_sub(uncertainty),
        received: page.received.0 + uncertainty,
        uncertainty,
        evidence,
    };
    let shown = page.shown.iter().flat_map(|(first, last)| *first..=*last);
    for place in shown.filter_map(|op| index.of_op(op)) {
        take(look(place, Evidence::Had));
    }
    for place in index.lacked_by(page) {
        take(look(place, Evidence::Lacked));
    }
}

fn of_version(
    index: &Index<'_, '_>,
    (key, version): (&str, &VersionId),
    seen: &Seen,
    look: Look,
    take: &mut impl FnMut(Look),
) {
    for place in index.of_version(key, &version.0) {
        let write = &index.writes[*place];
        let evidence = match look.side {
            Side::Source => status(write, seen),
            Side::Destination(_) => visible(write, seen),
        };
        let measure = match look.side {
            Side::Source => Measure::Status,
            Side::Destination(_) => Measure::Visible,
        };
        if let Some(evidence) = evidence {
            take(Look {
                write: *place,
                measure,
                evidence,
                ..look
            });
        }
    }
}

/// What a look at a version of the destination says.
fn visible(write: &Write<'_>, seen: &Seen) -> Option<Evidence> {
    let is_there = match (write.kind, seen) {
        (_, Seen::Failed(_)) => return Some(Evidence::Failed),
        (_, Seen::Absent) => false,
        (OperationType::TagChange, Seen::Tags { tags }) => Some(tags) == write.tags(),
        (OperationType::DeleteMarker, Seen::DeleteMarker { .. }) => true,
        (OperationType::TagChange | OperationType::DeleteMarker, _) => return None,
        (_, Seen::Present(_)) => true,
        _ => return None,
    };
    Some(had(is_there))
}

/// What a look at a version of the source says about the replication of an object.
fn status(write: &Write<'_>, seen: &Seen) -> Option<Evidence> {
    write.operation.kind.content()?;
    match seen {
        Seen::Present(object) => Some(match object.status {
            Some(ReplicationStatus::Completed) => Evidence::Had,
            Some(ReplicationStatus::Pending) => Evidence::Lacked,
            other => Evidence::Other(other),
        }),
        Seen::Failed(_) => Some(Evidence::Failed),
        _ => None,
    }
}

/// What a look at a key of the destination says: a listing, or the current version.
fn of_key(index: &Index<'_, '_>, key: &str, seen: &Seen, look: Look, take: &mut impl FnMut(Look)) {
    if look.side == Side::Source {
        return;
    }
    for place in index.of_key(key) {
        let write = &index.writes[*place];
        if write.acknowledged.0 > look.sent {
            continue;
        }
        let is_delete = write.kind == OperationType::DeleteMarker;
        let is_there = match seen {
            Seen::Versions { versions } => is_listed(write, versions),
            Seen::DeleteMarker { version } if is_delete => {
                Some(write.is_lone || version.as_ref() == Some(write.version))
            }
            Seen::Absent | Seen::Present(_) if is_delete && write.is_lone => Some(false),
            _ => None,
        };
        if let Some(is_there) = is_there {
            let (write, evidence) = (*place, had(is_there));
            take(Look {
                write,
                evidence,
                ..look
            });
        }
    }
}

fn had(is_there: bool) -> Evidence {
    match is_there {
        true => Evidence::Had,
        false => Evidence::Lacked,
    }
}
