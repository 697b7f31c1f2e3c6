//! Partial evidence of a replica's content, tags, storage classes and buckets.

use rstest::rstest;

use super::*;

#[test]
fn bytes_are_unknown_when_only_head_was_asked() {
    let story = replicated(replica("v1"));
    assert_eq!(story.verdict(CheckKind::Bytes), Verdict::Unknown);
}

#[test]
fn another_size_in_head_is_enough_to_fail() {
    let story = replicated(ObjectSeen {
        size: 9,
        ..replica("v1")
    });
    assert_eq!(story.verdict(CheckKind::Bytes), Verdict::Fail);
}

#[test]
fn a_source_without_encryption_fails() {
    let bare = ObjectSeen {
        encryption: None,
        status: Some(ReplicationStatus::Completed),
        ..object("v1")
    };
    let story = replicated(read("v1")).look(70, SOURCE, "k", "v1", present(bare));
    assert_eq!(story.verdict(CheckKind::Encryption), Verdict::Fail);
}

#[test]
fn encryption_and_checksums_are_unknown_when_the_source_was_not_seen() {
    let story = Story::new().put(0, "w", "k", "v1");
    let story = story.look(20, DESTINATION, "k", "v1", present(read("v1")));
    for kind in [
        CheckKind::Encryption,
        CheckKind::Checksums,
        CheckKind::LastModified,
    ] {
        assert_eq!(story.verdict(kind), Verdict::Unknown, "{kind}");
    }
}

#[rstest]
#[case::a_full_read_does_not_ask(read("v1"), Verdict::Unknown)]
#[case::head_asks(replica("v1"), Verdict::Fail)]
fn a_replica_without_checksums_fails_only_where_they_were_asked_for(
    #[case] mut seen: ObjectSeen,
    #[case] verdict: Verdict,
) {
    seen.checksums.clear();
    assert_eq!(replicated(seen).verdict(CheckKind::Checksums), verdict);
}

fn tagged(story: Story, at: u64, value: &str) -> Story {
    let tags = map(&[("team", value)]);
    story.look(at, DESTINATION, "k", "v1", Seen::Tags { tags })
}

#[rstest]
#[case::the_new_tags(300, "b", Verdict::Pass)]
#[case::the_old_tags_before_the_deadline(300, "a", Verdict::Unknown)]
#[case::the_old_tags_after_the_deadline(1_300, "a", Verdict::Fail)]
fn a_tag_changed_later_follows(#[case] at: u64, #[case] value: &str, #[case] verdict: Verdict) {
    let change = OperationKind::Tag {
        version: "v1".into(),
        tags: map(&[("team", "b")]),
    };
    let story = replicated(read("v1")).op(100, "tag", (SOURCE, "k"), change, None);
    assert_eq!(story.verdict(CheckKind::Tags), Verdict::Unknown);
    assert_eq!(tagged(story, at, value).verdict(CheckKind::Tags), verdict);
}

#[rstest]
#[case::its_own(None, "GLACIER_IR", "GLACIER_IR", Verdict::Pass)]
#[case::the_rules(Some("STANDARD_IA"), "STANDARD", "STANDARD_IA", Verdict::Pass)]
#[case::not_the_rules(Some("STANDARD_IA"), "STANDARD", "STANDARD", Verdict::Fail)]
fn the_storage_class_is_the_rules_or_the_sources(
    #[case] rule: Option<&str>,
    #[case] written: &str,
    #[case] seen: &str,
    #[case] verdict: Verdict,
) {
    let class = rule.map(str::to_owned);
    let rules = vec![Rule {
        storage_class: class,
        ..Rule::new("all")
    }];
    let put = OperationKind::Put(Content {
        storage_class: Some(written.to_owned()),
        ..content()
    });
    let found = ObjectSeen {
        storage_class: Some(seen.to_owned()),
        ..read("v1")
    };
    let story = Story::with_rules(rules)
        .op(0, "w", (SOURCE, "k"), put, Some("v1"))
        .look(20, DESTINATION, "k", "v1", present(found));
    assert_eq!(story.verdict(CheckKind::StorageClass), verdict);
}

#[rstest]
#[case::as_it_should_be("Enabled", 21, Verdict::Pass)]
#[case::suspended("Suspended", 21, Verdict::Fail)]
#[case::other_days("Enabled", 20, Verdict::Fail)]
fn both_buckets_are_configured(
    #[case] versioning: &str,
    #[case] days: u32,
    #[case] verdict: Verdict,
) {
    let kind = CheckKind::BucketConfiguration;
    let story = Story::new().bucket(0, SOURCE, "Enabled", 21);
    assert_eq!(story.verdict(kind), Verdict::Unknown);
    assert_eq!(
        story.bucket(0, DESTINATION, versioning, days).verdict(kind),
        verdict
    );
}
