//! What a doctor says of the embedded pair, and whether it comes true. The two evaluate roles and
//! policies apart from each other.

use bucketpair::doctor::{FindingKind, Severity, exit_code, findings, read};
use bucketpair::emulator::{Role, RolePolicy};
use rstest::rstest;
use serde_json::{Value, json};

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    BlockedEncryptionTypes, EncryptionType, ObjectLockConfiguration, ObjectLockEnabled,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule,
};
use bucketpair::replication::FailureReason;

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

async fn kinds(pair: &Pair) -> Vec<FindingKind> {
    let facts = Box::pin(read(&pair.target, "source", "destination"));
    let found = findings(&facts.await.unwrap());
    found.iter().map(|finding| finding.kind).collect()
}

fn reasons(pair: &Pair) -> Vec<FailureReason> {
    let failures = pair.emulator.failures();
    failures.iter().map(|failure| failure.reason).collect()
}

async fn encrypt(client: &Client, bucket: &str, by: ServerSideEncryption, blocked: EncryptionType) {
    let default = ServerSideEncryptionByDefault::builder().sse_algorithm(by);
    let blocked = BlockedEncryptionTypes::builder().encryption_type(blocked);
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(default.build().unwrap())
        .blocked_encryption_types(blocked.build());
    let configuration = ServerSideEncryptionConfiguration::builder().rules(rule.build());
    let put = client.put_bucket_encryption().bucket(bucket);
    let put = put.server_side_encryption_configuration(configuration.build().unwrap());
    put.send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_the_destination_lacks_is_found_and_comes_true() {
    let pair = Pair::with(vec![rule(1, "destination")]).await;
    let lock = ObjectLockConfiguration::builder().object_lock_enabled(ObjectLockEnabled::Enabled);
    let put_lock = pair.here.put_object_lock_configuration().bucket("source");
    let put_lock = put_lock.object_lock_configuration(lock.build());
    put_lock.send().await.unwrap();
    assert!(kinds(&pair).await.contains(&FindingKind::LockMissing));
    put(&pair.here, "source", "k", "body").await;
    pair.settle().await;
    let reason = FailureReason::DstBucketObjectLockConfigMissing;
    assert_eq!(reasons(&pair), [reason]);
}

#[tokio::test(start_paused = true)]
async fn a_kms_default_without_an_opt_in_is_found_and_explained() {
    let pair = Pair::with(vec![rule(1, "destination")]).await;
    let (kms, sse_c) = (ServerSideEncryption::AwsKms, EncryptionType::SseC);
    encrypt(&pair.here, "source", kms, sse_c).await;
    assert!(kinds(&pair).await.contains(&FindingKind::KmsNotOptedIn));
    put(&pair.here, "source", "k", "body").await;
    pair.settle().await;
    let explained = pair.explain("k").await;
    assert_eq!(explained.status, None, "{explained:#?}");
    assert!(
        format!("{explained:?}").contains("R-ENC-04"),
        "{explained:#?}"
    );
}

#[tokio::test(start_paused = true)]
async fn customer_keys_that_the_destination_blocks_are_found_and_come_true() {
    let pair = Pair::with(vec![rule(1, "destination")]).await;
    let (sse_s3, none) = (ServerSideEncryption::Aes256, EncryptionType::None);
    encrypt(&pair.here, "source", sse_s3, none).await;
    assert!(kinds(&pair).await.contains(&FindingKind::SseCBlocked));
    let key = bucketpair::target::CustomerKey::seeded(1);
    let put = pair.here.put_object().bucket("source").key("k");
    let put = put.body(aws_sdk_s3::primitives::ByteStream::from_static(b"x"));
    let put = put
        .sse_customer_algorithm("AES256")
        .sse_customer_key(key.key());
    put.sse_customer_key_md5(key.md5()).send().await.unwrap();
    pair.settle().await;
    assert_eq!(reasons(&pair), [FailureReason::DstPutObjectNotPermitted]);
}
