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

#[rstest]
#[case::of_another_version(30, "v0", 50, "v1", Verdict::Pass)]
#[case::from_before_the_change(30, "v1", 50, "v0", Verdict::Unknown)]
#[case::in_the_moment_of_the_acknowledgement(50, "v1", 21, "v0", Verdict::Pass)]
fn tags_are_those_of_the_replica_since_its_last_change(
    #[case] first: u64,
    #[case] of: &str,
    #[case] then: u64,
    #[case] of_then: &str,
    #[case] verdict: Verdict,
) {
    let change = OperationKind::Tag {
        version: "v1".into(),
        tags: map(&[("team", "b")]),
    };
    let tagged = |story: Story, at, of: &str| {
        let tags = map(&[("team", "b")]);
        story.look(at, DESTINATION, "k", of, Seen::Tags { tags })
    };
    let story = Story::new()
        .put(0, "w", "k", "v1")
        .replica(9, "k", "v1")
        .op(40, "tag", (SOURCE, "k"), change, None);
    let story = tagged(tagged(story, first, of), then, of_then);
    assert_eq!(story.verdict(CheckKind::Tags), verdict);
}

#[rstest]
#[case::at_the_deadline(1_101, "fail", "tags team=a at +1000.0 ms, since 101 ms")]
#[case::just_before_the_deadline(
    1_100,
    "unknown",
    "tags team=a at +999.0 ms, and nobody looked after the deadline"
)]
#[case::before_the_change(100, "unknown", "the replica's tags were not read")]
fn the_evidence_says_which_tags_were_seen_when(
    #[case] at: u64,
    #[case] verdict: &str,
    #[case] seen: &str,
) {
    let change = OperationKind::Tag {
        version: "v1".into(),
        tags: map(&[("team", "b")]),
    };
    let story = replicated(read("v1")).op(100, "tag", (SOURCE, "k"), change, None);
    let expected = "destination k@v1: tags team=b by +1000.0 ms";
    let says = format!("{verdict} of 1\n{expected} / {seen}");
    assert_eq!(tagged(story, at, "a").says(CheckKind::Tags), says);
}

const BUCKET: &str = "versioning Enabled, encryption AES256, noncurrent versions kept 21 days";

#[test]
fn the_evidence_says_how_a_bucket_is_configured() {
    let kind = CheckKind::BucketConfiguration;
    let bare = Seen::Bucket {
        versioning: None,
        encryption: None,
        noncurrent_days: None,
    };
    let says = format!(
        "fail of 2\ndestination bucket: {BUCKET} / versioning missing, encryption missing, \
         noncurrent versions kept missing, since 11 ms\n\
         source bucket: {BUCKET} / the bucket's configuration was not read"
    );
    let story = Story::new().look(10, DESTINATION, "", "", bare);
    assert_eq!(story.says(kind), says);
    let story = Story::new().bucket(10, SOURCE, "Enabled", 21);
    let says = format!(
        "unknown of 2\ndestination bucket: {BUCKET} / the bucket's configuration was not read"
    );
    assert_eq!(story.says(kind), says);
}

#[rstest]
#[case::no_bucket_is_named(&[], 2)]
#[case::the_second_destination_alone(&[SOURCE, SECOND], 2)]
#[case::two_destinations(&[SOURCE, DESTINATION, SECOND], 3)]
fn every_bucket_of_a_pair_is_looked_at(#[case] sides: &[Side], #[case] examined: usize) {
    let mut story = Story::with_rules(vec![]);
    let bucket = |side: &Side| Bucket {
        side: *side,
        name: side.to_string(),
        region: String::new(),
    };
    story.0.plan.buckets = sides.iter().map(bucket).collect();
    let check = Check::new(CheckKind::BucketConfiguration);
    assert_eq!(story.finding(check).examined, examined);
}
