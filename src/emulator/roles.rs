//! The roles that the embedded pair knows, and what they may do.
//!
//! There is no IAM here to create roles in, so a role that the pair was never told of may do
//! everything. One that was told is held to its policies; one that was deleted can no longer be
//! assumed. Names count, accounts and paths do not: `arn:aws:iam::ACCOUNT:role/PATH/NAME` is NAME.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::policy::{Decision, Document, Kind, PolicyError, Principal, Request};

/// A role, with the names that CloudFormation's `AWS::IAM::Role` has for its parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Role {
    /// Who may assume it: the trust policy.
    pub assume_role_policy_document: Value,
    /// What it may do, policy by policy.
    #[serde(default)]
    pub policies: Vec<RolePolicy>,
    /// What it may do at most: the document of a permissions boundary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<Value>,
}

/// A policy of a role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct RolePolicy {
    /// Its name, unique in the role.
    pub policy_name: String,
    /// The policy.
    pub policy_document: Value,
}

impl RolePolicy {
    /// A policy with a name.
    #[must_use]
    pub fn new(policy_name: impl Into<String>, policy_document: Value) -> Self {
        Self {
            policy_name: policy_name.into(),
            policy_document,
        }
    }
}

impl Default for Role {
    /// S3 may assume it, and it may do everything.
    fn default() -> Self {
        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": {"Service": "s3.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }],
        });
        let everything = json!({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
        });
        Self {
            assume_role_policy_document: trust,
            policies: vec![RolePolicy::new("everything", everything)],
            permissions_boundary: None,
        }
    }
}

impl Role {
    /// Sets the trust policy.
    #[must_use]
    pub fn with_trust(mut self, document: Value) -> Self {
        self.assume_role_policy_document = document;
        self
    }

    /// Sets a policy, in the place of one with its name.
    #[must_use]
    pub fn with_policy(mut self, policy: RolePolicy) -> Self {
        self.policies
            .retain(|other| other.policy_name != policy.policy_name);
        self.policies.push(policy);
        self
    }

    /// Leaves only these policies.
    #[must_use]
    pub fn with_only(mut self, policies: impl IntoIterator<Item = RolePolicy>) -> Self {
        self.policies = policies.into_iter().collect();
        self
    }

    /// Sets the permissions boundary.
    #[must_use]
    pub fn with_boundary(mut self, document: Value) -> Self {
        self.permissions_boundary = Some(document);
        self
    }
}

/// The roles, by name; none for one that was deleted.
#[derive(Debug, Default)]
pub(super) struct Roles(BTreeMap<String, Option<Known>>);

/// A role whose policies were understood.
#[derive(Debug)]
struct Known {
    role: Role,
    trust: Document,
    policies: Vec<Document>,
    boundary: Option<Document>,
}

impl Known {
    fn read(role: Role) -> Result<Self, PolicyError> {
        let identity = |document| Document::read(document, Kind::Identity);
        Ok(Self {
            trust: Document::read(&role.assume_role_policy_document, Kind::Trust)?,
            policies: role
                .policies
                .iter()
                .map(|policy| identity(&policy.policy_document))
                .collect::<Result<_, _>>()?,
            boundary: role
                .permissions_boundary
                .as_ref()
                .map(identity)
                .transpose()?,
            role,
        })
    }
}

impl Roles {
    /// Tells of a role.
    pub(super) fn put(&mut self, name: &str, role: Role) -> Result<(), PolicyError> {
        let known = Known::read(role)?;
        self.0.insert(name_of(name).to_owned(), Some(known));
        Ok(())
    }

    /// The role of that name: none where it was deleted, one that may do everything where nobody
    /// told of it.
    pub(super) fn get(&self, name: &str) -> Option<Role> {
        match self.0.get(name_of(name)) {
            Some(known) => known.as_ref().map(|known| known.role.clone()),
            None => Some(Role::default()),
        }
    }

    /// Deletes a role.
    pub(super) fn delete(&mut self, name: &str) {
        self.0.insert(name_of(name).to_owned(), None);
    }

    /// Whether S3 may assume the role, for this source bucket.
    pub(super) fn may_be_assumed(&self, role: &str, context: &[(&str, &str)]) -> bool {
        let known = match self.0.get(name_of(role)) {
            None => return true,
            Some(None) => return false,
            Some(Some(known)) => known,
        };
        let request = Request {
            principal: Principal::Service("s3.amazonaws.com"),
            action: "sts:AssumeRole",
            resource: None,
            context,
        };
        known.trust.decide(&request) == Decision::Allowed
    }

    /// What the role's own policies say.
    pub(super) fn decide(&self, role: &str, request: &Request<'_>) -> Own {
        let known = match self.0.get(name_of(role)) {
            None => return Own::UNTOLD,
            Some(None) => return Own::GONE,
            Some(Some(known)) => known,
        };
        let policies = known.policies.iter().map(|policy| policy.decide(request));
        let boundary = known
            .boundary
            .as_ref()
            .map(|boundary| boundary.decide(request));
        Own {
            policies: Decision::together(policies),
            boundary: boundary.unwrap_or(Decision::Allowed),
        }
    }
}

/// What a role's own policies say of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Own {
    /// Its policies together.
    pub(super) policies: Decision,
    /// Its boundary; allowed where it has none.
    pub(super) boundary: Decision,
}

impl Own {
    const UNTOLD: Self = Self {
        policies: Decision::Allowed,
        boundary: Decision::Allowed,
    };
    const GONE: Self = Self {
        policies: Decision::Silent,
        boundary: Decision::Silent,
    };
}

/// The name in a role's ARN, or the name itself.
pub(super) fn name_of(role: &str) -> &str {
    role.rsplit('/').next().unwrap_or(role)
}

/// The account in a role's ARN; none for a mere name.
pub(super) fn account_of(role: &str) -> Option<&str> {
    let account = role.strip_prefix("arn:")?.split(':').nth(3);
    account.filter(|account| !account.is_empty())
}
