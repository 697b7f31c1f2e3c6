//! Multipart uploads.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart};
use bucketpair::emulator::{Emulator, Settings};

use super::{THERE, bucket, client, refusal};

const PART: usize = 5 << 20;

async fn there() -> Client {
    let client = client(&Emulator::new(Settings::default()), THERE);
    bucket(&client, "bucket", THERE).await;
    client
}

async fn begin(client: &Client, algorithm: &str, kind: Option<ChecksumType>) -> String {
    let create = client.create_multipart_upload().bucket("bucket").key("k");
    let create = create
        .checksum_algorithm(algorithm.into())
        .set_checksum_type(kind);
    create.send().await.unwrap().upload_id.unwrap()
}

async fn part(
    client: &Client,
    id: &str,
    number: i32,
    size: usize,
    algorithm: &str,
) -> CompletedPart {
    let body = ByteStream::from(vec![number as u8; size]);
    let sent = client
        .upload_part()
        .bucket("bucket")
        .key("k")
        .upload_id(id)
        .part_number(number);
    let sent = sent
        .checksum_algorithm(algorithm.into())
        .body(body)
        .send()
        .await
        .unwrap();
    CompletedPart::builder()
        .part_number(number)
        .set_e_tag(sent.e_tag)
        .set_checksum_sha256(sent.checksum_sha256)
        .set_checksum_crc32(sent.checksum_crc32)
        .build()
}

fn parts(parts: Vec<CompletedPart>) -> CompletedMultipartUpload {
    CompletedMultipartUpload::builder()
        .set_parts(Some(parts))
        .build()
}

#[tokio::test]
async fn a_composite_checksum_and_the_etag_count_the_parts() {
    let client = there().await;
    let id = begin(&client, "SHA256", None).await;
    let sent = vec![
        part(&client, &id, 1, PART, "SHA256").await,
        part(&client, &id, 2, 7, "SHA256").await,
    ];
    let listed = client
        .list_parts()
        .bucket("bucket")
        .key("k")
        .upload_id(&id)
        .send()
        .await
        .unwrap();
    assert_eq!(listed.parts().len(), 2);
    let complete = client
        .complete_multipart_upload()
        .bucket("bucket")
        .key("k")
        .upload_id(&id);
    let done = complete.multipart_upload(parts(sent)).send().await.unwrap();
    assert!(
        done.e_tag().unwrap().trim_matches('"').ends_with("-2"),
        "{done:?}"
    );
    assert!(done.checksum_sha256().unwrap().ends_with("-2"), "{done:?}");
    let get = client
        .get_object()
        .bucket("bucket")
        .key("k")
        .part_number(2)
        .send()
        .await
        .unwrap();
    assert_eq!(get.parts_count(), Some(2));
    assert_eq!(get.body.collect().await.unwrap().to_vec(), vec![2; 7]);
}

#[tokio::test]
async fn a_full_object_checksum_is_that_of_the_whole() {
    let client = there().await;
    let id = begin(&client, "CRC32", Some(ChecksumType::FullObject)).await;
    let sent = vec![
        part(&client, &id, 1, PART, "CRC32").await,
        part(&client, &id, 2, 7, "CRC32").await,
    ];
    let complete = client
        .complete_multipart_upload()
        .bucket("bucket")
        .key("k")
        .upload_id(&id);
    let done = complete.multipart_upload(parts(sent)).send().await.unwrap();
    let whole = [vec![1; PART], vec![2; 7]].concat();
    let put = client
        .put_object()
        .bucket("bucket")
        .key("whole")
        .body(ByteStream::from(whole));
    let put = put.checksum_algorithm("CRC32".into()).send().await.unwrap();
    assert_eq!(done.checksum_crc32(), put.checksum_crc32());
    let head = client
        .head_object()
        .bucket("bucket")
        .key("k")
        .checksum_mode(ChecksumMode::Enabled);
    assert_eq!(
        head.send().await.unwrap().checksum_type(),
        Some(&ChecksumType::FullObject)
    );
}

#[tokio::test]
async fn small_parts_strange_parts_and_unknown_uploads_are_refused() {
    let client = there().await;
    let id = begin(&client, "CRC32", None).await;
    let small = vec![
        part(&client, &id, 1, 10, "CRC32").await,
        part(&client, &id, 2, 10, "CRC32").await,
    ];
    let complete = || {
        client
            .complete_multipart_upload()
            .bucket("bucket")
            .key("k")
            .upload_id(&id)
    };
    let answer = complete()
        .multipart_upload(parts(small.clone()))
        .send()
        .await;
    assert_eq!(refusal(answer), (400, "EntityTooSmall".to_owned()));
    let backwards = small.iter().rev().cloned().collect();
    let answer = complete().multipart_upload(parts(backwards)).send().await;
    assert_eq!(refusal(answer), (400, "InvalidPartOrder".to_owned()));
    let strange = CompletedPart::builder()
        .part_number(9)
        .e_tag("\"none\"")
        .build();
    let answer = complete()
        .multipart_upload(parts(vec![strange]))
        .send()
        .await;
    assert_eq!(refusal(answer), (400, "InvalidPart".to_owned()));
    client
        .abort_multipart_upload()
        .bucket("bucket")
        .key("k")
        .upload_id(&id)
        .send()
        .await
        .unwrap();
    let answer = complete().multipart_upload(parts(small)).send().await;
    assert_eq!(refusal(answer), (404, "NoSuchUpload".to_owned()));
}

#[tokio::test]
async fn a_copy_has_one_checksum_of_its_originals_algorithm() {
    let client = there().await;
    let id = begin(&client, "SHA256", None).await;
    let sent = vec![
        part(&client, &id, 1, PART, "SHA256").await,
        part(&client, &id, 2, 7, "SHA256").await,
    ];
    let complete = client.complete_multipart_upload().bucket("bucket").key("k");
    let complete = complete.upload_id(&id).multipart_upload(parts(sent));
    complete.send().await.unwrap();
    let copy = client.copy_object().bucket("bucket").key("copy");
    let copied = copy.copy_source("bucket/k").send().await.unwrap();
    let result = copied.copy_object_result.unwrap();
    assert_eq!(result.checksum_type, Some(ChecksumType::FullObject));
    let value = result.checksum_sha256.unwrap();
    assert!(!value.contains('-'), "{value}");
}
