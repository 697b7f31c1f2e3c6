//! Making SDK clients that never look around in the environment.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::{RetryConfig, RetryPartition};
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Credentials, Region, SharedCredentialsProvider, SharedHttpClient,
    StalledStreamProtectionConfig,
};
use aws_types::SdkConfig;

use super::Keys;
use super::meter::Counting;
use crate::error::Result;

const CONNECT: Duration = Duration::from_secs(3);
const ATTEMPT: Duration = Duration::from_secs(30);
#[cfg(feature = "aws")]
const ATTEMPT_ON_AWS: Duration = Duration::from_mins(5);
const FIRST_BACK_OFF: Duration = Duration::from_millis(50);

/// How an endpoint is reached: region, keys, HTTP and patience. Every client of it, of any AWS
/// service, is made from this, so that what is refused for one is refused for all.
fn shared(
    region: &str,
    credentials: SharedCredentialsProvider,
    http: SharedHttpClient,
) -> aws_types::sdk_config::Builder {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .build();
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .credentials_provider(credentials)
        .timeout_config(timeouts)
        .http_client(http)
}

/// How an endpoint that is not AWS is reached.
pub(super) fn for_endpoint(
    url: &str,
    region: &str,
    credentials: SharedCredentialsProvider,
    http: SharedHttpClient,
) -> SdkConfig {
    shared(region, credentials, http)
        .endpoint_url(url)
        .retry_config(RetryConfig::standard().with_initial_backoff(FIRST_BACK_OFF))
        .build()
}

/// The same for requests that go to an HTTP client in this process, under paused time too.
pub(super) fn for_process(
    url: &str,
    region: &str,
    keys: &Keys,
    http: SharedHttpClient,
) -> SdkConfig {
    unhurried(for_endpoint(url, region, provider(keys), http))
}

/// Under paused time, a stream in this process would seem to stall.
pub(super) fn unhurried(shared: SdkConfig) -> SdkConfig {
    let off = StalledStreamProtectionConfig::disabled();
    shared.into_builder().stalled_stream_protection(off).build()
}

/// How Amazon's own endpoints are reached. Uploads take their time.
#[cfg(feature = "aws")]
pub(super) fn for_aws(
    region: &str,
    credentials: SharedCredentialsProvider,
    http: SharedHttpClient,
) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT_ON_AWS)
        .build();
    shared(region, credentials, http)
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard())
        .build()
}

/// The same way to an endpoint, which is shut once a cap is reached.
pub(super) fn gated(shared: SdkConfig, counting: &Counting) -> SdkConfig {
    let http = shared.http_client().map(|http| counting.gate(http));
    let mut builder = shared.into_builder();
    builder.set_http_client(http);
    builder.build()
}

/// The S3 client of an endpoint. One that is not AWS has the bucket in the path. Each has a budget
/// of retries of its own: faults of one side do not starve the other.
///
/// What it asks is counted.
pub(super) fn s3(shared: &SdkConfig, counting: Counting) -> Client {
    let builder = Builder::from(shared).retry_partition(own_partition());
    let builder = builder.interceptor(counting);
    let config = match shared.endpoint_url() {
        Some(_) => builder.force_path_style(true),
        None => builder,
    };
    Client::from_conf(config.build())
}

fn own_partition() -> RetryPartition {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    RetryPartition::custom(format!("bucketpair-{number}")).build()
}

/// Static keys, as the SDK takes them.
pub(super) fn provider(keys: &Keys) -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(Credentials::new(
        keys.access_key_id.clone(),
        keys.secret_access_key.clone(),
        keys.session_token.clone(),
        None,
        "bucketpair",
    ))
}

/// An HTTP client over sockets. Plain HTTP does not load the system's certificates.
#[cfg(feature = "tls")]
pub(super) fn http(tls: bool, ca_bundle: Option<&Path>) -> Result<SharedHttpClient> {
    let extra = ca_bundle.map(super::certificates::read).transpose()?;
    Ok(if tls {
        super::certificates::https(extra.unwrap_or_default())
    } else {
        plain_http()
    })
}

#[cfg(not(feature = "tls"))]
pub(super) fn http(_tls: bool, ca_bundle: Option<&Path>) -> Result<SharedHttpClient> {
    let Some(path) = ca_bundle else {
        return Ok(plain_http());
    };
    Err(crate::error::Error::Usage(format!(
        "--ca-bundle {} is of no use: this bucketpair is built without TLS; build with --features tls",
        path.display()
    )))
}

/// An HTTP client over sockets that knows no TLS.
pub(super) fn plain_http() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_http()
}

/// The same client, but for retries: it sends every request once.
pub(super) fn without_retries(client: &Client) -> Client {
    let config = client.config().to_builder();
    Client::from_conf(config.retry_config(RetryConfig::disabled()).build())
}
