//! `x-amz-replication-status` of source versions and replicas.

use super::Check;
use super::identity::{each, word};
use super::reference::{Expected, Fate};
use super::tally::{Judged, Tally};
use super::view::{Look, Op, View, after, subject};
use crate::history::{Instant, OperationKind};
use crate::replication::ReplicationStatus;

/// A status of a source version, with the look that found it.
pub(super) type Status<'v, 'a> = (&'v Look<'a>, Option<ReplicationStatus>);

/// The statuses that a source version was seen with, in the order the answers came.
pub(super) fn statuses<'v, 'a>(view: &'v View<'a>, expected: &Expected) -> Vec<Status<'v, 'a>> {
    let (key, version) = (&expected.key, &expected.version);
    view.found(expected.origin, key, version)
        .map(|(look, object)| (look, object.status))
        .collect()
}

pub(super) fn named(status: Option<ReplicationStatus>) -> String {
    let name = status.map(|status| status.to_string());
    format!("status {}", word(name.as_deref()))
}

/// Reached a status by the deadline, or not, or nobody knows.
pub(super) fn reaches(
    view: &View<'_>,
    since: Instant,
    statuses: &[Status<'_, '_>],
    wanted: ReplicationStatus,
) -> Judged {
    let deadline = view.deadline(since);
    let expected = format!("status {wanted} by {}", after(since, deadline));
    let reached = statuses.iter().find(|(_, status)| *status == Some(wanted));
    if reached.is_some_and(|(look, _)| look.received <= deadline) {
        return Judged::Pass;
    }
    let before = |look: &Look<'_>| reached.is_none_or(|(reached, _)| look.sent < reached.received);
    let late = |(look, status): &&Status<'_, '_>| {
        look.sent >= deadline && *status != Some(wanted) && before(look)
    };
    if let Some((look, status)) = statuses.iter().rfind(late) {
        let seen = format!("{} at {}", named(*status), after(since, look.sent));
        return Judged::fail(expected, seen, since);
    }
    let last = match (reached, statuses.last()) {
        (Some((look, _)), _) => format!("first seen at {}", after(since, look.received)),
        (None, Some((look, status))) => {
            let at = after(since, look.sent);
            format!(
                "{} at {at}, and nobody looked after the deadline",
                named(*status)
            )
        }
        (None, None) => "the source version was not looked at".to_owned(),
    };
    Judged::unknown(expected, last)
}

pub(super) fn source(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    for expected in view.selected(check) {
        let replica = |fate: &Fate| matches!(fate, Fate::Replica { .. });
        let fails = |fate: &Fate| matches!(fate, Fate::Fails { .. });
        if !expected.fates.values().any(replica) || expected.fates.values().any(fails) {
            continue;
        }
        let statuses = statuses(view, expected);
        if let Some((_, first)) = statuses.first() {
            tally.note(format!("first {}", named(*first)));
        }
        let judged = wrong_word(&statuses)
            .or_else(|| back_to_pending(view, expected, &statuses))
            .or_else(|| completed_too_early(view, expected, &statuses))
            .unwrap_or_else(|| {
                let completed = ReplicationStatus::Completed;
                reaches(view, expected.free, &statuses, completed)
            });
        tally.add(&expected.label, subject(expected.origin, expected), judged);
    }
    tally
}

/// A status from the first look on (R-STATUS-05, which AWS does not promise).
pub(super) fn at_once(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    for expected in view.selected(check) {
        let absent = |fate: &Fate| matches!(fate, Fate::Absent { .. });
        if expected.content.is_none() || expected.fates.values().all(absent) {
            continue;
        }
        let statuses = statuses(view, expected);
        let judged = match statuses.first() {
            None => Judged::unknown("a status", "the version was not looked at"),
            Some((look, None)) => {
                let at = after(expected.acknowledged, look.sent);
                Judged::fail("a status", format!("none at {at}"), look.received)
            }
            Some((_, Some(_))) => Judged::Pass,
        };
        tally.add(&expected.label, subject(expected.origin, expected), judged);
    }
    tally
}

/// No status, FAILED or REPLICA on a version that has to replicate. Before the first status none is
/// let pass: that is [`at_once`]'s matter.
fn wrong_word(statuses: &[Status<'_, '_>]) -> Option<Judged> {
    use ReplicationStatus::{Completed, Pending};
    let wrong = |(_, status): &&Status<'_, '_>| !matches!(status, Some(Pending | Completed));
    let had_none = |(_, status): &&Status<'_, '_>| status.is_none();
    let (look, status) = statuses.iter().skip_while(had_none).find(wrong)?;
    Some(Judged::fail(
        "PENDING, then COMPLETED",
        named(*status),
        look.received,
    ))
}

