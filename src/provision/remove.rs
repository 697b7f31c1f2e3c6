//! Removing what was made, and naming what stayed.

mod drain;
mod empty;
mod locked;
mod prefix;

pub use prefix::remove_prefix;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{timeout, timeout_at};

use super::aborted::settled;
use super::bucket::status;
use super::denial::take_back_all;
use super::pace::Pace;
use super::tagging::{self, Owner};
use super::{Entry, Ledger, Pair, Place, Placed, State, endpoint};
use crate::history::Side;
use crate::target::{Target, refused};

const PATIENCE: Duration = Duration::from_secs(30);
/// How long a source's replicas may be on their way before it is emptied all the same.
const DRAINED: Duration = Duration::from_secs(5);
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

/// A bucket that is to go.
#[derive(Debug, Clone)]
pub(super) struct Doomed {
    pub(super) bucket: Placed,
    /// The run whose tag it has to carry.
    pub(super) run: String,
    /// Whether this process made it a moment ago, when its name was free: then it goes without
    /// tags too, if it is empty.
    pub(super) is_fresh: bool,
}

/// What became of a bucket that was to go: it is gone, or why it stayed.
pub(super) type Outcome = (Doomed, Result<(), String>);

/// Removes a pair: the source, then the destinations. What is gone is struck off the ledger. Of an
/// existing pair only what lies under its prefix is removed.
pub async fn tear_down(target: &Target, pair: &Pair, ledger: &Ledger) -> Vec<LeftBehind> {
    let buckets = pair.placed(target);
    match pair.existing {
        true => remove_written(target, &pair.prefix, buckets, ledger).await,
        false => remove_ours(target, buckets, ledger).await,
    }
}

/// Removes every bucket that is in the ledger, all sources, then all destinations, and what lies
/// under the prefixes that are in it. What is denied there is given back first.
pub async fn tear_down_all(target: &Target, ledger: &Ledger) -> Vec<LeftBehind> {
    let mut left = take_back_all(target, ledger).await;
    left.extend(remove_ours(target, ledger.buckets(), ledger).await);
    for entry in ledger.entries() {
        if let Entry::Prefix { prefix, buckets } = entry {
            left.extend(remove_written(target, &prefix, buckets, ledger).await);
        }
    }
    left
}

async fn remove_written(
    target: &Target,
    prefix: &str,
    buckets: Vec<Placed>,
    ledger: &Ledger,
) -> Vec<LeftBehind> {
    let left = Box::pin(remove_prefix(target, prefix, &buckets)).await;
    if left.is_empty() {
        let prefix = prefix.to_owned();
        strike(ledger, &Entry::Prefix { prefix, buckets }).await;
    }
    left
}

pub(super) async fn remove_ours(
    target: &Target,
    buckets: Vec<Placed>,
    ledger: &Ledger,
) -> Vec<LeftBehind> {
    let doomed = buckets.into_iter().map(|bucket| Doomed {
        bucket,
        run: ledger.run().to_owned(),
        is_fresh: true,
    });
    let mut left = Vec::new();
    for (doomed, outcome) in remove_all(target, doomed.collect()).await {
        match outcome {
            Ok(()) => strike(ledger, &Entry::Bucket(doomed.bucket)).await,
            Err(why) => left.push(LeftBehind {
                bucket: doomed.bucket.name,
                why,
            }),
        }
    }
    left.sort_by(|a, b| a.bucket.cmp(&b.bucket));
    left
}

/// A removal that cannot be written down costs nothing: the next sweep finds nothing there.
async fn strike(ledger: &Ledger, entry: &Entry) {
    if let Err(error) = ledger.note(entry, State::Removed).await {
        tracing::warn!("{error}");
    }
}

/// Removes buckets: all sources, then all destinations.
pub(super) async fn remove_all(target: &Target, buckets: Vec<Doomed>) -> Vec<Outcome> {
    let is_source = |doomed: &Doomed| doomed.bucket.side == Side::Source;
    let (sources, destinations): (Vec<_>, Vec<_>) = buckets.into_iter().partition(is_source);
    let mut outcomes = remove_side(target, sources).await;
    outcomes.extend(remove_side(target, destinations).await);
    outcomes
}

