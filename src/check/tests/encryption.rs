//! What source and replica are encrypted under, and what the reference makes of KMS and SSE-C.

use rstest::rstest;

use super::*;
use crate::check::reference::{Fate, expected};
use crate::replication::BucketSetting;

const HERE: &str = "arn:aws:kms:us-east-1:1:key/enabled";

fn key(id: &str) -> String {
    format!("arn:aws:kms:us-east-1:1:key/{id}")
}

fn under_kms() -> OperationKind {
    OperationKind::Put(Content {
        encryption: Some("aws:kms".to_owned()),
        kms_key: Some(HERE.to_owned()),
        bucket_key: true,
        ..content()
    })
}

fn story(rule: Rule) -> Story {
    Story::with_rules(vec![rule]).op(0, "w", (SOURCE, "k"), under_kms(), Some("v1"))
}

fn seen(id: &str, bucket_key: bool) -> Seen {
    present(ObjectSeen {
        encryption: Some("aws:kms".to_owned()),
        kms_key: Some(key(id)),
        bucket_key,
        ..read("v1")
    })
}

#[rstest]
#[case::as_the_rule_says(seen("replicas", true), Verdict::Pass)]
#[case::under_the_sources_key(seen("enabled", true), Verdict::Fail)]
#[case::without_the_bucket_key(seen("replicas", false), Verdict::Fail)]
#[case::of_another_type(present(read("v1")), Verdict::Fail)]
#[case::never_seen(Seen::Absent, Verdict::Unknown)]
fn a_replica_under_kms_has_the_rules_key(#[case] replica: Seen, #[case] verdict: Verdict) {
    let story = story(Rule::new("all").with_replica_kms_key(key("replicas")))
        .look(10, SOURCE, "k", "v1", seen("enabled", true))
        .look(20, DESTINATION, "k", "v1", replica);
    assert_eq!(story.verdict(CheckKind::Encryption), verdict);
}

#[test]
fn a_source_under_another_key_than_was_asked_for_fails() {
    let story = story(Rule::new("all").with_replica_kms_key(key("replicas")))
        .look(10, SOURCE, "k", "v1", seen("other", true))
        .look(20, DESTINATION, "k", "v1", seen("replicas", true));
    assert_eq!(story.verdict(CheckKind::Encryption), Verdict::Fail);
}

fn fate(story: &Story) -> Fate {
    expected(&story.0)[0].fates[&DESTINATION].clone()
}

#[test]
fn without_an_opt_in_what_is_under_kms_stays() {
    let because = "R-ENC-04";
    assert_eq!(fate(&story(Rule::new("all"))), Fate::Absent { because });
}

#[rstest]
#[case::missing(key("missing"))]
#[case::disabled(key("disabled"))]
#[case::pending_deletion(key("pending-deletion"))]
#[case::of_another_region("arn:aws:kms:eu-west-1:1:key/enabled".to_owned())]
fn a_bad_key_fails(#[case] key: String) {
    let fate = fate(&story(Rule::new("all").with_replica_kms_key(key)));
    assert!(
        matches!(
            fate,
            Fate::Fails {
                because: "R-ENC-05",
                ..
            }
        ),
        "{fate:?}"
    );
}

#[rstest]
#[case::as_new_buckets_do(None, true)]
#[case::allowed(Some(false), false)]
#[case::blocked_again(Some(true), true)]
fn a_destination_that_blocks_customer_keys_fails(
    #[case] blocks: Option<bool>,
    #[case] fails: bool,
) {
    let put = OperationKind::Put(Content {
        customer_key: Some("md5".to_owned()),
        ..content()
    });
    let mut story = Story::new();
    for (at, blocks_customer_keys) in [(0, false), (1, blocks.unwrap_or(true))] {
        if blocks.is_some() {
            let setting = BucketSetting::Encryption {
                algorithm: "AES256".to_owned(),
                key: None,
                blocks_customer_keys,
            };
            let kind = OperationKind::Setting { setting };
            story = story.op(at, "setting", (DESTINATION, ""), kind, None);
        }
    }
    let story = story.op(10, "w", (SOURCE, "k"), put, Some("v1"));
    let fate = fate(&story);
    assert_eq!(
        matches!(
            fate,
            Fate::Fails {
                because: "R-ENC-08",
                ..
            }
        ),
        fails,
        "{fate:?}"
    );
}

