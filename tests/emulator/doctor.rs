//! What a doctor says of the embedded pair, and whether it comes true. The two evaluate roles and
//! policies apart from each other.

use bucketpair::doctor::{FindingKind, Severity, exit_code, findings, read};
use bucketpair::emulator::{Role, RolePolicy};
use rstest::rstest;
use serde_json::{Value, json};

use super::explain::Pair;
use super::{put, rule};

const ROLE: &str = "arn:aws:iam::000000000000:role/replication";

/// What AWS's page on the role's permissions lists, for this pair.
fn least() -> Vec<Value> {
    let (source, replicas) = ("arn:aws:s3:::source", "arn:aws:s3:::destination/*");
    vec![
        json!({"Effect": "Allow", "Action": ["s3:GetReplicationConfiguration", "s3:ListBucket"], "Resource": source}),
        json!({"Effect": "Allow", "Action": ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"], "Resource": format!("{source}/*")}),
        json!({"Effect": "Allow", "Action": ["s3:ReplicateObject", "s3:ReplicateTags"], "Resource": replicas}),
    ]
}

fn role(statements: &[Value]) -> Role {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    Role::default().with_only([RolePolicy::new("replication", document)])
}

fn deny(action: &str, resource: &str) -> Role {
    let denial = json!({"Effect": "Deny", "Action": action, "Resource": resource});
    role(&[least(), vec![denial]].concat())
}

fn trusting(service: &str) -> Role {
    let statement =
        json!({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"});
    role(&least()).with_trust(json!({"Statement": [statement]}))
}

fn bounded(actions: &[&str]) -> Role {
    role(&least()).with_boundary(
        json!({"Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}}),
    )
}

#[rstest]
#[case::least(role(&least()), None)]
#[case::not_trusted(trusting("ec2.amazonaws.com"), Some(FindingKind::TrustMissing))]
#[case::no_configuration(
    deny("s3:GetReplicationConfiguration", "*"),
    Some(FindingKind::ListRightMissing)
)]
#[case::no_object(
    deny("s3:GetObjectVersionForReplication", "*"),
    Some(FindingKind::ReadRightMissing)
)]
#[case::no_acl(
    deny("s3:GetObjectVersionAcl", "*"),
    Some(FindingKind::ReadRightMissing)
)]
#[case::no_replica(
    deny("s3:Replicate*", "arn:aws:s3:::destination/*"),
    Some(FindingKind::WriteRightMissing)
)]
#[case::another_bucket(deny("s3:Replicate*", "arn:aws:s3:::another/*"), None)]
#[case::no_markers_where_none_travel(deny("s3:ReplicateDelete", "*"), None)]
#[case::bounded(bounded(&["s3:Get*", "s3:List*"]), Some(FindingKind::WriteRightMissing))]
#[case::widely_bounded(bounded(&["s3:*"]), None)]
#[tokio::test(start_paused = true)]
async fn what_a_doctor_calls_an_error_of_the_role_fails_and_nothing_else_does(
    #[case] role: Role,
    #[case] expected: Option<FindingKind>,
) {
    let pair = Pair::with(vec![rule(1, "destination")]).await;
    pair.emulator.put_role(ROLE, role).unwrap();
    let facts = Box::pin(read(&pair.target, "source", "destination"))
        .await
        .unwrap();
    let found = findings(&facts);
    let errors = found
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    let kinds: Vec<_> = errors.map(|finding| finding.kind).collect();
    assert_eq!(kinds.first().copied(), expected, "{found:#?}");
    put(&pair.here, "source", "k", "body").await;
    pair.settle().await;
    let status = pair
        .explain("k")
        .await
        .status
        .map(|status| status.to_string());
    let predicted = if expected.is_some() {
        "FAILED"
    } else {
        "COMPLETED"
    };
    assert_eq!(status.as_deref(), Some(predicted), "{found:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_deleted_role_is_missing() {
    let pair = Pair::with(vec![rule(1, "destination")]).await;
    pair.emulator.delete_role(ROLE);
    let facts = Box::pin(read(&pair.target, "source", "destination"))
        .await
        .unwrap();
    assert!(
        findings(&facts)
            .iter()
            .any(|finding| finding.kind == FindingKind::RoleMissing)
    );
}

/// A bucket policy that denies the role is found, and comes true.
#[tokio::test(start_paused = true)]
async fn a_policy_that_denies_is_found_and_explained() {
    let pair = Pair::with(vec![rule(1, "destination")]).await;
    let denial = json!({"Sid": "Never", "Effect": "Deny", "Principal": "*", "Action": "s3:ReplicateObject", "Resource": "arn:aws:s3:::destination/*"});
    let policy = json!({"Version": "2012-10-17", "Statement": [denial]}).to_string();
    let put_policy = pair.there.put_bucket_policy().bucket("destination");
    put_policy.policy(policy).send().await.unwrap();
    put(&pair.here, "source", "k", "body").await;
    pair.settle().await;
    let at = pair.at("k").await;
    let kinds: Vec<_> = at.causes.iter().map(|cause| cause.kind).collect();
    assert_eq!(kinds, [FindingKind::PolicyDenies], "{at:#?}");
    assert!(
        at.reason.contains("S3 says DstPutObjectNotPermitted"),
        "{at:#?}"
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_of_a_fresh_pair_is_unknown() {
    let pair = Pair::with(vec![rule(1, "destination")]).await;
    let facts = Box::pin(read(&pair.target, "source", "destination"))
        .await
        .unwrap();
    let found = findings(&facts);
    assert_eq!(exit_code(&found) as u8, 0, "{found:#?}");
}
