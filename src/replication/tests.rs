//! The words of S3, as they are read and written.

use rstest::rstest;

use super::*;

#[rstest]
#[case::pending("PENDING", ReplicationStatus::Pending)]
#[case::completed("COMPLETED", ReplicationStatus::Completed)]
#[case::failed("FAILED", ReplicationStatus::Failed)]
#[case::replica("REPLICA", ReplicationStatus::Replica)]
fn a_status_is_read_as_it_is_written(#[case] word: &str, #[case] status: ReplicationStatus) {
    assert_eq!(ReplicationStatus::parse(word), Some(status));
    assert_eq!(status.to_string(), word);
    assert_eq!(serde_json::to_value(status).unwrap(), word);
}

#[test]
fn the_model_of_s3_spells_completed_without_its_d() {
    let status = ReplicationStatus::parse("COMPLETE");
    assert_eq!(status, Some(ReplicationStatus::Completed));
}

#[rstest]
#[case::lower_case("completed")]
#[case::empty("")]
#[case::another("DONE")]
fn another_word_is_no_status(#[case] word: &str) {
    assert_eq!(ReplicationStatus::parse(word), None);
}

#[test]
fn a_version_id_is_shown_as_s3_gave_it() {
    assert_eq!(VersionId::from("3/L4kqtJ").to_string(), "3/L4kqtJ");
}

#[rstest]
#[case::nothing(Rule::new("r"), "every object")]
#[case::a_prefix(Rule::new("r").with_prefix("logs/"), r#"prefix "logs/""#)]
#[case::a_tag(Rule::new("r").with_tag("team", "a"), "tag team=a")]
#[case::all_of_them(
    Rule::new("r").with_prefix("logs/").with_tag("team", "a").with_tag("env", "test"),
    r#"prefix "logs/" and tag env=test and tag team=a"#
)]
fn a_filter_says_what_it_selects(#[case] rule: Rule, #[case] says: &str) {
    assert_eq!(rule.filter.to_string(), says);
}

#[test]
fn a_new_rule_is_enabled_and_sends_every_object_without_markers() {
    let rule = Rule::new("r");
    assert_eq!((rule.id.as_str(), rule.enabled), ("r", true));
    assert_eq!((rule.schema, rule.priority), (Schema::V2, 1));
    assert_eq!(rule.filter, Filter::default());
    assert_eq!(rule.destination, "destination");
    assert!(!rule.delete_markers && !rule.replica_modifications);
    assert!(!rule.metrics && !rule.replication_time);
    let optional = [
        rule.storage_class,
        rule.replica_kms_key,
        rule.owner_override,
    ];
    assert_eq!(optional, [None, None, None]);
}

#[rstest]
#[case::priority(Rule::new("r").with_priority(7), Rule { priority: 7, ..Rule::new("r") })]
#[case::markers(
    Rule::new("r").with_delete_markers(), Rule { delete_markers: true, ..Rule::new("r") }
)]
#[case::modifications(
    Rule::new("r").with_replica_modifications(),
    Rule { replica_modifications: true, ..Rule::new("r") }
)]
#[case::metrics(Rule::new("r").with_metrics(), Rule { metrics: true, ..Rule::new("r") })]
#[case::time_control_asks_for_metrics_too(
    Rule::new("r").with_replication_time(),
    Rule { metrics: true, replication_time: true, ..Rule::new("r") }
)]
#[case::destination(
    Rule::new("r").with_destination("other"),
    Rule { destination: "other".to_owned(), ..Rule::new("r") }
)]
#[case::storage_class(
    Rule::new("r").with_storage_class("GLACIER"),
    Rule { storage_class: Some("GLACIER".to_owned()), ..Rule::new("r") }
)]
#[case::key(
    Rule::new("r").with_replica_kms_key("arn"),
    Rule { replica_kms_key: Some("arn".to_owned()), ..Rule::new("r") }
)]
#[case::owner(
    Rule::new("r").with_owner_override(),
    Rule { owner_override: Some("destination".to_owned()), ..Rule::new("r") }
)]
#[case::disabled(Rule::new("r").disabled(), Rule { enabled: false, ..Rule::new("r") })]
fn a_switch_of_a_rule_touches_nothing_else(#[case] rule: Rule, #[case] expected: Rule) {
    assert_eq!(rule, expected);
}

#[test]
fn a_capability_is_shown_as_it_is_saved() {
    use Capability::{
        Acls, AdvanceClock, CustomerKeys, DenyReplication, Expendable, FailureReasons, FreshPair,
        HoldReplication, KmsKeys, ObjectLock, RecreateDestination, ReplicaModifications, Stacks,
        SuspendDestination, TagChanges,
    };
    for capability in [
        FreshPair,
        SuspendDestination,
        TagChanges,
        Stacks,
        DenyReplication,
        FailureReasons,
        KmsKeys,
        CustomerKeys,
        ObjectLock,
        Acls,
        Expendable,
        HoldReplication,
        ReplicaModifications,
        AdvanceClock,
        RecreateDestination,
    ] {
        let saved = serde_json::to_value(capability).unwrap();
        assert_eq!(saved, capability.to_string());
    }
}

#[test]
fn every_failure_reason_is_read_as_it_is_written() {
    for reason in FailureReason::ALL {
        assert_eq!(reason.to_string().parse(), Ok(*reason));
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.to_string());
    }
    let unknown = "Tuesday".parse::<FailureReason>();
    let refused = r#""Tuesday" is no failure reason of S3"#;
    assert_eq!(unknown, Err(refused.to_owned()));
}

#[test]
fn a_retention_says_its_mode_and_its_end() {
    let retention = Retention::governance(1_700_000_000);
    assert_eq!(retention.mode, "GOVERNANCE");
    assert_eq!(retention.to_string(), "GOVERNANCE until 1700000000");
}

#[rstest]
#[case::encryption(
    BucketSetting::encryption("aws:kms"), "PutBucketEncryption", Some(("aws:kms", true))
)]
#[case::customer_keys(
    BucketSetting::customer_keys(), "PutBucketEncryption", Some(("AES256", false))
)]
#[case::object_lock(
    BucketSetting::ObjectLock { days: Some(1) }, "PutObjectLockConfiguration", None
)]
#[case::ownership(
    BucketSetting::ownership("ObjectWriter"),
    "PutBucketOwnershipControls",
    None
)]
fn a_setting_is_shown_by_its_call(
    #[case] setting: BucketSetting,
    #[case] call: &str,
    #[case] encryption: Option<(&str, bool)>,
) {
    assert_eq!(setting.to_string(), call);
    if let BucketSetting::Encryption {
        algorithm,
        key,
        blocks_customer_keys,
    } = &setting
    {
        assert_eq!(
            Some((algorithm.as_str(), *blocks_customer_keys)),
            encryption
        );
        assert_eq!(*key, None);
    }
    if let BucketSetting::Ownership { ownership } = &setting {
        assert_eq!(ownership, "ObjectWriter");
    }
}
