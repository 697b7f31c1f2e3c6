//! Objects: digests, ranges, conditions, copies.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumMode;
use bucketpair::emulator::{Emulator, Settings};

use super::{THERE, bucket, client, put, refusal};

async fn there() -> Client {
    let client = client(&Emulator::new(Settings::default()), THERE);
    bucket(&client, "bucket", THERE).await;
    client
}

#[tokio::test]
async fn a_wrong_checksum_is_a_bad_digest_and_nothing_is_stored() {
    let client = there().await;
    let put = client
        .put_object()
        .bucket("bucket")
        .key("k")
        .body(ByteStream::from_static(b"hello"));
    let put = put
        .checksum_sha256("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
        .send()
        .await;
    assert_eq!(refusal(put), (400, "BadDigest".to_owned()));
    assert_eq!(
        refusal(client.head_object().bucket("bucket").key("k").send().await).0,
        404
    );
}

#[tokio::test]
async fn a_wrong_content_md5_is_a_bad_digest() {
    let client = there().await;
    let put = client
        .put_object()
        .bucket("bucket")
        .key("k")
        .body(ByteStream::from_static(b"hello"));
    let put = put.content_md5("AAAAAAAAAAAAAAAAAAAAAA==").send().await;
    assert_eq!(refusal(put), (400, "BadDigest".to_owned()));
}

#[tokio::test]
async fn a_checksum_that_is_not_computed_is_501_and_never_ignored() {
    let client = there().await;
    let put = client
        .put_object()
        .bucket("bucket")
        .key("k")
        .body(ByteStream::from_static(b"hello"));
    let put = put.customize().mutate_request(|request| {
        request
            .headers_mut()
            .insert("x-amz-checksum-xxhash64", "AAAAAAAAAAA=");
    });
    assert_eq!(
        refusal(put.send().await),
        (501, "NotImplemented".to_owned())
    );
}

#[tokio::test]
async fn the_checksum_is_returned_on_request_only() {
    let client = there().await;
    let put = client
        .put_object()
        .bucket("bucket")
        .key("k")
        .body(ByteStream::from_static(b"hello"));
    let written = put
        .checksum_algorithm("SHA256".into())
        .send()
        .await
        .unwrap();
    let expected = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
    assert_eq!(written.checksum_sha256(), Some(expected));
    let head = client
        .head_object()
        .bucket("bucket")
        .key("k")
        .send()
        .await
        .unwrap();
    assert_eq!(head.checksum_sha256(), None);
    let head = client
        .head_object()
        .bucket("bucket")
        .key("k")
        .checksum_mode(ChecksumMode::Enabled);
    assert_eq!(head.send().await.unwrap().checksum_sha256(), Some(expected));
}

#[tokio::test]
async fn ranges_are_partial_and_beyond_the_end_not_satisfiable() {
    let client = there().await;
    put(&client, "bucket", "k", "0123456789").await;
    let get = client
        .get_object()
        .bucket("bucket")
        .key("k")
        .range("bytes=2-4")
        .send()
        .await
        .unwrap();
    assert_eq!(get.content_range(), Some("bytes 2-4/10"));
    assert_eq!(get.body.collect().await.unwrap().to_vec(), b"234");
    let get = client
        .get_object()
        .bucket("bucket")
        .key("k")
        .range("bytes=-3")
        .send()
        .await
        .unwrap();
    assert_eq!(get.body.collect().await.unwrap().to_vec(), b"789");
    let get = client
        .get_object()
        .bucket("bucket")
        .key("k")
        .range("bytes=10-")
        .send()
        .await;
    assert_eq!(refusal(get), (416, "InvalidRange".to_owned()));
}

#[tokio::test]
async fn conditions_answer_304_and_412() {
    let client = there().await;
    put(&client, "bucket", "k", "body").await;
    let head = client
        .head_object()
        .bucket("bucket")
        .key("k")
        .send()
        .await
        .unwrap();
    let etag = head.e_tag().unwrap();
    let same = client
        .get_object()
        .bucket("bucket")
        .key("k")
        .if_none_match(etag)
        .send()
        .await;
    assert_eq!(refusal(same).0, 304);
    let other = client
        .get_object()
        .bucket("bucket")
        .key("k")
        .if_match("\"other\"")
        .send()
        .await;
    assert_eq!(refusal(other), (412, "PreconditionFailed".to_owned()));
    let body = ByteStream::from_static(b"again");
    let create = client
        .put_object()
        .bucket("bucket")
        .key("k")
        .body(body)
        .if_none_match("*");
    assert_eq!(
        refusal(create.send().await),
        (412, "PreconditionFailed".to_owned())
    );
}

#[tokio::test]
async fn copying_an_object_onto_itself_unchanged_is_refused() {
    let client = there().await;
    put(&client, "bucket", "k", "body").await;
    let copy = client
        .copy_object()
        .bucket("bucket")
        .key("k")
        .copy_source("bucket/k")
        .send()
        .await;
    assert_eq!(refusal(copy), (400, "InvalidRequest".to_owned()));
}

#[tokio::test]
async fn a_large_body_comes_back_from_its_file_unchanged() {
    let client = there().await;
    let bytes: Vec<u8> = (0..9 << 20).map(|index: u32| (index % 251) as u8).collect();
    let put = client
        .put_object()
        .bucket("bucket")
        .key("k")
        .body(ByteStream::from(bytes.clone()));
    put.send().await.unwrap();
    let get = client
        .get_object()
        .bucket("bucket")
        .key("k")
        .send()
        .await
        .unwrap();
    assert!(
        get.body.collect().await.unwrap().to_vec() == bytes,
        "the bytes differ"
    );
}
