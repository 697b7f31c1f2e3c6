//! Removing what was made, and naming what stayed.

mod empty;
mod prefix;

pub use prefix::remove_prefix;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout_at;

use super::bucket::{RUN_TAG, status};
use super::pace::Pace;
use super::{Made, MadeBucket, Pair, endpoint};
use crate::history::Side;
use crate::target::{Target, refused};

const PATIENCE: Duration = Duration::from_secs(30);
const AT_ONCE: usize = 16;

/// A bucket, or what is in it, that could not be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftBehind {
    /// The bucket.
    pub bucket: String,
    /// Why it stayed.
    pub why: String,
}

impl fmt::Display for LeftBehind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.bucket, self.why)
    }
}

/// Removes a pair: the source, then the destinations. What is gone is struck from `made`. Of an
/// existing pair only what lies under its prefix is removed.
pub async fn tear_down(target: &Target, pair: &Pair, made: &Made) -> Vec<LeftBehind> {
    if pair.existing {
        return remove_prefix(target, pair).await;
    }
    let buckets = pair.buckets.iter().map(|bucket| MadeBucket {
        bucket: bucket.clone(),
        run: pair.run.clone(),
    });
    remove_all(target, buckets.collect(), made).await
}

/// Removes everything that is in `made`: all sources, then all destinations.
pub async fn tear_down_all(target: &Target, made: &Made) -> Vec<LeftBehind> {
    remove_all(target, made.buckets(), made).await
}

async fn remove_all(target: &Target, buckets: Vec<MadeBucket>, made: &Made) -> Vec<LeftBehind> {
    let is_source = |made: &MadeBucket| made.bucket.side == Side::Source;
    let (sources, destinations): (Vec<_>, Vec<_>) = buckets.into_iter().partition(is_source);
    let mut left = remove_side(target, sources, made).await;
    left.extend(remove_side(target, destinations, made).await);
    left.sort_by(|a, b| a.bucket.cmp(&b.bucket));
    left
}

/// Removes buckets side by side, some at once.
async fn remove_side(target: &Target, buckets: Vec<MadeBucket>, made: &Made) -> Vec<LeftBehind> {
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for bucket in buckets {
        let client = endpoint(target, bucket.bucket.side).client.clone();
        let (permits, made) = (Arc::clone(&permits), made.clone());
        tasks.spawn(async move {
            let _permit = permits.acquire().await;
            let name = bucket.bucket.name.clone();
            let outcome = remove(&client, &bucket).await;
            if outcome.is_ok() {
                made.forget(&name);
            }
            outcome.err().map(|why| LeftBehind { bucket: name, why })
        });
    }
    let mut left = Vec::new();
    while let Some(outcome) = tasks.join_next().await {
        left.extend(outcome.unwrap_or_else(|error| {
            Some(LeftBehind {
                bucket: "a bucket".to_owned(),
                why: format!("its removal broke off ({error})"),
            })
        }));
    }
    left
}

/// Whose a bucket is.
enum Owner {
    /// It carries our run's tag.
    Ours,
    /// We were about to tag it: it is removed if it is empty.
    Untagged,
    /// It is not there.
    Gone,
}

/// What came of one go.
struct Go {
    /// How much was removed.
    removed: usize,
    /// Whether the bucket is gone.
    gone: bool,
    /// What stands in the way.
    obstacle: String,
}

/// Removes one bucket: goes at it until it is gone, or nothing moved for half a minute.
async fn remove(client: &Client, made: &MadeBucket) -> Result<(), String> {
    let bucket = made.bucket.name.as_str();
    let mut pace = Pace::new(PATIENCE);
    let late = |what: &str| format!("{what} after {} s", PATIENCE.as_secs());
    let owner = timeout_at(pace.deadline(), owner(client, made)).await;
    let ours = match owner.map_err(|_| late("no answer"))?? {
        Owner::Gone => return Ok(()),
        Owner::Untagged => false,
        Owner::Ours => true,
    };
    if ours && made.bucket.side == Side::Source {
        let stopped = timeout_at(pace.deadline(), stop_replication(client, bucket)).await;
        stopped.map_err(|_| late("no answer"))??;
    }
    loop {
        let go = timeout_at(pace.deadline(), go_at(client, made, ours)).await;
        let go = go.map_err(|_| late("no answer"))??;
        if go.gone {
            return Ok(());
        }
        if !ours {
            return Err(format!("it has no {RUN_TAG} tag and is not empty"));
        }
        if go.removed > 0 {
            pace.progress();
        } else if !pace.again().await {
            let what = format!("{bucket} is not empty ({})", go.obstacle);
            return Err(late(&what));
        }
    }
}

/// A page of versions and of uploads away, and the bucket if that was all.
async fn go_at(client: &Client, made: &MadeBucket, ours: bool) -> Result<Go, String> {
    let bucket = made.bucket.name.as_str();
    let mut go = Go {
        removed: 0,
        gone: false,
        obstacle: "something arrives faster than it is removed".to_owned(),
    };
    if ours {
        let page = empty::page(client, bucket, "").await?;
        go.removed = page.removed;
        go.obstacle = page.obstacle.unwrap_or(go.obstacle);
        if page.more {
            return Ok(go);
        }
    }
    go.gone = delete(client, bucket).await?;
    Ok(go)
}

async fn owner(client: &Client, made: &MadeBucket) -> Result<Owner, String> {
    let bucket = made.bucket.name.as_str();
    let answer = match client.get_bucket_tagging().bucket(bucket).send().await {
        Ok(answer) => answer,
        Err(error) => {
            return match error.code() {
                Some("NoSuchBucket") => Ok(Owner::Gone),
                Some("NoSuchTagSet" | "NoSuchTagSetError") => Ok(Owner::Untagged),
                _ => Err(refused("GetBucketTagging", bucket, &error).to_string()),
            };
        }
    };
    let run = answer.tag_set().iter().find(|tag| tag.key() == RUN_TAG);
    match run.map(aws_sdk_s3::types::Tag::value) {
        Some(run) if run == made.run => Ok(Owner::Ours),
        Some(run) => Err(format!("it belongs to the run {run}, and is left alone")),
        None if answer.tag_set().is_empty() => Ok(Owner::Untagged),
        None => Err(format!("it has no {RUN_TAG} tag, and is left alone")),
    }
}

async fn stop_replication(client: &Client, bucket: &str) -> Result<(), String> {
    let outcome = client
        .delete_bucket_replication()
        .bucket(bucket)
        .send()
        .await;
    match outcome {
        Ok(_) => Ok(()),
        Err(error) => match error.code() {
            Some("NoSuchBucket" | "ReplicationConfigurationNotFoundError") => Ok(()),
            _ => Err(refused("DeleteBucketReplication", bucket, &error).to_string()),
        },
    }
}

/// Deletes the bucket; false when it is not empty yet.
async fn delete(client: &Client, bucket: &str) -> Result<bool, String> {
    match client.delete_bucket().bucket(bucket).send().await {
        Ok(_) => Ok(true),
        Err(error) => match error.code() {
            Some("NoSuchBucket") => Ok(true),
            Some("BucketNotEmpty" | "OperationAborted") => Ok(false),
            _ if status(&error) == Some(409) => Ok(false),
            _ => Err(refused("DeleteBucket", bucket, &error).to_string()),
        },
    }
}
