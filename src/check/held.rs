//! What is held up: it waits, and nothing fails.

use super::Check;
use super::reference::Expected;
use super::status::{Status, named, statuses};
use super::tally::{Judged, Tally};
use super::view::{Op, View, after, subject};
use super::{Obstacles, reference::Fate};
use crate::history::{Instant, Side};
use crate::replication::ReplicationStatus::Pending;

/// PENDING at the source and nothing at the destination for as long as the way there is held up.
pub(super) fn back(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::default();
    for expected in view.selected(check) {
        for (side, fate) in &expected.fates {
            let Some(until) = held(view, expected, *side, fate) else {
                continue;
            };
            let judged = judge(view, expected, *side, until);
            tally.add(&expected.label, subject(*side, expected), judged);
        }
    }
    tally
}

/// Until when the way of a version to one side was held up; none where it was free.
fn held(view: &View<'_>, expected: &Expected, side: Side, fate: &Fate) -> Option<Instant> {
    let lost = matches!(fate, Fate::Absent { because } if *because == "R-NOT-11");
    let mut obstacles = Obstacles::default();
    let (before, behind): (Vec<&Op<'_>>, Vec<_>) = view
        .ops
        .iter()
        .filter(|op| op.answer.is_some())
        .partition(|op| op.number < expected.op);
    before.iter().for_each(|op| obstacles.change(op.operation));
    if !obstacles.hold(expected.origin, side) || !(fate.arrives() || lost) {
        return None;
    }
    let release = behind.into_iter().find(|op| {
        obstacles.change(op.operation);
        !obstacles.hold(expected.origin, side)
    });
    Some(release.map_or(Instant(u64::MAX), |op| op.invoked))
}

fn judge(view: &View<'_>, expected: &Expected, side: Side, until: Instant) -> Judged {
    let since = expected.acknowledged;
    let wanted = "PENDING, and absent, for as long as it is held up";
    let mut there = view.looks_at(side, &expected.key);
    if let Some(look) = there.find(|look| look.received <= until && look.shows(&expected.version)) {
        let seen = format!("there at {}", after(since, look.received));
        return Judged::fail(wanted, seen, look.received);
    }
    let statuses = statuses(view, expected);
    let meanwhile = || statuses.iter().filter(|(look, _)| look.received <= until);
    let wrong = |(_, status): &&Status<'_, '_>| *status != Some(Pending);
    if let Some((look, status)) = meanwhile().find(wrong) {
        return Judged::fail(wanted, named(*status), look.received);
    }
    let window = view.window(since);
    let late = |sent: Instant, received: Instant| sent >= window && received <= until;
    let pending = meanwhile().any(|(look, _)| late(look.sent, look.received));
    let mut looks = view.looks_at(side, &expected.key);
    let absent = looks.any(|look| look.lacks(&expected.version) && late(look.sent, look.received));
    match (pending, absent) {
        (true, true) => Judged::Pass,
        (false, _) => Judged::unknown(wanted, "nobody looked at the source after the window"),
        (true, false) => Judged::unknown(wanted, format!("nobody looked at the {side} then")),
    }
}
