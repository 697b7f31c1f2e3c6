//! Why a replication failed, as the target tells it.

use super::Check;
use super::reference::{Expected, Fate};
use super::tally::{Judged, Tally};
use super::view::{View, after, subject};
use crate::history::{FailureSeen, Instant, Seen, Side};
use crate::replication::FailureReason;

pub(super) fn failure(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    for expected in view.selected(check) {
        for (side, fate) in &expected.fates {
            if let Fate::Fails { because, reasons } = fate {
                let since = expected.free;
                let judged = judge(view, expected, *side, since, (because, reasons));
                tally.add(&expected.label, subject(*side, expected), judged);
            }
        }
        for (side, since) in &expected.tags_refused {
            let wanted = ("R-EVT-15", &[FailureReason::DstVersionNotFound][..]);
            let judged = judge(view, expected, *side, *since, wanted);
            tally.add(&expected.label, subject(*side, expected), judged);
        }
    }
    tally
}

fn judge(
    view: &View<'_>,
    expected: &Expected,
    side: Side,
    since: Instant,
    (because, reasons): (&str, &[FailureReason]),
) -> Judged {
    let names: Vec<_> = reasons.iter().map(ToString::to_string).collect();
    let wanted = match names.is_empty() {
        true => format!("any reason ({because})"),
        false => format!("the reason {} ({because})", names.join(" or ")),
    };
    let looks = view.looks_at(expected.origin, &expected.key);
    let told = looks.filter_map(|look| match look.seen {
        Seen::Failures { failures } if look.version == Some(&expected.version) => {
            let here = failures.iter().filter(|failure| failure.side == side);
            Some((look.sent, look.received, here.collect::<Vec<_>>()))
        }
        _ => None,
    });
    let fits = |failure: &&FailureSeen| names.is_empty() || names.contains(&failure.reason);
    let mut last: Option<Instant> = None;
    for (sent, received, failures) in told {
        if let Some(wrong) = failures.iter().find(|failure| !fits(failure)) {
            return Judged::fail(wanted, format!("the reason {}", wrong.reason), received);
        }
        if !failures.is_empty() {
            return Judged::Pass;
        }
        last = last.max(Some(sent));
    }
    match last {
        None => Judged::unknown(wanted, "nobody asked for the reason"),
        Some(last) if last >= view.deadline(since) => {
            let seen = format!("no failure told of by {}", after(since, last));
            Judged::fail(wanted, seen, since)
        }
        Some(last) => {
            let at = after(since, last);
            Judged::unknown(
                wanted,
                format!("none told of at {at}, and nobody asked after the deadline"),
            )
        }
    }
}
