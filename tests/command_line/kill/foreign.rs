//! Buckets of others on the same server, and everything that can be read of them.

use std::collections::BTreeMap;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration,
    DeleteMarkerReplication, DeleteMarkerReplicationStatus, Destination, ReplicationConfiguration,
    ReplicationRule, ReplicationRuleFilter, ReplicationRuleStatus, Tag, VersioningConfiguration,
};
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;

use super::super::client as client_of;

const HERE: &str = "ap-northeast-1";
const THERE: &str = "us-east-1";
const ANOTHER_RUN: &str = "7f3c1b1e-0000-4000-8000-000000000002";

/// What others have.
pub(super) struct Foreign {
    runtime: Runtime,
    here: Client,
    there: Client,
}

impl Foreign {
    /// A pair that is somebody's, and replicates.
    pub(super) const PAIR: [&str; 2] = ["their-source", "their-destination"];

    pub(super) fn new(source: &str, destination: &str) -> Self {
        let this = Self {
            runtime: Runtime::new().unwrap(),
            here: client_of(source, HERE),
            there: client_of(destination, THERE),
        };
        this.runtime.block_on(this.fill());
        this
    }

    async fn fill(&self) {
        let of_a_run = |end: &str| format!("bucketpair-tags-{ANOTHER_RUN}-{end}");
        let tagged = [
            ("bucketpair:run", ANOTHER_RUN),
            ("bucketpair:expires", "2999-01-01T00:00:00Z"),
        ];
        make(&self.here, HERE, "theirs", &[("team", "b")]).await;
        make(&self.there, THERE, "bucketpair-production", &[]).await;
        make(&self.here, HERE, &of_a_run("s"), &tagged).await;
        make(&self.there, THERE, &of_a_run("d"), &tagged).await;
        make(&self.there, THERE, &of_a_run("d2"), &[]).await;
        let [source, destination] = Self::PAIR;
        make(&self.here, HERE, source, &[]).await;
        make(&self.there, THERE, destination, &[]).await;
        replicate(&self.here, source, destination).await;
    }

    /// Everything of every bucket on the server, as text.
    pub(super) fn snapshot(&self) -> BTreeMap<String, Vec<String>> {
        self.runtime.block_on(async {
            let listed = self.here.list_buckets().send().await.unwrap();
            let mut all = BTreeMap::new();
            for bucket in listed.buckets() {
                let name = bucket.name().unwrap();
                let is_here = self.here.head_bucket().bucket(name).send().await.is_ok();
                let client = if is_here { &self.here } else { &self.there };
                all.insert(name.to_owned(), read(client, name).await);
            }
            all
        })
    }
}

async fn make(client: &Client, region: &str, name: &str, tags: &[(&str, &str)]) {
    let place = (region == HERE).then(|| BucketLocationConstraint::from(region));
    let tag = |(key, value): &(&str, &str)| Tag::builder().key(*key).value(*value).build();
    let tags: Vec<_> = tags.iter().map(|pair| tag(pair).unwrap()).collect();
    let configuration = CreateBucketConfiguration::builder()
        .set_location_constraint(place)
        .set_tags((!tags.is_empty()).then_some(tags));
    let create = client.create_bucket().bucket(name);
    let create = create.create_bucket_configuration(configuration.build());
    create.send().await.unwrap();
    let enabled = VersioningConfiguration::builder()
        .status(BucketVersioningStatus::Enabled)
        .build();
    let version = client.put_bucket_versioning().bucket(name);
    let version = version.versioning_configuration(enabled);
    version.send().await.unwrap();
    for (key, body) in [("a", "one"), ("a", "two"), ("bucketpair-x/b", "three")] {
        put(client, name, key, body).await;
    }
    let delete = client.delete_object().bucket(name).key("a");
    delete.send().await.unwrap();
    let upload = client.create_multipart_upload().bucket(name).key("open");
    let upload = upload.send().await.unwrap().upload_id.unwrap();
    let part = client.upload_part().bucket(name).key("open");
    let part = part.upload_id(upload).part_number(1);
    let body = ByteStream::from_static(b"a part");
    part.body(body).send().await.unwrap();
}

async fn put(client: &Client, bucket: &str, key: &str, body: &str) {
    let body = ByteStream::from(body.as_bytes().to_vec());
    let put = client.put_object().bucket(bucket).key(key);
    put.body(body).send().await.unwrap();
}

async fn replicate(client: &Client, source: &str, destination: &str) {
    let off = DeleteMarkerReplication::builder().status(DeleteMarkerReplicationStatus::Disabled);
    let to = Destination::builder().bucket(format!("arn:aws:s3:::{destination}"));
    let rule = ReplicationRule::builder()
        .id("theirs")
        .priority(1)
        .status(ReplicationRuleStatus::Enabled)
        .filter(ReplicationRuleFilter::builder().prefix("").build())
        .delete_marker_replication(off.build())
        .destination(to.build().unwrap());
    let configuration = ReplicationConfiguration::builder()
        .role("arn:aws:iam::000000000000:role/bucketpair-replication")
        .rules(rule.build().unwrap());
    let put = client.put_bucket_replication().bucket(source);
    let put = put.replication_configuration(configuration.build().unwrap());
    put.send().await.unwrap();
}

/// Everything that can be read of a bucket. Errors are told too: a setting that appears shows.
async fn read(client: &Client, bucket: &str) -> Vec<String> {
    let mut lines = vec![
        told(
            client
                .get_bucket_tagging()
                .bucket(bucket)
                .send()
                .await
                .map(|a| a.tag_set),
        ),
        told(
            client
                .get_bucket_versioning()
                .bucket(bucket)
                .send()
                .await
                .map(|a| a.status),
        ),
        told(
            (client.get_bucket_replication().bucket(bucket).send().await)
                .map(|answer| answer.replication_configuration),
        ),
        told(
            (client
                .get_bucket_lifecycle_configuration()
                .bucket(bucket)
                .send()
                .await)
                .map(|answer| answer.rules),
        ),
    ];
    let listing = client.list_object_versions().bucket(bucket);
    let listing = listing.send().await.unwrap();
    assert_ne!(listing.is_truncated(), Some(true));
    for version in listing.versions() {
        let get = client
            .get_object()
            .bucket(bucket)
            .key(version.key().unwrap());
        let body = get.set_version_id(version.version_id.clone()).send().await;
        let body = body.unwrap().body.collect().await.unwrap().into_bytes();
        lines.push(format!("{version:?} {:x?}", Sha256::digest(&body)));
    }
    lines.extend(listing.delete_markers().iter().map(|m| format!("{m:?}")));
    let uploads = client.list_multipart_uploads().bucket(bucket);
    for upload in uploads.send().await.unwrap().uploads() {
        let parts = client
            .list_parts()
            .bucket(bucket)
            .key(upload.key().unwrap());
        let parts = parts.upload_id(upload.upload_id().unwrap()).send().await;
        lines.push(format!("{upload:?} {:?}", parts.unwrap().parts));
    }
    lines
}

fn told<T: std::fmt::Debug, E>(answer: Result<T, E>) -> String {
    answer.map_or_else(|_| "none".to_owned(), |answer| format!("{answer:?}"))
}
