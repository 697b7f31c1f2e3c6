//! Waiting until what is in flight has landed.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{ObjectVersion, ReplicationStatus};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::provision::pace::Pace;
use crate::target::refused;

/// How many versions are asked for at a time.
const AT_ONCE: usize = 16;

/// Waits until no version under the prefix is `PENDING`, at most so long. What has not landed by
/// then, or cannot be asked for, is removed all the same.
pub(super) async fn within(patience: Duration, client: &Client, bucket: &str, prefix: &str) {
    match timeout(patience, landed(patience, client, bucket, prefix)).await {
        Ok(Ok(())) => {}
        Ok(Err(why)) => tracing::debug!("{bucket} is emptied before it is drained: {why}"),
        Err(_) => tracing::debug!("{bucket} is emptied while replicas are on their way"),
    }
}

async fn landed(
    patience: Duration,
    client: &Client,
    bucket: &str,
    prefix: &str,
) -> Result<(), String> {
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
        for some in listing.versions().chunks(AT_ONCE) {
            all_landed(patience, client, bucket, some).await?;
        }
        if listing.is_truncated() != Some(true) || listing.next_key_marker().is_none() {
            return Ok(());
        }
        (key, version) = (listing.next_key_marker, listing.next_version_id_marker);
    }
}

async fn all_landed(
    patience: Duration,
    client: &Client,
    bucket: &str,
    some: &[ObjectVersion],
) -> Result<(), String> {
    let mut asking = JoinSet::new();
    for version in some {
        let (Some(key), Some(id)) = (version.key(), version.version_id()) else {
            continue;
        };
        let (client, bucket) = (client.clone(), bucket.to_owned());
        let (key, id) = (key.to_owned(), id.to_owned());
        asking.spawn(async move {
            let mut pace = Pace::new(patience);
            while is_pending(&client, &bucket, &key, &id).await? && pace.again().await {}
            Ok(())
        });
    }
    asking.join_all().await.into_iter().collect()
}

async fn is_pending(client: &Client, bucket: &str, key: &str, id: &str) -> Result<bool, String> {
    let request = client.head_object().bucket(bucket).key(key).version_id(id);
    match request.send().await {
        Ok(answer) => Ok(answer.replication_status() == Some(&ReplicationStatus::Pending)),
        Err(error) if error.code() == Some("NotFound") => Ok(false),
        Err(error) => Err(refused("HeadObject", key, &error).to_string()),
    }
}
