//! Retention and legal hold of a replica, changed ones too.

use super::Check;
use super::identity::each;
use super::reference::{Expected, Fate};
use super::tally::{Judged, Tally};
use super::view::{Replica, View, after};
use crate::history::{Instant, ObjectSeen};
use crate::replication::Retention;

const DAY: i64 = 24 * 3600;

/// What locks a version, as the reference expects it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// The retention that was sent last.
    pub retention: Option<Retention>,
    /// Whether it is under a legal hold.
    pub held: bool,
}

/// Whether a replica shows the lock of its source, or else the destination's default retention
/// (R-DATA-09, R-DATA-10).
#[must_use]
pub fn is_kept(expected: &Expected, fate: &Fate, seen: &ObjectSeen) -> bool {
    let Fate::Replica { retained_days, .. } = fate else {
        return true;
    };
    keeps(&expected.lock, *retained_days, seen)
}

fn keeps(lock: &Lock, default: Option<u32>, seen: &ObjectSeen) -> bool {
    let retained = match (&lock.retention, default) {
        (Some(_), _) => seen.retention == lock.retention,
        (None, Some(days)) => by_default(days, seen),
        (None, None) => seen.retention.is_none(),
    };
    retained && seen.held == lock.held
}

/// So many days from when the source was written, or from when the replica came: AWS leaves open
/// which. A replica does not take a day.
fn by_default(days: u32, seen: &ObjectSeen) -> bool {
    let (Some(retention), Some(modified)) = (&seen.retention, seen.last_modified) else {
        return false;
    };
    let from = modified + i64::from(days) * DAY;
    retention.mode == Retention::GOVERNANCE && (from - 1..from + DAY).contains(&retention.until)
}

pub(super) fn object_lock(view: &View<'_>, check: &Check) -> Tally {
    each(view, check, |replica| judge(view, replica))
}

fn judge(view: &View<'_>, replica: &Replica<'_>) -> Judged {
    let (lock, since) = (&replica.expected.lock, replica.expected.lock_since);
    let deadline = view.deadline(since);
    let wanted = described(lock, replica.retained_days);
    let expected = format!("{wanted} by {}", after(since, deadline));
    let looks = view
        .found_replica(replica)
        .filter(|(look, _)| look.sent >= since);
    let looks: Vec<(Instant, &ObjectSeen)> = looks.map(|(look, seen)| (look.sent, seen)).collect();
    let kept = |seen: &ObjectSeen| keeps(lock, replica.retained_days, seen);
    let late = looks
        .iter()
        .find(|(sent, seen)| *sent >= deadline && !kept(seen));
    if let Some((sent, seen)) = late {
        let seen = format!("{} at {}", shown(seen), after(since, *sent));
        return Judged::fail(expected, seen, since);
    }
    match looks.iter().max_by_key(|(sent, _)| *sent) {
        None => Judged::unknown(expected, "the replica was not looked at"),
        Some((_, seen)) if kept(seen) => Judged::Pass,
        Some((sent, seen)) => {
            let at = after(since, *sent);
            let seen = format!(
                "{} at {at}, and nobody looked after the deadline",
                shown(seen)
            );
            Judged::unknown(expected, seen)
        }
    }
}

fn described(lock: &Lock, default: Option<u32>) -> String {
    let retention = match (&lock.retention, default) {
        (Some(retention), _) => retention.to_string(),
        (None, Some(days)) => format!("{} for {days} days", Retention::GOVERNANCE),
        (None, None) => "no retention".to_owned(),
    };
    format!("{retention}, {}", hold(lock.held))
}

fn shown(seen: &ObjectSeen) -> String {
    let retention = seen.retention.as_ref().map(ToString::to_string);
    let retention = retention.unwrap_or_else(|| "no retention".to_owned());
    format!("{retention}, {}", hold(seen.held))
}

fn hold(held: bool) -> &'static str {
    if held {
        "a legal hold"
    } else {
        "no legal hold"
    }
}
