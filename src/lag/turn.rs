//! How long a change of the role took to show.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::history::{Event, History, Instant, OperationKind, Seen, Side};
use crate::replication::{ReplicationStatus, VersionId};

/// From a change to its first sign, an interval: the change took effect between its request and its
/// acknowledgement, and the sign came between the last look that lacked it and the first that had it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// At least so long, in nanoseconds: from the acknowledgement to the last look without the sign.
    pub lower_ns: u64,
    /// At most so long, in nanoseconds: from the request to the first answer with it.
    pub upper_ns: u64,
}

/// From the last operation of this kind to the first version, written later, whose source shows
/// `status`; none where none did.
#[must_use]
pub fn turn(
    history: &History,
    is_the_change: impl Fn(&OperationKind) -> bool,
    status: ReplicationStatus,
) -> Option<Turn> {
    let (invoked, acknowledged) = change(history, is_the_change)?;
    let later = written_after(history, acknowledged);
    let looks = history
        .events
        .iter()
        .filter_map(|timed| match &timed.event {
            Event::Observation {
                side: Side::Source,
                version: Some(version),
                sent,
                received,
                seen: Seen::Present(object),
                ..
            } if later.contains(version) => Some((*sent, *received, object.status == Some(status))),
            _ => None,
        });
    let looks: Vec<_> = looks.collect();
    let signs = looks.iter().filter(|(_, _, has)| *has);
    let first = signs.map(|(_, received, _)| *received).min()?;
    let lacking = looks.iter().filter(|(sent, _, has)| !has && *sent < first);
    let last = lacking.map(|(sent, _, _)| *sent).max();
    Some(Turn {
        lower_ns: last.map_or(0, |last| last.0.saturating_sub(acknowledged.0)),
        upper_ns: first.0.saturating_sub(invoked.0),
    })
}

/// When the last such operation was asked for, and acknowledged.
fn change(
    history: &History,
    is_the_change: impl Fn(&OperationKind) -> bool,
) -> Option<(Instant, Instant)> {
    let mut events = history.events.iter().rev();
    let (op, invoked) = events.find_map(|timed| match &timed.event {
        Event::Invoke { op, operation, .. } if is_the_change(&operation.kind) => {
            Some((*op, timed.at))
        }
        _ => None,
    })?;
    let mut events = history.events.iter();
    let answer = |event: &Event| matches!(event, Event::Ok { op: answered, .. } if *answered == op);
    let acknowledged = events.find(|timed| answer(&timed.event))?;
    Some((invoked, acknowledged.at))
}

/// The versions whose writes were asked for after that moment.
fn written_after(history: &History, moment: Instant) -> BTreeSet<VersionId> {
    let (mut later, mut versions) = (BTreeSet::new(), BTreeSet::new());
    for timed in &history.events {
        match &timed.event {
            Event::Invoke { op, operation, .. }
                if operation.kind.content().is_some() && timed.at >= moment =>
            {
                later.insert(*op);
            }
            Event::Ok { op, outcome } if later.contains(op) => {
                versions.extend(outcome.version.clone());
            }
            _ => {}
        }
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Content, ObjectSeen, Operation, Outcome, Plan, Timed};
    use ReplicationStatus::{Completed, Failed, Pending};

    /// Milliseconds.
    fn at(ms: u64) -> Instant {
        Instant(ms * 1_000_000)
    }

    fn op(op: u32, ms: u64, kind: OperationKind, version: Option<&str>) -> [Timed; 2] {
        let operation = Operation {
            label: String::new(),
            side: Side::Source,
            key: "k".to_owned(),
            kind,
        };
        let outcome = Outcome {
            version: version.map(VersionId::from),
            etag: None,
            answered: None,
        };
        let timed = |at, event| Timed { at, event };
        [
            timed(
                at(ms),
                Event::Invoke {
                    op,
                    operation: Box::new(operation),
                    intended: None,
                },
            ),
            timed(at(ms + 10), Event::Ok { op, outcome }),
        ]
    }

    fn look(sent: u64, version: &str, status: ReplicationStatus) -> [Timed; 1] {
        let object = ObjectSeen {
            status: Some(status),
            ..ObjectSeen::default()
        };
        let event = Event::Observation {
            side: Side::Source,
            key: "k".to_owned(),
            version: Some(version.into()),
            sent: at(sent),
            received: at(sent + 5),
            seen: Seen::Present(Box::new(object)),
        };
        [Timed {
            at: at(sent + 5),
            event,
        }]
    }

    fn put() -> OperationKind {
        OperationKind::Put(Content::default())
    }

    fn history(events: impl IntoIterator<Item = Timed>) -> History {
        History {
            plan: Plan::of_rules(&[]),
            events: events.into_iter().collect(),
        }
    }

    fn denied(history: &History) -> Option<Turn> {
        turn(
            history,
            |kind| matches!(kind, OperationKind::Deny { .. }),
            Failed,
        )
    }

    fn deny() -> OperationKind {
        OperationKind::Deny {
            actions: ["s3:ReplicateObject".to_owned()].into(),
        }
    }

    #[test]
    fn it_lasts_from_the_last_look_without_the_sign_to_the_first_with_it() {
        let events = [op(0, 100, deny(), None), op(1, 200, put(), Some("v1"))]
            .into_iter()
            .flatten();
        let looks = [
            look(220, "v1", Pending),
            look(260, "v1", Failed),
            look(300, "v1", Failed),
        ];
        let turn = denied(&history(events.chain(looks.into_iter().flatten()))).unwrap();
        assert_eq!((turn.lower_ns, turn.upper_ns), (110_000_000, 165_000_000));
    }

    #[test]
    fn what_was_written_before_the_change_is_no_sign_of_it() {
        let events = [op(0, 50, put(), Some("v0")), op(1, 100, deny(), None)]
            .into_iter()
            .flatten();
        let looks = look(200, "v0", Failed).into_iter();
        assert_eq!(denied(&history(events.chain(looks))), None);
    }

    #[test]
    fn without_a_change_or_a_sign_there_is_none() {
        let written = op(0, 50, put(), Some("v0"));
        assert_eq!(denied(&history(written.clone())), None);
        let events = [op(1, 10, deny(), None), written].into_iter().flatten();
        let looks = look(200, "v0", Completed).into_iter();
        assert_eq!(denied(&history(events.chain(looks))), None);
    }

    /// A look without the sign that is sent when the first sign is received comes too late to count.
    #[test]
    fn a_look_sent_with_the_receipt_of_the_first_sign_is_no_lower_bound() {
        let events = [op(0, 100, deny(), None), op(1, 200, put(), Some("v1"))];
        let looks = [
            look(220, "v1", Pending),
            look(260, "v1", Failed),
            look(265, "v1", Pending),
        ];
        let events = events.into_iter().flatten();
        let turn = denied(&history(events.chain(looks.into_iter().flatten()))).unwrap();
        assert_eq!((turn.lower_ns, turn.upper_ns), (110_000_000, 165_000_000));
    }
}
