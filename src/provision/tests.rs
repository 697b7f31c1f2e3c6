//! Provisioning against the little S3, under paused time.

use super::fake::{self, calls};
use super::*;
use crate::replication::Rule;
use crate::target::fake::{Asked, error};

fn request() -> Request {
    Request {
        rules: vec![Rule::new("everything")],
        ..Request::new("a-test")
    }
}

fn ledger() -> Ledger {
    Ledger::in_memory("run-1", "2030-01-01T00:00:00Z")
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
    let ledger = ledger();
    let request = Request {
        destinations: 2,
        ..request()
    };
    let pair = is_send(provision(&target, &request, &ledger))
        .await
        .unwrap();
    let order: Vec<_> = ledger
        .buckets()
        .into_iter()
        .map(|bucket| bucket.side)
        .collect();
    assert_eq!(
        order,
        [Side::Destination(0), Side::Destination(1), Side::Source]
    );
    let source = calls(&log, pair.bucket(Side::Source));
    let begin = [
        "HEAD ",
        "PUT ",
        "GET tagging",
        "GET versions",
        "PUT tagging",
    ];
    assert_eq!(source[..5], begin);
    for call in ["versioning", "encryption", "lifecycle", "publicAccessBlock"] {
        assert!(
            source[5..10].contains(&format!("PUT {call}")),
            "{call}: {source:?}"
        );
    }
    // A key that is missing shows as missing.
    assert_eq!(
        source[10..],
        [
            "HEAD ",
            "PUT replication",
            "GET replication",
            "GET replication"
        ]
    );
    assert!(pair.notes.is_empty() && !pair.existing && world.lock().unwrap().len() == 3);
    assert_eq!(is_send(tear_down(&target, &pair, &ledger)).await, []);
    assert!(ledger.is_empty() && world.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_documents_say_what_is_asked_for() {
    let (target, world, log) = fake::s3(everything);
    let pair = provision(&target, &request(), &ledger()).await.unwrap();
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
    let ledger = ledger();
    let pair = provision(&target, &request(), &ledger).await.unwrap();
    let (source, destination) = (pair.bucket(Side::Source), pair.bucket(Side::Destination(0)));
    {
        let mut world = world.lock().unwrap();
        let source = world.get_mut(source).unwrap();
        source.versions = versions(&["v1", "v2", "marker-3", "v4", "null"]);
        source.uploads = vec!["upload-1".to_owned()];
        world.get_mut(destination).unwrap().late = versions(&["v4"]);
    }
    assert_eq!(tear_down_all(&target, &ledger).await, []);
    assert!(ledger.is_empty() && world.lock().unwrap().is_empty());
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
    assert_eq!(tear_down_all(&target, &ledger).await, []);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_ours_or_will_not_go_is_named() {
    let (target, world, _) = fake::s3(|asked| {
        let stubborn = asked.method == "POST" && asked.path.contains("-d");
        let body =
            "<DeleteResult><Error><Key>k</Key><Code>AccessDenied</Code></Error></DeleteResult>";
        stubborn.then(|| (200, body.to_owned()))
    });
    let ledger = ledger();
    let pair = provision(&target, &request(), &ledger).await.unwrap();
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
    let left = tear_down(&target, &pair, &ledger).await;
    assert_eq!(left.len(), 2, "{left:?}");
    let why = |side| {
        left.iter()
            .find(|left| left.bucket == pair.bucket(side))
            .unwrap()
            .to_string()
    };
    assert!(why(Side::Source).contains("belongs to the run other"));
    assert!(why(Side::Destination(0)).contains("AccessDenied"));
    assert_eq!(ledger.buckets().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_untagged_bucket_goes_only_when_it_is_empty() {
    for (ids, left) in [(&[][..], 0), (&["v1"], 1)] {
        let (target, world, _) = fake::s3(|asked| {
            let tagging = asked.method == "PUT" && asked.query.contains("tagging");
            tagging.then(|| (403, error("AccessDenied", "Access Denied")))
        });
        let ledger = ledger();
        assert!(provision(&target, &request(), &ledger).await.is_err());
        world
            .lock()
            .unwrap()
            .values_mut()
            .for_each(|bucket| bucket.versions = versions(ids));
        assert_eq!(tear_down_all(&target, &ledger).await.len(), left);
    }
}

fn identity(account: &str) -> crate::target::Identity {
    crate::target::Identity {
        account: account.to_owned(),
        arn: format!("arn:aws:iam::{account}:user/tester"),
    }
}

/// R-IAM-07
#[tokio::test(start_paused = true)]
async fn a_destination_in_another_account_lets_the_one_role_in_and_nobody_else_needs_a_policy() {
    const ROLE: &str = "arn:aws:iam::111122223333:role/replication";
    for (account, lets_in) in [("444455556666", true), ("111122223333", false)] {
        let (mut target, world, _) = fake::s3(everything);
        target.source.identity = Some(identity("111122223333"));
        target.destination.identity = Some(identity(account));
        let request = Request {
            role: ROLE.to_owned(),
            ..request()
        };
        let pair = provision(&target, &request, &ledger()).await.unwrap();
        let world = world.lock().unwrap();
        let policy = |side| world[pair.bucket(side)].documents.get("policy").cloned();
        assert_eq!(policy(Side::Source), None, "{account}");
        let Some(text) = policy(Side::Destination(0)).filter(|_| lets_in) else {
            assert_eq!((policy(Side::Destination(0)), lets_in), (None, false));
            continue;
        };
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        let statement = &document["Statement"][0];
        assert_eq!(statement["Principal"]["AWS"], ROLE);
        let objects = format!("arn:aws:s3:::{}/*", pair.bucket(Side::Destination(0)));
        assert_eq!(statement["Resource"], objects);
        assert!(
            text.contains("s3:ReplicateObject") && !text.contains("s3:*"),
            "{text}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_key_that_is_forbidden_is_refused_with_the_right_that_is_missing() {
    let (target, _, _) = fake::s3(|asked| {
        let is_key = asked.method == "HEAD" && fake::is_of_a_key(asked);
        is_key.then(|| (403, String::new()))
    });
    let refused = provision(&target, &request(), &ledger()).await.unwrap_err();
    let line = refused.to_string();
    assert!(
        line.contains("s3:ListBucket") && line.contains("404"),
        "{line}"
    );
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
        let line = provision(&target, &request(), &ledger())
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
    let pair = provision(&target, &request(), &ledger()).await.unwrap();
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
    let own = provision(&target, &request, &ledger()).await.unwrap();
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
    assert_eq!(
        is_send(remove_prefix(&target, &pair.prefix, &pair.placed(&target))).await,
        []
    );
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

/// `CreateBucket` answers 200 for a bucket one owns already, as in us-east-1, though HEAD has just
/// said 404: somebody was quicker. Tags or content tell that it was there before.
#[tokio::test(start_paused = true)]
async fn a_200_for_a_bucket_that_was_there_is_no_proof_that_it_is_ours() {
    let somebodys =
        "<Tagging><TagSet><Tag><Key>team</Key><Value>b</Value></Tag></TagSet></Tagging>";
    let another_runs =
        "<Tagging><TagSet><Tag><Key>bucketpair:run</Key><Value>b</Value></Tag></TagSet></Tagging>";
    let content = "<ListVersionsResult><Version><Key>k</Key><VersionId>v</VersionId></Version>\
                   </ListVersionsResult>";
    for (subresource, answer) in [
        ("tagging", somebodys),
        ("tagging", another_runs),
        ("versions", content),
    ] {
        let (target, _, log) = fake::s3(move |asked| {
            let this = asked.method == "GET" && asked.query.starts_with(subresource);
            this.then(|| (200, answer.to_owned()))
        });
        let ledger = ledger();
        let error = provision(&target, &request(), &ledger).await.unwrap_err();
        assert!(error.to_string().contains("the name is taken"), "{error}");
        assert!(ledger.is_empty(), "{subresource}: {ledger:?}");
        assert_eq!(tear_down_all(&target, &ledger).await, []);
        let log = log.lock().unwrap();
        let harmful = log
            .iter()
            .filter(|asked| asked.method == "DELETE" || asked.query.contains("tagging"))
            .filter(|asked| asked.method != "GET");
        assert_eq!(harmful.count(), 0, "{log:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_knows_no_tags_at_creation_gets_them_afterwards() {
    let (target, world, log) = fake::s3(|asked| {
        let tagged =
            asked.body.contains("<CreateBucketConfiguration") && asked.body.contains("Tags");
        tagged.then(|| (400, error("MalformedXML", "unknown element")))
    });
    let pair = provision(&target, &request(), &ledger()).await.unwrap();
    let source = calls(&log, pair.bucket(Side::Source));
    assert_eq!(source[..3], ["HEAD ", "PUT ", "PUT "]);
    let world = world.lock().unwrap();
    assert!(world[pair.bucket(Side::Source)].documents["tagging"].contains("run-1"));
}

#[tokio::test(start_paused = true)]
async fn tags_that_came_with_the_creation_are_not_put_again() {
    let (target, _, log) = fake::s3(|asked| {
        let asks = asked.method == "GET" && asked.query.starts_with("tagging");
        let tags = "<Tagging><TagSet><Tag><Key>bucketpair:run</Key><Value>run-1</Value></Tag>\
                    </TagSet></Tagging>";
        asks.then(|| (200, tags.to_owned()))
    });
    let pair = provision(&target, &request(), &ledger()).await.unwrap();
    let source = calls(&log, pair.bucket(Side::Source));
    assert!(!source.contains(&"PUT tagging".to_owned()), "{source:?}");
}
