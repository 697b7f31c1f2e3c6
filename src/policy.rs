//! The least-privilege policies: what the harness needs by verb, what the replication role needs.
//!
//! Which IAM action authorizes which S3 operation is data with its sources, `policy/actions.json`.
//! A test compares it with the calls that a run really makes.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::{Error, Result};

const TABLE: &str = include_str!("policy/actions.json");

/// The IAM actions by operation, and the operations by verb.
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct Actions {
    /// Where the table is from.
    pub source: Vec<String>,
    /// Operations on buckets.
    pub bucket: BTreeMap<String, Vec<String>>,
    /// Operations on objects.
    pub object: BTreeMap<String, Vec<String>>,
    /// Operations on nothing in particular.
    pub account: BTreeMap<String, Vec<String>>,
    /// The operations of each verb.
    pub verbs: BTreeMap<String, Vec<String>>,
    /// The rights of the replication role (R-IAM-02, R-IAM-03, R-IAM-05).
    pub role: BTreeMap<String, Vec<String>>,
}

impl Actions {
    /// The table that comes with bucketpair.
    ///
    /// # Panics
    /// Never: a test reads the same text.
    #[must_use]
    pub fn built_in() -> Self {
        serde_json::from_str(TABLE).expect("a test reads the same text")
    }

    /// The actions that these operations need, on one kind of resource.
    fn needed(of: &BTreeMap<String, Vec<String>>, operations: &[String]) -> BTreeSet<String> {
        let known = operations.iter().filter_map(|operation| of.get(operation));
        known.flatten().cloned().collect()
    }

    /// The policy of a verb, for buckets whose names begin with `bucketpair-`. The role may be
    /// passed to S3 alone.
    ///
    /// # Errors
    /// [`Error::Usage`] for a verb that the table does not know.
    pub fn of_verb(&self, verb: &str, partition: &str, role: &str) -> Result<Value> {
        let operations = self.verbs.get(verb).ok_or_else(|| {
            let known: Vec<_> = self.verbs.keys().map(String::as_str).collect();
            Error::Usage(format!(
                "no policy is known for the verb {verb:?}; choose one of {}",
                known.join(", ")
            ))
        })?;
        let bucket = format!("arn:{partition}:s3:::bucketpair-*");
        let mut statements = vec![
            statement("Account", &Self::needed(&self.account, operations), "*"),
            statement("Buckets", &Self::needed(&self.bucket, operations), &bucket),
            statement(
                "Objects",
                &Self::needed(&self.object, operations),
                &format!("{bucket}/*"),
            ),
        ];
        if operations.iter().any(|name| name == "PutBucketReplication") {
            statements.push(json!({
                "Sid": "PassTheReplicationRole",
                "Effect": "Allow",
                "Action": ["iam:PassRole"],
                "Resource": role,
                "Condition": {"StringEquals": {"iam:PassedToService": "s3.amazonaws.com"}},
            }));
        }
        Ok(policy(&statements))
    }

    /// The policy of the replication role, for one pair of bucket names or patterns.
    #[must_use]
    pub fn of_role(&self, partition: &str, source: &str, destination: &str) -> Value {
        let arn = |name: &str| format!("arn:{partition}:s3:::{name}");
        let rights = |of: &str| self.role.get(of).into_iter().flatten().cloned().collect();
        let objects = |name: &str| format!("{}/*", arn(name));
        policy(&[
            statement("SourceBucket", &rights("source bucket"), &arn(source)),
            statement("SourceObjects", &rights("source objects"), &objects(source)),
            statement(
                "DestinationObjects",
                &rights("destination objects"),
                &objects(destination),
            ),
        ])
    }

    /// Who may assume the replication role: S3 (R-IAM-01).
    #[must_use]
    pub fn trust() -> Value {
        policy(&[json!({
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "sts:AssumeRole",
        })])
    }
}

fn statement(sid: &str, actions: &BTreeSet<String>, resource: &str) -> Value {
    json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource})
}

fn policy(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_of_a_verb_has_its_actions() {
        let table = Actions::built_in();
        assert!(!table.source.is_empty());
        for (verb, operations) in &table.verbs {
            for operation in operations {
                let kinds = [&table.bucket, &table.object, &table.account];
                let known = kinds.iter().filter(|of| of.contains_key(operation)).count();
                assert_eq!(known, 1, "{verb}: {operation}");
            }
        }
    }

    #[test]
    fn nothing_is_allowed_beyond_our_own_buckets_but_their_list() {
        let policy = Actions::built_in()
            .of_verb("run", "aws", "arn:role")
            .unwrap();
        let statements = policy["Statement"].as_array().unwrap();
        for statement in statements.iter().filter(|s| s["Resource"] == "*") {
            assert_eq!(statement["Action"], json!(["s3:ListAllMyBuckets"]));
        }
        let text = policy.to_string();
        assert!(
            !text.contains("s3:*") && text.contains("iam:PassedToService"),
            "{text}"
        );
    }

    #[test]
    fn an_unknown_verb_is_refused() {
        let error = Actions::built_in().of_verb("rum", "aws", "").unwrap_err();
        assert!(error.to_string().contains("run"), "{error}");
    }
}
