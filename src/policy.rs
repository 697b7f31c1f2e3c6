//! The least-privilege policies: what the harness needs by verb, what the replication role needs.
//!
//! Which IAM action authorizes which operation is data with its sources, `policy/actions.json`.
//! Tests compare it with the calls that each verb really makes.

mod role;
#[cfg(test)]
mod tests;

pub use role::{Kms, Pair, Replication};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::{Error, Result};

const TABLE: &str = include_str!("policy/actions.json");

/// What an action is allowed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// Nothing in particular.
    Account,
    /// A bucket.
    Bucket,
    /// An object.
    Object,
    /// A CloudFormation stack.
    Stack,
    /// The replication role.
    Role,
    /// A managed policy of that role.
    ManagedPolicy,
    /// A KMS key.
    Key,
}

/// Actions, by what they are allowed on.
type ByKind = BTreeMap<Kind, BTreeSet<String>>;

/// The IAM actions by operation, and the operations by verb.
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct Actions {
    /// Where the table is from.
    pub source: Vec<String>,
    /// The actions of each operation, by what it is asked of.
    pub operations: BTreeMap<Kind, BTreeMap<String, Vec<String>>>,
    /// What CloudFormation does with its caller's rights, by the type of a template's resource.
    pub resources: BTreeMap<String, BTreeMap<Kind, Vec<String>>>,
    /// The operations of each verb.
    pub verbs: BTreeMap<String, Vec<String>>,
    /// The types of the resources that a verb has CloudFormation make, change or remove.
    pub makes: BTreeMap<String, Vec<String>>,
    /// The rights of the replication role (R-IAM-02, R-IAM-03, R-IAM-05).
    role: BTreeMap<String, Vec<String>>,
}

/// What a policy of the harness is limited to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Scope {
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// Names of buckets, or patterns of them.
    pub buckets: Vec<String>,
    /// The ARN of the replication role, or a pattern.
    pub role: String,
    /// The name of the two stacks, or a pattern.
    pub stack: String,
    /// Whether the pair is named by its stacks.
    pub by_stack: bool,
    /// The ARNs of the KMS keys that encrypt the buckets.
    pub keys: Vec<String>,
}

impl Default for Scope {
    fn default() -> Self {
        Self {
            partition: "aws".to_owned(),
            buckets: vec!["bucketpair-*".to_owned()],
            role: "arn:aws:iam::*:role/bucketpair-*".to_owned(),
            stack: "s3-replication".to_owned(),
            by_stack: false,
            keys: Vec::new(),
        }
    }
}

impl Scope {
    /// The ARNs that stand behind a kind.
    fn resources(&self, kind: Kind) -> Vec<String> {
        let partition = self.partition.as_str();
        let buckets = || {
            self.buckets
                .iter()
                .map(|name| format!("arn:{partition}:s3:::{name}"))
        };
        match kind {
            Kind::Account => vec!["*".to_owned()],
            Kind::Bucket => buckets().collect(),
            Kind::Object => buckets().map(|bucket| format!("{bucket}/*")).collect(),
            Kind::Stack => vec![format!(
                "arn:{partition}:cloudformation:*:*:stack/{}/*",
                self.stack
            )],
            Kind::Role => vec![self.role.clone()],
            Kind::ManagedPolicy => vec![format!("arn:{partition}:iam::*:policy/*")],
            Kind::Key if self.keys.is_empty() => vec![format!("arn:{partition}:kms:*:*:key/*")],
            Kind::Key => self.keys.clone(),
        }
    }
}

impl Actions {
    /// The table that comes with bucketpair.
    ///
    /// # Panics
    /// Never: a test reads the same text.
    #[must_use]
    pub fn built_in() -> Self {
        table().clone()
    }

    /// The actions that authorize an operation, by AWS's name of it; none for one that is not in the
    /// table.
    #[must_use]
    pub fn of_operation(&self, operation: &str) -> Option<&[String]> {
        let mut kinds = self.operations.values();
        let found = kinds.find_map(|operations| operations.get(operation));
        found.map(Vec::as_slice)
    }

    /// The policy of a verb. The role may be passed to S3 alone.
    ///
    /// # Errors
    /// [`Error::Usage`] for a verb that the table does not know.
    pub fn of_verb(&self, verb: &str, scope: &Scope) -> Result<Value> {
        let actions = self.needed(verb, scope)?;
        let mut statements: Vec<_> = actions
            .iter()
            .filter(|(_, actions)| !actions.is_empty())
            .map(|(kind, actions)| {
                statement(&format!("{kind:?}"), actions, &scope.resources(*kind))
            })
            .collect();
        let all: Vec<_> = actions.values().flatten().collect();
        if all
            .iter()
            .any(|action| *action == "s3:PutReplicationConfiguration")
        {
            statements.push(pass_role(&scope.role));
        }
        if all.iter().any(|action| *action == "s3:PutObject") && !scope.keys.is_empty() {
            let actions = ["kms:GenerateDataKey", "kms:Decrypt"].map(str::to_owned);
            statements.push(statement("ObjectsUnderKeys", &actions.into(), &scope.keys));
        }
        Ok(policy(&statements))
    }

    /// The actions of a verb, by what they are allowed on.
    fn needed(&self, verb: &str, scope: &Scope) -> Result<ByKind> {
        let operations = self.verbs.get(verb).ok_or_else(|| self.unknown(verb))?;
        let by_stack = scope.by_stack.then(|| "DescribeStacks".to_owned());
        let mut needed = ByKind::new();
        for operation in operations.iter().chain(&by_stack) {
            for (kind, of) in &self.operations {
                let actions = of.get(operation).into_iter().flatten().cloned();
                needed.entry(*kind).or_default().extend(actions);
            }
        }
        let made = self.makes.get(verb).into_iter().flatten();
        for (kind, actions) in made.filter_map(|name| self.resources.get(name)).flatten() {
            let actions = actions.iter().cloned();
            needed.entry(*kind).or_default().extend(actions);
        }
        Ok(needed)
    }

    fn unknown(&self, verb: &str) -> Error {
        let known: Vec<_> = self.verbs.keys().map(String::as_str).collect();
        Error::Usage(format!(
            "no policy is known for the verb {verb:?}; choose one of {}",
            known.join(", ")
        ))
    }

    fn rights(&self, of: &str) -> BTreeSet<String> {
        self.role.get(of).into_iter().flatten().cloned().collect()
    }
}

/// The table, read once.
pub(crate) fn table() -> &'static Actions {
    static ACTIONS: LazyLock<Actions> =
        LazyLock::new(|| serde_json::from_str(TABLE).expect("a test reads the same text"));
    &ACTIONS
}

fn pass_role(role: &str) -> Value {
    json!({
        "Sid": "PassTheReplicationRole",
        "Effect": "Allow",
        "Action": ["iam:PassRole"],
        "Resource": role,
        "Condition": {"StringEquals": {"iam:PassedToService": "s3.amazonaws.com"}},
    })
}

fn statement(sid: &str, actions: &BTreeSet<String>, resources: &[String]) -> Value {
    let resource = match resources {
        [one] => json!(one),
        several => json!(several),
    };
    json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource})
}

fn policy(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}
