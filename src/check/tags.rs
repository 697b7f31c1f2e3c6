//! The tags of a replica, changed ones too.

use super::Check;
use super::content::list;
use super::tally::{Judged, Tally};
use super::view::{Replica, View, after};
use crate::history::{Instant, Seen};
use crate::replication;

pub(super) fn tags(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    let sure = |replica: &Replica<'_>| {
        let (side, expected) = (&replica.side, replica.expected);
        !expected.tags_unsure.contains(side) && !expected.gone.contains(side)
    };
    for replica in view.replicas(check).filter(sure) {
        let judged = judge(view, &replica);
        tally.add(&replica.expected.label, replica.subject(), judged);
    }
    tally
}

fn judge(view: &View<'_>, replica: &Replica<'_>) -> Judged {
    let (wanted, since) = replica.expected.tags_at(replica.side);
    let deadline = view.deadline(since);
    let expected = format!("tags {} by {}", list(wanted), after(since, deadline));
    let looks = seen(view, replica, since);
    let late = looks
        .iter()
        .filter(|(sent, tags)| *sent >= deadline && *tags != wanted)
        .min_by_key(|(sent, _)| *sent);
    if let Some((sent, tags)) = late {
        let seen = format!("tags {} at {}", list(*tags), after(since, *sent));
        return Judged::fail(expected, seen, since);
    }
    match looks.iter().max_by_key(|(sent, _)| *sent) {
        None => Judged::unknown(expected, "the replica's tags were not read"),
        Some((_, tags)) if *tags == wanted => Judged::Pass,
        Some((sent, tags)) => Judged::unknown(
            expected,
            format!(
                "tags {} at {}, and nobody looked after the deadline",
                list(*tags),
                after(since, *sent)
            ),
        ),
    }
}

/// The tags that were seen on the replica since the last change, with when they were asked for.
fn seen<'v>(
    view: &'v View<'_>,
    replica: &Replica<'v>,
    since: Instant,
) -> Vec<(Instant, &'v replication::Tags)> {
    let Some(matched) = replica.matched else {
        return Vec::new();
    };
    let looks = view.looks_at(replica.side, &replica.expected.key);
    let looks = looks.filter(|look| look.version == Some(&matched.version) && look.sent >= since);
    looks
        .filter_map(|look| match look.seen {
            Seen::Tags { tags } => Some((look.sent, tags)),
            _ => None,
        })
        .collect()
}
