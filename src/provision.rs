//! Making, settling and removing bucket pairs through the SDK.
//!
//! Every bucket is written into the [`Ledger`] before it is created, so that whoever ends the run,
//! after a failure, a panic, a signal or a kill, knows what to remove.

pub mod ledger;

mod aborted;
mod absence;
mod adopt;
mod bucket;
mod configure;
mod denial;
#[cfg(test)]
mod fake;
mod pace;
mod recreate;
mod remove;
mod resolve;
mod rules;
#[cfg(feature = "stacks")]
pub mod stacks;
mod sweep;
mod tagging;
mod trouble;

pub use adopt::{adopt, intend_writes, rules, seen};
pub use configure::{configure, put_back, role_of};
pub use denial::{Denial, Whose, deny, restore, take_back};
pub use ledger::Ledger;
pub use recreate::{create_bucket, delete_bucket};
pub use remove::{LeftBehind, remove_prefix, tear_down, tear_down_all};
pub use resolve::{nowhere, resolved};
pub use rules::rule_from_sdk;
pub use sweep::{By, Fate, Find, Sweep, Swept, listed, sweep};
pub use tagging::is_of_a_run;
pub use trouble::{advance, trouble};

use crate::error::{Error, Result};
use crate::history::{Bucket, Side};
use crate::replication::Rule;
use crate::target::{Endpoint, Target};
use ledger::{Entry, Place, Placed, State};

/// The role of a pair that needs none: emulators check its ARN's form only.
pub const DEFAULT_ROLE: &str = "arn:aws:iam::000000000000:role/bucketpair-replication";

/// A pair that is to be made.
#[derive(Debug, Clone)]
pub struct Request {
    /// The scenario's name.
    pub scenario: String,
    /// How many destinations.
    pub destinations: u8,
    /// The rules; their destinations are sides (`destination`, `destination-2`). May be empty.
    pub rules: Vec<Rule>,
    /// The ARN of the replication role.
    pub role: String,
    /// After how many days noncurrent versions are deleted.
    pub noncurrent_days: u32,
}

impl Request {
    /// One destination, no rules yet, the default role, 21 days.
    #[must_use]
    pub fn new(scenario: impl Into<String>) -> Self {
        Self {
            scenario: scenario.into(),
            destinations: 1,
            rules: Vec::new(),
            role: DEFAULT_ROLE.to_owned(),
            noncurrent_days: 21,
        }
    }
}

/// A source bucket with its destinations.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The buckets, the source first.
    pub buckets: Vec<Bucket>,
    /// Whether the pair was there before: then its buckets and configuration stay.
    pub existing: bool,
    /// What every key starts with; empty on a pair of our own.
    pub prefix: String,
    /// The run's ID.
    pub run: String,
    /// What could not be had and is not needed, a line each.
    pub notes: Vec<String>,
}

impl Pair {
    /// The name of the bucket on this side; empty where there is none.
    #[must_use]
    pub fn bucket(&self, side: Side) -> &str {
        let bucket = self.buckets.iter().find(|bucket| bucket.side == side);
        bucket.map_or("", |bucket| bucket.name.as_str())
    }

    /// The side of the bucket with this name.
    #[must_use]
    pub fn side(&self, name: &str) -> Option<Side> {
        let bucket = self.buckets.iter().find(|bucket| bucket.name == name);
        bucket.map(|bucket| bucket.side)
    }

    /// The buckets with their places on the target.
    #[must_use]
    pub fn placed(&self, target: &Target) -> Vec<Placed> {
        let buckets = self.buckets.iter();
        buckets.map(|bucket| Placed::of(target, bucket)).collect()
    }
}

