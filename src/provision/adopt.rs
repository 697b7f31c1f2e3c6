//! Using a pair that is there.

use super::bucket::{is_versioned, status};
use super::{Entry, Ledger, Pair, absence, configure, endpoint};
use crate::error::{Error, Result};
use crate::history::{Bucket, Side};
use crate::replication::Rule;
use crate::target::{Target, refused};

/// Looks at a pair that is there, without changing it: both buckets, their versioning, and the
/// source's rules towards the destination. Rules to other buckets are left out.
///
/// # Errors
/// A bucket that is not there or not versioned, and a source without an enabled rule towards the
/// destination.
pub async fn adopt(
    target: &Target,
    source: &str,
    destination: &str,
    run: &str,
    prefix: &str,
) -> Result<(Pair, Vec<Rule>)> {
    let pair = existing(target, source, destination, run, prefix)?;
    for bucket in &pair.buckets {
        must_be_versioned(target, bucket).await?;
        absence::must_show(endpoint(target, bucket.side), &bucket.name).await?;
    }
    let mut rules = rules(target, &pair).await?;
    let side = Side::Destination(0).to_string();
    rules.retain(|rule| rule.destination == side);
    if rules.iter().any(|rule| rule.enabled) {
        return Ok((pair, rules));
    }
    Err(Error::NotReplicating(format!(
        "no enabled rule of {source} replicates to {destination}; \
         put a replication configuration, or name another --pair"
    )))
}

/// The rules of a pair's source, to whichever bucket.
///
/// # Errors
/// What S3 refuses. A source without a configuration has no rules.
pub async fn rules(target: &Target, pair: &Pair) -> Result<Vec<Rule>> {
    let on = configure::On {
        target,
        pair,
        side: Side::Source,
    };
    Ok(on.read().await?.unwrap_or_default())
}

/// Notes in the ledger that something is going to be written below the prefix of an existing pair.
///
/// # Errors
/// [`Error::Ledger`] when it cannot be written: then nothing may be written into the pair.
pub async fn intend_writes(target: &Target, pair: &Pair, ledger: &Ledger) -> Result<()> {
    let prefix = pair.prefix.clone();
    let buckets = pair.placed(target);
    ledger.intend(Entry::Prefix { prefix, buckets }).await
}

fn existing(
    target: &Target,
    source: &str,
    destination: &str,
    run: &str,
    prefix: &str,
) -> Result<Pair> {
    if prefix.is_empty() || source == destination {
        return Err(Error::Usage(format!(
            "--pair {source},{destination} needs two buckets and a prefix of its own"
        )));
    }
    let bucket = |side, name: &str| Bucket {
        side,
        name: name.to_owned(),
        region: endpoint(target, side).region.clone(),
    };
    Ok(Pair {
        buckets: vec![
            bucket(Side::Source, source),
            bucket(Side::Destination(0), destination),
        ],
        existing: true,
        prefix: prefix.to_owned(),
        run: run.to_owned(),
        notes: Vec::new(),
    })
}

/// A pair that is there and is only looked at: both buckets answer. Nothing is written into it, so
/// that it needs no prefix of its own.
///
/// # Errors
/// A bucket that is not there, or may not be seen; twice the same bucket.
pub async fn seen(target: &Target, source: &str, destination: &str, run: &str) -> Result<Pair> {
    let mut pair = existing(target, source, destination, run, "/")?;
    pair.prefix.clear();
    for bucket in &pair.buckets {
        must_be_there(target, bucket).await?;
        absence::must_show(endpoint(target, bucket.side), &bucket.name).await?;
    }
    Ok(pair)
}

async fn must_be_there(target: &Target, bucket: &Bucket) -> Result<()> {
    let (endpoint, name) = (endpoint(target, bucket.side), &bucket.name);
    let (url, side) = (&endpoint.url, bucket.side);
    match endpoint.client.head_bucket().bucket(name).send().await {
        Ok(_) => Ok(()),
        Err(error) if status(&error) == Some(404) => Err(Error::Usage(format!(
            "the {side} {name} of --pair is not at {url}; is its name right?"
        ))),
        Err(error) => Err(refused("HeadBucket", name, &error)),
    }
}

async fn must_be_versioned(target: &Target, bucket: &Bucket) -> Result<()> {
    must_be_there(target, bucket).await?;
    let (endpoint, name) = (endpoint(target, bucket.side), &bucket.name);
    let (url, side) = (&endpoint.url, bucket.side);
    if is_versioned(endpoint, name).await? {
        return Ok(());
    }
    Err(Error::NotReplicating(format!(
        "the {side} {name} at {url} is not versioned, and only versioned buckets replicate; \
         enable versioning, or name another --pair"
    )))
}
