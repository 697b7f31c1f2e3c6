//! Versions that a destination refuses.

use super::Check;
use super::reference::{Expected, Fate};
use super::status::{Status, named, reaches, statuses};
use super::tally::{Judged, Tally};
use super::view::{View, after, subject};
use crate::history::{Instant, Side};
use crate::replication::ReplicationStatus::{self, Completed, Failed, Pending};

pub(super) fn fails(view: &View<'_>, check: &Check) -> Tally {
    each(view, check, |expected, _, statuses| {
        let wrong = |(_, status): &&Status<'_, '_>| !matches!(status, Some(Pending | Failed));
        match statuses.iter().find(wrong) {
            Some((look, status)) => {
                Judged::fail("PENDING, then FAILED", named(*status), look.received)
            }
            None => reaches(view, expected.free, statuses, Failed),
        }
    })
}

pub(super) fn is_final(view: &View<'_>, check: &Check) -> Tally {
    each(view, check, |expected, side, statuses| {
        let wanted = named(Some(Failed));
        let failed = |(_, status): &&Status<'_, '_>| *status == Some(Failed);
        let Some((first, _)) = statuses.iter().find(failed) else {
            return Judged::unknown(wanted, "FAILED was never seen");
        };
        let later = || {
            statuses
                .iter()
                .filter(|(look, _)| look.sent > first.received)
        };
        if let Some((look, status)) = later().find(|status| !failed(status)) {
            return Judged::fail(wanted, changed(*status), look.received);
        }
        let acknowledged = expected.acknowledged;
        let window = view.window(acknowledged);
        let Some(canary) = view.canary(side, acknowledged) else {
            return Judged::unknown(wanted, "no later canary was seen at the destination");
        };
        let from: Instant = window.max(canary);
        if later().any(|(look, _)| look.sent > canary && look.sent >= window) {
            return Judged::Pass;
        }
        let from = after(acknowledged, from);
        Judged::unknown(wanted, format!("nobody looked at the source after {from}"))
    })
}

fn changed(status: Option<ReplicationStatus>) -> String {
    match status {
        Some(Completed) => "status COMPLETED: it was tried again".to_owned(),
        other => format!("{} after FAILED", named(other)),
    }
}

/// Judges every object that a destination refuses, once, with the first destination that does.
fn each(
    view: &View<'_>,
    check: &Check,
    judge: impl Fn(&Expected, Side, &[Status<'_, '_>]) -> Judged,
) -> Tally {
    let mut tally = Tally::of(check);
    for expected in view.selected(check) {
        let mut fates = expected.fates.iter();
        let refusing = fates.find(|(_, fate)| matches!(fate, Fate::Fails { .. }));
        let (Some((side, _)), true) = (refusing, expected.content.is_some()) else {
            continue;
        };
        let judged = judge(expected, *side, &statuses(view, expected));
        tally.add(&expected.label, subject(expected.origin, expected), judged);
    }
    tally
}