/// Removes buckets side by side, some at once.
async fn remove_side(target: &Target, buckets: Vec<Doomed>) -> Vec<Outcome> {
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    let mut outcomes = Vec::new();
    for doomed in buckets {
        let client = match client(target, &doomed.bucket.place) {
            Ok(client) => client,
            Err(why) => {
                outcomes.push((doomed, Err(why)));
                continue;
            }
        };
        let permits = Arc::clone(&permits);
        tasks.spawn(async move {
            let _permit = permits.acquire().await;
            let outcome = remove(&client, &doomed).await;
            (doomed, outcome)
        });
    }
    outcomes.extend(tasks.join_all().await);
    outcomes
}

/// The client for a place.
///
/// # Errors
/// One line when the place is not this target's.
pub(super) fn client(target: &Target, place: &Place) -> Result<Client, String> {
    let sides = [Side::Source, Side::Destination(0)].into_iter();
    let mut here = sides.filter(|side| Place::of(target, *side) == *place);
    let side = here.next();
    side.map(|side| endpoint(target, side).client.clone())
        .ok_or_else(|| format!("it is at {place}, which is not this target"))
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

/// Removes one bucket, if it is ours.
async fn remove(client: &Client, doomed: &Doomed) -> Result<(), String> {
    let bucket = doomed.bucket.name.as_str();
    let whose = timeout(PATIENCE, whose(client, doomed)).await;
    match whose.map_err(|_| late("no answer"))?? {
        Whose::Gone => Ok(()),
        Whose::Ours => clear_out(client, bucket, doomed.bucket.side).await,
        Whose::Untagged => match timeout(PATIENCE, delete(client, bucket)).await {
            Ok(Ok(false)) => Err(format!("it has no {} tag and is not empty", tagging::RUN)),
            Ok(outcome) => outcome.map(|_| ()),
            Err(_) => Err(late("no answer")),
        },
    }
}

/// Empties a bucket that is ours, and deletes it: goes at it until it is gone, or nothing moved for
/// half a minute.
pub(super) async fn clear_out(client: &Client, bucket: &str, side: Side) -> Result<(), String> {
    let mut pace = Pace::new(PATIENCE);
    if side == Side::Source {
        let stopped = timeout_at(pace.deadline(), stop_replication(client, bucket)).await;
        stopped.map_err(|_| late("no answer"))??;
        drain::within(DRAINED, client, bucket, "").await;
    }
    loop {
        let go = timeout_at(pace.deadline(), go_at(client, bucket)).await;
        let go = go.map_err(|_| late("no answer"))??;
        if go.gone {
            return Ok(());
        }
        if go.removed > 0 {
            pace.progress();
        } else if !pace.again().await {
            let what = format!("{bucket} is not empty ({})", go.obstacle);
            return Err(late(&what));
        }
    }
}

fn late(what: &str) -> String {
    format!("{what} after {} s", PATIENCE.as_secs())
}

/// A page of versions and of uploads away, and the bucket if that was all.
async fn go_at(client: &Client, bucket: &str) -> Result<Go, String> {
    let page = empty::page(client, bucket, "").await?;
    let arrives = || "something arrives faster than it is removed".to_owned();
    Ok(Go {
        removed: page.removed,
        gone: !page.more && delete(client, bucket).await?,
        obstacle: page.obstacle.unwrap_or_else(arrives),
    })
}

/// Whose a bucket is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// It carries the run's tag.
    Ours,
    /// It carries no tag, and this process was about to put one on it.
    Untagged,
    /// It is not there.
    Gone,
}

/// Reads the tags back, and says whether the bucket may go; an error says why not.
pub(super) async fn whose(client: &Client, doomed: &Doomed) -> Result<Whose, String> {
    let bucket = doomed.bucket.name.as_str();
    let tags = match tagging::read(client, bucket).await {
        Ok(tags) => tags,
        Err(error) if error.code() == Some("NoSuchBucket") => return Ok(Whose::Gone),
        Err(error) => return Err(refused("GetBucketTagging", bucket, &error).to_string()),
    };
    let tag = tagging::RUN;
    match Owner::of(&tags) {
        Owner::Run(run) if run == doomed.run => Ok(Whose::Ours),
        Owner::Run(run) => Err(format!("it belongs to the run {run}, and is left alone")),
        Owner::Nobody if doomed.is_fresh => Ok(Whose::Untagged),
        Owner::Nobody | Owner::Somebody => Err(format!(
            "it has no {tag} tag, and is left alone; delete it by hand if it is yours"
        )),
    }
}

async fn stop_replication(client: &Client, bucket: &str) -> Result<(), String> {
    let request = client.delete_bucket_replication().bucket(bucket);
    match settled(|| request.clone().send()).await {
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
