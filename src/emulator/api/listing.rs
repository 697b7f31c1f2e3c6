//! Listings, page by page.

use std::ops::Bound;
use std::time::{Duration, SystemTime};

use s3s::dto::{
    CommonPrefix, DeleteMarkerEntry, ETag, EncodingType, ListObjectVersionsInput,
    ListObjectVersionsOutput, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input,
    ListObjectsV2Output, Object, ObjectStorageClass, ObjectVersion, ObjectVersionStorageClass,
};
use s3s::{S3Request, S3Response, S3Result};

use super::super::Defect;
use super::super::world::{Bucket, Version, World};
use super::{Api, answer, bucket};

/// A page holds at most this many entries.
const MOST: i32 = 1000;

/// Keys as the request wants them: as they are, or URL-encoded.
pub(super) struct Encoding(bool);

impl Encoding {
    pub(super) fn of(asked: Option<&EncodingType>) -> Self {
        Self(asked.is_some_and(|encoding| encoding.as_str() == EncodingType::URL))
    }

    /// S3 leaves the slash as it is.
    pub(super) fn key(&self, key: &str) -> String {
        match self.0 {
            true => urlencoding::encode(key).replace("%2F", "/"),
            false => key.to_owned(),
        }
    }
}

fn page_size(asked: Option<i32>) -> usize {
    asked.unwrap_or(MOST).clamp(0, MOST) as usize
}

/// The part of a key that a delimiter folds into one entry.
fn common_prefix(key: &str, prefix: &str, delimiter: Option<&str>) -> Option<String> {
    let delimiter = delimiter.filter(|delimiter| !delimiter.is_empty())?;
    let end = key[prefix.len()..].find(delimiter)? + prefix.len() + delimiter.len();
    Some(key[..end].to_owned())
}

/// The keys that start with `prefix`, from a bound on.
fn keys<'a>(
    bucket: &'a Bucket,
    prefix: &'a str,
    from: Bound<&str>,
) -> impl Iterator<Item = (&'a String, &'a Vec<Version>)> {
    let is_before = match from {
        Bound::Unbounded => true,
        Bound::Included(key) | Bound::Excluded(key) => key < prefix,
    };
    let from = if is_before {
        Bound::Included(prefix)
    } else {
        from
    };
    let all = bucket.keys.range::<str, _>((from, Bound::Unbounded));
    all.take_while(move |(key, _)| key.starts_with(prefix))
}

/// `ListObjectsV2`: current versions that are no markers.
pub(super) async fn list_objects_v2(
    api: &Api,
    request: S3Request<ListObjectsV2Input>,
) -> S3Result<S3Response<ListObjectsV2Output>> {
    let input = request.input;
    let state = api.world.lock();
    let bucket = bucket(&state, &input.bucket)?;
    let encoding = Encoding::of(input.encoding_type.as_ref());
    let prefix = input.prefix.clone().unwrap_or_default();
    let after = input
        .continuation_token
        .as_deref()
        .or(input.start_after.as_deref());
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    let limit = page_size(input.max_keys);
    let (mut contents, mut folded) = (Vec::new(), Vec::<String>::new());
    let (mut truncated, mut last) = (false, None);
    for (key, versions) in keys(bucket, &prefix, from) {
        let Some((version, object)) = versions
            .last()
            .and_then(|version| Some((version, version.object.as_ref()?)))
        else {
            continue;
        };
        let fold = common_prefix(key, &prefix, input.delimiter.as_deref());
        if fold.is_some() && (fold.as_ref() == folded.last() || after_is_in(after, fold.as_ref())) {
            last = Some(key.clone());
            continue;
        }
        if contents.len() + folded.len() == limit {
            truncated = limit > 0;
            break;
        }
        last = Some(key.clone());
        match fold {
            Some(fold) => folded.push(fold),
            None => contents.push(Object {
                key: Some(encoding.key(key)),
                e_tag: Some(ETag::Strong(object.etag.clone())),
                size: Some(object.body.size() as i64),
                last_modified: Some(version.modified.into()),
                storage_class: Some(ObjectStorageClass::from(storage_class(version))),
                ..Default::default()
            }),
        }
    }
    answer(ListObjectsV2Output {
        key_count: Some((contents.len() + folded.len()) as i32),
        max_keys: Some(limit as i32),
        is_truncated: Some(truncated),
        next_continuation_token: last.filter(|_| truncated),
        common_prefixes: Some(common_prefixes(folded, &encoding)),
        contents: Some(contents),
        name: Some(input.bucket),
        prefix: input.prefix.map(|prefix| encoding.key(&prefix)),
        delimiter: input.delimiter,
        continuation_token: input.continuation_token,
        start_after: input.start_after,
        encoding_type: input.encoding_type,
        ..Default::default()
    })
}

/// `ListObjects`, the first version of it, by way of the second: a marker in the place of a token.
pub(super) async fn list_objects(
    api: &Api,
    request: S3Request<ListObjectsInput>,
) -> S3Result<S3Response<ListObjectsOutput>> {
    let input = request.input.clone();
    let marker = input.marker.clone().filter(|marker| !marker.is_empty());
    let asked = request.map_input(|input| ListObjectsV2Input {
        bucket: input.bucket,
        continuation_token: None,
        delimiter: input.delimiter,
        encoding_type: input.encoding_type,
        expected_bucket_owner: input.expected_bucket_owner,
        fetch_owner: None,
        max_keys: input.max_keys,
        optional_object_attributes: input.optional_object_attributes,
        prefix: input.prefix,
        request_payer: input.request_payer,
        start_after: marker,
    });
    let page = list_objects_v2(api, asked).await?.output;
    let encoding = Encoding::of(input.encoding_type.as_ref());
    // S3 says where the next page begins only where it folds keys.
    let next = page.next_continuation_token;
    let next = next.filter(|_| input.delimiter.is_some());
    answer(ListObjectsOutput {
        common_prefixes: page.common_prefixes,
        contents: page.contents,
        delimiter: page.delimiter,
        encoding_type: page.encoding_type,
        is_truncated: page.is_truncated,
        marker: input.marker.map(|marker| encoding.key(&marker)),
        max_keys: page.max_keys,
        name: page.name,
        next_marker: next.map(|key| encoding.key(&key)),
        prefix: page.prefix,
        ..Default::default()
    })
}