/// Makes a pair: the destinations, then the source, then its replication configuration, read back
/// until it is stable. The buckets carry the ledger's run and expiry as tags. What was made before
/// an error stays in the ledger for [`tear_down_all`].
///
/// # Errors
/// A name that is taken, an endpoint that cannot version a bucket, and whatever S3 refuses.
pub async fn provision(target: &Target, request: &Request, ledger: &Ledger) -> Result<Pair> {
    let mut pair = planned(target, request, ledger.run());
    let (sources, destinations): (Vec<_>, Vec<_>) = pair
        .buckets
        .clone()
        .into_iter()
        .partition(|bucket| bucket.side == Side::Source);
    for bucket in destinations.into_iter().chain(sources) {
        let notes = Box::pin(bucket::make(target, request, &bucket, ledger)).await?;
        absence::must_show(endpoint(target, bucket.side), &bucket.name).await?;
        if bucket.side != Side::Source && is_across_accounts(target) {
            let (source, role) = (pair.bucket(Side::Source), request.role.as_str());
            bucket::let_role_write(target, &bucket, source, role).await?;
        }
        pair.notes.extend(notes);
    }
    if !request.rules.is_empty() {
        let (rules, role) = (&request.rules, &request.role);
        let on = configure::On {
            target,
            pair: &pair,
            side: Side::Source,
        };
        on.put_and_settle(rules, role, None).await?;
    }
    Ok(pair)
}

/// Whether the destination's bucket policy has to let the source's role in (R-IAM-07).
fn is_across_accounts(target: &Target) -> bool {
    let account = |endpoint: &Endpoint| endpoint.identity.as_ref().map(|one| one.account.clone());
    account(&target.source) != account(&target.destination)
}

/// The pair with its names, before anything is made. Each pair has a UUID of its own.
fn planned(target: &Target, request: &Request, run: &str) -> Pair {
    let uuid = uuid::Uuid::new_v4().to_string();
    let sides = (0..request.destinations).map(Side::Destination);
    let buckets = std::iter::once(Side::Source)
        .chain(sides)
        .map(|side| Bucket {
            side,
            name: name(&request.scenario, &uuid, side),
            region: endpoint(target, side).region.clone(),
        });
    Pair {
        buckets: buckets.collect(),
        existing: false,
        prefix: String::new(),
        run: run.to_owned(),
        notes: Vec::new(),
    }
}

/// `bucketpair-{scenario, shortened}-{uuid}-{s|d|d2}`: at most 63 characters.
fn name(scenario: &str, uuid: &str, side: Side) -> String {
    let end = match side {
        Side::Source => "s".to_owned(),
        Side::Destination(0) => "d".to_owned(),
        Side::Destination(n) => format!("d{}", u16::from(n) + 1),
    };
    let room = 63_usize.saturating_sub("bucketpair-".len() + uuid.len() + end.len() + 2);
    let plain = scenario
        .to_ascii_lowercase()
        .replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let short: String = plain.trim_start_matches('-').chars().take(room).collect();
    match short.trim_end_matches('-') {
        "" => format!("bucketpair-{uuid}-{end}"),
        short => format!("bucketpair-{short}-{uuid}-{end}"),
    }
}

fn endpoint(target: &Target, side: Side) -> &Endpoint {
    target.endpoint(side == Side::Source)
}

/// What the SDK's builders return, when we forgot a field.
fn built<T>(outcome: Result<T, aws_sdk_s3::error::BuildError>) -> Result<T> {
    outcome.map_err(|error| Error::Internal(error.to_string()))
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod names {
    use super::*;

    const UUID: &str = "00000000-0000-4000-8000-000000000000";

    #[test]
    fn names_are_valid_and_differ_by_side() {
        let long = "Three_overwrites give three versions with the same IDs";
        for scenario in ["", "---", "a", "same-version-id", long] {
            for side in [
                Side::Source,
                Side::Destination(0),
                Side::Destination(1),
                Side::Destination(255),
            ] {
                let name = name(scenario, UUID, side);
                assert!(
                    name.len() <= 63 && name.contains(UUID) && !name.contains("--"),
                    "{name}"
                );
                let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                assert!(name.chars().all(allowed), "{name}");
            }
        }
        assert_eq!(
            name("sse", UUID, Side::Source),
            format!("bucketpair-sse-{UUID}-s")
        );
        assert_eq!(
            name("sse", UUID, Side::Destination(1)),
            format!("bucketpair-sse-{UUID}-d2")
        );
    }
}
