//! What the replication role may do decides what replicates, under a paused clock.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use bucketpair::emulator::{Emulator, Role, RolePolicy, Settings, TagsUnread};
use bucketpair::replication::FailureReason;
use rstest::rstest;
use serde_json::{Value, json};

use super::{HERE, THERE, client, put, refusal, replicate, rule, versioned};

const ROLE: &str = "arn:aws:iam::000000000000:role/replication";
const S3: &str = "arn:aws:s3:::source";
const D: &str = "arn:aws:s3:::destination";

struct World {
    emulator: Emulator,
    here: Client,
    there: Client,
}

async fn world(settings: Settings) -> World {
    let emulator = Emulator::new(settings);
    let (here, there) = (client(&emulator, HERE), client(&emulator, THERE));
    versioned(&here, "source", HERE).await;
    versioned(&there, "destination", THERE).await;
    let markers = aws_sdk_s3::types::DeleteMarkerReplication::builder()
        .status(aws_sdk_s3::types::DeleteMarkerReplicationStatus::Enabled)
        .build();
    let mut rule = rule(1, "destination");
    rule.delete_marker_replication = Some(markers);
    replicate(&here, "source", vec![rule]).await;
    World {
        emulator,
        here,
        there,
    }
}

async fn status(world: &World, key: &str) -> String {
    while world.emulator.pending() > 0 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let head = world.here.head_object().bucket("source").key(key);
    let status = head.send().await.unwrap().replication_status;
    status.map_or_else(String::new, |status| status.as_str().to_owned())
}

