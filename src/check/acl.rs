//! The grants of a replica, changed ones too.

use std::collections::BTreeSet;

use super::Check;
use super::identity::each;
use super::tally::{Judged, Tally};
use super::view::{Replica, View, after};
use crate::history::{Instant, Seen};

type Grants = BTreeSet<String>;

pub(super) fn acl(view: &View<'_>, check: &Check) -> Tally {
    each(view, check, |replica| judge(view, replica))
}

fn judge(view: &View<'_>, replica: &Replica<'_>) -> Judged {
    let wanted = replica.expected.grants_at(replica.side);
    let since = replica.expected.grants_since;
    let deadline = view.deadline(since);
    let expected = format!("{} by {}", listed(&wanted), after(since, deadline));
    let looks = seen(view, replica, since);
    let late = looks
        .iter()
        .find(|(sent, grants)| *sent >= deadline && **grants != wanted);
    // What must not follow is not given until the deadline: it must not be there at all.
    let stays = wanted != replica.expected.grants;
    let early = looks.iter().find(|(_, grants)| stays && **grants != wanted);
    if let Some((sent, grants)) = late.or(early) {
        let seen = format!("{} at {}", listed(grants), after(since, *sent));
        return Judged::fail(expected, seen, since);
    }
    match looks.iter().max_by_key(|(sent, _)| *sent) {
        None => Judged::unknown(expected, "the replica's grants were not read"),
        Some((sent, _)) if stays && *sent < view.window(since) => {
            let seen = format!("nobody looked after {}", after(since, *sent));
            Judged::unknown(expected, seen)
        }
        Some((_, grants)) if **grants == wanted => Judged::Pass,
        Some((sent, grants)) => {
            let at = after(since, *sent);
            let seen = format!(
                "{} at {at}, and nobody looked after the deadline",
                listed(grants)
            );
            Judged::unknown(expected, seen)
        }
    }
}

/// The grants that were seen on the replica since the last change.
fn seen<'v>(
    view: &'v View<'_>,
    replica: &Replica<'v>,
    since: Instant,
) -> Vec<(Instant, &'v Grants)> {
    let Some(matched) = replica.matched else {
        return Vec::new();
    };
    let looks = view.looks_at(replica.side, &replica.expected.key);
    let looks = looks.filter(|look| look.version == Some(&matched.version) && look.sent >= since);
    let grants = looks.filter_map(|look| match look.seen {
        Seen::Acl { grants } => Some((look.sent, grants)),
        _ => None,
    });
    grants.collect()
}

fn listed(grants: &Grants) -> String {
    if grants.is_empty() {
        return "no grant but the owner's".to_owned();
    }
    let grants: Vec<_> = grants.iter().map(String::as_str).collect();
    format!("granted {}", grants.join(", "))
}
