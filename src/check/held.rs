//! What is held up: it waits, and nothing fails.

use super::Check;
use super::reference::Expected;
use super::status::{Status, named, statuses};
use super::tally::{Judged, Tally};
use super::view::{Look, Op, View, after, subject};
use super::{Obstacles, reference::Fate};
use crate::history::Side;
use crate::replication::ReplicationStatus::{Failed, Pending};

/// PENDING at the source and nothing at the destination for as long as the way there is held up.
pub(super) fn back(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
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

/// Up to which place in the history the way of a version to one side was held up; none where it was
/// free.
fn held(view: &View<'_>, expected: &Expected, side: Side, fate: &Fate) -> Option<usize> {
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
    Some(release.map_or(usize::MAX, |op| op.place))
}

fn judge(view: &View<'_>, expected: &Expected, side: Side, until: usize) -> Judged {
    let since = expected.acknowledged;
    let wanted = "PENDING, and absent, for as long as it is held up";
    let mut there = view.looks_at(side, &expected.key);
    if let Some(look) = there.find(|look| look.place < until && look.shows(&expected.version)) {
        let seen = format!("there at {}", after(since, look.received));
        return Judged::fail(wanted, seen, look.received);
    }
    let statuses = statuses(view, expected);
    let meanwhile = || statuses.iter().filter(|(look, _)| look.place < until);
    // Another destination may refuse it meanwhile, and that shows.
    let mut fates = expected.fates.values();
    let is_refused = fates.any(|fate| matches!(fate, Fate::Fails { .. }));
    let wrong = |(_, status): &&Status<'_, '_>| match status {
        Some(Pending) => false,
        Some(Failed) => !is_refused,
        _ => true,
    };
    if let Some((look, status)) = meanwhile().find(wrong) {
        return Judged::fail(wanted, named(*status), look.received);
    }
    let window = view.window(since);
    let late = |look: &Look<'_>| look.sent >= window && look.place < until;
    let pending = meanwhile().any(|(look, _)| late(look));
    let mut looks = view.looks_at(side, &expected.key);
    let absent = looks.any(|look| look.lacks(&expected.version) && late(look));
    match (pending, absent) {
        (true, true) => Judged::Pass,
        (false, _) => Judged::unknown(wanted, "nobody looked at the source after the window"),
        (true, false) => Judged::unknown(wanted, format!("nobody looked at the {side} then")),
    }
}
