//! Looking at a pair: each version at every side, its tags, and what each side lists.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use bucketpair::history::{Event, ListedVersion, ObjectSeen, Seen, Side, Timed};
use bucketpair::replication::{ReplicationStatus, Tags, VersionId};
use futures::TryStreamExt;
use s3s::S3;
use s3s::dto;
use time::OffsetDateTime;

use crate::operations::ask;
use crate::pair::{Pair, Written};
use crate::words::digest;

const DESTINATIONS: [Side; 2] = [Side::Destination(0), Side::Destination(1)];

/// Every version that was written, at every side, and every listing.
pub(crate) async fn everything<S: S3>(pair: &mut Pair<S>) {
    for written in pair.written.clone() {
        version(pair, &written).await;
    }
    for side in [Side::Source, Side::Destination(0), Side::Destination(1)] {
        listing(pair, side).await;
    }
}

/// The n-th version at every side.
pub(crate) async fn nth<S: S3>(pair: &mut Pair<S>, nth: u8) {
    if let Some(place) = pair.place(nth) {
        let written = pair.written[place].clone();
        version(pair, &written).await;
    }
}

async fn version<S: S3>(pair: &mut Pair<S>, written: &Written) {
    if written.content.is_none() {
        return;
    }
    if !written.deleted {
        get(pair, Side::Source, written).await;
    }
    for side in DESTINATIONS {
        if get(pair, side, written).await {
            tags(pair, side, written).await;
        }
    }
}

fn seen<S: S3>(pair: &mut Pair<S>, side: Side, key: &str, version: Option<&VersionId>, seen: Seen) {
    let at = pair.now();
    let (key, version) = (key.to_owned(), version.cloned());
    let (sent, received) = (at, at);
    let event = Event::Observation {
        side,
        key,
        version,
        sent,
        received,
        seen,
    };
    pair.events.push(Timed { at, event });
}

/// Whether it is there.
async fn get<S: S3>(pair: &mut Pair<S>, side: Side, written: &Written) -> bool {
    let get = dto::GetObjectInput::builder()
        .bucket(side.to_string())
        .key(written.key.to_owned())
        .version_id(Some(written.id.0.clone()))
        .build()
        .unwrap();
    let found = match pair.s3.get_object(ask(get)).await {
        Ok(answer) => Seen::Present(Box::new(object(answer.output).await)),
        Err(error) => {
            assert!(error.code().as_str().starts_with("NoSuch"), "{error:?}");
            Seen::Absent
        }
    };
    let there = matches!(found, Seen::Present(_));
    seen(pair, side, written.key, Some(&written.id), found);
    there
}

async fn object(answer: dto::GetObjectOutput) -> ObjectSeen {
    let chunks: Vec<bytes::Bytes> = answer.body.unwrap().try_collect().await.unwrap();
    let status = answer
        .replication_status
        .map(|status| status.as_str().to_owned());
    let modified = answer.last_modified.map(OffsetDateTime::from);
    ObjectSeen {
        version: answer.version_id.map(VersionId),
        size: chunks.iter().map(bytes::Bytes::len).sum::<usize>() as u64,
        sha256: Some(digest(&chunks.concat())),
        etag: answer.e_tag.map(|etag| etag.value().to_owned()),
        status: status.as_deref().and_then(ReplicationStatus::parse),
        encryption: answer
            .server_side_encryption
            .map(|sse| sse.as_str().to_owned()),
        storage_class: answer.storage_class.map(|class| class.as_str().to_owned()),
        last_modified: modified.map(OffsetDateTime::unix_timestamp),
        ..ObjectSeen::default()
    }
}

async fn tags<S: S3>(pair: &mut Pair<S>, side: Side, written: &Written) {
    let get = dto::GetObjectTaggingInput::builder()
        .bucket(side.to_string())
        .key(written.key.to_owned())
        .version_id(Some(written.id.0.clone()))
        .build()
        .unwrap();
    let answer = pair.s3.get_object_tagging(ask(get)).await.unwrap().output;
    let tag = |tag: dto::Tag| Some((tag.key?, tag.value?));
    let tags: Tags = answer.tag_set.into_iter().filter_map(tag).collect();
    seen(
        pair,
        side,
        written.key,
        Some(&written.id),
        Seen::Tags { tags },
    );
}

/// One listing of the bucket, told key by key, as a probe tells it.
async fn listing<S: S3>(pair: &mut Pair<S>, side: Side) {
    let list = dto::ListObjectVersionsInput::builder()
        .bucket(side.to_string())
        .build()
        .unwrap();
    let answer = pair
        .s3
        .list_object_versions(ask(list))
        .await
        .unwrap()
        .output;
    let keys = pair
        .written
        .iter()
        .map(|written| (written.key.to_owned(), Vec::new()));
    let mut keys: BTreeMap<String, Vec<Entry>> = keys.collect();
    for object in answer.versions.into_iter().flatten() {
        let listed = ListedVersion {
            version: VersionId(object.version_id.unwrap()),
            marker: false,
            latest: object.is_latest.unwrap_or_default(),
            etag: object.e_tag.map(|etag| etag.value().to_owned()),
            size: object.size.unwrap_or_default() as u64,
            last_modified_ms: None,
        };
        let entry = (modified(object.last_modified), listed);
        keys.entry(object.key.unwrap()).or_default().push(entry);
    }
    for marker in answer.delete_markers.into_iter().flatten() {
        let listed = ListedVersion {
            version: VersionId(marker.version_id.unwrap()),
            marker: true,
            latest: marker.is_latest.unwrap_or_default(),
            etag: None,
            size: 0,
            last_modified_ms: None,
        };
        let entry = (modified(marker.last_modified), listed);
        keys.entry(marker.key.unwrap()).or_default().push(entry);
    }
    for (key, mut entries) in keys {
        entries.sort_by_key(|(modified, listed)| (!listed.latest, Reverse(*modified)));
        let versions = entries.into_iter().map(|(_, listed)| listed).collect();
        seen(pair, side, &key, None, Seen::Versions { versions });
    }
}

/// A version with its date, by which objects and markers are ordered among each other.
type Entry = (OffsetDateTime, ListedVersion);

fn modified(timestamp: Option<dto::Timestamp>) -> OffsetDateTime {
    timestamp.unwrap().into()
}
