//! Versions, delete markers, and listings right to the last page.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::BucketVersioningStatus;
use bucketpair::emulator::{Emulator, Settings};

use super::{THERE, bucket, client, put, refusal, versioned, versioning};

fn there() -> Client {
    client(&Emulator::new(Settings::default()), THERE)
}

/// Key and version ID of every entry, page by page.
async fn all_versions(client: &Client, size: i32) -> Vec<(String, String)> {
    let (mut seen, mut key, mut version) = (Vec::new(), None, None);
    loop {
        let page = client
            .list_object_versions()
            .bucket("bucket")
            .max_keys(size);
        let page = page.set_key_marker(key).set_version_id_marker(version);
        let page = page.send().await.unwrap();
        let entries = page.versions().len() + page.delete_markers().len();
        assert!(
            entries <= size as usize,
            "{entries} entries on a page of {size}"
        );
        let entry = |key: Option<&str>, version: Option<&str>| {
            (key.unwrap().to_owned(), version.unwrap().to_owned())
        };
        seen.extend(
            page.versions()
                .iter()
                .map(|v| entry(v.key(), v.version_id())),
        );
        seen.extend(
            page.delete_markers()
                .iter()
                .map(|m| entry(m.key(), m.version_id())),
        );
        (key, version) = (page.next_key_marker, page.next_version_id_marker);
        if !page.is_truncated.unwrap() {
            return seen;
        }
    }
}

#[tokio::test]
async fn every_page_size_lists_each_version_and_marker_once() {
    let client = there();
    versioned(&client, "bucket", THERE).await;
    let mut written = Vec::new();
    for key in ["a", "b", "b/c", "z z"] {
        for body in ["1", "2", "3"] {
            written.push((
                key.to_owned(),
                put(&client, "bucket", key, body).await.unwrap(),
            ));
        }
    }
    let marker = client
        .delete_object()
        .bucket("bucket")
        .key("b")
        .send()
        .await
        .unwrap();
    written.push(("b".to_owned(), marker.version_id.unwrap()));
    written.sort();
    for size in 1..=14 {
        let mut seen = all_versions(&client, size).await;
        seen.sort();
        assert_eq!(seen, written, "pages of {size}");
    }
}

#[tokio::test]
async fn every_page_size_lists_each_current_key_once() {
    let client = there();
    versioned(&client, "bucket", THERE).await;
    for index in 0..7 {
        put(&client, "bucket", &format!("k{index}"), "x").await;
    }
    client
        .delete_object()
        .bucket("bucket")
        .key("k3")
        .send()
        .await
        .unwrap();
    for size in 1..=8 {
        let (mut seen, mut token) = (Vec::new(), None);
        loop {
            let page = client.list_objects_v2().bucket("bucket").max_keys(size);
            let page = page.set_continuation_token(token).send().await.unwrap();
            seen.extend(
                page.contents()
                    .iter()
                    .map(|object| object.key().unwrap().to_owned()),
            );
            token = page.next_continuation_token;
            if !page.is_truncated.unwrap() {
                break;
            }
        }
        assert_eq!(
            seen,
            ["k0", "k1", "k2", "k4", "k5", "k6"],
            "pages of {size}"
        );
    }
}

#[tokio::test]
async fn a_delimiter_folds_keys_into_one_prefix() {
    let client = there();
    bucket(&client, "bucket", THERE).await;
    for key in ["a/1", "a/2", "b/1", "c"] {
        put(&client, "bucket", key, "x").await;
    }
    let page = client
        .list_objects_v2()
        .bucket("bucket")
        .delimiter("/")
        .send()
        .await
        .unwrap();
    let folded: Vec<_> = page
        .common_prefixes()
        .iter()
        .filter_map(|p| p.prefix())
        .collect();
    assert_eq!(folded, ["a/", "b/"]);
    assert_eq!(page.contents().len(), 1);
}

