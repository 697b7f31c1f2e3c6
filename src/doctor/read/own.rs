//! The role of an embedded pair, which has no IAM and tells of it by itself.

use serde::Deserialize;
use serde_json::Value;

use crate::doctor::facts::{Cause, Fact, Gap, RoleFacts};
use crate::doctor::policy::Policy;
use crate::error::Error;
use crate::target::{Target, read_own};

/// A role, with the names that CloudFormation has for its parts.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Role {
    assume_role_policy_document: Value,
    policies: Vec<RolePolicy>,
    permissions_boundary: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RolePolicy {
    policy_document: Value,
}

/// The role; `Known(None)` where it was deleted.
pub(super) async fn role(target: &Target, arn: &str) -> Fact<Option<RoleFacts>> {
    let name = arn.rsplit('/').next().unwrap_or_default();
    let role = match read_own::<Role>(&target.source.client, &format!("roles/{name}")).await {
        Err(Error::Refused { code, .. }) if code == "NoSuchEntity" => return Fact::Known(None),
        Err(error) => return unread(error.to_string()),
        Ok(role) => role,
    };
    match facts(arn, &role) {
        Ok(facts) => Fact::Known(Some(facts)),
        Err(why) => unread(format!("a policy is none: {why}")),
    }
}

fn unread(said: String) -> Fact<Option<RoleFacts>> {
    Fact::Unknown(Gap {
        call: "the embedded pair's role".to_owned(),
        permission: "s3:GetObject".to_owned(),
        cause: Cause::Failed,
        said,
    })
}

fn facts(arn: &str, role: &Role) -> Result<RoleFacts, String> {
    let policy = |document: &Value| Policy::parse(&document.to_string());
    let permissions = role
        .policies
        .iter()
        .map(|named| policy(&named.policy_document));
    Ok(RoleFacts {
        arn: arn.to_owned(),
        trust: policy(&role.assume_role_policy_document)?,
        permissions: Policy::joined(permissions.collect::<Result<Vec<_>, _>>()?),
        boundary: role.permissions_boundary.as_ref().map(policy).transpose()?,
    })
}