const WHAT: &str = "x-amz-server-side-encryption";

#[rstest]
#[case::as_the_rule_says("enabled", true, "replicas", true, None)]
#[case::the_replica_under_the_sources_key(
    "enabled", true, "enabled", true,
    Some(("aws:kms under {replicas}, with a bucket key", "aws:kms under {enabled}, with a bucket key, since 21 ms"))
)]
#[case::the_replica_without_a_bucket_key(
    "enabled", true, "replicas", false,
    Some(("aws:kms under {replicas}, with a bucket key", "aws:kms under {replicas}, since 21 ms"))
)]
#[case::the_source_under_another(
    "other", true, "replicas", true,
    Some((
        "aws:kms under {enabled}, with a bucket key",
        "aws:kms under {other}, with a bucket key at the source, since 11 ms",
    ))
)]
fn the_evidence_names_the_keys(
    #[case] source: &str,
    #[case] at_source: bool,
    #[case] replica: &str,
    #[case] at_replica: bool,
    #[case] evidence: Option<(&str, &str)>,
) {
    let story = story(Rule::new("all").with_replica_kms_key(key("replicas")))
        .look(10, SOURCE, "k", "v1", seen(source, at_source))
        .look(20, DESTINATION, "k", "v1", seen(replica, at_replica));
    let says = evidence.map_or_else(
        || "pass of 1".to_owned(),
        |(wanted, seen)| format!("fail of 1\ndestination k@v1: {WHAT} {wanted} / {WHAT} {seen}"),
    );
    let named = ["enabled", "replicas", "other"];
    let says = named.iter().fold(says, |says, id| {
        says.replace(&format!("{{{id}}}"), &key(id))
    });
    assert_eq!(story.says(CheckKind::Encryption), says);
}

#[rstest]
#[case::any_key_of_that_type(Some("aws:kms"), Verdict::Pass)]
#[case::another_type(Some("AES256"), Verdict::Fail)]
#[case::none(None, Verdict::Fail)]
fn where_s3_chose_the_key_of_the_source_any_will_do(
    #[case] encryption: Option<&str>,
    #[case] verdict: Verdict,
) {
    let put = OperationKind::Put(Content {
        encryption: Some("aws:kms".to_owned()),
        ..content()
    });
    let source = present(ObjectSeen {
        encryption: encryption.map(str::to_owned),
        kms_key: encryption.map(|_| key("aws")),
        ..object("v1")
    });
    let rule = Rule::new("all").with_replica_kms_key(key("replicas"));
    let story = Story::with_rules(vec![rule])
        .op(0, "w", (SOURCE, "k"), put, Some("v1"))
        .look(10, SOURCE, "k", "v1", source)
        .look(20, DESTINATION, "k", "v1", seen("replicas", false));
    assert_eq!(story.verdict(CheckKind::Encryption), verdict);
}

#[rstest]
#[case::the_same("md5", "pass of 1")]
#[case::another(
    "other",
    "fail of 1\ndestination k@v1: x-amz-server-side-encryption customer key with MD5 md5 / x-amz-server-side-encryption customer key with MD5 other, since 21 ms"
)]
fn a_replica_is_under_the_customers_key_of_its_source(#[case] md5: &str, #[case] says: &str) {
    let put = OperationKind::Put(Content {
        customer_key: Some("md5".to_owned()),
        ..content()
    });
    let setting = BucketSetting::customer_keys();
    let kind = OperationKind::Setting { setting };
    let under = |object: ObjectSeen, md5: &str| {
        present(ObjectSeen {
            customer_key: Some(md5.to_owned()),
            ..object
        })
    };
    let story = Story::new()
        .op(0, "setting", (DESTINATION, ""), kind, None)
        .op(5, "w", (SOURCE, "k"), put, Some("v1"))
        .look(10, SOURCE, "k", "v1", under(object("v1"), "md5"))
        .look(20, DESTINATION, "k", "v1", under(replica("v1"), md5));
    assert_eq!(story.says(CheckKind::Encryption), says);
}
