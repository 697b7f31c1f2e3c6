//! A replica is absent or whole: read again and again while it arrives (R-TIME-11).

use super::Check;
use super::content::held;
use super::tally::{Judged, Tally};
use super::view::{Look, Replica, View, after};
use crate::history::{Content, Seen};

/// What was there when it was first read was not read while it arrived; another replica has to be.
const MISSED: &str = "first read after it had arrived";

pub(super) fn appearance(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    let replicas = view.replicas(check).filter_map(with_content);
    let read = |(replica, content)| (is_read_absent(view, &replica), replica, content);
    let replicas: Vec<_> = replicas.map(read).collect();
    let was_read_absent = replicas.iter().any(|(absent, ..)| *absent);
    for (is_read_absent, replica, content) in &replicas {
        let label = &replica.expected.label;
        let judged = match judge(view, replica, content) {
            Judged::Pass if !is_read_absent && was_read_absent => {
                tally.covers(label);
                tally.note(MISSED);
                continue;
            }
            Judged::Pass if !is_read_absent => {
                Judged::unknown(wanted(content), "nobody read it while it was still absent")
            }
            judged => judged,
        };
        tally.add(label, replica.subject(), judged);
    }
    tally
}

fn with_content(replica: Replica<'_>) -> Option<(Replica<'_>, &Content)> {
    let content = replica.expected.content.as_ref()?;
    Some((replica, content))
}

fn wanted(content: &Content) -> String {
    format!("absent, or {}", held(content))
}

/// Whether all that was read of it is whole, and something was.
fn judge(view: &View<'_>, replica: &Replica<'_>, content: &Content) -> Judged {
    let since = replica.expected.acknowledged;
    let mut is_whole = false;
    for (look, object) in view.found_replica(replica) {
        let hash = object.sha256.as_deref();
        if object.size != content.size || hash.is_some_and(|hash| hash != content.sha256) {
            let (size, at) = (object.size, after(since, look.received));
            let seen = format!(
                "{size} bytes, SHA-256 {} at {at}",
                hash.unwrap_or("not asked")
            );
            return Judged::fail(wanted(content), seen, look.received);
        }
        is_whole |= hash.is_some();
    }
    match is_whole {
        true => Judged::Pass,
        false => Judged::unknown(wanted(content), "it was not read to its end"),
    }
}

/// Whether it was asked for in vain before it was first read.
fn is_read_absent(view: &View<'_>, replica: &Replica<'_>) -> bool {
    let whole = view.found_replica(replica);
    let whole = whole.filter(|(_, object)| object.sha256.is_some());
    let first = whole.map(|(look, _)| look.sent).min();
    let mut looks = view.looks_at(replica.side, &replica.expected.key);
    // Whoever reads a key before it is written knows no version to ask for.
    let absent = |look: &Look<'_>| look.version.is_none() && matches!(look.seen, Seen::Absent);
    let lacks = |look: &Look<'_>| look.lacks(&replica.expected.version) || absent(look);
    looks.any(|look| lacks(look) && Some(look.sent) < first)
}
