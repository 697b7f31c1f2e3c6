//! Taking an action away from a replication role, and giving it back.
//!
//! On a role of the embedded pair a denial is a policy of its own, limited to the buckets and the
//! prefix of one pair: taking it back leaves the role as it was, and nobody else's objects fail. On
//! the role of a stack it is two of the stack's parameters.

use std::collections::BTreeSet;

use aws_sdk_s3::error::ProvideErrorMetadata;
use serde_json::{Value, json};

use super::{Entry, Ledger, LeftBehind, Pair, Place, State};
use crate::error::{Error, Result};
use crate::history::Side;
use crate::replication::Capability;
use crate::target::{Target, delete_own, put_own, refused};

/// What the names of our policies begin with; the run's ID follows.
const POLICY: &str = "bucketpair-denial-";
/// What a stack is called in a ledger.
const STACKS: &str = "stacks/";
/// What a destination bucket is called in a ledger, whose policy denies.
const BUCKETS: &str = "buckets/";
/// Assuming the role is what its trust policy says, not what it may do.
const ASSUME: &str = "sts:AssumeRole";

/// Whose role something is denied to.
#[derive(Debug, Clone, Copy)]
pub enum Whose<'a> {
    /// A role of the embedded pair, by name or ARN.
    Role(&'a str),
    /// The role of the source's stack of this name.
    Stack(&'a str),
    /// The role of this ARN, by the policy of a destination of a pair of the run's own.
    Destination(Side, &'a str),
}

/// Actions that are denied to a role.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Denial {
    /// The policy, or the stack, that denies, as the ledger names it.
    pub on: String,
    /// What is denied.
    pub actions: BTreeSet<String>,
}

/// Denies actions to the role of a pair, below the pair's prefix. It is in the ledger before it is
/// on the role, so that whoever comes after a kill knows what to take back.
///
/// # Errors
/// [`Error::NotOffered`] where the target has no roles to deny anything to, and a ledger that
/// cannot be written: then nothing is denied.
pub async fn deny(
    target: &Target,
    pair: &Pair,
    whose: Whose<'_>,
    actions: &BTreeSet<String>,
    ledger: &Ledger,
) -> Result<Denial> {
    let on = match whose {
        Whose::Stack(name) => format!("{STACKS}{name}"),
        Whose::Destination(..) if pair.existing => return Err(somebodys(pair)),
        Whose::Destination(side, _) => format!("{BUCKETS}{}", pair.bucket(side)),
        Whose::Role(role) if target.offers(Capability::DenyReplication) => {
            format!("roles/{}/policies/{POLICY}{}", name_of(role), pair.run)
        }
        Whose::Role(_) => return Err(not_offered()),
    };
    let actions = actions.clone();
    let denial = Denial { on, actions };
    ledger.intend(denial.entry(target)).await?;
    match whose {
        Whose::Stack(name) => {
            let put = on_stack(target, pair, name, &denial.actions).await;
            if matches!(put, Err(Error::Usage(_))) {
                // Nothing was put, and what another drill has denied is not ours to give back.
                ledger.note(&denial.entry(target), State::Removed).await?;
            }
            put?;
        }
        Whose::Role(_) => on_role(target, pair, &denial).await?,
        Whose::Destination(side, role) => {
            on_bucket(target, pair.bucket(side), role, &denial.actions).await?;
        }
    }
    Ok(denial)
}

fn not_offered() -> Error {
    Error::NotOffered(
        "this target has no replication role to deny anything to; use the embedded pair, \
         `bucketpair serve`, or a pair made by `bucketpair stack up` with --stack"
            .to_owned(),
    )
}

/// A bucket has one policy: somebody's own would be lost.
fn somebodys(pair: &Pair) -> Error {
    let name = pair.bucket(Side::Destination(0));
    Error::NotOffered(format!(
        "{name} may have a policy, which would be lost; deny by the policy of a fresh pair's bucket"
    ))
}

async fn on_bucket(
    target: &Target,
    bucket: &str,
    role: &str,
    actions: &BTreeSet<String>,
) -> Result<()> {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Deny",
            "Principal": {"AWS": role},
            "Action": actions,
            "Resource": format!("arn:aws:s3:::{bucket}/*"),
        }],
    });
    let request = target.destination.client.put_bucket_policy().bucket(bucket);
    let outcome = request.policy(document.to_string()).send().await;
    outcome.map_err(|error| refused("PutBucketPolicy", bucket, &error))?;
    Ok(())
}

async fn off_bucket(target: &Target, bucket: &str) -> Result<()> {
    let client = &target.destination.client;
    let outcome = client.delete_bucket_policy().bucket(bucket).send().await;
    match outcome {
        Err(error) if error.code() != Some("NoSuchBucket") => {
            Err(refused("DeleteBucketPolicy", bucket, &error))
        }
        _ => Ok(()),
    }
}

async fn on_role(target: &Target, pair: &Pair, denial: &Denial) -> Result<()> {
    let client = &target.source.client;
    if let Some(trust) = denial.trust() {
        let nobody = json!({"Version": "2012-10-17", "Statement": []});
        put_own(client, &trust, &nobody).await?;
    }
    let others: Vec<_> = denial
        .actions
        .iter()
        .filter(|action| *action != ASSUME)
        .collect();
    match others.is_empty() {
        true => Ok(()),
        false => put_own(client, &denial.on, &document(pair, &others)).await,
    }
}

