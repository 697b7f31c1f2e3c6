//! What must not happen: evidence is a look after the window and after a later canary arrived.

use super::Check;
use super::matching::Foreign;
use super::reference::{Expected, Fate};
use super::tally::{Judged, Tally};
use super::view::{Look, Op, View, after, subject};
use crate::history::{Instant, OperationKind, Side};

pub(super) fn stays_absent(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    for expected in view.selected(check) {
        if expected.content.is_none() {
            continue;
        }
        for (side, fate) in &expected.fates {
            if let Fate::Absent { because } = fate {
                let judged = absent(view, expected, *side, because);
                tally.add(&expected.label, subject(*side, expected), judged);
            }
        }
    }
    tally
}

fn absent(view: &View<'_>, expected: &Expected, side: Side, because: &str) -> Judged {
    let wanted = format!("absent ({because})");
    let mut looks = view.looks_at(side, &expected.key);
    if let Some(look) = looks.find(|look| look.shows(&expected.version)) {
        return Judged::fail(wanted, "it is there", look.received);
    }
    if let Some(foreign) = foreign(view, side, &expected.key, false) {
        let seen = format!("version {}, which nobody wrote there", foreign.version);
        return Judged::fail(wanted, seen, foreign.received);
    }
    let lacks = |look: &Look<'_>| look.lacks(&expected.version);
    waited(view, side, expected, expected.acknowledged, &wanted, lacks)
}

/// The first object, or marker, at a destination that no operation accounts for.
pub(super) fn foreign<'v>(
    view: &'v View<'_>,
    side: Side,
    key: &str,
    marker: bool,
) -> Option<&'v Foreign> {
    view.matches
        .foreign
        .iter()
        .find(|foreign| foreign.side == side && foreign.key == key && foreign.marker == marker)
}

/// Passes when a look that proves the wanted state was sent after the window, and after a canary
/// that was written later had arrived.
pub(super) fn waited(
    view: &View<'_>,
    side: Side,
    expected: &Expected,
    since: Instant,
    wanted: &str,
    proves: impl Fn(&Look<'_>) -> bool,
) -> Judged {
    let window = view.window(since);
    let canary = view.canary(side, since);
    let looks = view
        .looks_at(side, &expected.key)
        .filter(|look| proves(look));
    let Some(last) = looks.map(|look| look.sent).max() else {
        return Judged::unknown(wanted, format!("nobody looked at the {side}"));
    };
    let Some(canary) = canary else {
        return Judged::unknown(wanted, "no later canary was seen at the destination");
    };
    let at = after(since, last);
    if last < window {
        let window = after(since, window);
        return Judged::unknown(wanted, format!("last looked at {at}, before {window}"));
    }
    if last <= canary {
        let canary = after(since, canary);
        let missing = format!("last looked at {at}, before the canary arrived at {canary}");
        return Judged::unknown(wanted, missing);
    }
    Judged::Pass
}

pub(super) fn version_delete(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    for op in view.ops.iter() {
        let OperationKind::DeleteVersion { version } = &op.operation.kind else {
            continue;
        };
        let (label, Some((since, _))) = (&op.operation.label, op.answer) else {
            continue;
        };
        let mut written = view.expected_at(&op.operation.key);
        let Some(expected) = written.find(|expected| expected.version == *version) else {
            continue;
        };
        // The check may be asked of the deletion, or of the write whose version is deleted.
        let asked = check.selects(label) || check.selects(&expected.label);
        if op.operation.side != expected.origin || !asked {
            continue;
        }
        for (side, fate) in &expected.fates {
            if fate.arrives() {
                let judged = kept(view, expected, *side, (op.invoked, since));
                tally.covers(&expected.label);
                tally.add(label, subject(*side, expected), judged);
            }
        }
    }
    tally
}

fn kept(
    view: &View<'_>,
    expected: &Expected,
    side: Side,
    (invoked, since): (Instant, Instant),
) -> Judged {
    let wanted = "still there after its source was deleted";
    let Some(matched) = view.matches.of(expected, side) else {
        return Judged::unknown(wanted, "the replica was never seen");
    };
    let shows = |look: &Look<'_>| look.shows(&matched.version);
    let mut looks = view.looks_at(side, &expected.key);
    let before = looks.find(|look| shows(look));
    let before = before.map(|look| look.received);
    let mut looks = view.looks_at(side, &expected.key);
    let gone = looks.find(|look| {
        look.lacks(&matched.version) && look.sent >= invoked && Some(look.sent) > before
    });
    match (gone, before) {
        (Some(look), Some(_)) => {
            let seen = format!("absent {} after the deletion", after(since, look.sent));
            Judged::fail(wanted, seen, look.received)
        }
        _ => waited(view, side, expected, since, wanted, shows),
    }
}

/// What had arrived before its destination was deleted is absent from the new one (R-NOT-10).
pub(super) fn not_restored(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    let created = |op: &&Op<'_>| matches!(op.operation.kind, OperationKind::CreateBucket);
    for op in view.ops.iter().filter(created) {
        let (side, Some((since, _))) = (op.operation.side, op.answer) else {
            continue;
        };
        for expected in view.selected(check) {
            let arrived = expected.fates.get(&side).is_some_and(Fate::arrives);
            if arrived && expected.op < op.number {
                let judged = gone(view, expected, side, since);
                tally.add(&expected.label, subject(side, expected), judged);
            }
        }
    }
    tally
}

fn gone(view: &View<'_>, expected: &Expected, side: Side, since: Instant) -> Judged {
    let wanted = "absent from the destination that was created anew (R-NOT-10)";
    let mut looks = view.looks_at(side, &expected.key);
    let back = looks.find(|look| look.sent >= since && look.shows(&expected.version));
    if let Some(look) = back {
        return Judged::fail(wanted, "it came back", look.received);
    }
    let lacks = |look: &Look<'_>| look.lacks(&expected.version);
    waited(view, side, expected, since, wanted, lacks)
}
