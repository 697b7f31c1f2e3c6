//! Provisioning against the little S3, under paused time.

use super::fake::{self, calls};
use super::*;
use crate::replication::Rule;
use crate::target::fake::{Asked, error};

fn request() -> Request {
    Request {
        rules: vec![Rule::new("everything")],
        ..Request::new("run-1", "a-test", "2030-01-01T00:00:00Z")
    }
}

fn everything(_: &Asked) -> Option<(u16, String)> {
    None
}

fn versions(ids: &[&str]) -> Vec<(String, String)> {
    let version = |id: &&str| (format!("p/{id}"), (*id).to_owned());
    ids.iter().map(version).collect()
}

fn is_send<T: Send>(value: T) -> T {
    value
}

#[tokio::test(start_paused = true)]
async fn a_pair_is_made_in_order_and_removed() {
    let (target, world, log) = fake::s3(everything);
    let made = Made::new();
    let request = Request {
        destinations: 2,
        ..request()
    };
    let pair = is_send(provision(&target, &request, &made)).await.unwrap();
    let order: Vec<_> = made
        .buckets()
        .into_iter()
        .map(|made| made.bucket.side)
        .collect();
    assert_eq!(
        order,
        [Side::Destination(0), Side::Destination(1), Side::Source]
    );
    let source = calls(&log, pair.bucket(Side::Source));
    assert_eq!(source[..3], ["HEAD ", "PUT ", "PUT tagging"]);
    for call in ["versioning", "encryption", "lifecycle", "publicAccessBlock"] {
        assert!(
            source[3..8].contains(&format!("PUT {call}")),
            "{call}: {source:?}"
        );
    }
    assert_eq!(
        source[8..],
        ["PUT replication", "GET replication", "GET replication"]
    );
    assert!(pair.notes.is_empty() && !pair.existing && world.lock().unwrap().len() == 3);
    assert_eq!(is_send(tear_down(&target, &pair, &made)).await, []);
    assert!(made.is_empty() && world.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_documents_say_what_is_asked_for() {
    let (target, world, log) = fake::s3(everything);
    let pair = provision(&target, &request(), &Made::new()).await.unwrap();
    let world = world.lock().unwrap();
    let documents = &world[pair.bucket(Side::Source)].documents;
    for (name, text) in [
        ("versioning", "<Status>Enabled</Status>"),
        ("encryption", "<SSEAlgorithm>AES256</SSEAlgorithm>"),
        ("lifecycle", "<NoncurrentDays>21</NoncurrentDays>"),
        (
            "publicAccessBlock",
            "<RestrictPublicBuckets>true</RestrictPublicBuckets>",
        ),
        ("tagging", "<Key>bucketpair:run</Key><Value>run-1</Value>"),
        (
            "tagging",
            "<Key>bucketpair:scenario</Key><Value>a-test</Value>",
        ),
        (
            "tagging",
            "<Key>bucketpair:expires</Key><Value>2030-01-01T00:00:00Z</Value>",
        ),
        ("replication", DEFAULT_ROLE),
    ] {
        assert!(
            documents[name].contains(text),
            "{name}: {}",
            documents[name]
        );
    }
    let created = |side: Side| {
        let log = log.lock().unwrap();
        let mut log = log.iter();
        let asked = |asked: &&Asked| {
            asked.method == "PUT"
                && asked.path.starts_with(pair.bucket(side))
                && asked.query.is_empty()
        };
        log.find(asked).unwrap().body.clone()
    };
    assert!(created(Side::Source).contains("<LocationConstraint>ap-northeast-1<"));
    assert!(!created(Side::Destination(0)).contains("LocationConstraint"));
}

#[tokio::test(start_paused = true)]
async fn teardown_goes_through_all_pages_and_waits_for_what_is_in_flight() {
    let (target, world, log) = fake::s3(everything);
    let made = Made::new();
    let pair = provision(&target, &request(), &made).await.unwrap();
    let (source, destination) = (pair.bucket(Side::Source), pair.bucket(Side::Destination(0)));
    {
        let mut world = world.lock().unwrap();
        let source = world.get_mut(source).unwrap();
        source.versions = versions(&["v1", "v2", "marker-3", "v4", "null"]);
        source.uploads = vec!["upload-1".to_owned()];
        world.get_mut(destination).unwrap().late = versions(&["v4"]);
    }
    assert_eq!(tear_down_all(&target, &made).await, []);
    assert!(made.is_empty() && world.lock().unwrap().is_empty());
    let first = calls(&log, source)
        .iter()
        .position(|call| call == "DELETE replication");
    let emptied = calls(&log, source)
        .iter()
        .position(|call| call == "POST delete");
    assert!(first.unwrap() < emptied.unwrap());
    let deletes = calls(&log, destination)
        .into_iter()
        .filter(|call| call == "DELETE ");
    assert_eq!(deletes.count(), 2);
    assert_eq!(tear_down_all(&target, &made).await, []);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_ours_or_will_not_go_is_named() {
    let (target, world, _) = fake::s3(|asked| {
        let stubborn = asked.method == "POST" && asked.path.contains("-d");
        let body =
            "<DeleteResult><Error><Key>k</Key><Code>AccessDenied</Code></Error></DeleteResult>";
        stubborn.then(|| (200, body.to_owned()))
    });
    let made = Made::new();
    let pair = provision(&target, &request(), &made).await.unwrap();
    {
        let mut world = world.lock().unwrap();
        let tags = "<Tagging><TagSet><Tag><Key>bucketpair:run</Key><Value>other</Value></Tag></TagSet></Tagging>";
        let source = world.get_mut(pair.bucket(Side::Source)).unwrap();
        source
            .documents
            .insert("tagging".to_owned(), tags.to_owned());
        world
            .get_mut(pair.bucket(Side::Destination(0)))
            .unwrap()
            .versions = versions(&["v1"]);
    }
    let left = tear_down(&target, &pair, &made).await;
    assert_eq!(left.len(), 2, "{left:?}");
    let why = |side| {
        left.iter()
            .find(|left| left.bucket == pair.bucket(side))
            .unwrap()
            .to_string()
    };
    assert!(why(Side::Source).contains("belongs to the run other"));
    assert!(why(Side::Destination(0)).contains("AccessDenied"));
    assert_eq!(made.buckets().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_untagged_bucket_goes_only_when_it_is_empty() {
    for (ids, left) in [(&[][..], 0), (&["v1"], 1)] {
        let (target, world, _) = fake::s3(|asked| {
            let tagging = asked.method == "PUT" && asked.query.contains("tagging");
            tagging.then(|| (403, error("AccessDenied", "Access Denied")))
        });
        let made = Made::new();
        assert!(provision(&target, &request(), &made).await.is_err());
        world
            .lock()
            .unwrap()
            .values_mut()
            .for_each(|bucket| bucket.versions = versions(ids));
        assert_eq!(tear_down_all(&target, &made).await.len(), left);
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_are_clear() {
    let cases = [
        ("HEAD", "", 200, "", "BucketAlreadyExists"),
        ("HEAD", "", 403, "", "the name is taken"),
        (
            "PUT",
            "versioning",
            501,
            "NotImplemented",
            "only versioned buckets replicate",
        ),
        ("GET", "versioning", 200, "", "stays off"),
        (
            "PUT",
            "encryption",
            501,
            "NotImplemented",
            "PutBucketEncryption",
        ),
        (
            "PUT",
            "replication",
            400,
            "InvalidRequest",
            "InvalidRequest",
        ),
        (
            "GET",
            "replication",
            404,
            "ReplicationConfigurationNotFoundError",
            "read: nothing",
        ),
    ];
    for (method, query, status, code, text) in cases {
        let (target, _, _) = fake::s3(move |asked| {
            let body = match (code, query) {
                ("", "versioning") => "<VersioningConfiguration/>".to_owned(),
                ("", _) => String::new(),
                _ => error(code, "no"),
            };
            let this = asked.method == method && asked.query.contains(query);
            this.then_some((status, body))
        });
        let line = provision(&target, &request(), &Made::new())
            .await
            .unwrap_err()
            .to_string();
        assert!(
            line.contains(text) && !line.contains('\n'),
            "{method} {query}: {line}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_public_access_block_is_noted() {
    let (target, _, _) = fake::s3(|asked| {
        let block = asked.query.contains("publicAccessBlock");
        block.then(|| (501, error("NotImplemented", "no")))
    });
    let pair = provision(&target, &request(), &Made::new()).await.unwrap();
    assert_eq!(pair.notes.len(), 2, "{:?}", pair.notes);
}

#[tokio::test(start_paused = true)]
async fn an_existing_pair_is_read_and_only_its_prefix_removed() {
    let (target, world, log) = fake::s3(everything);
    let rules = vec![
        Rule::new("ours").with_delete_markers(),
        Rule::new("off")
            .with_priority(2)
            .disabled()
            .with_destination("elsewhere"),
    ];
    let request = Request { rules, ..request() };
    let own = provision(&target, &request, &Made::new()).await.unwrap();
    let (source, destination) = (own.bucket(Side::Source), own.bucket(Side::Destination(0)));
    let (asked, documents) = (
        calls(&log, source).len(),
        world.lock().unwrap()[source].documents.clone(),
    );
    let adopted = is_send(adopt(&target, source, destination, "run-2", "p/")).await;
    let (pair, rules) = adopted.unwrap();
    assert_eq!(rules, [Rule::new("ours").with_delete_markers()]);
    assert!(
        calls(&log, source)[asked..]
            .iter()
            .all(|call| !call.starts_with("PUT"))
    );
    let mut both = versions(&["v1", "v2", "v3"]);
    both.push(("theirs".to_owned(), "v9".to_owned()));
    world
        .lock()
        .unwrap()
        .values_mut()
        .for_each(|bucket| bucket.versions.clone_from(&both));
    assert_eq!(is_send(remove_prefix(&target, &pair)).await, []);
    for bucket in world.lock().unwrap().values() {
        assert_eq!(bucket.versions, both[3..]);
    }
    assert_eq!(world.lock().unwrap()[source].documents, documents);
    let error = adopt(&target, destination, source, "run-2", "p/")
        .await
        .unwrap_err();
    assert!(error.to_string().contains("no enabled rule"), "{error}");
    let error = adopt(&target, "nowhere", source, "run-2", "p/")
        .await
        .unwrap_err();
    assert_eq!(error.exit_code() as u8, 2);
}
