//! What a server may forget while its answers still look right: a condition, a second checksum, a
//! request ID, an old page.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::RequestId;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, CompletedMultipartUpload, CompletedPart, MetadataDirective,
    Tag, Tagging,
};
use bucketpair::emulator::{ArrivalKind, Delay, Emulator, Listen, Settings};
use std::time::Duration;

use super::{HERE, THERE, bucket, client, put, refusal, replicate, rule, versioned};

async fn there() -> Client {
    let client = client(&Emulator::new(Settings::default()), THERE);
    bucket(&client, "buc", THERE).await;
    client
}

#[tokio::test]
async fn a_put_is_refused_when_its_etag_condition_does_not_hold() {
    let client = there().await;
    put(&client, "buc", "k", "one").await;
    let body = || ByteStream::from_static(b"two");
    let conditional = client.put_object().bucket("buc").key("k").body(body());
    let answer = conditional.if_match("\"0\"").send().await;
    assert_eq!(refusal(answer), (412, "PreconditionFailed".into()));
    let missing = client.put_object().bucket("buc").key("none").body(body());
    let answer = missing.if_match("\"0\"").send().await;
    assert_eq!(refusal(answer), (404, "NoSuchKey".into()));
    let head = client.head_object().bucket("buc").key("k").send().await;
    let etag = head.unwrap().e_tag.unwrap();
    let right = client.put_object().bucket("buc").key("k").body(body());
    right.if_match(etag).send().await.unwrap();
}

#[tokio::test]
async fn a_copy_is_refused_when_the_condition_on_its_source_does_not_hold() {
    let client = there().await;
    put(&client, "buc", "k", "one").await;
    let copy = || {
        let copy = client.copy_object().bucket("buc").key("c");
        copy.copy_source("buc/k")
    };
    let answer = copy().copy_source_if_match("\"0\"").send().await;
    assert_eq!(refusal(answer), (412, "PreconditionFailed".into()));
    let head = client.head_object().bucket("buc").key("k").send().await;
    let etag = head.unwrap().e_tag.unwrap();
    let answer = copy().copy_source_if_none_match(&etag).send().await;
    assert_eq!(refusal(answer), (412, "PreconditionFailed".into()));
    copy().copy_source_if_match(etag).send().await.unwrap();
}

#[tokio::test]
async fn a_copy_computes_the_checksum_that_it_is_asked_for() {
    let client = there().await;
    put(&client, "buc", "k", "hello").await;
    let copy = client
        .copy_object()
        .bucket("buc")
        .key("c")
        .copy_source("buc/k");
    let answer = copy
        .checksum_algorithm(ChecksumAlgorithm::Sha256)
        .send()
        .await
        .unwrap();
    let hello = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
    let result = answer.copy_object_result.unwrap();
    assert_eq!(result.checksum_sha256.as_deref(), Some(hello));
    let head = client.head_object().bucket("buc").key("c");
    let head = head.checksum_mode(ChecksumMode::Enabled).send().await;
    assert_eq!(head.unwrap().checksum_sha256.as_deref(), Some(hello));
}

#[tokio::test]
async fn a_delete_is_refused_when_its_condition_does_not_hold() {
    let client = there().await;
    put(&client, "buc", "k", "one").await;
    let delete = client.delete_object().bucket("buc").key("k");
    let answer = delete.if_match("\"0\"").send().await;
    assert_eq!(refusal(answer), (412, "PreconditionFailed".into()));
    let head = client.head_object().bucket("buc").key("k").send().await;
    head.unwrap();
}

#[tokio::test]
async fn two_checksums_are_refused() {
    let client = there().await;
    let put = client.put_object().bucket("buc").key("k");
    let answer = put
        .body(ByteStream::from_static(b"hello"))
        .checksum_crc32("NhCmhg==")
        .checksum_sha256("AAAA")
        .send()
        .await;
    assert_eq!(refusal(answer), (400, "InvalidRequest".into()));
}

#[tokio::test]
async fn a_range_that_covers_everything_is_partial_still() {
    let client = there().await;
    put(&client, "buc", "k", "hello").await;
    let get = client.get_object().bucket("buc").key("k").range("bytes=0-");
    let answer = get.send().await.unwrap();
    assert_eq!(answer.content_range.as_deref(), Some("bytes 0-4/5"));
    let head = client
        .head_object()
        .bucket("buc")
        .key("k")
        .range("bytes=1-2");
    let answer = head.send().await.unwrap();
    assert_eq!(answer.content_range.as_deref(), Some("bytes 1-2/5"));
}

