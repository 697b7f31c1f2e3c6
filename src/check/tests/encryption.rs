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