/// PENDING asked for after COMPLETED was answered. A later change of the tags may do that
/// (R-STATUS-14, unsure), so from then on it is not held against the target.
fn back_to_pending(
    view: &View<'_>,
    expected: &Expected,
    statuses: &[Status<'_, '_>],
) -> Option<Judged> {
    let tagged = view.ops.on(&expected.key).filter(|op| {
        matches!(&op.operation.kind, OperationKind::Tag { version, .. } if *version == expected.version)
    });
    let tagged = tagged.map(|op| op.invoked).min();
    let (completed, _) = first(statuses, ReplicationStatus::Completed)?;
    let back = statuses.iter().find(|(look, status)| {
        *status == Some(ReplicationStatus::Pending)
            && look.sent > completed.received
            && tagged.is_none_or(|tagged| look.received < tagged)
    });
    let (look, status) = back?;
    Some(Judged::fail(
        "COMPLETED stays",
        named(*status),
        look.received,
    ))
}

/// The destination was asked after COMPLETED had been answered, and had nothing (R-STATUS-13).
fn completed_too_early(
    view: &View<'_>,
    expected: &Expected,
    statuses: &[Status<'_, '_>],
) -> Option<Judged> {
    let (completed, _) = first(statuses, ReplicationStatus::Completed)?;
    let deleted = view.deleted(&expected.key, &expected.version);
    expected.fates.iter().find_map(|(side, fate)| {
        let renamed = view
            .matches
            .of(expected, *side)
            .is_some_and(|matched| !matched.by_id);
        if renamed || !fate.arrives() {
            return None;
        }
        let mut looks = view.looks_at(*side, &expected.key);
        let look = looks.find(|look| {
            look.lacks(&expected.version)
                && look.sent > completed.received
                && deleted.is_none_or(|deleted| look.received < deleted)
        })?;
        let ack = expected.acknowledged;
        let (said, asked) = (after(ack, completed.received), after(ack, look.sent));
        Some(Judged::fail(
            "COMPLETED only when the replica is readable",
            format!("COMPLETED at {said}, and absent at the {side} at {asked}"),
            look.received,
        ))
    })
}

fn first<'s, 'v, 'a>(
    statuses: &'s [Status<'v, 'a>],
    wanted: ReplicationStatus,
) -> Option<&'s Status<'v, 'a>> {
    statuses.iter().find(|(_, status)| *status == Some(wanted))
}

/// COMPLETED stays while a change of the tags travels: what AWS leaves open (R-STATUS-14).
pub(super) fn kept(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    for expected in view.selected(check) {
        let arrives = expected.fates.values().any(Fate::arrives);
        for op in view.ops.on(&expected.key).filter(|_| arrives) {
            let tags = matches!(&op.operation.kind, OperationKind::Tag { version, .. } if *version == expected.version);
            if tags && op.operation.side == expected.origin {
                let judged = kept_over(op, &statuses(view, expected));
                tally.add(&expected.label, subject(expected.origin, expected), judged);
            }
        }
    }
    tally
}

fn kept_over(change: &Op<'_>, statuses: &[Status<'_, '_>]) -> Judged {
    let (wanted, completed) = ("COMPLETED stays", Some(ReplicationStatus::Completed));
    let before = statuses.iter().rfind(|(look, _)| look.place < change.place);
    if before.is_none_or(|(_, status)| *status != completed) {
        return Judged::unknown(wanted, "it was not seen COMPLETED before the change");
    }
    let since = |look: &Look<'_>| look.place > change.place && look.sent >= change.invoked;
    let mut later = statuses.iter().filter(|(look, _)| since(look));
    if let Some((look, status)) = later.clone().find(|(_, status)| *status != completed) {
        let seen = format!("{} at {}", named(*status), after(change.invoked, look.sent));
        return Judged::fail(wanted, seen, look.received);
    }
    let answered = change.answer.map(|(at, _)| at);
    let looked = |at: Instant| later.any(|(look, _)| look.sent >= at);
    match answered.is_some_and(looked) {
        true => Judged::Pass,
        false => Judged::unknown(wanted, "nobody looked at the source after the change"),
    }
}

pub(super) fn replica(view: &View<'_>, check: &Check) -> Tally {
    each(view, check, |replica| {
        let wanted = Some(ReplicationStatus::Replica);
        let mut answers = view.found_replica(replica).peekable();
        if answers.peek().is_none() {
            return Judged::unknown(named(wanted), "no replica was seen");
        }
        match answers.find(|(_, object)| object.status != wanted) {
            None => Judged::Pass,
            Some((look, object)) => {
                Judged::fail(named(wanted), named(object.status), look.received)
            }
        }
    })
}

pub(super) fn none(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    for expected in view.selected(check) {
        // What was selected and deleted before it was copied has a status while it is there.
        let unselected =
            |fate: &Fate| matches!(fate, Fate::Absent { because } if *because != "R-NOT-11");
        if expected.content.is_none() || !expected.fates.values().all(unselected) {
            continue;
        }
        let statuses = statuses(view, expected);
        let judged = match statuses.iter().find(|(_, status)| status.is_some()) {
            Some((look, status)) => Judged::fail("no status", named(*status), look.received),
            None if statuses.is_empty() => {
                Judged::unknown("no status", "the source version was not looked at")
            }
            None => Judged::Pass,
        };
        tally.add(&expected.label, subject(expected.origin, expected), judged);
    }
    tally
}
