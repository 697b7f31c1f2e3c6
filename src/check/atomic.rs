//! A replica is absent or whole: read again and again while it arrives (R-TIME-11).

use super::Check;
use super::content::held;
use super::identity::each;
use super::tally::{Judged, Tally};
use super::view::{Replica, View, after};
use crate::history::Content;

pub(super) fn appearance(view: &View<'_>, check: &Check) -> Tally {
    each(view, check, |replica| match &replica.expected.content {
        Some(content) => judge(view, replica, content),
        None => Judged::Pass,
    })
}

fn judge(view: &View<'_>, replica: &Replica<'_>, content: &Content) -> Judged {
    let since = replica.expected.acknowledged;
    let wanted = format!("absent, or {}", held(content));
    let mut whole = None;
    for (look, object) in view.found_replica(replica) {
        let hash = object.sha256.as_deref();
        if object.size != content.size || hash.is_some_and(|hash| hash != content.sha256) {
            let (size, at) = (object.size, after(since, look.received));
            let seen = format!(
                "{size} bytes, SHA-256 {} at {at}",
                hash.unwrap_or("not asked")
            );
            return Judged::fail(wanted, seen, look.received);
        }
        if hash.is_some() {
            whole = whole.or(Some(look.sent));
        }
    }
    let Some(whole) = whole else {
        return Judged::unknown(wanted, "it was not read to its end");
    };
    let mut looks = view.looks_at(replica.side, &replica.expected.key);
    match looks.any(|look| look.lacks(&replica.expected.version) && look.sent < whole) {
        true => Judged::Pass,
        false => Judged::unknown(wanted, "nobody read it while it was still absent"),
    }
}
