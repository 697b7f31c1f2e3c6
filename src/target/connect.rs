//! Building targets.

use std::collections::BTreeSet;

#[cfg(feature = "tls")]
use aws_sdk_s3::config::ProvideCredentials;
use aws_sdk_s3::config::{SharedCredentialsProvider, SharedHttpClient};

use super::address::Address;
use super::{Connect, Endpoint, Keys, Target, client};
use crate::error::{Error, Result};
use crate::replication::Capability;

/// What `--target aws` still lacks, for people.
pub const AWS_LACKS: &str = "--target aws is not offered yet: it still lacks the replication role, \
     the account guard and the cost estimate; use --target emulator, or the URL of an S3 endpoint";

/// The variables that would lead AWS's clients elsewhere.
const ELSEWHERE: [&str; 6] = [
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_STS",
    "AWS_ENDPOINT_URL_IAM",
    "AWS_ENDPOINT_URL_KMS",
    "AWS_ENDPOINT_URL_CLOUDFORMATION",
];

/// Any S3 endpoint, or two (source, destination).
///
/// # Errors
/// [`Error::Usage`] for a URL that makes no sense or is AWS's, for missing keys, for AWS's own
/// keys towards this machine, and for a `ca_bundle` that holds no certificate.
pub async fn endpoint(urls: (String, String), connect: &Connect) -> Result<Target> {
    let (source, destination) = (Address::parse(&urls.0)?, Address::parse(&urls.1)?);
    let (credentials, key) = credentials(connect).await?;
    for address in [&source, &destination] {
        refuse_real_keys(address, &key)?;
    }
    let side = |address: &Address, region: &str| -> Result<Endpoint> {
        let http = client::http(address.tls, connect.ca_bundle.as_deref())?;
        let shared = client::for_endpoint(&address.url, region, credentials.clone(), http);
        Ok(Endpoint::new(address.url.clone(), region, shared))
    };
    Ok(Target {
        name: "endpoint".to_owned(),
        source: side(&source, &connect.source_region)?,
        destination: side(&destination, &connect.destination_region)?,
        capabilities: everything(),
        costs_nothing: true,
        engine: "the endpoint's own replication".to_owned(),
    })
}

/// Amazon S3, with the keys of the profile or of the ambient chain.
///
/// # Errors
/// [`Error::Usage`] when an `AWS_ENDPOINT_URL*` or the profile leads elsewhere, when no keys are
/// found, and when this bucketpair is built without TLS.
pub fn aws<'a>(
    connect: &'a Connect,
    env: &dyn Fn(&str) -> Option<String>,
) -> impl Future<Output = Result<Target>> + Send + use<'a> {
    let set = |name: &&str| env(name).is_some_and(|value| !value.is_empty());
    let elsewhere = ELSEWHERE.into_iter().find(set);
    async move {
        match elsewhere {
            Some(name) => Err(Error::Usage(format!(
                "{name} is set, and leads away from AWS; unset it, or use --target URL"
            ))),
            None => amazon(connect).await,
        }
    }
}

#[cfg(not(feature = "tls"))]
#[expect(clippy::unused_async, reason = "with TLS it waits")]
async fn amazon(_connect: &Connect) -> Result<Target> {
    Err(Error::Usage(
        "--target aws needs TLS, and this bucketpair is built without it; build with --features tls"
            .to_owned(),
    ))
}

#[cfg(feature = "tls")]
async fn amazon(connect: &Connect) -> Result<Target> {
    let http = client::http(true, connect.ca_bundle.as_deref())?;
    let mut loader = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .region(aws_sdk_s3::config::Region::new(
            connect.source_region.clone(),
        ))
        .http_client(http.clone());
    if let Some(profile) = &connect.profile {
        loader = loader.profile_name(profile);
    }
    let shared = loader.load().await;
    if let Some(url) = shared.endpoint_url() {
        return Err(Error::Usage(format!(
            "the profile's endpoint_url {url} leads away from AWS; remove it, or use --target URL"
        )));
    }
    let credentials = shared.credentials_provider().ok_or_else(|| {
        Error::Usage("no AWS credentials are found; give --profile, or log in".to_owned())
    })?;
    let side = |region: &str| {
        let url = format!("https://s3.{region}.{}", domain(region));
        let shared = client::for_aws(region, credentials.clone(), http.clone());
        Endpoint::new(url, region, shared)
    };
    Ok(Target {
        name: "aws".to_owned(),
        source: side(&connect.source_region),
        destination: side(&connect.destination_region),
        capabilities: everything(),
        costs_nothing: false,
        engine: "Amazon S3".to_owned(),
    })
}

#[cfg(feature = "tls")]
fn domain(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    }
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
    let side = |url: String, region: String, http: Option<SharedHttpClient>| {
        let shared = if let Some(http) = http {
            client::for_process(&url, &region, keys, http)
        } else {
            client::for_endpoint(&url, &region, client::provider(keys), client::plain_http())
        };
        Endpoint::new(url, &region, shared)
    };
    Target {
        name: name.to_owned(),
        source: side(urls.0, regions.0, source_http_client),
        destination: side(urls.1, regions.1, destination_http_client),
        capabilities: everything(),
        costs_nothing: true,
        engine: engine.to_owned(),
    }
}

fn everything() -> BTreeSet<Capability> {
    [
        Capability::FreshPair,
        Capability::SuspendDestination,
        Capability::TagChanges,
    ]
    .into()
}

/// The credentials for an endpoint, and their access key ID.
async fn credentials(connect: &Connect) -> Result<(SharedCredentialsProvider, String)> {
    match (&connect.profile, &connect.keys) {
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

/// Real keys never go to an emulator. The keys of AWS's documentation are not real.
fn refuse_real_keys(address: &Address, key: &str) -> Result<()> {
    let real = (key.starts_with("AKIA") || key.starts_with("ASIA"))
        && key.len() >= 16
        && !key.ends_with("EXAMPLE");
    if !(real && address.is_local()) {
        return Ok(());
    }
    let start = &key[..4];
    Err(Error::Usage(format!(
        "the keys ({start}…) are AWS's, and {} is on this machine; give the emulator's keys in \
         BUCKETPAIR_ACCESS_KEY_ID and BUCKETPAIR_SECRET_ACCESS_KEY",
        address.url
    )))
}
