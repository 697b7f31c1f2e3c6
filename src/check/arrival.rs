//! Replicas that have to arrive.

use super::Check;
use super::content::held;
use super::tally::{Judged, Tally};
use super::view::{Op, Replica, View, after};
use crate::history::{Instant, OperationKind, Seen, Side};

pub(super) fn arrives(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    for replica in view.replicas(check) {
        let judged = judge(view, &replica);
        tally.add(&replica.expected.label, replica.subject(), judged);
    }
    for op in view.ops.iter().filter(|op| op.answer.is_none()) {
        if let OperationKind::Found(content) = &op.operation.kind {
            let subject = format!("{} {}", op.operation.side, op.operation.key);
            let judged = Judged::unknown(held(content), lacking(view, op));
            tally.add(&op.operation.label, subject, judged);
        }
    }
    tally
}

/// What the source showed instead of an object that somebody else is said to have written.
/// An object that is there has a reason of its own.
fn lacking(view: &View<'_>, op: &Op<'_>) -> String {
    let look = view.looks_at(Side::Source, &op.operation.key).last();
    match look.map(|look| look.seen) {
        Some(Seen::Present(_)) => op
            .failure
            .map_or_else(|| "no answer".to_owned(), |(_, why)| why.message.clone()),
        Some(Seen::Failed(failure)) => format!("{}: {}", failure.code, failure.message),
        Some(Seen::DeleteMarker { .. }) => "a delete marker".to_owned(),
        Some(_) => "no such object".to_owned(),
        None => "nobody looked".to_owned(),
    }
}

fn judge(view: &View<'_>, replica: &Replica<'_>) -> Judged {
    let expected = replica.expected;
    let looks = || view.looks_at(replica.side, &expected.key);
    let looked = replica.matched.and_then(|matched| {
        let shows = looks().filter(|look| look.shows(&matched.version));
        shows.map(|look| look.received).min()
    });
    let seen = looked
        .into_iter()
        .chain(view.pages.shown(replica.side, expected))
        .min();
    let renamed = replica.matched.is_some_and(|matched| !matched.by_id);
    let lacking = looks().filter(|look| look.lacks(&expected.version) && !renamed);
    let listed = view.pages.lacking(replica.side, expected, seen);
    let listed = listed.filter(|_| !renamed);
    let sent = lacking.map(|look| look.sent);
    let sent = sent.filter(|sent| seen.is_none_or(|seen| *sent < seen));
    in_time(view, expected.free, sent.chain(listed).max(), seen)
}

/// Judges an arrival between the last look that lacked it and the first that had it.
pub(super) fn in_time(
    view: &View<'_>,
    since: Instant,
    lacking: Option<Instant>,
    seen: Option<Instant>,
) -> Judged {
    let deadline = view.deadline(since);
    let wanted = format!("there by {}", after(since, deadline));
    let late = lacking.filter(|lacking| *lacking >= deadline);
    match (seen, late, lacking) {
        (Some(seen), _, _) if seen <= deadline => Judged::Pass,
        (Some(seen), Some(late), _) => Judged::fail(
            wanted,
            format!(
                "absent at {}, first seen at {}",
                after(since, late),
                after(since, seen)
            ),
            since,
        ),
        (None, Some(late), _) => Judged::fail(
            wanted,
            format!(
                "absent at every look, last looked at {}",
                after(since, late)
            ),
            since,
        ),
        (Some(seen), None, _) => Judged::unknown(
            wanted,
            format!(
                "first seen at {}, and nobody looked between the deadline and then",
                after(since, seen)
            ),
        ),
        (None, None, Some(last)) => Judged::unknown(
            wanted,
            format!(
                "absent at {}, and nobody looked after the deadline",
                after(since, last)
            ),
        ),
        (None, None, None) => Judged::unknown(wanted, "nobody looked at the destination"),
    }
}
