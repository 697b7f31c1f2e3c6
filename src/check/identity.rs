//! What tells that a replica is its source's: version ID, `ETag`, `Last-Modified`.

use super::Check;
use super::tally::{Judged, Tally};
use super::view::{Replica, View};

pub(super) fn version_id(view: &View<'_>, check: &Check) -> Tally {
    each(view, check, |replica| {
        let id = &replica.expected.version;
        let Some(matched) = replica.matched else {
            return Judged::unknown(format!("version {id}"), "no replica was seen");
        };
        let mut shown = view.looks_at(replica.side, &replica.expected.key);
        let Some(first) = shown.find(|look| look.shows(&matched.version)) else {
            return Judged::unknown(format!("version {id}"), "no replica was seen");
        };
        if !matched.by_id {
            let seen = format!("version {} in its place", matched.version);
            return Judged::fail(format!("version {id}"), seen, first.received);
        }
        let mut answers = view.found_replica(replica);
        match answers.find(|(_, object)| object.version.as_ref() != Some(id)) {
            None => Judged::Pass,
            Some((look, object)) => {
                let named = object.version.as_ref().map(ToString::to_string);
                let seen = format!("x-amz-version-id {}", word(named.as_deref()));
                Judged::fail(format!("x-amz-version-id {id}"), seen, look.received)
            }
        }
    })
}

pub(super) fn etag(view: &View<'_>, check: &Check) -> Tally {
    each(view, check, |replica| {
        let outcome = view.outcome(replica.expected.op);
        let Some(etag) = outcome.and_then(|outcome| outcome.etag.as_deref()) else {
            return Judged::unknown("the source's ETag", "the write was answered without one");
        };
        same(view, replica, "ETag", etag, |object| {
            object.etag.as_deref().map(|etag| bare(etag).to_owned())
        })
    })
}

pub(super) fn last_modified(view: &View<'_>, check: &Check) -> Tally {
    each(view, check, |replica| {
        let expected = replica.expected;
        let mut at_source = view.found(expected.origin, &expected.key, &expected.version);
        let Some(modified) = at_source.find_map(|(_, object)| object.last_modified) else {
            return Judged::unknown(
                "the source's Last-Modified",
                "it was not seen at the source",
            );
        };
        same(
            view,
            replica,
            "Last-Modified",
            &modified.to_string(),
            |object| object.last_modified.map(|modified| modified.to_string()),
        )
    })
}

/// Judges every replica that a check asks about.
pub(super) fn each(
    view: &View<'_>,
    check: &Check,
    judge: impl Fn(&Replica<'_>) -> Judged,
) -> Tally {
    let mut tally = Tally::of(check);
    for replica in view.replicas(check) {
        let judged = judge(&replica);
        tally.add(&replica.expected.label, replica.subject(), judged);
    }
    tally
}

/// Every answer of the replica shows `wanted`.
pub(super) fn same(
    view: &View<'_>,
    replica: &Replica<'_>,
    what: &str,
    wanted: &str,
    shown: impl Fn(&crate::history::ObjectSeen) -> Option<String>,
) -> Judged {
    let wanted = bare(wanted);
    let expected = format!("{what} {wanted}");
    let mut answers = view.found_replica(replica).peekable();
    if answers.peek().is_none() {
        return Judged::unknown(expected, "no replica was seen");
    }
    let differs = |(look, object)| {
        let seen = shown(object);
        (seen.as_deref() != Some(wanted)).then_some((look, seen))
    };
    let differing: Option<(&super::view::Look<'_>, Option<String>)> = answers.find_map(differs);
    match differing {
        None => Judged::Pass,
        Some((look, seen)) => {
            let seen = format!("{what} {}", word(seen.as_deref()));
            Judged::fail(expected, seen, look.received)
        }
    }
}

pub(super) fn word(value: Option<&str>) -> &str {
    value.unwrap_or("missing")
}

fn bare(etag: &str) -> &str {
    etag.trim_matches('"')
}