#[tokio::test]
async fn no_range_of_an_empty_object_is_satisfiable() {
    let client = there().await;
    put(&client, "buc", "k", "").await;
    for range in ["bytes=0-", "bytes=-3"] {
        let get = client.get_object().bucket("buc").key("k").range(range);
        assert_eq!(refusal(get.send().await).0, 416, "{range}");
    }
}

#[tokio::test]
async fn refusals_carry_a_request_id_too() {
    let client = there().await;
    let answer = client.get_object().bucket("buc").key("none").send().await;
    assert!(answer.unwrap_err().request_id().is_some());
    let answer = client.head_bucket().bucket("none").send().await;
    assert!(answer.unwrap_err().request_id().is_some());
}

#[tokio::test]
async fn completing_compares_the_checksum_of_the_whole_and_of_each_part() {
    let client = there().await;
    let create = client.create_multipart_upload().bucket("buc").key("k");
    let create = create.checksum_algorithm(ChecksumAlgorithm::Sha256);
    let id = create.send().await.unwrap().upload_id.unwrap();
    let part = client.upload_part().bucket("buc").key("k").upload_id(&id);
    let part = part.part_number(1).body(ByteStream::from_static(b"hello"));
    let sent = part.checksum_algorithm(ChecksumAlgorithm::Sha256).send();
    let etag = sent.await.unwrap().e_tag;
    let complete = |part_sum: Option<&str>, whole: Option<&str>, size: Option<i64>| {
        let part = CompletedPart::builder()
            .part_number(1)
            .set_e_tag(etag.clone());
        let part = part
            .set_checksum_sha256(part_sum.map(str::to_owned))
            .build();
        let parts = CompletedMultipartUpload::builder().parts(part).build();
        let complete = client.complete_multipart_upload().bucket("buc").key("k");
        let complete = complete.upload_id(&id).multipart_upload(parts);
        complete
            .set_checksum_sha256(whole.map(str::to_owned))
            .set_mpu_object_size(size)
            .send()
    };
    let wrong = Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let answer = complete(wrong, None, None).await;
    assert_eq!(refusal(answer), (400, "InvalidPart".into()));
    let answer = complete(None, wrong, None).await;
    assert_eq!(refusal(answer), (400, "BadDigest".into()));
    let answer = complete(None, None, Some(6)).await;
    assert_eq!(refusal(answer), (400, "InvalidRequest".into()));
    complete(None, None, Some(5)).await.unwrap();
}

#[tokio::test]
async fn completing_heeds_if_none_match() {
    let client = there().await;
    let create = client.create_multipart_upload().bucket("buc").key("k");
    let id = create.send().await.unwrap().upload_id.unwrap();
    let part = client.upload_part().bucket("buc").key("k").upload_id(&id);
    let part = part.part_number(1).body(ByteStream::from_static(b"hello"));
    let etag = part.send().await.unwrap().e_tag;
    put(&client, "buc", "k", "first").await;
    let part = CompletedPart::builder().part_number(1).set_e_tag(etag);
    let parts = CompletedMultipartUpload::builder().parts(part.build());
    let complete = client.complete_multipart_upload().bucket("buc").key("k");
    let complete = complete.upload_id(&id).multipart_upload(parts.build());
    let answer = complete.if_none_match("*").send().await;
    assert_eq!(refusal(answer), (412, "PreconditionFailed".into()));
}

#[tokio::test]
async fn open_uploads_are_listed_to_the_last_page() {
    let client = there().await;
    for key in ["a", "b", "b", "c", "d"] {
        let create = client.create_multipart_upload().bucket("buc").key(key);
        create.send().await.unwrap();
    }
    for size in 1..=6 {
        let (mut seen, mut key, mut id) = (Vec::new(), None, None);
        loop {
            let list = client
                .list_multipart_uploads()
                .bucket("buc")
                .max_uploads(size);
            let list = list.set_key_marker(key).set_upload_id_marker(id);
            let page = list.send().await.unwrap();
            assert!(page.uploads().len() <= size as usize);
            seen.extend(page.uploads().iter().map(|upload| upload.upload_id.clone()));
            if page.is_truncated != Some(true) {
                break;
            }
            (key, id) = (page.next_key_marker, page.next_upload_id_marker);
        }
        let all = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((all, seen.len()), (5, 5), "pages of {size}");
    }
}

