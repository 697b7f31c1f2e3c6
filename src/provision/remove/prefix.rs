//! Removing what was written into a pair that is not ours.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::ReplicationStatus;
use tokio::time::{Instant, timeout, timeout_at};

use super::{LeftBehind, PATIENCE, empty};
use crate::history::{Bucket, Side};
use crate::provision::pace::Pace;
use crate::provision::{Pair, endpoint};
use crate::target::{Target, refused};

/// How long the destination has to stay empty under the prefix before it counts as empty.
const QUIET: Duration = Duration::from_secs(1);

/// Removes all versions, markers and open uploads under the pair's prefix, by version ID: first
/// what is in flight lands, then the source is emptied, then the destination.
pub async fn remove_prefix(target: &Target, pair: &Pair) -> Vec<LeftBehind> {
    let mut left = Vec::new();
    for bucket in &pair.buckets {
        let client = &endpoint(target, bucket.side).client;
        if let Err(why) = clear(client, bucket, &pair.prefix).await {
            let why = format!("what lies under {:?} stayed: {why}", pair.prefix);
            left.push(LeftBehind {
                bucket: bucket.name.clone(),
                why,
            });
        }
    }
    left
}

async fn clear(client: &Client, bucket: &Bucket, prefix: &str) -> Result<(), String> {
    if prefix.is_empty() {
        return Err("a prefix of its own is missing, and the whole bucket is not ours".to_owned());
    }
    if bucket.side == Side::Source {
        // What has not landed by then is removed all the same.
        let _ = timeout(PATIENCE, landed(client, &bucket.name, prefix)).await;
    }
    let mut pace = Pace::new(PATIENCE);
    let mut empty_since = None;
    loop {
        let some = empty::page(client, &bucket.name, prefix);
        let some = timeout_at(pace.deadline(), some).await;
        let some = some.map_err(|_| format!("no answer after {} s", PATIENCE.as_secs()))??;
        if some.removed > 0 {
            pace.progress();
            empty_since = None;
            continue;
        }
        if some.obstacle.is_none() && quiet(bucket, &mut empty_since) {
            return Ok(());
        }
        if !pace.again().await {
            return Err(some
                .obstacle
                .unwrap_or_else(|| "it never stays empty".to_owned()));
        }
    }
}

/// A source is empty at once; a destination when nothing arrived for a while.
fn quiet(bucket: &Bucket, empty_since: &mut Option<Instant>) -> bool {
    let since = *empty_since.get_or_insert_with(Instant::now);
    bucket.side == Side::Source || since.elapsed() >= QUIET
}

/// Waits until no version under the prefix is `PENDING`.
async fn landed(client: &Client, bucket: &str, prefix: &str) -> Result<(), String> {
    let mut pace = Pace::new(PATIENCE);
    let (mut key, mut version) = (None, None);
    loop {
        let listing = client
            .list_object_versions()
            .bucket(bucket)
            .prefix(prefix)
            .set_key_marker(key)
            .set_version_id_marker(version)
            .send()
            .await
            .map_err(|error| refused("ListObjectVersions", bucket, &error).to_string())?;
        for version in listing.versions() {
            let (Some(key), Some(id)) = (version.key(), version.version_id()) else {
                continue;
            };
            while is_pending(client, bucket, key, id).await? && pace.again().await {}
        }
        if listing.is_truncated() != Some(true) || listing.next_key_marker().is_none() {
            return Ok(());
        }
        (key, version) = (listing.next_key_marker, listing.next_version_id_marker);
    }
}

async fn is_pending(client: &Client, bucket: &str, key: &str, id: &str) -> Result<bool, String> {
    let request = client.head_object().bucket(bucket).key(key).version_id(id);
    match request.send().await {
        Ok(answer) => Ok(answer.replication_status() == Some(&ReplicationStatus::Pending)),
        Err(error) if error.code() == Some("NotFound") => Ok(false),
        Err(error) => Err(refused("HeadObject", key, &error).to_string()),
    }
}
