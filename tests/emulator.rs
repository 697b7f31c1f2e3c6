//! The embedded pair as an S3 server, through the real SDK client.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

#[path = "emulator/acl.rs"]
mod acl;
#[path = "emulator/buckets.rs"]
mod buckets;
#[path = "emulator/doctor.rs"]
mod doctor;
#[path = "emulator/encryption.rs"]
mod encryption;
#[path = "emulator/explain.rs"]
mod explain;
#[path = "emulator/gaps.rs"]
mod gaps;
#[path = "emulator/lifecycle.rs"]
mod lifecycle;
#[path = "emulator/lock.rs"]
mod lock;
#[path = "emulator/multipart.rs"]
mod multipart;
#[path = "emulator/objects.rs"]
mod objects;
#[path = "emulator/regions.rs"]
mod regions;
#[path = "emulator/replication.rs"]
mod replication;
#[path = "emulator/roles.rs"]
mod roles;
#[path = "emulator/trouble.rs"]
mod trouble;
#[path = "emulator/two_way.rs"]
mod two_way;
#[path = "emulator/unsure.rs"]
mod unsure;
#[path = "emulator/versions.rs"]
mod versions;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Config, Credentials, Region, SharedHttpClient};
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration,
    DeleteMarkerReplication, DeleteMarkerReplicationStatus, Destination, ReplicationConfiguration,
    ReplicationRule, ReplicationRuleFilter, ReplicationRuleStatus, VersioningConfiguration,
};
use bucketpair::emulator::{ACCESS_KEY_ID, Emulator, SECRET_ACCESS_KEY};

const HERE: &str = "ap-northeast-1";
const THERE: &str = "us-east-1";

fn config(url: &str, region: &str, secret: &str) -> aws_sdk_s3::config::Builder {
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .endpoint_url(url)
        .force_path_style(true)
        .credentials_provider(Credentials::new(ACCESS_KEY_ID, secret, None, None, "test"))
}

/// A client without a socket.
fn client(emulator: &Emulator, region: &str) -> Client {
    let http: SharedHttpClient = emulator.http_client(region);
    let config = config("http://localhost", region, SECRET_ACCESS_KEY).http_client(http);
    Client::from_conf(config.build())
}

async fn bucket(client: &Client, name: &str, region: &str) {
    let constraint = (region != THERE).then(|| {
        let constraint = BucketLocationConstraint::from(region);
        CreateBucketConfiguration::builder()
            .location_constraint(constraint)
            .build()
    });
    let create = client
        .create_bucket()
        .bucket(name)
        .set_create_bucket_configuration(constraint);
    create.send().await.unwrap();
}

async fn versioning(client: &Client, bucket: &str, status: BucketVersioningStatus) {
    let configuration = VersioningConfiguration::builder().status(status).build();
    let put = client.put_bucket_versioning().bucket(bucket);
    put.versioning_configuration(configuration)
        .send()
        .await
        .unwrap();
}

async fn versioned(client: &Client, name: &str, region: &str) {
    bucket(client, name, region).await;
    versioning(client, name, BucketVersioningStatus::Enabled).await;
}

/// Puts an object, and returns its version ID.
async fn put(client: &Client, bucket: &str, key: &str, body: &str) -> Option<String> {
    let body = ByteStream::from(body.as_bytes().to_vec());
    let answer = client
        .put_object()
        .bucket(bucket)
        .key(key)
        .body(body)
        .send()
        .await
        .unwrap();
    answer.version_id
}

/// A rule for every object, to one bucket.
fn rule(priority: i32, destination: &str) -> ReplicationRule {
    let off = DeleteMarkerReplication::builder().status(DeleteMarkerReplicationStatus::Disabled);
    let arn = format!("arn:aws:s3:::{destination}");
    ReplicationRule::builder()
        .id(format!("rule-{priority}"))
        .priority(priority)
        .status(ReplicationRuleStatus::Enabled)
        .filter(ReplicationRuleFilter::builder().prefix("").build())
        .delete_marker_replication(off.build())
        .destination(Destination::builder().bucket(arn).build().unwrap())
        .build()
        .unwrap()
}

async fn replicate(client: &Client, source: &str, rules: Vec<ReplicationRule>) {
    let configuration = ReplicationConfiguration::builder()
        .role("arn:aws:iam::000000000000:role/replication")
        .set_rules(Some(rules))
        .build()
        .unwrap();
    let put = client.put_bucket_replication().bucket(source);
    put.replication_configuration(configuration)
        .send()
        .await
        .unwrap();
}

/// HTTP status and S3 code of a refusal.
fn refusal<T: std::fmt::Debug, E: ProvideErrorMetadata>(
    answer: Result<T, SdkError<E>>,
) -> (u16, String) {
    let error = answer.expect_err("a refusal");
    let status = error
        .raw_response()
        .map_or(0, |answer| answer.status().as_u16());
    (status, error.code().unwrap_or_default().to_owned())
}
