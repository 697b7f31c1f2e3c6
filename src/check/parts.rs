//! The parts of an upload, and uploads that are not complete.

use super::Check;
use super::tally::{Judged, Tally};
use super::view::{Replica, View, after};
use crate::history::{OperationKind, Seen, Side};

/// The replica has the parts that were uploaded.
pub(super) fn parts(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    for replica in view.replicas(check) {
        if let (Some(part_size), Some(content)) =
            (replica.expected.part_size, &replica.expected.content)
        {
            let judged = judge(view, &replica, &sizes(content.size, part_size));
            tally.add(&replica.expected.label, replica.subject(), judged);
        }
    }
    tally
}

/// The size of each part of an upload: all alike, but the last.
fn sizes(size: u64, part_size: u64) -> Vec<u64> {
    let count = size.div_ceil(part_size).max(1);
    let sizes = (0..count).map(|index| part_size.min(size - index * part_size));
    sizes.collect()
}

fn judge(view: &View<'_>, replica: &Replica<'_>, wanted: &[u64]) -> Judged {
    let expected = format!("parts of {wanted:?} bytes");
    let Some(matched) = replica.matched else {
        return Judged::unknown(expected, "no replica was seen");
    };
    let looks = view.looks_at(replica.side, &replica.expected.key);
    let looks = looks.filter(|look| look.version == Some(&matched.version));
    let mut seen = looks.filter_map(|look| match look.seen {
        Seen::Parts { sizes } => Some((look, sizes)),
        _ => None,
    });
    let mut asked = false;
    let differing = seen.find(|(_, sizes)| {
        asked = true;
        sizes.as_slice() != wanted
    });
    match differing {
        Some((look, sizes)) => {
            Judged::fail(expected, format!("parts of {sizes:?} bytes"), look.received)
        }
        None if asked => Judged::Pass,
        None => Judged::unknown(expected, "the replica's parts were not looked at"),
    }
}

/// Nothing of an upload that is not complete is at a destination (R-DATA-19).
pub(super) fn upload_stays(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    let begun = view.ops.iter().filter(|op| {
        matches!(op.operation.kind, OperationKind::BeginUpload)
            && check.selects(&op.operation.label)
    });
    for op in begun {
        let Some((since, _)) = op.answer else {
            continue;
        };
        for bucket in view.plan.buckets.iter().filter(|b| b.side != Side::Source) {
            let subject = format!("{} {}", bucket.side, op.operation.key);
            let judged = stays(view, bucket.side, &op.operation.key, since);
            tally.add(&op.operation.label, subject, judged);
        }
    }
    tally
}

fn stays(view: &View<'_>, side: Side, key: &str, since: crate::history::Instant) -> Judged {
    let wanted = "nothing of an upload that is not complete";
    let mut listings = view
        .listings(side, key)
        .filter(|(look, _)| look.sent >= since);
    if let Some((look, versions)) = listings.find(|(_, versions)| !versions.is_empty()) {
        let seen = format!("{} versions", versions.len());
        return Judged::fail(wanted, seen, look.received);
    }
    let Some(canary) = view.canary(side, since) else {
        return Judged::unknown(wanted, "no later canary was seen at the destination");
    };
    let from = view.window(since).max(canary);
    let looked = view.listings(side, key).any(|(look, _)| look.sent >= from);
    if looked {
        return Judged::Pass;
    }
    let from = after(since, from);
    let seen = format!("nobody looked at the destination after {from}");
    Judged::unknown(wanted, seen)
}