#[tokio::test]
async fn a_url_that_was_signed_for_another_region_is_malformed() {
    let emulator = Emulator::new(Settings::default());
    let served = emulator.listen(Listen::default()).await.unwrap();
    let config = super::config(&served.destination, HERE, super::SECRET_ACCESS_KEY);
    let signer = Client::from_conf(config.build());
    let soon = PresigningConfig::expires_in(Duration::from_secs(60)).unwrap();
    let get = signer.get_object().bucket("buc").key("k");
    let url = get.presigned(soon).await.unwrap().uri().to_owned();
    let (host, path) = url.trim_start_matches("http://").split_once('/').unwrap();
    let text = raw(
        host,
        &format!("GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"),
    )
    .await;
    assert!(text.contains("400 Bad Request"), "{text}");
    assert!(text.contains("AuthorizationQueryParametersError"), "{text}");
    assert!(text.contains("x-amz-request-id"), "{text}");
}

/// Sends bytes and returns what comes back.
async fn raw(host: &str, request: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut socket = tokio::net::TcpStream::connect(host).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    socket.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn a_redirect_location_and_a_public_acl_are_refused_and_not_forgotten() {
    let client = there().await;
    let put = || client.put_object().bucket("buc").key("k");
    let answer = put().website_redirect_location("/x").send().await;
    assert_eq!(refusal(answer), (501, "NotImplemented".into()));
    let acl = aws_sdk_s3::types::ObjectCannedAcl::PublicRead;
    let answer = put().acl(acl).send().await;
    assert_eq!(
        refusal(answer),
        (400, "AccessControlListNotSupported".into())
    );
    let acl = aws_sdk_s3::types::ObjectCannedAcl::BucketOwnerFullControl;
    put().acl(acl).send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn changed_tags_arrive_once_at_each_destination() {
    let delay = Delay::Constant(Duration::from_millis(10));
    let emulator = Emulator::new(Settings::default().with_delay(delay));
    let (here, there) = (client(&emulator, HERE), client(&emulator, THERE));
    versioned(&there, "dst", THERE).await;
    versioned(&here, "src", HERE).await;
    replicate(
        &here,
        "src",
        vec![rule(1, "dst"), rule(2, "dst"), rule(3, "dst")],
    )
    .await;
    put(&here, "src", "k", "x").await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let tag = Tag::builder().key("a").value("b").build().unwrap();
    let tags = Tagging::builder().tag_set(tag).build().unwrap();
    let change = here
        .put_object_tagging()
        .bucket("src")
        .key("k")
        .tagging(tags);
    change.send().await.unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    let arrivals = emulator.arrivals();
    let tags = arrivals.iter().filter(|a| a.kind == ArrivalKind::Tags);
    assert_eq!((tags.count(), emulator.pending()), (1, 0));
}

#[tokio::test]
async fn metadata_can_be_replaced_in_place_and_an_explicit_encryption_allows_it_too() {
    let client = there().await;
    put(&client, "buc", "k", "x").await;
    let copy = || {
        client
            .copy_object()
            .bucket("buc")
            .key("k")
            .copy_source("buc/k")
    };
    let replaced = copy().metadata_directive(MetadataDirective::Replace);
    replaced.metadata("a", "b").send().await.unwrap();
    let sse = aws_sdk_s3::types::ServerSideEncryption::Aes256;
    copy().server_side_encryption(sse).send().await.unwrap();
}

#[tokio::test]
async fn parts_that_are_too_many_for_memory_come_back_unchanged() {
    const PART: usize = 5 << 20;
    let client = there().await;
    let create = client.create_multipart_upload().bucket("buc").key("k");
    let id = create.send().await.unwrap().upload_id.unwrap();
    let mut parts = CompletedMultipartUpload::builder();
    let mut sent = Vec::new();
    for number in 1..=4 {
        let bytes: Vec<u8> = (0..PART).map(|i| (i % 251) as u8 ^ number as u8).collect();
        sent.extend_from_slice(&bytes);
        let part = client.upload_part().bucket("buc").key("k").upload_id(&id);
        let part = part.part_number(number).body(bytes.into());
        let etag = part.send().await.unwrap().e_tag;
        let part = CompletedPart::builder().part_number(number).set_e_tag(etag);
        parts = parts.parts(part.build());
    }
    let complete = client.complete_multipart_upload().bucket("buc").key("k");
    let complete = complete.upload_id(&id).multipart_upload(parts.build());
    complete.send().await.unwrap();
    let get = client.get_object().bucket("buc").key("k").send().await;
    let body = get.unwrap().body.collect().await.unwrap().into_bytes();
    assert!(body == sent, "the bytes differ");
    let range = format!("bytes={}-{}", PART - 2, PART + 2);
    let get = client.get_object().bucket("buc").key("k").range(range);
    let body = get.send().await.unwrap().body.collect().await.unwrap();
    assert_eq!(body.into_bytes(), sent[PART - 2..PART + 3]);
}