fn after_is_in(after: Option<&str>, fold: Option<&String>) -> bool {
    matches!((after, fold), (Some(after), Some(fold)) if after.starts_with(fold.as_str()))
}

fn common_prefixes(folded: Vec<String>, encoding: &Encoding) -> Vec<CommonPrefix> {
    let entry = |prefix: String| CommonPrefix {
        prefix: Some(encoding.key(&prefix)),
    };
    folded.into_iter().map(entry).collect()
}

fn storage_class(version: &Version) -> String {
    version
        .storage_class
        .clone()
        .unwrap_or_else(|| "STANDARD".to_owned())
}

/// `ListObjectVersions`: every version and marker, the newest of a key first. No replication
/// status (R-STATUS-11).
pub(super) async fn list_object_versions(
    api: &Api,
    request: S3Request<ListObjectVersionsInput>,
) -> S3Result<S3Response<ListObjectVersionsOutput>> {
    let input = request.input;
    let state = api.world.lock();
    let bucket = bucket(&state, &input.bucket)?;
    let encoding = Encoding::of(input.encoding_type.as_ref());
    let prefix = input.prefix.clone().unwrap_or_default();
    let marker = input
        .key_marker
        .as_deref()
        .filter(|marker| !marker.is_empty());
    let resumed = input
        .version_id_marker
        .as_deref()
        .filter(|id| !id.is_empty());
    let from = match (marker, resumed) {
        (None, _) => Bound::Unbounded,
        (Some(key), None) => Bound::Excluded(key),
        (Some(key), Some(_)) => Bound::Included(key),
    };
    let limit = page_size(input.max_keys);
    let mut page = Page::default();
    'keys: for (key, versions) in keys(bucket, &prefix, from) {
        if let Some(fold) = common_prefix(key, &prefix, input.delimiter.as_deref()) {
            if page.folded.last() != Some(&fold) && !after_is_in(marker, Some(&fold)) {
                if page.len() == limit {
                    page.truncated = limit > 0;
                    break;
                }
                page.folded.push(fold);
            }
            page.last = Some((key.clone(), None));
            continue;
        }
        for version in unseen(versions, key, marker, resumed) {
            if page.len() == limit {
                page.truncated = limit > 0;
                break 'keys;
            }
            let latest = versions.last().is_some_and(|last| last.id == version.id);
            let date = listed_date(&api.world, version);
            page.push(encoding.key(key), version, latest, date);
            page.last = Some((key.clone(), Some(version.id.clone())));
        }
    }
    let next = page.last.filter(|_| page.truncated);
    answer(ListObjectVersionsOutput {
        next_key_marker: next.as_ref().map(|(key, _)| encoding.key(key)),
        next_version_id_marker: next.and_then(|(_, id)| id),
        is_truncated: Some(page.truncated),
        versions: Some(page.versions),
        delete_markers: Some(page.markers),
        common_prefixes: Some(common_prefixes(page.folded, &encoding)),
        max_keys: Some(limit as i32),
        name: Some(input.bucket),
        prefix: input.prefix.map(|prefix| encoding.key(&prefix)),
        delimiter: input.delimiter,
        key_marker: input.key_marker,
        version_id_marker: input.version_id_marker,
        encoding_type: input.encoding_type,
        ..Default::default()
    })
}

/// The versions of a key, newest first, behind the one that the last page ended with.
fn unseen<'a>(
    versions: &'a [Version],
    key: &str,
    marker: Option<&str>,
    resumed: Option<&str>,
) -> impl Iterator<Item = &'a Version> {
    let seen = match resumed.filter(|_| marker == Some(key)) {
        None => 0,
        Some(id) => {
            let place = versions.iter().rev().position(|version| version.id == id);
            place.map_or(0, |place| place + 1)
        }
    };
    versions.iter().rev().skip(seen)
}

/// The date that HEAD shows too.
fn listed_date(world: &World, version: &Version) -> SystemTime {
    let wrong = version.is_replica && world.has(Defect::WrongListedDate);
    version.modified + Duration::from_secs(if wrong { 60 } else { 0 })
}

#[derive(Default)]
struct Page {
    versions: Vec<ObjectVersion>,
    markers: Vec<DeleteMarkerEntry>,
    folded: Vec<String>,
    last: Option<(String, Option<String>)>,
    truncated: bool,
}

impl Page {
    fn len(&self) -> usize {
        self.versions.len() + self.markers.len() + self.folded.len()
    }

    fn push(&mut self, key: String, version: &Version, latest: bool, date: SystemTime) {
        match &version.object {
            None => self.markers.push(DeleteMarkerEntry {
                key: Some(key),
                version_id: Some(version.id.clone()),
                is_latest: Some(latest),
                last_modified: Some(date.into()),
                ..Default::default()
            }),
            Some(object) => self.versions.push(ObjectVersion {
                key: Some(key),
                version_id: Some(version.id.clone()),
                is_latest: Some(latest),
                last_modified: Some(date.into()),
                e_tag: Some(ETag::Strong(object.etag.clone())),
                size: Some(object.body.size() as i64),
                storage_class: Some(ObjectVersionStorageClass::from(storage_class(version))),
                ..Default::default()
            }),
        }
    }
}