/// A stack denies one action: of several that do the same it is the one that its role has.
#[cfg(feature = "stacks")]
async fn on_stack(
    target: &Target,
    pair: &Pair,
    name: &str,
    actions: &BTreeSet<String>,
) -> Result<()> {
    use super::stacks::drill::{DENIABLE, deny};

    let deniable = actions
        .iter()
        .find(|action| DENIABLE.contains(&action.as_str()));
    let action = deniable.or(actions.first()).map_or("", String::as_str);
    deny(target, name, action, &pair.prefix).await
}

#[cfg(not(feature = "stacks"))]
#[expect(clippy::unused_async, reason = "with stacks it waits")]
async fn on_stack(_: &Target, _: &Pair, name: &str, _: &BTreeSet<String>) -> Result<()> {
    Err(no_stacks(name))
}

#[cfg(feature = "stacks")]
async fn off_stack(target: &Target, name: &str) -> Result<()> {
    super::stacks::drill::restore(target, name).await
}

#[cfg(not(feature = "stacks"))]
#[expect(clippy::unused_async, reason = "with stacks it waits")]
async fn off_stack(_: &Target, name: &str) -> Result<()> {
    Err(no_stacks(name))
}

#[cfg(not(feature = "stacks"))]
fn no_stacks(name: &str) -> Error {
    Error::NotOffered(format!(
        "the stack {name}: CloudFormation is not compiled in; build with the feature `stacks`"
    ))
}

/// Gives back what the ledger of a dead run says is denied: `on` is of its
/// [`Entry::Denial`](super::Entry::Denial). One that was given back already is none to fail over.
///
/// # Errors
/// [`Error::Usage`] for an entry that is no denial of bucketpair's, and what the target refuses.
pub async fn take_back(target: &Target, on: &str) -> Result<()> {
    if let Some(name) = on.strip_prefix(STACKS) {
        return off_stack(target, name).await;
    }
    if let Some(bucket) = on.strip_prefix(BUCKETS) {
        return off_bucket(target, bucket).await;
    }
    let named = on
        .strip_prefix("roles/")
        .and_then(|rest| rest.split_once("/policies/"));
    match named {
        Some((_, policy)) if policy.starts_with(POLICY) => {
            delete_own(&target.source.client, on).await
        }
        _ => Err(Error::Usage(format!(
            "the ledger's denial on {on:?} is none that bucketpair put on a role; look at it yourself"
        ))),
    }
}

/// Gives back what was denied.
///
/// # Errors
/// What the target refuses.
pub async fn restore(target: &Target, denial: &Denial, ledger: &Ledger) -> Result<()> {
    if let Some(trust) = denial.trust() {
        delete_own(&target.source.client, &trust).await?;
    }
    take_back(target, &denial.on).await?;
    ledger.note(&denial.entry(target), State::Removed).await
}

/// Takes back every denial that is in the ledger, and names what could not be.
pub(super) async fn take_back_all(target: &Target, ledger: &Ledger) -> Vec<LeftBehind> {
    let mut left = Vec::new();
    for entry in ledger.entries() {
        let Entry::Denial { on, .. } = &entry else {
            continue;
        };
        let taken = match take_back(target, on).await {
            Ok(()) => ledger.note(&entry, State::Removed).await,
            Err(error) => Err(error),
        };
        left.extend(taken.err().map(|error| LeftBehind {
            bucket: format!("denial on {on}"),
            why: error.to_string(),
        }));
    }
    left
}

impl Denial {
    fn entry(&self, target: &Target) -> Entry {
        Entry::Denial {
            on: self.on.clone(),
            place: Place::of(target, self.side()),
        }
    }

    /// Where it is.
    fn side(&self) -> Side {
        match self.on.starts_with(BUCKETS) {
            true => Side::Destination(0),
            false => Side::Source,
        }
    }

    /// The trust policy, where assuming the role is denied.
    fn trust(&self) -> Option<String> {
        let (role, _) = self.on.split_once("/policies/")?;
        self.actions
            .contains(ASSUME)
            .then(|| format!("{role}/trust"))
    }
}

fn document(pair: &Pair, actions: &[&String]) -> Value {
    let resources = pair.buckets.iter().flat_map(|bucket| {
        let arn = format!("arn:aws:s3:::{}", bucket.name);
        let below = format!("{arn}/{}*", pair.prefix);
        // The bucket itself is everybody's.
        let itself = pair.prefix.is_empty().then_some(arn);
        itself.into_iter().chain([below])
    });
    let resources: Vec<_> = resources.collect();
    let is_kms = |action: &&&String| action.starts_with("kms:");
    let (kms, s3): (Vec<&String>, Vec<&String>) = actions.iter().partition(is_kms);
    let statements = [
        (s3, json!(resources)),
        (kms, json!("arn:aws:kms:*:*:key/*")),
    ];
    let statements = statements.iter().filter(|(some, _)| !some.is_empty());
    let statements = statements
        .map(|(some, resource)| json!({"Effect": "Deny", "Action": some, "Resource": resource}));
    json!({"Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>()})
}

/// The name in a role's ARN, or the name itself.
fn name_of(role: &str) -> &str {
    role.rsplit('/').next().unwrap_or(role)
}
