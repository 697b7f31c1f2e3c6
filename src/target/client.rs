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

use super::Keys;
use crate::error::Result;

const CONNECT: Duration = Duration::from_secs(3);
const ATTEMPT: Duration = Duration::from_secs(30);
const FIRST_BACK_OFF: Duration = Duration::from_millis(50);

/// What any client of ours has in common.
fn base(region: &str, credentials: SharedCredentialsProvider) -> Builder {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .build();
    Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .credentials_provider(credentials)
        .timeout_config(timeouts)
}

/// A client for an endpoint that is not AWS.
pub(super) fn for_endpoint(
    url: &str,
    region: &str,
    credentials: SharedCredentialsProvider,
    http: SharedHttpClient,
) -> Client {
    Client::from_conf(endpoint_config(url, region, credentials, http).build())
}

/// A client whose requests go to an HTTP client in this process, under paused time too.
pub(super) fn for_process(url: &str, region: &str, keys: &Keys, http: SharedHttpClient) -> Client {
    let config = endpoint_config(url, region, provider(keys), http)
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    Client::from_conf(config.build())
}

fn endpoint_config(
    url: &str,
    region: &str,
    credentials: SharedCredentialsProvider,
    http: SharedHttpClient,
) -> Builder {
    base(region, credentials)
        .endpoint_url(url)
        .force_path_style(true)
        .retry_config(RetryConfig::standard().with_initial_backoff(FIRST_BACK_OFF))
        .retry_partition(own_partition())
        .http_client(http)
}

/// Each client has its own budget of retries: faults of one pair do not starve another.
fn own_partition() -> RetryPartition {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    RetryPartition::custom(format!("bucketpair-{number}")).build()
}

/// A client for Amazon S3 itself.
#[cfg(feature = "tls")]
pub(super) fn for_aws(
    region: &str,
    credentials: SharedCredentialsProvider,
    http: SharedHttpClient,
) -> Client {
    let config = base(region, credentials)
        .retry_config(RetryConfig::standard())
        .http_client(http);
    Client::from_conf(config.build())
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
