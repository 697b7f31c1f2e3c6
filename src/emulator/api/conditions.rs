//! Conditional requests: RFC 9110's conditions on reads, and S3's on writes.

use s3s::dto::{ETagCondition, Timestamp};
use s3s::{S3Error, S3Result, s3_error};

use super::super::world::{Object, Version};

/// What a request asks of the version that is there.
#[derive(Default)]
pub(super) struct Conditions {
    pub(super) if_match: Option<ETagCondition>,
    pub(super) if_none_match: Option<ETagCondition>,
    pub(super) modified_since: Option<Timestamp>,
    pub(super) unmodified_since: Option<Timestamp>,
}

impl Conditions {
    /// A read's conditions, in RFC 9110's order: 412, or 304 where nothing changed.
    pub(super) fn read(&self, version: &Version, object: &Object) -> S3Result<()> {
        if self.refuses(version, object) {
            return Err(failed());
        }
        match self.is_unchanged(version, object) {
            true => Err(s3_error!(NotModified, "Not Modified")),
            false => Ok(()),
        }
    }

    /// The conditions on a copy's source: nothing changed is 412 too.
    pub(super) fn copy(&self, version: &Version, object: &Object) -> S3Result<()> {
        match self.refuses(version, object) || self.is_unchanged(version, object) {
            true => Err(failed()),
            false => Ok(()),
        }
    }

    fn refuses(&self, version: &Version, object: &Object) -> bool {
        let modified = whole_seconds(version.modified.into());
        let since = self.unmodified_since.clone().map(whole_seconds);
        match &self.if_match {
            Some(condition) => !holds(condition, &object.etag),
            None => since.is_some_and(|since| modified > since),
        }
    }

    fn is_unchanged(&self, version: &Version, object: &Object) -> bool {
        let modified = whole_seconds(version.modified.into());
        let since = self.modified_since.clone().map(whole_seconds);
        match &self.if_none_match {
            Some(condition) => holds(condition, &object.etag),
            None => since.is_some_and(|since| modified <= since),
        }
    }
}

/// A write's conditions on the `ETag` of the current version. S3 knows `If-None-Match` with `*` only.
pub(super) fn write(
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
    current: Option<&str>,
) -> S3Result<()> {
    match (if_none_match, current) {
        (Some(ETagCondition::ETag(_)), _) => {
            let message = "A header you provided implies functionality that is not implemented";
            return Err(s3_error!(NotImplemented, "{message}"));
        }
        (Some(ETagCondition::Any), Some(_)) => return Err(failed()),
        _ => {}
    }
    match (if_match, current) {
        (Some(_), None) => Err(s3_error!(NoSuchKey, "The specified key does not exist.")),
        (Some(condition), Some(etag)) if !holds(condition, etag) => Err(failed()),
        _ => Ok(()),
    }
}

/// A deletion's condition on the version that it names, or the current one.
pub(super) fn delete(if_match: Option<&ETagCondition>, found: Option<&Version>) -> S3Result<()> {
    let object = found.and_then(|version| version.object.as_ref());
    let held = |condition| object.is_some_and(|object| holds(condition, &object.etag));
    match if_match {
        Some(condition) if !held(condition) => Err(failed()),
        _ => Ok(()),
    }
}

fn holds(condition: &ETagCondition, etag: &str) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(wanted) => wanted.value() == etag,
    }
}

fn failed() -> S3Error {
    s3_error!(
        PreconditionFailed,
        "At least one of the pre-conditions you specified did not hold"
    )
}

/// HTTP dates have no fractions.
fn whole_seconds(time: Timestamp) -> i64 {
    time::OffsetDateTime::from(time).unix_timestamp()
}
