//! Lifecycle on a clock that is advanced.

use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration, LifecycleRule,
    LifecycleRuleFilter, NoncurrentVersionExpiration, ObjectLockConfiguration, ObjectLockEnabled,
    ObjectLockLegalHoldStatus, ObjectLockMode, Transition, TransitionStorageClass,
};
use bucketpair::emulator::{Emulator, Settings};

use super::{HERE, client, put, versioned};

async fn bucket() -> Client {
    let emulator = Emulator::new(Settings::default());
    let here = client(&emulator, HERE);
    versioned(&here, "bucket", HERE).await;
    here
}

fn rule() -> aws_sdk_s3::types::builders::LifecycleRuleBuilder {
    let filter = LifecycleRuleFilter::builder().prefix("logs/").build();
    LifecycleRule::builder()
        .status(ExpirationStatus::Enabled)
        .filter(filter)
}

async fn configure(client: &Client, rule: LifecycleRule) {
    let configuration = BucketLifecycleConfiguration::builder().rules(rule).build();
    let put = client.put_bucket_lifecycle_configuration().bucket("bucket");
    put.lifecycle_configuration(configuration.unwrap())
        .send()
        .await
        .unwrap();
}

async fn advance(client: &Client, days: u32) {
    let document = format!(r#"{{"advance-days": {days}}}"#);
    let put = client.put_object().bucket("_bucketpair");
    let put = put
        .key("buckets/bucket")
        .body(ByteStream::from(document.into_bytes()));
    put.send().await.unwrap();
}

/// Keys with their number of versions and of markers.
async fn listed(client: &Client, key: &str) -> (usize, usize) {
    let listed = client.list_object_versions().bucket("bucket").prefix(key);
    let listed = listed.send().await.unwrap();
    (listed.versions().len(), listed.delete_markers().len())
}

/// R-OPS-03.
#[tokio::test(start_paused = true)]
async fn noncurrent_versions_go_when_their_days_are_over_and_no_sooner() {
    let client = bucket().await;
    let days = NoncurrentVersionExpiration::builder().noncurrent_days(21);
    let rule = rule().noncurrent_version_expiration(days.build());
    configure(&client, rule.build().unwrap()).await;
    for key in ["logs/a", "logs/a", "other", "other"] {
        put(&client, "bucket", key, "body").await;
    }
    advance(&client, 20).await;
    assert_eq!(listed(&client, "logs/a").await, (2, 0));
    advance(&client, 2).await;
    assert_eq!(listed(&client, "logs/a").await, (1, 0));
    assert_eq!(listed(&client, "other").await, (2, 0));
}

async fn lock_bucket(client: &Client) {
    let on = ObjectLockConfiguration::builder().object_lock_enabled(ObjectLockEnabled::Enabled);
    let put = client.put_object_lock_configuration().bucket("bucket");
    let put = put.object_lock_configuration(on.build());
    put.send().await.unwrap();
}

async fn put_locked(
    client: &Client,
    lock: impl Fn(PutObjectFluentBuilder) -> PutObjectFluentBuilder,
) {
    let body = ByteStream::from_static(b"body");
    let put = client.put_object().bucket("bucket").key("logs/a");
    lock(put.body(body)).send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_is_locked_is_not_removed_until_its_lock_is_over() {
    let client = bucket().await;
    lock_bucket(&client).await;
    let days = NoncurrentVersionExpiration::builder().noncurrent_days(3);
    let rule = rule().noncurrent_version_expiration(days.build());
    configure(&client, rule.build().unwrap()).await;
    let until: DateTime = (SystemTime::now() + Duration::from_hours(10 * 24)).into();
    let hold = ObjectLockLegalHoldStatus::On;
    put_locked(&client, |put| {
        put.object_lock_legal_hold_status(hold.clone())
    })
    .await;
    put_locked(&client, |put| {
        put.object_lock_mode(ObjectLockMode::Governance)
            .object_lock_retain_until_date(until)
    })
    .await;
    for _ in 0..2 {
        put(&client, "bucket", "logs/a", "body").await;
    }
    advance(&client, 5).await;
    assert_eq!(listed(&client, "logs/a").await, (3, 0));
    advance(&client, 6).await;
    assert_eq!(listed(&client, "logs/a").await, (2, 0));
}

#[tokio::test(start_paused = true)]
async fn newer_noncurrent_versions_are_kept() {
    let client = bucket().await;
    let days = NoncurrentVersionExpiration::builder()
        .noncurrent_days(1)
        .newer_noncurrent_versions(2);
    let rule = rule().noncurrent_version_expiration(days.build());
    configure(&client, rule.build().unwrap()).await;
    for _ in 0..5 {
        put(&client, "bucket", "logs/a", "body").await;
    }
    advance(&client, 3).await;
    assert_eq!(listed(&client, "logs/a").await, (3, 0));
}

#[tokio::test(start_paused = true)]
async fn an_expiration_makes_a_marker_and_a_lone_one_is_cleaned_up() {
    let client = bucket().await;
    let expiration = LifecycleExpiration::builder().days(3).build();
    let rule_of = |expiration| rule().expiration(expiration).build().unwrap();
    configure(&client, rule_of(expiration)).await;
    put(&client, "bucket", "logs/a", "body").await;
    advance(&client, 2).await;
    assert_eq!(listed(&client, "logs/a").await, (1, 0));
    advance(&client, 2).await;
    assert_eq!(listed(&client, "logs/a").await, (1, 1));
    let versions = client.list_object_versions().bucket("bucket").send().await;
    let version = versions.unwrap().versions()[0].version_id.clone();
    let delete = client.delete_object().bucket("bucket").key("logs/a");
    delete.set_version_id(version).send().await.unwrap();
    let markers = LifecycleExpiration::builder().expired_object_delete_marker(true);
    configure(&client, rule_of(markers.build())).await;
    advance(&client, 1).await;
    assert_eq!(listed(&client, "logs/a").await, (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_transition_changes_the_storage_class() {
    let client = bucket().await;
    let transition = Transition::builder()
        .days(30)
        .storage_class(TransitionStorageClass::StandardIa)
        .build();
    configure(&client, rule().transitions(transition).build().unwrap()).await;
    put(&client, "bucket", "logs/a", "body").await;
    advance(&client, 32).await;
    let head = client.head_object().bucket("bucket").key("logs/a");
    let class = head.send().await.unwrap().storage_class;
    assert_eq!(class.unwrap().as_str(), "STANDARD_IA");
}

#[tokio::test(start_paused = true)]
async fn a_disabled_rule_and_open_uploads_of_other_keys_stay() {
    let client = bucket().await;
    let expiration = LifecycleExpiration::builder().days(1).build();
    let off = rule()
        .expiration(expiration)
        .status(ExpirationStatus::Disabled);
    configure(&client, off.build().unwrap()).await;
    put(&client, "bucket", "logs/a", "body").await;
    advance(&client, 10).await;
    assert_eq!(listed(&client, "logs/a").await, (1, 0));
}
