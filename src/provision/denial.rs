//! Taking an action away from a replication role, and giving it back.
//!
//! A denial is a policy of its own on the role, limited to the buckets and the prefix of one pair:
//! taking it back leaves the role as it was, and nobody else's objects fail.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Entry, Ledger, LeftBehind, Pair, Place, State};
use crate::error::{Error, Result};
use crate::history::Side;
use crate::replication::Capability;
use crate::target::{Target, delete_own, put_own};

/// What the names of our policies begin with; the run's ID follows.
const POLICY: &str = "bucketpair-denial-";
/// Assuming the role is what its trust policy says, not what it may do.
const ASSUME: &str = "sts:AssumeRole";

/// Actions that are denied to a role.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Denial {
    /// The role's name.
    pub role: String,
    /// The policy that denies.
    pub policy: String,
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
    role: &str,
    actions: &BTreeSet<String>,
    ledger: &Ledger,
) -> Result<Denial> {
    if !target.offers(Capability::DenyReplication) {
        return Err(Error::NotOffered(
            "this target has no replication role to deny anything to; use the embedded pair, \
             `bucketpair serve`, or --stack on AWS"
                .to_owned(),
        ));
    }
    let client = &target.source.client;
    let denial = Denial {
        role: name_of(role).to_owned(),
        policy: format!("{POLICY}{}", pair.run),
        actions: actions.clone(),
    };
    ledger.intend(denial.entry(target)).await?;
    if actions.contains(ASSUME) {
        let nobody = json!({"Version": "2012-10-17", "Statement": []});
        put_own(client, &denial.trust(), &nobody).await?;
    }
    let others: Vec<_> = actions.iter().filter(|action| *action != ASSUME).collect();
    if !others.is_empty() {
        put_own(client, &denial.path(), &document(pair, &others)).await?;
    }
    Ok(denial)
}

/// Gives back what the ledger of a dead run says is denied: `on` is an entry's
/// [`Entry::Denial`](super::Entry::Denial). One that was given back already is none to fail over.
///
/// # Errors
/// [`Error::Usage`] for an entry that is no denial on a role, and what the target refuses.
pub async fn take_back(target: &Target, on: &str) -> Result<()> {
    let named = on
        .strip_prefix("roles/")
        .and_then(|rest| rest.split_once("/policies/"));
    let ours = named.is_some_and(|(_, policy)| policy.starts_with(POLICY));
    if !ours {
        return Err(Error::Usage(format!(
            "the ledger's denial on {on:?} is none that bucketpair put on a role; look at it yourself"
        )));
    }
    delete_own(&target.source.client, on).await
}

/// Gives back what was denied. One that was given back already is none to fail over.
///
/// # Errors
/// What the target refuses.
pub async fn restore(target: &Target, denial: &Denial, ledger: &Ledger) -> Result<()> {
    let client = &target.source.client;
    if denial.actions.contains(ASSUME) {
        delete_own(client, &denial.trust()).await?;
    }
    delete_own(client, &denial.path()).await?;
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
            on: self.path(),
            place: Place::of(target, Side::Source),
        }
    }

    fn path(&self) -> String {
        format!("roles/{}/policies/{}", self.role, self.policy)
    }

    fn trust(&self) -> String {
        format!("roles/{}/trust", self.role)
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
    json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": actions, "Resource": resources}],
    })
}

/// The name in a role's ARN, or the name itself.
fn name_of(role: &str) -> &str {
    role.rsplit('/').next().unwrap_or(role)
}