/// The permissions of AWS's own page, for this pair.
fn least() -> Vec<Value> {
    vec![
        json!({"Effect": "Allow", "Action": ["s3:GetReplicationConfiguration", "s3:ListBucket"], "Resource": S3}),
        json!({"Effect": "Allow", "Action": ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"], "Resource": format!("{S3}/*")}),
        json!({"Effect": "Allow", "Action": ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"], "Resource": format!("{D}/*")}),
    ]
}

fn policy(statements: &[Value]) -> RolePolicy {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    RolePolicy::new("replication", document)
}

/// The least role, with this action denied.
fn without(action: &str) -> Role {
    let mut statements = least();
    statements.push(json!({"Effect": "Deny", "Action": action, "Resource": "*"}));
    Role::default().with_only([policy(&statements)])
}

#[rstest]
#[case::nothing("s3:Nothing", "COMPLETED", None)]
#[case::r_iam_02_configuration(
    "s3:GetReplicationConfiguration",
    "FAILED",
    Some(FailureReason::SrcBucketReplicationConfigMissing)
)]
#[case::r_iam_03_object(
    "s3:GetObjectVersionForReplication",
    "FAILED",
    Some(FailureReason::SrcGetObjectNotPermitted)
)]
#[case::r_iam_03_acl(
    "s3:GetObjectVersionAcl",
    "FAILED",
    Some(FailureReason::SrcGetAclNotPermitted)
)]
#[case::r_iam_05_object(
    "s3:ReplicateObject",
    "FAILED",
    Some(FailureReason::DstPutObjectNotPermitted)
)]
#[case::r_iam_05_tags_are_covered("s3:ReplicateDelete", "COMPLETED", None)]
#[tokio::test(start_paused = true)]
async fn an_action_that_is_missing_fails_the_object_with_s3s_reason(
    #[case] action: &str,
    #[case] expected: &str,
    #[case] reason: Option<FailureReason>,
) {
    let world = world(Settings::default()).await;
    world.emulator.put_role(ROLE, without(action)).unwrap();
    let version = put(&world.here, "source", "k", "body").await;
    assert_eq!(status(&world, "k").await, expected, "without {action}");
    let failures = world.emulator.failures();
    let seen = failures.first().map(|failure| failure.reason);
    assert_eq!(
        (seen, failures.len()),
        (reason, usize::from(reason.is_some()))
    );
    if let Some(failure) = failures.first() {
        assert_eq!(Some(&failure.version_id.0), version.as_ref());
        assert_eq!(
            (failure.rule_id.as_str(), failure.destination.as_str()),
            ("rule-1", "destination")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_multipart_upload_fails_where_it_would_begin() {
    let world = world(Settings::default()).await;
    world
        .emulator
        .put_role(ROLE, without("s3:ReplicateObject"))
        .unwrap();
    let create = world
        .here
        .create_multipart_upload()
        .bucket("source")
        .key("k");
    let id = create.send().await.unwrap().upload_id.unwrap();
    let part = world
        .here
        .upload_part()
        .bucket("source")
        .key("k")
        .upload_id(&id)
        .part_number(1);
    let sent = part
        .body(ByteStream::from_static(b"body"))
        .send()
        .await
        .unwrap();
    let part = aws_sdk_s3::types::CompletedPart::builder()
        .part_number(1)
        .set_e_tag(sent.e_tag)
        .build();
    let parts = aws_sdk_s3::types::CompletedMultipartUpload::builder()
        .parts(part)
        .build();
    let complete = world
        .here
        .complete_multipart_upload()
        .bucket("source")
        .key("k");
    complete
        .upload_id(&id)
        .multipart_upload(parts)
        .send()
        .await
        .unwrap();
    assert_eq!(status(&world, "k").await, "FAILED");
    assert_eq!(
        world.emulator.failures()[0].reason,
        FailureReason::DstMultipartInitNotPermitted
    );
}

#[tokio::test(start_paused = true)]
async fn a_delete_marker_that_may_not_travel_stays_with_its_reason() {
    let world = world(Settings::default()).await;
    world
        .emulator
        .put_role(ROLE, without("s3:ReplicateDelete"))
        .unwrap();
    put(&world.here, "source", "k", "body").await;
    assert_eq!(status(&world, "k").await, "COMPLETED");
    world
        .here
        .delete_object()
        .bucket("source")
        .key("k")
        .send()
        .await
        .unwrap();
    while world.emulator.pending() > 0 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    world
        .there
        .head_object()
        .bucket("destination")
        .key("k")
        .send()
        .await
        .unwrap();
    assert_eq!(
        world.emulator.failures()[0].reason,
        FailureReason::DstDelObjNotPermitted
    );
}

#[rstest]
#[case::another_service(json!({"Service": "ec2.amazonaws.com"}), json!({}), "FAILED")]
#[case::s3(json!({"Service": "s3.amazonaws.com"}), json!({}), "COMPLETED")]
#[case::s3_for_another_account(json!({"Service": "s3.amazonaws.com"}), json!({"StringEquals": {"aws:SourceAccount": "1"}}), "FAILED")]
#[case::s3_for_this_bucket(json!({"Service": "s3.amazonaws.com"}), json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::sou*"}}), "COMPLETED")]
#[tokio::test(start_paused = true)]
async fn the_trust_policy_decides_who_assumes_the_role(
    #[case] principal: Value,
    #[case] condition: Value,
    #[case] expected: &str,
) {
    let world = world(Settings::default()).await;
    let statement = json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition});
    let trust = json!({"Version": "2012-10-17", "Statement": [statement]});
    world
        .emulator
        .put_role(ROLE, Role::default().with_trust(trust))
        .unwrap();
    put(&world.here, "source", "k", "body").await;
    assert_eq!(status(&world, "k").await, expected);
    let failures = world.emulator.failures();
    let all = |failure: &bucketpair::emulator::ReplicationFailure| {
        failure.reason == FailureReason::AssumeRoleNotPermitted
    };
    assert!(
        failures.iter().all(all) && failures.is_empty() == (expected == "COMPLETED"),
        "{failures:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_deleted_role_cannot_be_assumed_and_an_untold_one_may_do_everything() {
    let world = world(Settings::default()).await;
    put(&world.here, "source", "before", "body").await;
    assert_eq!(status(&world, "before").await, "COMPLETED");
    world.emulator.delete_role(ROLE);
    put(&world.here, "source", "after", "body").await;
    assert_eq!(status(&world, "after").await, "FAILED");
    assert_eq!(
        world.emulator.failures()[0].reason,
        FailureReason::AssumeRoleNotPermitted
    );
}

#[rstest]
#[case::as_the_page_on_permissions_says(TagsUnread::StayBehind, "COMPLETED")]
#[case::as_the_failure_reasons_say(TagsUnread::Fails, "FAILED")]
#[tokio::test(start_paused = true)]
async fn tags_that_may_not_be_read_stay_behind_or_fail(
    #[case] unread: TagsUnread,
    #[case] expected: &str,
) {
    let world = world(Settings::default().with_tags_unread(unread)).await;
    world
        .emulator
        .put_role(ROLE, without("s3:GetObjectVersionTagging"))
        .unwrap();
    let tagged = world
        .here
        .put_object()
        .bucket("source")
        .key("k")
        .tagging("a=b");
    tagged
        .body(ByteStream::from_static(b"body"))
        .send()
        .await
        .unwrap();
    put(&world.here, "source", "untagged", "body").await;
    assert_eq!(status(&world, "untagged").await, "COMPLETED");
    assert_eq!(status(&world, "k").await, expected);
    if unread == TagsUnread::StayBehind {
        let tags = world
            .there
            .get_object_tagging()
            .bucket("destination")
            .key("k");
        assert!(tags.send().await.unwrap().tag_set.is_empty());
    }
}

#[rstest]
#[case::denies_the_object("s3:ReplicateObject", "Deny", "FAILED", 0)]
#[case::denies_the_tags("s3:ReplicateTags", "Deny", "COMPLETED", 0)]
#[case::allows_what_the_role_has("s3:ReplicateObject", "Allow", "COMPLETED", 1)]
#[case::denies_requests_without_tls("s3:*", "DenyInsecure", "COMPLETED", 1)]
#[tokio::test(start_paused = true)]
async fn the_destinations_policy_is_heard_too(
    #[case] action: &str,
    #[case] effect: &str,
    #[case] expected: &str,
    #[case] tags: usize,
) {
    let world = world(Settings::default()).await;
    let mut statement = json!({"Effect": effect, "Principal": "*", "Action": action, "Resource": [D, format!("{D}/*")]});
    if effect == "DenyInsecure" {
        statement["Effect"] = json!("Deny");
        statement["Condition"] = json!({"Bool": {"aws:SecureTransport": "false"}});
    }
    let policy = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    let put_policy = world
        .there
        .put_bucket_policy()
        .bucket("destination")
        .policy(&policy);
    put_policy.send().await.unwrap();
    let stored = world
        .there
        .get_bucket_policy()
        .bucket("destination")
        .send()
        .await
        .unwrap();
    assert_eq!(stored.policy.as_deref(), Some(policy.as_str()));
    let tagged = world
        .here
        .put_object()
        .bucket("source")
        .key("k")
        .tagging("a=b");
    tagged
        .body(ByteStream::from_static(b"body"))
        .send()
        .await
        .unwrap();
    assert_eq!(status(&world, "k").await, expected);
    if expected == "COMPLETED" {
        let seen = world
            .there
            .get_object_tagging()
            .bucket("destination")
            .key("k");
        assert_eq!(seen.send().await.unwrap().tag_set.len(), tags);
    }
}

#[tokio::test(start_paused = true)]
async fn a_permissions_boundary_limits_the_role() {
    let world = world(Settings::default()).await;
    let boundary = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "NotAction": "s3:ReplicateObject", "Resource": "*"}]});
    world
        .emulator
        .put_role(ROLE, Role::default().with_boundary(boundary))
        .unwrap();
    put(&world.here, "source", "bounded", "body").await;
    assert_eq!(status(&world, "bounded").await, "FAILED");
    world.emulator.put_role(ROLE, Role::default()).unwrap();
    put(&world.here, "source", "free", "body").await;
    assert_eq!(status(&world, "free").await, "COMPLETED");
}

#[tokio::test(start_paused = true)]
async fn policies_that_make_no_sense_are_refused_and_missing_ones_named() {
    let world = world(Settings::default()).await;
    let put = world
        .there
        .put_bucket_policy()
        .bucket("destination")
        .policy("{");
    assert_eq!(
        refusal(put.send().await),
        (400, "MalformedPolicy".to_owned())
    );
    let get = world
        .there
        .get_bucket_policy()
        .bucket("destination")
        .send()
        .await;
    assert_eq!(refusal(get), (404, "NoSuchBucketPolicy".to_owned()));
    let wrong = Role::default().with_policy(RolePolicy::new(
        "wrong",
        json!({"Statement": [{"Effect": "Maybe"}]}),
    ));
    let error = world.emulator.put_role(ROLE, wrong).unwrap_err();
    assert!(error.to_string().contains("Maybe"), "{error}");
}

/// The pair's own paths, as any S3 client reaches them.
#[tokio::test(start_paused = true)]
async fn roles_and_failures_are_reached_by_paths_that_no_bucket_can_have() {
    let world = world(Settings::default()).await;
    let own = |key: &str| {
        world
            .here
            .get_object()
            .bucket("_bucketpair")
            .key(key)
            .send()
    };
    let read = async |key: &str| -> Value {
        let body = own(key).await.unwrap().body.collect().await.unwrap();
        serde_json::from_slice(&body.into_bytes()).unwrap()
    };
    assert_eq!(read("about").await["emulator"], "bucketpair");
    let deny =
        json!({"Statement": [{"Effect": "Deny", "Action": "s3:ReplicateObject", "Resource": "*"}]})
            .to_string();
    let policy = "roles/replication/policies/drill";
    let put_policy = world.here.put_object().bucket("_bucketpair").key(policy);
    put_policy
        .body(deny.into_bytes().into())
        .send()
        .await
        .unwrap();
    assert_eq!(
        read("roles/replication").await["Policies"][1]["PolicyName"],
        "drill"
    );
    put(&world.here, "source", "k", "body").await;
    assert_eq!(status(&world, "k").await, "FAILED");
    let record = &read("failures/source").await["Records"][0];
    assert_eq!(
        record["replicationEventData"]["failureReason"],
        "DstPutObjectNotPermitted"
    );
    assert_eq!(record["s3"]["object"]["key"], "k");
    let delete = world.here.delete_object().bucket("_bucketpair").key(policy);
    delete.send().await.unwrap();
    put(&world.here, "source", "k", "again").await;
    assert_eq!(status(&world, "k").await, "COMPLETED");
    assert_eq!(refusal(own("nothing").await), (404, "NoSuchKey".to_owned()));
    let create = world
        .here
        .create_bucket()
        .bucket("_bucketpair")
        .send()
        .await;
    assert_eq!(refusal(create), (404, "NoSuchKey".to_owned()));
}

#[tokio::test]
async fn the_pairs_own_paths_are_for_signed_requests_only() {
    let emulator = Emulator::new(Settings::default());
    let config = super::config("http://localhost", HERE, "wrong");
    let stranger = Client::from_conf(config.http_client(emulator.http_client(HERE)).build());
    let get = stranger
        .get_object()
        .bucket("_bucketpair")
        .key("about")
        .send()
        .await;
    assert_eq!(refusal(get), (403, "SignatureDoesNotMatch".to_owned()));
}
