//! Object Lock: what it keeps from being deleted, through the SDK.

use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::{
    BucketVersioningStatus, DefaultRetention, ObjectLockConfiguration, ObjectLockEnabled,
    ObjectLockLegalHold, ObjectLockLegalHoldStatus, ObjectLockMode, ObjectLockRetention,
    ObjectLockRetentionMode, ObjectLockRule, VersioningConfiguration,
};
use bucketpair::emulator::{Emulator, Settings};

use super::{THERE, bucket, client, put, refusal, versioned};

async fn there() -> Client {
    let client = client(&Emulator::new(Settings::default()), THERE);
    versioned(&client, "buc", THERE).await;
    client
}

async fn lock(client: &Client, days: Option<i32>) {
    let rule = days.map(|days| {
        let default = DefaultRetention::builder().mode(ObjectLockRetentionMode::Governance);
        let default = default.days(days).build();
        ObjectLockRule::builder().default_retention(default).build()
    });
    let configuration = ObjectLockConfiguration::builder()
        .object_lock_enabled(ObjectLockEnabled::Enabled)
        .set_rule(rule);
    let put = client.put_object_lock_configuration().bucket("buc");
    let put = put.object_lock_configuration(configuration.build());
    put.send().await.unwrap();
}

fn in_days(days: u64) -> DateTime {
    (SystemTime::now() + Duration::from_secs(days * 24 * 3600)).into()
}

async fn locked(client: &Client, mode: ObjectLockMode) -> String {
    let put = client
        .put_object()
        .bucket("buc")
        .key("k")
        .body(ByteStream::from_static(b"x"));
    let put = put
        .object_lock_mode(mode)
        .object_lock_retain_until_date(in_days(1));
    put.send().await.unwrap().version_id.unwrap()
}

async fn delete(client: &Client, version: &str, bypass: bool) -> Option<(u16, String)> {
    let delete = client
        .delete_object()
        .bucket("buc")
        .key("k")
        .version_id(version);
    let answer = delete.bypass_governance_retention(bypass).send().await;
    answer.is_err().then(|| refusal(answer))
}

fn denied() -> (u16, String) {
    (403, "AccessDenied".to_owned())
}

#[tokio::test]
async fn a_lock_is_refused_where_the_bucket_has_none() {
    let client = there().await;
    let put = client
        .put_object()
        .bucket("buc")
        .key("k")
        .body(ByteStream::from_static(b"x"));
    let put = put.object_lock_legal_hold_status(ObjectLockLegalHoldStatus::On);
    assert_eq!(
        refusal(put.send().await),
        (400, "InvalidRequest".to_owned())
    );
}

#[tokio::test]
async fn a_bucket_is_locked_only_when_it_is_versioned() {
    let client = client(&Emulator::new(Settings::default()), THERE);
    bucket(&client, "buc", THERE).await;
    let configuration = ObjectLockConfiguration::builder();
    let configuration = configuration
        .object_lock_enabled(ObjectLockEnabled::Enabled)
        .build();
    let put = client.put_object_lock_configuration().bucket("buc");
    let answer = put.object_lock_configuration(configuration).send().await;
    assert_eq!(refusal(answer), (409, "InvalidBucketState".to_owned()));
}

#[tokio::test]
async fn versioning_of_a_locked_bucket_is_not_suspended() {
    let client = there().await;
    lock(&client, None).await;
    let suspended = VersioningConfiguration::builder().status(BucketVersioningStatus::Suspended);
    let put = client.put_bucket_versioning().bucket("buc");
    let answer = put.versioning_configuration(suspended.build()).send().await;
    assert_eq!(refusal(answer), (409, "InvalidBucketState".to_owned()));
}

#[tokio::test]
async fn governance_is_bypassed_and_compliance_is_not() {
    let client = there().await;
    lock(&client, None).await;
    let version = locked(&client, ObjectLockMode::Governance).await;
    assert_eq!(delete(&client, &version, false).await, Some(denied()));
    assert_eq!(delete(&client, &version, true).await, None);
    let version = locked(&client, ObjectLockMode::Compliance).await;
    assert_eq!(delete(&client, &version, true).await, Some(denied()));
}

#[tokio::test]
async fn a_legal_hold_is_kept_until_it_is_taken_off() {
    let client = there().await;
    lock(&client, None).await;
    let version = put(&client, "buc", "k", "x").await.unwrap();
    let hold = |status| {
        let hold = ObjectLockLegalHold::builder().status(status).build();
        client
            .put_object_legal_hold()
            .bucket("buc")
            .key("k")
            .legal_hold(hold)
            .send()
    };
    hold(ObjectLockLegalHoldStatus::On).await.unwrap();
    let head = client
        .head_object()
        .bucket("buc")
        .key("k")
        .send()
        .await
        .unwrap();
    let on = Some(&ObjectLockLegalHoldStatus::On);
    assert_eq!(head.object_lock_legal_hold_status(), on);
    assert_eq!(delete(&client, &version, true).await, Some(denied()));
    hold(ObjectLockLegalHoldStatus::Off).await.unwrap();
    assert_eq!(delete(&client, &version, false).await, None);
}

#[tokio::test]
async fn retention_is_lengthened_freely_and_shortened_by_a_bypass_alone() {
    let client = there().await;
    lock(&client, None).await;
    locked(&client, ObjectLockMode::Governance).await;
    let retain = |days: u64, bypass: bool| {
        let retention = ObjectLockRetention::builder()
            .mode(ObjectLockRetentionMode::Governance)
            .retain_until_date(in_days(days));
        let put = client.put_object_retention().bucket("buc").key("k");
        let put = put.retention(retention.build());
        put.bypass_governance_retention(bypass).send()
    };
    retain(3, false).await.unwrap();
    let shortened = retain(2, false).await;
    assert_eq!(refusal(shortened), (403, "AccessDenied".to_owned()));
    retain(2, true).await.unwrap();
}

#[tokio::test]
async fn the_buckets_default_retention_is_for_what_asks_for_none() {
    let client = there().await;
    lock(&client, Some(3)).await;
    put(&client, "buc", "k", "x").await;
    let got = client
        .get_object_retention()
        .bucket("buc")
        .key("k")
        .send()
        .await
        .unwrap();
    let until = got.retention().unwrap().retain_until_date().unwrap().secs();
    assert!((until - in_days(3).secs()).abs() <= 2, "{until}");
    let get = client
        .get_object_lock_configuration()
        .bucket("buc")
        .send()
        .await
        .unwrap();
    let rule = get.object_lock_configuration().unwrap().rule().unwrap();
    assert_eq!(rule.default_retention().unwrap().days(), Some(3));
}
