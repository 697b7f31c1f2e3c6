//! Under what source and replica are encrypted.

use super::Check;
use super::identity::{each, same};
use super::keys::is_under_kms;
use super::tally::{Judged, Tally};
use super::view::{Replica, View};
use crate::history::{Content, ObjectSeen};

const WHAT: &str = "x-amz-server-side-encryption";

/// Both sides answer with what was asked for, or with SSE-S3 (R-ENC-01); a replica under KMS has
/// the key of its rule (R-ENC-04) and the bucket key of its source (R-ENC-11).
pub(super) fn encryption(view: &View<'_>, check: &Check) -> Tally {
    each(view, check, |replica| {
        let at_destination = wanted(replica.expected.content.as_ref(), replica.kms_key);
        let judged = same(view, replica, WHAT, &at_destination, shown);
        if matches!(judged, Judged::Fail(_)) {
            return judged;
        }
        at_source(view, replica).unwrap_or(judged)
    })
}

/// The verdict of the source, where it says anything else than a pass.
fn at_source(view: &View<'_>, replica: &Replica<'_>) -> Option<Judged> {
    let expected = replica.expected;
    let content = expected.content.as_ref();
    let key = content.and_then(|content| content.kms_key.as_deref());
    let wanted = wanted(content, key);
    let expectation = format!("{WHAT} {wanted}");
    let mut looks = view
        .found(expected.origin, &expected.key, &expected.version)
        .peekable();
    if looks.peek().is_none() {
        return Some(Judged::unknown(expectation, "the source was not seen"));
    }
    let seen = |object: &ObjectSeen| shown(object).unwrap_or_else(|| "missing".to_owned());
    let differs = |object: &ObjectSeen| match key {
        // S3 chose the key: any will do.
        None => !seen(object).starts_with(&wanted),
        Some(_) => seen(object) != wanted,
    };
    let (look, object) = looks.find(|(_, object)| differs(object))?;
    let seen = format!("{WHAT} {} at the source", seen(object));
    Some(Judged::fail(expectation, seen, look.received))
}

/// What an object's answers have to say, under this KMS key.
fn wanted(content: Option<&Content>, key: Option<&str>) -> String {
    let Some(content) = content else {
        return "AES256".to_owned();
    };
    if let Some(md5) = &content.customer_key {
        return customer(md5);
    }
    let algorithm = content.encryption.as_deref().unwrap_or("AES256");
    match is_under_kms(content) {
        true => kms(algorithm, key, content.bucket_key),
        false => algorithm.to_owned(),
    }
}

/// What they say; none where they say nothing.
fn shown(object: &ObjectSeen) -> Option<String> {
    if let Some(md5) = &object.customer_key {
        return Some(customer(md5));
    }
    let algorithm = object.encryption.as_deref()?;
    Some(match object.kms_key.as_deref() {
        Some(key) => kms(algorithm, Some(key), object.bucket_key),
        None => algorithm.to_owned(),
    })
}

fn customer(md5: &str) -> String {
    format!("customer key with MD5 {md5}")
}

fn kms(algorithm: &str, key: Option<&str>, bucket_key: bool) -> String {
    let under = key.map_or_else(String::new, |key| format!(" under {key}"));
    let told = if bucket_key {
        ", with a bucket key"
    } else {
        ""
    };
    match key {
        Some(_) => format!("{algorithm}{under}{told}"),
        None => algorithm.to_owned(),
    }
}