#[tokio::test]
async fn an_unversioned_bucket_keeps_one_version_and_names_none() {
    let client = there();
    bucket(&client, "bucket", THERE).await;
    assert_eq!(put(&client, "bucket", "k", "1").await, None);
    assert_eq!(put(&client, "bucket", "k", "2").await, None);
    assert_eq!(
        all_versions(&client, 10).await,
        [("k".to_owned(), "null".to_owned())]
    );
}

#[tokio::test]
async fn a_suspended_bucket_overwrites_its_null_version_only() {
    let client = there();
    versioned(&client, "bucket", THERE).await;
    let first = put(&client, "bucket", "k", "1").await.unwrap();
    versioning(&client, "bucket", BucketVersioningStatus::Suspended).await;
    assert_eq!(
        put(&client, "bucket", "k", "2").await.as_deref(),
        Some("null")
    );
    assert_eq!(
        put(&client, "bucket", "k", "3").await.as_deref(),
        Some("null")
    );
    let mut seen: Vec<_> = all_versions(&client, 10)
        .await
        .into_iter()
        .map(|(_, id)| id)
        .collect();
    seen.sort();
    let mut expected = vec![first, "null".to_owned()];
    expected.sort();
    assert_eq!(seen, expected);
}

/// R-STATUS-18.
#[tokio::test]
async fn a_delete_marker_is_404_as_current_and_405_by_its_id() {
    let client = there();
    versioned(&client, "bucket", THERE).await;
    put(&client, "bucket", "k", "1").await;
    let marker = client
        .delete_object()
        .bucket("bucket")
        .key("k")
        .send()
        .await
        .unwrap();
    assert_eq!(marker.delete_marker, Some(true));
    let head = client.head_object().bucket("bucket").key("k").send().await;
    let header = head.as_ref().unwrap_err().raw_response().unwrap().headers();
    assert_eq!(header.get("x-amz-delete-marker"), Some("true"));
    assert_eq!(refusal(head).0, 404);
    let id = marker.version_id.unwrap();
    let head = client
        .head_object()
        .bucket("bucket")
        .key("k")
        .version_id(&id)
        .send()
        .await;
    assert_eq!(refusal(head).0, 405);
    client
        .delete_object()
        .bucket("bucket")
        .key("k")
        .version_id(&id)
        .send()
        .await
        .unwrap();
    client
        .head_object()
        .bucket("bucket")
        .key("k")
        .send()
        .await
        .unwrap();
}

/// The first version of the listing, which rclone asks for unless it is told otherwise.
#[tokio::test]
async fn the_first_version_of_a_listing_shows_what_the_second_does() {
    let client = there();
    bucket(&client, "bucket", THERE).await;
    let keys = ["a", "b/1", "b/2", "c", "d e"];
    for key in keys {
        put(&client, "bucket", key, key).await;
    }
    let (mut seen, mut marker) = (Vec::new(), None);
    loop {
        let page = client.list_objects().bucket("bucket").max_keys(2);
        let page = page.set_marker(marker.take()).send().await.unwrap();
        assert_eq!(page.next_marker(), None, "it is told with a delimiter only");
        let shown = page.contents().iter().filter_map(|object| object.key());
        seen.extend(shown.map(str::to_owned));
        if page.is_truncated() != Some(true) {
            break;
        }
        marker = seen.last().cloned();
    }
    assert_eq!(seen, keys);
}

#[tokio::test]
async fn the_first_version_of_a_listing_goes_on_behind_what_it_folded() {
    let client = there();
    bucket(&client, "bucket", THERE).await;
    for key in ["a", "b/1", "b/2", "c"] {
        put(&client, "bucket", key, key).await;
    }
    let list = || client.list_objects().bucket("bucket").delimiter("/");
    let first = list().max_keys(2).send().await.unwrap();
    let folded = first
        .common_prefixes()
        .iter()
        .filter_map(|one| one.prefix());
    assert_eq!(folded.collect::<Vec<_>>(), ["b/"]);
    let marker = first.next_marker().unwrap();
    let second = list().marker(marker).send().await.unwrap();
    let keys = second.contents().iter().filter_map(|object| object.key());
    assert_eq!(keys.collect::<Vec<_>>(), ["c"]);
    assert!(second.common_prefixes().is_empty(), "{second:?}");
}
