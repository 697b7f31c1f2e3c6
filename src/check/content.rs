//! What a replica holds: bytes, encryption, checksums, metadata, storage class.

use std::collections::BTreeMap;

use super::Check;
use super::identity::{each, same};
use super::tally::{Judged, Tally};
use super::view::{Look, Replica, View, subject};
use crate::history::{Content, ObjectSeen};

pub(super) fn bytes(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = each(view, check, |replica| match &replica.expected.content {
        Some(content) => same_bytes(view.found_replica(replica), content),
        None => Judged::Pass,
    });
    // Somebody else may have written anything: the source has to hold it too.
    for expected in view
        .selected(check)
        .filter(|expected| view.is_found(expected))
    {
        if let Some(content) = &expected.content {
            let looks = view.found(expected.origin, &expected.key, &expected.version);
            let judged = same_bytes(looks, content);
            tally.add(&expected.label, subject(expected.origin, expected), judged);
        }
    }
    tally
}

/// What an object has to hold, for people.
pub(super) fn held(content: &Content) -> String {
    format!("{} bytes, SHA-256 {}", content.size, content.sha256)
}

fn same_bytes<'v, 'a: 'v>(
    looks: impl Iterator<Item = (&'v Look<'a>, &'a ObjectSeen)>,
    content: &Content,
) -> Judged {
    let expected = held(content);
    let mut read = false;
    for (look, object) in looks {
        let hash = object.sha256.as_deref();
        read |= hash.is_some();
        if object.size != content.size || hash.is_some_and(|hash| hash != content.sha256) {
            let hash = hash.unwrap_or("not asked");
            let seen = format!("{} bytes, SHA-256 {hash}", object.size);
            return Judged::fail(expected, seen, look.received);
        }
    }
    if read {
        Judged::Pass
    } else {
        Judged::unknown(expected, "it was not read to its end")
    }
}

pub(super) fn checksums(view: &View<'_>, check: &Check) -> Tally {
    let mut tally = Tally::of(check);
    for replica in view.replicas(check) {
        let expected = replica.expected;
        let asked = expected
            .content
            .as_ref()
            .and_then(|c| c.checksum.as_deref());
        let mut at_source = BTreeMap::new();
        for (_, object) in view.found(expected.origin, &expected.key, &expected.version) {
            at_source.extend(&object.checksums);
        }
        let judged = match (asked, at_source.is_empty()) {
            (None, true) => continue,
            (Some(asked), true) => {
                Judged::unknown(format!("a {asked} checksum"), "none was seen at the source")
            }
            (_, false) => same_checksums(view, &replica, &at_source),
        };
        tally.add(&expected.label, replica.subject(), judged);
    }
    tally
}

fn same_checksums(
    view: &View<'_>,
    replica: &Replica<'_>,
    at_source: &BTreeMap<&String, &String>,
) -> Judged {
    let mut expected = list(at_source.iter().map(|(name, value)| (*name, *value)));
    let mut asked = false;
    for (look, object) in view.found_replica(replica) {
        // HEAD asks for checksums; a full read does not, so that a wrong body can be seen.
        if object.checksums.is_empty() && object.sha256.is_some() {
            continue;
        }
        asked = true;
        let kept =
            |(name, value): (&&String, &&String)| object.checksums.get(*name) == Some(*value);
        if !at_source.iter().all(kept) {
            let seen = list(&object.checksums);
            return Judged::fail(expected, seen, look.received);
        }
    }
    if asked {
        Judged::Pass
    } else {
        expected.insert_str(0, "the source's ");
        Judged::unknown(expected, "the replica's checksums were not seen")
    }
}

pub(super) fn metadata(view: &View<'_>, check: &Check) -> Tally {
    each(view, check, |replica| match &replica.expected.content {
        Some(content) => same_metadata(view, replica, content),
        None => Judged::Pass,
    })
}

fn same_metadata(view: &View<'_>, replica: &Replica<'_>, content: &Content) -> Judged {
    let wanted = lower(&content.metadata);
    let expected = format!(
        "metadata {}; headers {}",
        list(&wanted),
        list(&content.headers)
    );
    let mut seen = false;
    for (look, object) in view.found_replica(replica) {
        seen = true;
        let headers = lower(&object.headers);
        let kept = |(name, value): (&String, &String)| {
            headers.get(&name.to_ascii_lowercase()) == Some(value)
        };
        if lower(&object.metadata) != wanted || !content.headers.iter().all(kept) {
            return Judged::fail(expected, described(object), look.received);
        }
    }
    if seen {
        Judged::Pass
    } else {
        Judged::unknown(expected, "no replica was seen")
    }
}

pub(super) fn storage_class(view: &View<'_>, check: &Check) -> Tally {
    each(view, check, |replica| {
        let wanted = replica.storage_class.unwrap_or("STANDARD");
        same(view, replica, "storage class", wanted, |object| {
            let class = object.storage_class.as_deref();
            Some(class.unwrap_or("STANDARD").to_owned())
        })
    })
}

fn lower(map: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let lower = |(name, value): (&String, &String)| (name.to_ascii_lowercase(), value.clone());
    map.iter().map(lower).collect()
}

fn described(object: &ObjectSeen) -> String {
    let (metadata, headers) = (list(&object.metadata), list(&object.headers));
    format!("metadata {metadata}; headers {headers}")
}

/// `a=1, b=2`, or `none`.
pub(super) fn list<'m>(entries: impl IntoIterator<Item = (&'m String, &'m String)>) -> String {
    let entries: Vec<_> = entries
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    if entries.is_empty() {
        return "none".to_owned();
    }
    entries.join(", ")
}
