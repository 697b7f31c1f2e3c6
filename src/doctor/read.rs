//! Reads the facts, and writes nothing.

mod bucket;
mod gap;
#[cfg(feature = "grants")]
mod grants;
#[cfg(not(feature = "grants"))]
#[path = "read/without_grants.rs"]
mod grants;
mod own;
mod rules;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::facts::{Configuration, Fact, Facts};
use super::policy::account;
use crate::error::Result;
use crate::replication::Capability;
use crate::target::{Endpoint, Target};
use grants::{read_keys, role};

pub use rules::configuration;

/// Reads everything that is asked of a pair.
///
/// # Errors
/// [`Error::Usage`](crate::error::Error::Usage) for a bucket that is not there; whatever else
/// cannot be read is a [`Fact::Unknown`].
pub async fn read(target: &Target, source: &str, destination: &str) -> Result<Facts> {
    let (source, destination) = tokio::join!(
        Box::pin(bucket::read(&target.source, source)),
        Box::pin(bucket::read(&target.destination, destination))
    );
    let (source, destination) = (source?, destination?);
    let configuration = source.replication.known().and_then(Option::as_ref);
    let same_account = match configuration {
        Some(configuration) => {
            let account = account(&configuration.role);
            is_owned_by(&target.destination, &destination.name, account).await
        }
        None => Fact::Known(true),
    };
    let (role, keys) = match configuration {
        Some(configuration) => {
            let keys = keys(configuration, source.encryption.known());
            let role = match target.offers(Capability::DenyReplication) {
                true => own::role(target, &configuration.role).await,
                false => Box::pin(role(target, &configuration.role)).await,
            };
            (Some(role), Box::pin(read_keys(target, keys)).await)
        }
        None => (None, Vec::new()),
    };
    Ok(Facts {
        source,
        destination,
        same_account,
        role,
        keys,
    })
}

/// Reads both buckets alone, and says what a write into the source sets off.
///
/// # Errors
/// As [`read`].
pub async fn read_triggers(
    target: &Target,
    source: &str,
    destination: &str,
) -> Result<Vec<String>> {
    let (source, destination) = tokio::join!(
        Box::pin(bucket::read(&target.source, source)),
        Box::pin(bucket::read(&target.destination, destination))
    );
    Ok(super::triggers(&source?, &destination?))
}

/// Whether a bucket is of this account: S3 refuses a HEAD that expects another owner. Where every
/// HEAD is refused, that says nothing.
async fn is_owned_by(endpoint: &Endpoint, bucket: &str, account: &str) -> Fact<bool> {
    if account.len() != 12 {
        return Fact::Known(true);
    }
    let head = || endpoint.client.head_bucket().bucket(bucket);
    let expected = head().expected_bucket_owner(account).send().await;
    match (expected, head().send().await) {
        (Ok(_), _) => Fact::Known(true),
        (Err(error), Ok(_)) if status(&error) == 403 => Fact::Known(false),
        (Err(error), _) => Fact::Unknown(gap::of("HeadBucket", "s3:ListBucket", &error)),
    }
}

/// The status of an answer; 0 where there was none.
fn status<E>(error: &SdkError<E>) -> u16 {
    let answer = error.raw_response();
    answer.map_or(0, |answer| answer.status().as_u16())
}

/// The keys that a pair uses, each once: the source's default, and what the rules name.
fn keys(
    configuration: &Configuration,
    encryption: Option<&Option<super::Encryption>>,
) -> Vec<(String, bool)> {
    let default = encryption
        .and_then(Option::as_ref)
        .and_then(|e| e.kms_key());
    let replicas = configuration
        .rules
        .iter()
        .filter_map(|rule| rule.replica_key.clone());
    let mut keys: Vec<_> = default
        .into_iter()
        .map(|key| (key.to_owned(), true))
        .collect();
    keys.extend(replicas.map(|key| (key, false)));
    keys.sort();
    keys.dedup();
    keys
}

/// An answer, or the gap that an error is.
fn fact<T, E>(call: &str, permission: &str, outcome: std::result::Result<T, SdkError<E>>) -> Fact<T>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match outcome {
        Ok(value) => Fact::Known(value),
        Err(error) => Fact::Unknown(gap::of(call, permission, &error)),
    }
}
