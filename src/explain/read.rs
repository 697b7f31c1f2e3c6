//! Looks at one object, and writes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use super::{Address, DestinationFacts, ObjectFacts};
use crate::doctor::{self, Configuration};
use crate::error::{Error, Result};
use crate::history::{FailureSeen, Journal, ListedVersion, Plan, Recorder, Seen, Side};
use crate::probe::{Probe, Schedule};
use crate::replication::{Capability, VersionId};
use crate::target::Target;

/// Looks at an object at the source, and at every destination that a rule names.
///
/// # Errors
/// [`Error::Usage`] where the source has no such bucket, key or version.
pub async fn read(target: &Target, address: &Address) -> Result<ObjectFacts> {
    let (bucket, key) = (&address.bucket, &address.key);
    let configuration = doctor::configuration(&target.source.client, bucket).await;
    let names = destinations(configuration.known().and_then(Option::as_ref));
    let probe = probe(target, bucket, &names);
    let listed = probe.versions(Side::Source, key).await;
    let version = version(address, &listed)?;
    let source = probe.head(Side::Source, key, version.as_ref()).await;
    let tags = match (&source, &version) {
        (Seen::Present(_), Some(version)) => probe.tags(Side::Source, key, version).await,
        _ => Seen::Absent,
    };
    let failures = failures(target, &probe, key, version.as_ref()).await;
    let mut destinations = Vec::new();
    for (number, name) in names.into_iter().enumerate() {
        let side = Side::Destination(number as u8);
        destinations.push(DestinationFacts {
            pair: pair(target, bucket, &name).await,
            bucket: name,
            replica: probe.head(side, key, version.as_ref()).await,
            versions: probe.versions(side, key).await,
            failure: failures
                .iter()
                .find(|failed| failed.side == side)
                .map(|f| f.reason.clone()),
        });
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Ok(ObjectFacts {
        bucket: bucket.clone(),
        key: key.clone(),
        version,
        source,
        tags: match tags {
            Seen::Tags { tags } => Some(tags),
            _ => None,
        },
        now: now.map_or(0, |since| since.as_secs() as i64),
        configuration,
        destinations,
    })
}

/// Why the version failed, where the target tells of it.
async fn failures(
    target: &Target,
    probe: &Probe,
    key: &str,
    version: Option<&VersionId>,
) -> Vec<FailureSeen> {
    let Some(version) = version.filter(|_| target.offers(Capability::FailureReasons)) else {
        return Vec::new();
    };
    match probe.failures(key, version).await {
        Seen::Failures { failures } => failures,
        _ => Vec::new(),
    }
}

async fn pair(target: &Target, source: &str, destination: &str) -> Result<doctor::Facts, String> {
    let facts = Box::pin(doctor::read(target, source, destination)).await;
    facts.map_err(|error| error.to_string())
}

/// The buckets that rules lead to, each once. A history knows 256 of them, and so does S3 far fewer.
fn destinations(configuration: Option<&Configuration>) -> BTreeSet<String> {
    let rules = configuration
        .into_iter()
        .flat_map(|configuration| &configuration.rules);
    rules
        .map(|configured| configured.rule.destination.clone())
        .take(256)
        .collect()
}

/// A probe that remembers nothing.
fn probe(target: &Target, source: &str, destinations: &BTreeSet<String>) -> Probe {
    let sides = destinations.iter().enumerate();
    let sides = sides.map(|(number, name)| (Side::Destination(number as u8), name.clone()));
    let mut buckets: BTreeMap<_, _> = sides.collect();
    buckets.insert(Side::Source, source.to_owned());
    let clients = (
        target.source.client.clone(),
        target.destination.client.clone(),
    );
    let recorder = Recorder::begin(&Journal::in_memory(), Plan::of_rules(&[]));
    Probe::new(recorder, clients, buckets, Schedule::FAR)
}

/// The version that is meant: the one named, or the current one.
fn version(address: &Address, listed: &Seen) -> Result<Option<VersionId>> {
    let versions = match listed {
        Seen::Versions { versions } => versions,
        Seen::Failed(failure) if failure.code == "NoSuchBucket" => {
            let bucket = &address.bucket;
            let missing =
                format!("there is no bucket {bucket}; is its name right, and the --target?");
            return Err(Error::Usage(missing));
        }
        // It may not be listed: HEAD will say what there is.
        _ => return Ok(address.version.clone()),
    };
    let is_meant = |version: &&ListedVersion| match &address.version {
        Some(id) => version.version == *id,
        None => version.latest,
    };
    match versions.iter().find(is_meant) {
        Some(version) => Ok(Some(version.version.clone())),
        None => Err(missing(address, versions)),
    }
}

fn missing(address: &Address, versions: &[ListedVersion]) -> Error {
    let others = match versions.len() {
        0 => "is its name right?".to_owned(),
        1 => format!("the key has one version, {}", versions[0].version),
        n => format!(
            "the key has {n} versions, the current one {}",
            versions[0].version
        ),
    };
    Error::Usage(format!("{address} is not at the source; {others}"))
}
