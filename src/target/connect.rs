//! Building targets.

use std::collections::BTreeSet;

#[cfg(feature = "tls")]
use aws_sdk_s3::config::ProvideCredentials;
use aws_sdk_s3::config::{SharedCredentialsProvider, SharedHttpClient};

use super::address::Address;
use super::{Connect, Endpoint, Keys, Meter, Target, client, keys};
use crate::error::{Error, Result};
use crate::replication::Capability;

/// Any S3 endpoint, or two (source, destination).
///
/// # Errors
/// [`Error::Usage`] for a URL that makes no sense or is AWS's, for missing keys, for AWS's own
/// keys towards this machine, and for a `ca_bundle` that holds no certificate.
pub async fn endpoint(urls: (String, String), connect: &Connect) -> Result<Target> {
    let (source, destination) = (Address::parse(&urls.0)?, Address::parse(&urls.1)?);
    let meter = Meter::default();
    Ok(Target {
        name: "endpoint".to_owned(),
        source: side(&source, connect, true, &meter).await?,
        destination: side(&destination, connect, false, &meter).await?,
        capabilities: everything(),
        costs_nothing: true,
        outlives_process: true,
        engine: "the endpoint's own replication".to_owned(),
        meter,
    })
}

async fn side(
    address: &Address,
    connect: &Connect,
    is_source: bool,
    meter: &Meter,
) -> Result<Endpoint> {
    let (credentials, key) = credentials(connect, is_source).await?;
    keys::refuse_real(&key, &address.url)?;
    let http = match &connect.http_client {
        Some(http) => http.clone(),
        None => client::http(address.tls, connect.ca_bundle.as_deref())?,
    };
    let (url, region) = (address.url.clone(), connect.region_of(is_source).to_owned());
    let shared = client::for_endpoint(&url, &region, credentials, http);
    let counting = meter.counting(is_source, &region);
    Ok(Endpoint::new(url, &region, shared, counting))
}

/// The pair that runs in this process: through HTTP clients of its own, or over sockets where
/// none is given. `urls` and `regions` are source, destination.
#[must_use]
pub fn in_process(
    name: &str,
    source_http_client: Option<SharedHttpClient>,
    destination_http_client: Option<SharedHttpClient>,
    urls: (String, String),
    regions: (String, String),
    keys: &Keys,
    engine: &str,
) -> Target {
    let meter = Meter::default();
    let side = |url: String, region: String, http: Option<SharedHttpClient>, is_source| {
        let shared = if let Some(http) = http {
            client::for_process(&url, &region, keys, http)
        } else {
            client::for_endpoint(&url, &region, client::provider(keys), client::plain_http())
        };
        let counting = meter.counting(is_source, &region);
        Endpoint::new(url, &region, shared, counting)
    };
    Target {
        name: name.to_owned(),
        source: side(urls.0, regions.0, source_http_client, true),
        destination: side(urls.1, regions.1, destination_http_client, false),
        capabilities: without_stacks(),
        costs_nothing: true,
        outlives_process: false,
        engine: engine.to_owned(),
        meter,
    }
}

/// What an S3 endpoint is taken to offer before it is asked; Amazon S3 too.
#[must_use]
pub fn offered_by_endpoints() -> BTreeSet<Capability> {
    everything()
}

/// What an S3 endpoint is taken to offer.
pub(super) fn everything() -> BTreeSet<Capability> {
    [
        Capability::FreshPair,
        Capability::SuspendDestination,
        Capability::TagChanges,
        Capability::Stacks,
        Capability::ReplicaModifications,
        Capability::RecreateDestination,
    ]
    .into()
}

/// No CloudFormation is in this process.
fn without_stacks() -> BTreeSet<Capability> {
    let mut capabilities = everything();
    capabilities.remove(&Capability::Stacks);
    capabilities
}

/// The credentials for an endpoint, and their access key ID.
async fn credentials(
    connect: &Connect,
    is_source: bool,
) -> Result<(SharedCredentialsProvider, String)> {
    match (connect.profile_of(is_source), &connect.keys) {
        (Some(profile), _) => profile_credentials(profile).await,
        (None, Some(keys)) => Ok((client::provider(keys), keys.access_key_id.clone())),
        (None, None) => Err(Error::Usage(
            "an endpoint URL needs keys of its own; set BUCKETPAIR_ACCESS_KEY_ID and \
             BUCKETPAIR_SECRET_ACCESS_KEY, or give --profile"
                .to_owned(),
        )),
    }
}

#[cfg(feature = "tls")]
async fn profile_credentials(profile: &str) -> Result<(SharedCredentialsProvider, String)> {
    let provider = aws_config::profile::ProfileFileCredentialsProvider::builder()
        .profile_name(profile)
        .build();
    let credentials = provider.provide_credentials().await.map_err(|error| {
        let cause = super::refusal::innermost(&error);
        Error::Usage(format!(
            "the profile {profile:?} gives no keys ({cause}); is it in ~/.aws/credentials?"
        ))
    })?;
    let key = credentials.access_key_id().to_owned();
    Ok((SharedCredentialsProvider::new(provider), key))
}

#[cfg(not(feature = "tls"))]
#[expect(clippy::unused_async, reason = "with TLS it waits")]
async fn profile_credentials(profile: &str) -> Result<(SharedCredentialsProvider, String)> {
    Err(Error::Usage(format!(
        "--profile {profile} cannot be read: this bucketpair is built without TLS; \
         build with --features tls, or set BUCKETPAIR_ACCESS_KEY_ID and BUCKETPAIR_SECRET_ACCESS_KEY"
    )))
}
