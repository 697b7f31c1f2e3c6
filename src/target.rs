//! The pair of endpoints that is tested, with its clients and what it is capable of.
//!
//! Code asks a [`Target`] for a capability, never for its name. Keys are given, or come from a
//! profile that was named: the ambient AWS chain is asked for AWS alone, behind the guard of
//! [`Accounts`].

mod address;
#[cfg(feature = "aws")]
mod aws;
#[cfg(feature = "tls")]
mod certificates;
mod choice;
mod client;
mod connect;
#[cfg(feature = "localstack")]
mod container;
mod customer_key;
#[cfg(test)]
pub(crate) mod fake;
#[cfg(feature = "aws")]
mod guard;
mod keys;
mod limit;
#[cfg(feature = "localstack")]
mod localstack;
mod meter;
mod own;
mod preflight;
#[cfg(feature = "aws")]
mod profile;
mod refusal;

#[cfg(feature = "aws")]
pub use aws::{aws, may_call_aws};
pub use choice::Choice;
pub use connect::{endpoint, in_process, offered_by_endpoints};
#[cfg(feature = "localstack")]
pub use container::Container;
pub use customer_key::CustomerKey;
pub use keys::Keys;
pub use limit::{Admission, Limiter, Reserved};
#[cfg(feature = "localstack")]
pub use localstack::{localstack, offered_by_localstack};
pub use meter::{Meter, Stop};
pub use own::{delete_own, put_own, read_own};
pub use preflight::preflight;
pub use refusal::{refused, remedy};

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use aws_sdk_s3::config::SharedHttpClient;

use crate::replication::Capability;
use meter::Counting;

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
    /// Whether what is made there outlives this process, so that a ledger on disk has to name it.
    pub outlives_process: bool,
    /// What replicates, for the report.
    pub engine: String,
    /// What its clients have asked so far.
    pub meter: Meter,
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

    /// The same target through clients that send every request once. Who measures counts attempts,
    /// and an acknowledgement after a retry would not say which attempt it belongs to.
    #[must_use]
    pub fn without_retries(&self) -> Self {
        let once = |endpoint: &Endpoint| Endpoint {
            client: client::without_retries(&endpoint.client),
            ..endpoint.clone()
        };
        Self {
            source: once(&self.source),
            destination: once(&self.destination),
            ..self.clone()
        }
    }

    /// Comes when nothing is sent any more, or when all further requests would be refused. A refusal
    /// that may hide expired keys is looked into: HEAD says no more than 400, and a GET says why.
    pub async fn stopped(&self) -> Stop {
        let looking = async {
            loop {
                let of_source = self.meter.suspected().await;
                let client = &self.endpoint(of_source).client;
                // The meter reads the answer.
                client.list_buckets().max_buckets(1).send().await.ok();
            }
        };
        tokio::select! {
            why = self.meter.stopped() => why,
            never = looking => never,
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
    /// How it is reached: address, keys, HTTP client and retries, for clients of every service.
    shared: Arc<aws_types::SdkConfig>,
    /// Counts what they ask.
    counting: Counting,
    /// On AWS, who the guard found that one is there.
    pub identity: Option<Identity>,
}

impl Endpoint {
    fn new(url: String, region: &str, shared: aws_types::SdkConfig, counting: Counting) -> Self {
        let shared = client::gated(shared, &counting);
        Self {
            url,
            region: region.to_owned(),
            client: client::s3(&shared, counting.clone()),
            shared: Arc::new(shared),
            counting,
            identity: None,
        }
    }

    /// A client of its CloudFormation, counted as S3's is.
    #[cfg(feature = "stacks")]
    #[must_use]
    pub fn cloudformation(&self) -> aws_sdk_cloudformation::Client {
        let config = aws_sdk_cloudformation::config::Builder::from(&*self.shared);
        let config = config.interceptor(self.counting.clone()).build();
        aws_sdk_cloudformation::Client::from_conf(config)
    }

    /// A client of its IAM, counted as S3's is.
    #[cfg(feature = "grants")]
    #[must_use]
    pub fn iam(&self) -> aws_sdk_iam::Client {
        let config = aws_sdk_iam::config::Builder::from(&*self.shared);
        let config = config.interceptor(self.counting.clone()).build();
        aws_sdk_iam::Client::from_conf(config)
    }

    /// A client of its KMS, counted as S3's is.
    #[cfg(feature = "grants")]
    #[must_use]
    pub fn kms(&self) -> aws_sdk_kms::Client {
        let config = aws_sdk_kms::config::Builder::from(&*self.shared);
        let config = config.interceptor(self.counting.clone()).build();
        aws_sdk_kms::Client::from_conf(config)
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

/// Which AWS accounts a run may touch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accounts {
    /// The source's account ID: without it nothing is called.
    pub source: Option<String>,
    /// The destination's account ID; the source's where none is named.
    pub destination: Option<String>,
    /// Patterns of what is never touched: account IDs (`1234*`), names of profiles (`*prod*`), or
    /// ARNs of identities (`arn:aws:sts::*:assumed-role/Admin/*`).
    pub never: Vec<String>,
}

/// Who STS says that one is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The account's ID, of twelve digits.
    pub account: String,
    /// The ARN of the user or of the session of a role.
    pub arn: String,
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
    /// The source's profile, where each side has its own.
    pub source_profile: Option<String>,
    /// The destination's profile, where each side has its own.
    pub destination_profile: Option<String>,
    /// Which AWS accounts may be touched.
    pub accounts: Accounts,
    /// A PEM file of certificates to trust besides the system's.
    pub ca_bundle: Option<PathBuf>,
    /// An HTTP client instead of sockets: something in this process that stands for the servers.
    pub http_client: Option<SharedHttpClient>,
}

impl Connect {
    /// The profile of a side: its own, or the one for both.
    #[must_use]
    pub fn profile_of(&self, side_is_source: bool) -> Option<&str> {
        let own = match side_is_source {
            true => &self.source_profile,
            false => &self.destination_profile,
        };
        own.as_deref().or(self.profile.as_deref())
    }

    /// The region of a side.
    #[must_use]
    pub fn region_of(&self, side_is_source: bool) -> &str {
        match side_is_source {
            true => &self.source_region,
            false => &self.destination_region,
        }
    }
}

impl Default for Connect {
    fn default() -> Self {
        Self {
            source_region: "ap-northeast-1".to_owned(),
            destination_region: "us-east-1".to_owned(),
            keys: None,
            profile: None,
            source_profile: None,
            destination_profile: None,
            accounts: Accounts::default(),
            ca_bundle: None,
            http_client: None,
        }
    }
}

#[cfg(test)]
mod tests;
