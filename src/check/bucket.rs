//! How both buckets are configured.

use super::Check;
use super::identity::word;
use super::reference::destinations;
use super::tally::{Judged, Tally};
use super::view::View;
use crate::history::{Seen, Side};

/// After how many days both buckets delete noncurrent versions.
const NONCURRENT_DAYS: u32 = 21;

pub(super) fn configuration(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    let mut sides = destinations(view.plan);
    sides.insert(Side::Source);
    if sides.len() == 1 {
        sides.insert(Side::Destination(0));
    }
    for side in sides {
        tally.add("", format!("{side} bucket"), judge(view, side));
    }
    tally
}

fn judge(view: &View<'_>, side: Side) -> Judged {
    let wanted = described(Some("Enabled"), Some("AES256"), Some(NONCURRENT_DAYS));
    let looks = view.looks.iter().filter(|look| look.side == side);
    let looks = looks.filter_map(|look| match look.seen {
        Seen::Bucket {
            versioning,
            encryption,
            noncurrent_days,
        } => Some((
            look,
            described(
                versioning.as_deref(),
                encryption.as_deref(),
                *noncurrent_days,
            ),
        )),
        _ => None,
    });
    match looks.max_by_key(|(look, _)| look.sent) {
        None => Judged::unknown(wanted, "the bucket's configuration was not read"),
        Some((_, seen)) if seen == wanted => Judged::Pass,
        Some((look, seen)) => Judged::fail(wanted, seen, look.received),
    }
}

fn described(versioning: Option<&str>, encryption: Option<&str>, days: Option<u32>) -> String {
    let (versioning, encryption) = (word(versioning), word(encryption));
    let days = days.map(|days| format!("{days} days"));
    let days = word(days.as_deref());
    format!("versioning {versioning}, encryption {encryption}, noncurrent versions kept {days}")
}
