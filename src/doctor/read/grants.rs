//! The role through IAM, and the keys through KMS: the feature `grants`.

use aws_sdk_s3::error::ProvideErrorMetadata;

use super::bucket::parsed;
use super::gap;
use crate::doctor::facts::{Fact, Gap, GrantFacts, KeyFacts, RoleFacts};
use crate::doctor::policy::Policy;
use crate::target::{Endpoint, Target};

/// The part of a reading that ended it.
type Read<T> = Result<T, Gap>;

fn read<T>(outcome: Read<T>) -> Fact<T> {
    match outcome {
        Ok(value) => Fact::Known(value),
        Err(gap) => Fact::Unknown(gap),
    }
}

/// The role; `Known(None)` where it does not exist.
pub(super) async fn role(target: &Target, arn: &str) -> Fact<Option<RoleFacts>> {
    let client = target.source.iam();
    read(Role { client, arn }.read().await)
}

struct Role<'a> {
    client: aws_sdk_iam::Client,
    arn: &'a str,
}

impl Role<'_> {
    fn name(&self) -> &str {
        self.arn.rsplit('/').next().unwrap_or_default()
    }

    async fn read(&self) -> Read<Option<RoleFacts>> {
        let answer = match self.client.get_role().role_name(self.name()).send().await {
            Err(error) if error.code() == Some("NoSuchEntity") => return Ok(None),
            answer => answer.map_err(|error| gap::of("GetRole", "iam:GetRole", &error))?,
        };
        let Some(role) = answer.role else {
            return Ok(None);
        };
        let trust = role.assume_role_policy_document.unwrap_or_default();
        let boundary = role
            .permissions_boundary
            .and_then(|b| b.permissions_boundary_arn);
        let boundary = match boundary {
            Some(arn) => Some(self.managed(&arn).await?),
            None => None,
        };
        let mut policies = self.inline().await?;
        policies.extend(self.attached().await?);
        Ok(Some(RoleFacts {
            arn: self.arn.to_owned(),
            trust: document(("GetRole", "iam:GetRole"), &trust)?,
            permissions: Policy::joined(policies),
            boundary,
        }))
    }

    async fn inline(&self) -> Read<Vec<Policy>> {
        let pages = self.client.list_role_policies().role_name(self.name());
        let names = pages
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await;
        let unlisted = |error| gap::of("ListRolePolicies", "iam:ListRolePolicies", &error);
        let mut policies = Vec::new();
        for name in names.map_err(unlisted)? {
            let request = self.client.get_role_policy().role_name(self.name());
            let answer = request.policy_name(name).send().await;
            let call = ("GetRolePolicy", "iam:GetRolePolicy");
            let answer = answer.map_err(|error| gap::of(call.0, call.1, &error))?;
            policies.push(document(call, &answer.policy_document)?);
        }
        Ok(policies)
    }

    async fn attached(&self) -> Read<Vec<Policy>> {
        let pages = self
            .client
            .list_attached_role_policies()
            .role_name(self.name());
        let attached = pages
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await;
        let call = ("ListAttachedRolePolicies", "iam:ListAttachedRolePolicies");
        let attached = attached.map_err(|error| gap::of(call.0, call.1, &error))?;
        let mut policies = Vec::new();
        for policy in attached {
            policies.push(
                self.managed(policy.policy_arn.as_deref().unwrap_or_default())
                    .await?,
            );
        }
        Ok(policies)
    }

    /// A managed policy in its default version.
    async fn managed(&self, arn: &str) -> Read<Policy> {
        let answer = self.client.get_policy().policy_arn(arn).send().await;
        let answer = answer.map_err(|error| gap::of("GetPolicy", "iam:GetPolicy", &error))?;
        let version = answer.policy.and_then(|policy| policy.default_version_id);
        let request = self.client.get_policy_version().policy_arn(arn);
        let answer = request.set_version_id(version).send().await;
        let call = ("GetPolicyVersion", "iam:GetPolicyVersion");
        let answer = answer.map_err(|error| gap::of(call.0, call.1, &error))?;
        let text = answer.policy_version.and_then(|version| version.document);
        document(call, &text.unwrap_or_default())
    }
}

/// IAM gives documents percent-encoded.
fn document(call: (&str, &str), text: &str) -> Read<Policy> {
    let plain = urlencoding::decode(text).map_or_else(|_| text.to_owned(), Into::into);
    match parsed(call, &plain) {
        Fact::Known(policy) => Ok(policy),
        Fact::Unknown(gap) => Err(gap),
    }
}

/// The keys, each at the side that uses it (`true`: the source).
pub(super) async fn read_keys(target: &Target, keys: Vec<(String, bool)>) -> Vec<Fact<KeyFacts>> {
    let mut found = Vec::new();
    for (name, at_source) in keys {
        found.push(read(key(target.endpoint(at_source), &name).await));
    }
    found
}

async fn key(endpoint: &Endpoint, name: &str) -> Read<KeyFacts> {
    use aws_sdk_kms::types::{KeyManagerType, KeySpec, KeyUsageType};

    let client = endpoint.kms();
    let answer = match client.describe_key().key_id(name).send().await {
        Err(error) if error.code() == Some("NotFoundException") => return Ok(missing(name)),
        answer => answer.map_err(|error| gap::of("DescribeKey", "kms:DescribeKey", &error))?,
    };
    let Some(metadata) = answer.key_metadata else {
        return Ok(missing(name));
    };
    let id = metadata.key_id.as_str();
    let state = metadata.key_state.map(|state| state.as_str().to_owned());
    let symmetric = metadata.key_spec == Some(KeySpec::SymmetricDefault)
        && metadata.key_usage == Some(KeyUsageType::EncryptDecrypt);
    Ok(KeyFacts {
        arn: metadata.arn.clone().unwrap_or_else(|| name.to_owned()),
        named: name.to_owned(),
        state: state.unwrap_or_default(),
        symmetric,
        aws_managed: metadata.key_manager == Some(KeyManagerType::Aws),
        policy: key_policy(&client, id).await?,
        grants: grants(&client, id).await?,
    })
}

/// A key that is not there is a fact like any other.
fn missing(name: &str) -> KeyFacts {
    KeyFacts {
        arn: name.to_owned(),
        named: name.to_owned(),
        state: "not there".to_owned(),
        ..KeyFacts::default()
    }
}

async fn key_policy(client: &aws_sdk_kms::Client, id: &str) -> Read<Policy> {
    let answer = client
        .get_key_policy()
        .key_id(id)
        .policy_name("default")
        .send()
        .await;
    let call = ("GetKeyPolicy", "kms:GetKeyPolicy");
    let answer = answer.map_err(|error| gap::of(call.0, call.1, &error))?;
    match parsed(call, &answer.policy.unwrap_or_default()) {
        Fact::Known(policy) => Ok(policy),
        Fact::Unknown(gap) => Err(gap),
    }
}

async fn grants(client: &aws_sdk_kms::Client, id: &str) -> Read<Vec<GrantFacts>> {
    let pages = client
        .list_grants()
        .key_id(id)
        .into_paginator()
        .items()
        .send();
    let grants = pages.collect::<Result<Vec<_>, _>>().await;
    let grants = grants.map_err(|error| gap::of("ListGrants", "kms:ListGrants", &error))?;
    let grant = |grant: &aws_sdk_kms::types::GrantListEntry| GrantFacts {
        grantee: grant.grantee_principal.clone().unwrap_or_default(),
        operations: grant
            .operations()
            .iter()
            .map(|o| o.as_str().to_owned())
            .collect(),
    };
    Ok(grants.iter().map(grant).collect())
}
