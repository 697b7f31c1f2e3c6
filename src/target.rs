//! The pair of endpoints that is tested, with its clients and what it is capable of.
//!
//! Code asks a [`Target`] for a capability, never for its name. Keys are given, or come from a
//! profile that was named: the ambient AWS chain is asked for [`aws`] alone.

mod address;
#[cfg(feature = "tls")]
mod certificates;
mod choice;
mod client;
mod connect;
#[cfg(feature = "localstack")]
mod container;
#[cfg(test)]
pub(crate) mod fake;
#[cfg(feature = "localstack")]
mod localstack;
mod own;
mod preflight;
mod refusal;

pub use choice::Choice;
pub use connect::{AWS_LACKS, aws, endpoint, in_process};
#[cfg(feature = "localstack")]
pub use container::Container;
#[cfg(feature = "localstack")]
pub use localstack::localstack;
pub use own::{delete_own, put_own, read_own};
pub use preflight::preflight;
pub use refusal::refused;

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::replication::Capability;

/// A pair of endpoints: what replicates between them is tested.
#[derive(Debug, Clone)]
pub struct Target {
    /// `emulator`, `localstack`, `aws` or `endpoint`.
    pub name: String,
    /// Where source buckets live.
    pub source: Endpoint,
    /// Where destination buckets live.
    pub destination: Endpoint,
    /// What it offers.
    pub capabilities: BTreeSet<Capability>,
    /// Whether a pair costs nothing, so that each scenario can have its own.
    pub costs_nothing: bool,
    /// What replicates, for the report.
    pub engine: String,
}

impl Target {
    /// The source's endpoint, or the destination's.
    #[must_use]
    pub fn endpoint(&self, side_is_source: bool) -> &Endpoint {
        if side_is_source {
            &self.source
        } else {
            &self.destination
        }
    }

    /// Whether the target offers this.
    #[must_use]
    pub fn offers(&self, capability: Capability) -> bool {
        self.capabilities.contains(&capability)
    }
}

/// One S3 endpoint.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Its address.
    pub url: String,
    /// The region that requests are signed for and buckets are made in.
    pub region: String,
    /// The client that talks to it.
    pub client: aws_sdk_s3::Client,
    /// How it is reached, for clients of other AWS services beside S3: the same address, keys,
    /// HTTP client and retries, as in `aws_sdk_cloudformation::Client::new(&endpoint.shared)`.
    pub shared: Arc<aws_types::SdkConfig>,
}

impl Endpoint {
    fn new(url: String, region: &str, shared: aws_types::SdkConfig) -> Self {
        Self {
            url,
            region: region.to_owned(),
            client: client::s3(&shared),
            shared: Arc::new(shared),
        }
    }
}

/// Which `LocalStack`: one that runs, or the image to start.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Localstack {
    /// The address of one that runs.
    pub endpoint: Option<String>,
    /// The image to start otherwise, with its tag.
    pub image: String,
    /// Whether an image that is not here may be pulled.
    pub pull: bool,
    /// The delay of the replicas; the extension's own default where none.
    pub delay: Option<String>,
}

impl Localstack {
    /// The address of one that runs, when `LOCALSTACK_ENDPOINT` or `AWS_ENDPOINT_URL` names it.
    pub fn named(environment: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        let named = ["LOCALSTACK_ENDPOINT", "AWS_ENDPOINT_URL"].into_iter();
        named.filter_map(environment).find(|url| !url.is_empty())
    }
}

impl Default for Localstack {
    fn default() -> Self {
        Self {
            endpoint: None,
            image: "localstack/localstack:4.14.0".to_owned(),
            pull: false,
            delay: None,
        }
    }
}

/// A static key pair. Its `Debug` shows no secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    /// The access key ID.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: String,
    /// The session token of temporary keys.
    pub session_token: Option<String>,
}

impl Keys {
    /// A key pair without a session token.
    #[must_use]
    pub fn new(access_key_id: impl Into<String>, secret_access_key: impl Into<String>) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: None,
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// How to connect to endpoints.
#[derive(Debug, Clone)]
pub struct Connect {
    /// The source's region.
    pub source_region: String,
    /// The destination's region.
    pub destination_region: String,
    /// Static keys. A profile comes before them.
    pub keys: Option<Keys>,
    /// A profile of `~/.aws`, for its keys only.
    pub profile: Option<String>,
    /// A PEM file of certificates to trust besides the system's.
    pub ca_bundle: Option<PathBuf>,
}

impl Default for Connect {
    fn default() -> Self {
        Self {
            source_region: "ap-northeast-1".to_owned(),
            destination_region: "us-east-1".to_owned(),
            keys: None,
            profile: None,
            ca_bundle: None,
        }
    }
}

#[cfg(test)]
mod tests;
