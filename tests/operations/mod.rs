//! S3's operations on the embedded pair, called without HTTP.

mod rules;

use bucketpair::history::Side;
use bucketpair::replication::Rule;
use s3s::{S3, S3Request, dto};

/// The role of every pair that is made here.
pub(crate) const ROLE: &str = "arn:aws:iam::000000000000:role/model";

/// A request as S3's operations take it: nothing of HTTP matters.
pub(crate) fn ask<T>(input: T) -> S3Request<T> {
    S3Request {
        input,
        method: http::Method::default(),
        uri: http::Uri::default(),
        headers: http::HeaderMap::new(),
        extensions: http::Extensions::new(),
        credentials: None,
        region: None,
        service: None,
        trailing_headers: None,
    }
}

/// Makes a versioned bucket for each side, named as the side is, and the source's rules.
pub(crate) async fn make(s3: &impl S3, sides: &[Side], rules: &[Rule]) {
    for side in sides {
        let create = dto::CreateBucketInput::builder().bucket(side.to_string());
        s3.create_bucket(ask(create.build().unwrap()))
            .await
            .unwrap();
        set_versioning(s3, *side, true).await;
    }
    put_rules(s3, rules).await.unwrap();
}

/// Enables or suspends the versioning of one side.
pub(crate) async fn set_versioning(s3: &impl S3, side: Side, enabled: bool) {
    let status = match enabled {
        true => dto::BucketVersioningStatus::ENABLED,
        false => dto::BucketVersioningStatus::SUSPENDED,
    };
    let versioning_configuration = dto::VersioningConfiguration {
        status: Some(dto::BucketVersioningStatus::from_static(status)),
        ..Default::default()
    };
    let put = dto::PutBucketVersioningInput::builder()
        .bucket(side.to_string())
        .versioning_configuration(versioning_configuration)
        .build()
        .unwrap();
    s3.put_bucket_versioning(ask(put)).await.unwrap();
}

/// Replaces the source's rules.
pub(crate) async fn put_rules(s3: &impl S3, rules: &[Rule]) -> s3s::S3Result<()> {
    let configuration = dto::ReplicationConfiguration {
        role: ROLE.to_owned(),
        rules: rules.iter().map(rules::replication_rule).collect(),
    };
    let put = dto::PutBucketReplicationInput::builder()
        .bucket("source".to_owned())
        .replication_configuration(configuration)
        .build()
        .unwrap();
    s3.put_bucket_replication(ask(put)).await.map(drop)
}
