//! Amazon S3 itself: guarded, with the keys of profiles or of the ambient chain.

use aws_config::SdkConfig;
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_sdk_s3::config::{ProvideCredentials, Region, SharedCredentialsProvider, SharedHttpClient};

use super::guard::Guard;
use super::meter::Counting;
use super::refusal::{innermost, refused};
use super::{Connect, Endpoint, Identity, Meter, Target, client, connect, keys, profile};
use crate::error::{Error, Result};
use crate::replication::Capability;

/// Amazon S3, after the guard: the account is named, no variable and no profile leads elsewhere,
/// the keys are AWS's, and STS says whose they are. Nothing is called before the rest is in order.
///
/// `environment` is asked for `AWS_*` variables. An `http_client` in `connect` stands for AWS.
///
/// # Errors
/// [`Error::Usage`] for whatever the guard refuses, and without keys; [`Error::Refused`] and
/// [`Error::Unreachable`] when STS does not answer as it should.
pub async fn aws(connect: &Connect, environment: &[(String, String)]) -> Result<Target> {
    let guard = checked(connect, environment).await?;
    let http = match &connect.http_client {
        Some(http) => http.clone(),
        None => client::http(true, connect.ca_bundle.as_deref())?,
    };
    let source = side(connect, true, &http).await?;
    let destination = side(connect, false, &http).await?;
    let meter = Meter::default();
    let identity = identity(&source, meter.counting(true, &connect.source_region)).await?;
    guard.admit(true, &identity)?;
    let other = if connect.profile_of(true) == connect.profile_of(false) {
        identity.clone()
    } else {
        let counting = meter.counting(false, &connect.destination_region);
        self::identity(&destination, counting).await?
    };
    guard.admit(false, &other)?;
    Ok(Target {
        name: "aws".to_owned(),
        source: endpoint(source, identity, true, &meter),
        destination: endpoint(destination, other, false, &meter),
        capabilities: offered_by_aws(),
        costs_nothing: false,
        outlives_process: true,
        engine: "Amazon S3".to_owned(),
        meter,
    })
}

/// What the guard says of settings, without a call and without a look at the keys.
///
/// # Errors
/// [`Error::Usage`] for whatever it refuses.
pub async fn may_call_aws(connect: &Connect, environment: &[(String, String)]) -> Result<()> {
    checked(connect, environment).await.map(|_| ())
}

async fn checked(connect: &Connect, environment: &[(String, String)]) -> Result<Guard> {
    profile::refuse_variables(environment)?;
    let mut names: Vec<String> = [true, false]
        .into_iter()
        .filter_map(|side| connect.profile_of(side).map(str::to_owned))
        .collect();
    let ambient = environment.iter().find(|(name, _)| name == "AWS_PROFILE");
    if names.is_empty() && connect.keys.is_none() {
        names.extend(ambient.map(|(_, profile)| profile.clone()));
    }
    names.dedup();
    let guard = Guard::new(&connect.accounts, &names)?;
    for side in [true, false] {
        profile::refuse_endpoints(connect.profile_of(side), environment).await?;
    }
    Ok(guard)
}

/// How a side is reached, with keys that may be sent to AWS.
async fn side(connect: &Connect, is_source: bool, http: &SharedHttpClient) -> Result<SdkConfig> {
    let (profile, region) = (connect.profile_of(is_source), connect.region_of(is_source));
    let keys = match (profile, &connect.keys) {
        (None, Some(keys)) => client::provider(keys),
        _ => keys_of(profile, region, http).await,
    };
    let found = keys.provide_credentials().await;
    let found = found.map_err(|error| no_keys(profile, &innermost(&error)))?;
    keys::refuse_emulators(found.access_key_id())?;
    let config = client::for_aws(region, keys, http.clone());
    Ok(match &connect.http_client {
        Some(_) => client::unhurried(config),
        None => config,
    })
}

/// The keys of a profile and of nothing else, since the variables of the environment would come
/// first; or those of the ambient chain.
async fn keys_of(
    profile: Option<&str>,
    region: &str,
    http: &SharedHttpClient,
) -> SharedCredentialsProvider {
    let region = Some(Region::new(region.to_owned()));
    let configuration = ProviderConfig::without_region()
        .with_region(region)
        .with_http_client(http.clone());
    let Some(name) = profile else {
        let chain = DefaultCredentialsChain::builder().configure(configuration);
        return SharedCredentialsProvider::new(chain.build().await);
    };
    let provider = ProfileFileCredentialsProvider::builder()
        .configure(&configuration)
        .profile_name(name);
    SharedCredentialsProvider::new(provider.build())
}

fn no_keys(profile: Option<&str>, cause: &str) -> Error {
    Error::Usage(match profile {
        Some(name) => format!(
            "the profile {name:?} gives no AWS credentials ({cause}); is it in ~/.aws, and are you \
             logged in?"
        ),
        None => format!("no AWS credentials are found ({cause}); give --profile, or log in"),
    })
}

async fn identity(config: &SdkConfig, counting: Counting) -> Result<Identity> {
    let config = aws_sdk_sts::config::Builder::from(config).interceptor(counting);
    let client = aws_sdk_sts::Client::from_conf(config.build());
    let answer = client.get_caller_identity().send().await;
    let answer = answer.map_err(|error| refused("GetCallerIdentity", "at AWS", &error))?;
    match (answer.account(), answer.arn()) {
        (Some(account), Some(arn)) => Ok(Identity {
            account: account.to_owned(),
            arn: arn.to_owned(),
        }),
        _ => Err(Error::Usage(
            "GetCallerIdentity names no account, so that nobody knows whose the keys are; is a \
             proxy in between?"
                .to_owned(),
        )),
    }
}

fn endpoint(config: SdkConfig, identity: Identity, is_source: bool, meter: &Meter) -> Endpoint {
    let region = config.region().map_or("", Region::as_ref).to_owned();
    let url = format!("https://s3.{region}.{}", domain(&region));
    Endpoint {
        identity: Some(identity),
        ..Endpoint::new(url, &region, config, meter.counting(is_source, &region))
    }
}

fn domain(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    }
}

/// S3 may take hours to give a name free again, so that nothing there is deleted and created anew.
fn offered_by_aws() -> std::collections::BTreeSet<Capability> {
    let mut offered = connect::everything();
    offered.remove(&Capability::RecreateDestination);
    offered
}
