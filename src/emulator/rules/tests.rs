//! Tables: for each rule of the semantics what is refused, its accepted twin, and what matches.

use rstest::rstest;
use s3s::dto::{
    AccessControlTranslation, DeleteMarkerReplication, DeleteMarkerReplicationStatus, Destination,
    EncryptionConfiguration, ExistingObjectReplication, Metrics, OwnerOverride,
    ReplicaModifications, ReplicationConfiguration, ReplicationRule, ReplicationRuleAndOperator,
    ReplicationRuleFilter, ReplicationTime, ReplicationTimeValue, SourceSelectionCriteria,
    SseKmsEncryptedObjects, StorageClass, Tag,
};

use super::{Buckets, check, select, select_marker};
use crate::replication::{Rule, Schema, Tags};

type Config = ReplicationConfiguration;

const SCHEMA: &str = "for this version of Cross Region Replication configuration schema. \
                      Please refer to S3 Developer Guide for more information.";

/// `source`, `destination` and `other` are versioned, `plain` is not, and there are no others.
struct Three;

impl Buckets for Three {
    fn exists(&self, bucket: &str) -> bool {
        bucket == "plain" || self.is_versioned(bucket)
    }

    fn is_versioned(&self, bucket: &str) -> bool {
        matches!(bucket, "source" | "destination" | "other")
    }
}

fn word<T: From<String>>(word: &str) -> T {
    T::from(word.to_owned())
}

fn arn(bucket: &str) -> String {
    format!("arn:aws:s3:::{bucket}")
}

fn switch(status: &str) -> DeleteMarkerReplication {
    DeleteMarkerReplication {
        status: Some(word::<DeleteMarkerReplicationStatus>(status)),
    }
}

/// A V1 rule for every object.
fn v1_rule() -> ReplicationRule {
    ReplicationRule {
        delete_marker_replication: None,
        destination: Destination {
            bucket: arn("destination"),
            ..Destination::default()
        },
        existing_object_replication: None,
        filter: None,
        id: None,
        prefix: Some(String::new()),
        priority: None,
        source_selection_criteria: None,
        status: word("Enabled"),
    }
}

/// A V2 rule for every object.
fn v2_rule(priority: i32) -> ReplicationRule {
    ReplicationRule {
        delete_marker_replication: Some(switch("Disabled")),
        filter: Some(ReplicationRuleFilter::default()),
        prefix: None,
        priority: Some(priority),
        ..v1_rule()
    }
}

fn config(rules: Vec<ReplicationRule>) -> Config {
    Config {
        role: "arn:aws:iam::000000000000:role/replication".to_owned(),
        rules,
    }
}

fn v2() -> Config {
    config(vec![v2_rule(1)])
}

fn v1() -> Config {
    config(vec![v1_rule()])
}

fn many(rules: i32) -> Config {
    config((0..rules).map(v2_rule).collect())
}

/// V2 rules, one for each ID.
fn ids(ids: &[&str]) -> Config {
    let rule = |(id, priority): (&&str, i32)| ReplicationRule {
        id: Some((*id).to_owned()),
        ..v2_rule(priority)
    };
    config(ids.iter().zip(0..).map(rule).collect())
}

/// V2 rules, one for each priority.
fn priorities(priorities: &[i32]) -> Config {
    config(priorities.iter().copied().map(v2_rule).collect())
}

/// The configuration with its last rule changed.
fn with(mut config: Config, change: impl FnOnce(&mut ReplicationRule)) -> Config {
    change(config.rules.last_mut().unwrap());
    config
}

/// The configuration with its last rule's destination changed.
fn sending(config: Config, change: impl FnOnce(&mut Destination)) -> Config {
    with(config, |rule| change(&mut rule.destination))
}

fn to(config: Config, bucket_arn: &str) -> Config {
    sending(config, |to| bucket_arn.clone_into(&mut to.bucket))
}

fn filter(filter: ReplicationRuleFilter) -> Config {
    with(v2(), |rule| rule.filter = Some(filter))
}

fn tag(key: &str, value: &str) -> Tag {
    Tag {
        key: Some(key.to_owned()),
        value: Some(value.to_owned()),
    }
}

fn and(prefix: Option<&str>, tags: &[(&str, &str)]) -> ReplicationRuleFilter {
    ReplicationRuleFilter {
        and: Some(ReplicationRuleAndOperator {
            prefix: prefix.map(str::to_owned),
            tags: Some(tags.iter().map(|(key, value)| tag(key, value)).collect()),
        }),
        ..ReplicationRuleFilter::default()
    }
}

fn prefix_only(prefix: &str) -> ReplicationRuleFilter {
    ReplicationRuleFilter {
        prefix: Some(prefix.to_owned()),
        ..ReplicationRuleFilter::default()
    }
}

fn tag_only() -> ReplicationRuleFilter {
    ReplicationRuleFilter {
        tag: Some(tag("k", "v")),
        ..ReplicationRuleFilter::default()
    }
}

fn minutes(minutes: i32) -> ReplicationTimeValue {
    ReplicationTimeValue {
        minutes: Some(minutes),
    }
}

fn metrics(status: &str, threshold: Option<i32>) -> Metrics {
    Metrics {
        event_threshold: threshold.map(minutes),
        status: word(status),
    }
}

/// V2 with RTC of that time, and those metrics.
fn rtc(status: &str, time: i32, metrics: Option<Metrics>) -> Config {
    sending(v2(), |to| {
        to.replication_time = Some(ReplicationTime {
            status: word(status),
            time: minutes(time),
        });
        to.metrics = metrics;
    })
}

fn modifications(status: &str) -> SourceSelectionCriteria {
    SourceSelectionCriteria {
        replica_modifications: Some(ReplicaModifications {
            status: word(status),
        }),
        sse_kms_encrypted_objects: None,
    }
}

/// With a key for replicas, which need not be there (R-CFG-16).
fn encrypting(config: Config) -> Config {
    sending(config, |to| {
        to.encryption_configuration = Some(EncryptionConfiguration {
            replica_kms_key_id: Some("arn:aws:kms:us-east-1:1:key/none".to_owned()),
        });
    })
}

/// With replicas that an account owns.
fn owned_by(account: Option<&str>) -> Config {
    sending(v2(), |to| {
        to.account = account.map(str::to_owned);
        let owner = OwnerOverride::from_static(OwnerOverride::DESTINATION);
        to.access_control_translation = Some(AccessControlTranslation { owner });
    })
}

fn kms(status: &str) -> SourceSelectionCriteria {
    SourceSelectionCriteria {
        replica_modifications: None,
        sse_kms_encrypted_objects: Some(SseKmsEncryptedObjects {
            status: word(status),
        }),
    }
}

#[rstest]
#[case::cfg_02(to(v2(), &arn("plain")), "Destination bucket must have versioning enabled.")]
#[case::cfg_03(to(v2(), &arn("does-not-exist")), "Destination bucket must have versioning enabled.")]
#[case::cfg_04(with(to(v2(), &arn("plain")), |r| r.status = word("Disabled")), "Destination bucket must have versioning enabled.")]
#[case::cfg_05_too_many(many(1_001), "")]
#[case::cfg_24(to(v2(), &arn("source")), "Destination bucket cannot be the same as the source bucket.")]
#[case::rule_01_mixed(config(vec![v2_rule(1), v1_rule()]), &format!("Filter must be specified {SCHEMA}"))]
#[case::rule_01_both(with(v2(), |r| r.prefix = Some(String::new())), &format!("Prefix cannot be used {SCHEMA}"))]
#[case::rule_01_rtc(with(rtc("Enabled", 15, Some(metrics("Enabled", Some(15)))), |r| r.filter = None), &format!("Filter must be specified {SCHEMA}"))]
#[case::rule_02_priority(with(v2(), |r| r.priority = None), &format!("Priority must be specified {SCHEMA}"))]
#[case::rule_02_markers(with(v2(), |r| r.delete_marker_replication = None), &format!("DeleteMarkerReplication must be specified {SCHEMA}"))]
#[case::rule_03_priority(with(v1(), |r| r.priority = Some(1)), &format!("Priority cannot be used {SCHEMA}"))]
#[case::rule_03_markers(with(v1(), |r| r.delete_marker_replication = Some(switch("Disabled"))), &format!("DeleteMarkerReplication cannot be used {SCHEMA}"))]
#[case::rule_04(to(config(vec![v1_rule(), v1_rule()]), &arn("other")), "Number of distinct destination bucket ARNs cannot exceed 1")]
#[case::rule_05(with(v1(), |r| r.source_selection_criteria = Some(modifications("Disabled"))), "ReplicaModifications cannot be used")]
#[case::rule_11_tag(with(filter(tag_only()), |r| r.delete_marker_replication = Some(switch("Enabled"))), "Delete marker replication is not supported if any Tag filter is specified.")]
#[case::rule_11_and(with(filter(and(Some("p"), &[("k", "v")])), |r| r.delete_marker_replication = Some(switch("Enabled"))), "Delete marker replication is not supported if any Tag filter is specified.")]
#[case::rule_12_unsure(filter(and(None, &[("k", "1"), ("k", "2")])), "Duplicate Tag Keys are not allowed.")]
#[case::rule_15(priorities(&[1, 1]), "Priority must be unique")]
#[case::rule_15_disabled(with(priorities(&[1, 1]), |r| r.status = word("Disabled")), "Priority must be unique")]
#[case::enc_04_no_key_unsure(with(v2(), |r| r.source_selection_criteria = Some(kms("Enabled"))), "ReplicaKmsKeyID must be specified")]
#[case::enc_04_no_opt_in_unsure(encrypting(v2()), "SseKmsEncryptedObjects must be specified")]
#[case::own_03_no_account(owned_by(None), "the Account element must be specified")]
#[case::own_03_empty_account(owned_by(Some("")), "The Account element is empty")]
#[case::time_06_alone(rtc("Enabled", 15, None), "")]
#[case::time_06_status(rtc("Enabled", 15, Some(metrics("Disabled", Some(15)))), "")]
#[case::time_06_threshold_unsure(rtc("Enabled", 15, Some(metrics("Enabled", None))), "")]
fn invalid_request(#[case] config: Config, #[case] text: &str) {
    refused("source", config, 400, "InvalidRequest", text);
}

#[rstest]
#[case::cfg_05_no_rules(config(vec![]))]
#[case::cfg_06_role(Config { role: String::new(), ..v2() })]
#[case::cfg_06_bucket(to(v2(), ""))]
#[case::cfg_06_status(with(v2(), |r| r.status = word("enabled")))]
#[case::cfg_06_marker_status(with(v2(), |r| r.delete_marker_replication = Some(switch("On"))))]
#[case::cfg_06_no_marker_status(with(v2(), |r| r.delete_marker_replication = Some(DeleteMarkerReplication::default())))]
#[case::cfg_06_rtc_status(rtc("On", 15, Some(metrics("Enabled", Some(15)))))]
#[case::cfg_06_metrics_status(sending(v2(), |to| to.metrics = Some(metrics("On", None))))]
#[case::cfg_06_sync_status(with(v2(), |r| r.source_selection_criteria = Some(modifications("On"))))]
#[case::cfg_06_kms_status(with(v2(), |r| r.source_selection_criteria = Some(kms("On"))))]
#[case::rule_06_prefix_and_tag(filter(ReplicationRuleFilter { prefix: Some("p".to_owned()), ..tag_only() }))]
#[case::rule_06_tag_and_and(filter(ReplicationRuleFilter { tag: Some(tag("a", "b")), ..and(Some("p"), &[("k", "v")]) }))]
#[case::rule_06_prefix_and_and(filter(ReplicationRuleFilter { prefix: Some("p".to_owned()), ..and(None, &[("k", "v")]) }))]
#[case::rule_06_empty_and(filter(and(None, &[])))]
#[case::rule_06_tag_without_value(filter(ReplicationRuleFilter { tag: Some(Tag { value: None, ..tag("k", "") }), ..ReplicationRuleFilter::default() }))]
#[case::storage_class(sending(v2(), |to| to.storage_class = Some(word("COLD"))))]
fn malformed_xml(#[case] config: Config) {
    refused("source", config, 400, "MalformedXML", "not well-formed");
}

#[rstest]
#[case::cfg_13_not_ascii(ids(&["régle"]))]
#[case::cfg_13_too_long(ids(&[&"i".repeat(256)]))]
#[case::cfg_13_twice(ids(&["same", "same"]))]
#[case::cfg_14_v1(with(v1(), |r| r.prefix = Some("p".repeat(1_025))))]
#[case::cfg_14_v2(filter(prefix_only(&"p".repeat(1_025))))]
#[case::cfg_14_and(filter(and(Some(&"p".repeat(1_025)), &[("k", "v")])))]
#[case::rule_15_negative(priorities(&[-1]))]
#[case::own_03_another_account(owned_by(Some("111122223333")))]
#[case::time_06_time(rtc("Enabled", 10, Some(metrics("Enabled", Some(15)))))]
#[case::time_06_event_threshold(rtc("Enabled", 15, Some(metrics("Enabled", Some(10)))))]
#[case::time_07_metrics_alone(sending(v2(), |to| to.metrics = Some(metrics("Enabled", Some(10)))))]
#[case::arn_name(to(v2(), "destination"))]
#[case::arn_service(to(v2(), "arn:aws:sns:::destination"))]
#[case::arn_key(to(v2(), "arn:aws:s3:::destination/key"))]
#[case::arn_empty(to(v2(), "arn:aws:s3:::"))]
fn invalid_argument(#[case] config: Config) {
    refused("source", config, 400, "InvalidArgument", "");
}

#[rstest]
#[case::cfg_20(with(v2(), |r| r.existing_object_replication = Some(ExistingObjectReplication { status: word("Enabled") })), "ExistingObjectReplication")]
#[case::class(sending(v2(), |to| to.storage_class = Some(StorageClass::from_static(StorageClass::OUTPOSTS))), "StorageClass")]
fn not_implemented(#[case] config: Config, #[case] text: &str) {
    refused("source", config, 501, "NotImplemented", text);
}

/// R-BIDI-02, R-TIME-07: read into the rule, and echoed as they were put.
#[rstest]
#[case(with(v2(), |r| r.source_selection_criteria = Some(modifications("Enabled"))), (true, false, false))]
#[case(with(v2(), |r| r.source_selection_criteria = Some(modifications("Disabled"))), (false, false, false))]
#[case(sending(v2(), |to| to.metrics = Some(metrics("Enabled", None))), (false, true, false))]
#[case(rtc("Enabled", 15, Some(metrics("Enabled", Some(15)))), (false, true, true))]
#[case(rtc("Disabled", 15, Some(metrics("Disabled", Some(15)))), (false, false, false))]
fn synchronisation_metrics_and_time_control_are_read(
    #[case] config: Config,
    #[case] wanted: (bool, bool, bool),
) {
    let checked = check("source", config.clone(), &Three).unwrap();
    let rule = &checked.rules[0];
    let read = (
        rule.replica_modifications,
        rule.metrics,
        rule.replication_time,
    );
    assert_eq!(read, wanted);
    let (put, echo) = (&config.rules[0], &checked.echo.rules[0]);
    assert_eq!(
        echo.source_selection_criteria,
        put.source_selection_criteria
    );
    assert_eq!(echo.destination.metrics, put.destination.metrics);
    assert_eq!(
        echo.destination.replication_time,
        put.destination.replication_time
    );
}

#[test]
fn cfg_01_the_source_must_be_versioned() {
    let text = "Versioning must be 'Enabled' on the bucket to apply a replication configuration";
    refused("plain", v2(), 400, "InvalidRequest", text);
}

#[test]
fn what_s3_refuses_comes_before_what_the_pair_cannot_do() {
    let mut both = config(vec![v2_rule(1), v2_rule(1)]);
    both.rules[0].source_selection_criteria = Some(modifications("Enabled"));
    refused("source", both, 400, "InvalidRequest", "Priority");
}

#[track_caller]
fn refused(source: &str, config: Config, status: u16, code: &str, text: &str) {
    let error = check(source, config, &Three).unwrap_err();
    let message = error.message().unwrap();
    assert_eq!(error.code().as_str(), code, "{message}");
    assert_eq!(error.status_code().unwrap().as_u16(), status);
    assert!(message.contains(text), "{message:?} lacks {text:?}");
}

#[rstest]
#[case::v1(v1())]
#[case::v2(v2())]
#[case::cfg_01_02_03_other(to(v2(), &arn("other")))]
#[case::cfg_03_partition(to(v2(), "arn:aws-cn:s3:::destination"))]
#[case::cfg_04(with(v2(), |r| r.status = word("Disabled")))]
#[case::cfg_05(many(1_000))]
#[case::cfg_13_longest(ids(&[&"i".repeat(255), "other"]))]
#[case::cfg_14_v1(with(v1(), |r| r.prefix = Some("p".repeat(1_024))))]
#[case::cfg_14_characters(filter(prefix_only(&"é".repeat(1_024))))]
#[case::cfg_14_empty(filter(prefix_only("")))]
#[case::cfg_20_disabled(with(v2(), |r| r.existing_object_replication = Some(ExistingObjectReplication { status: word("Disabled") })))]
#[case::rule_02_switch_on(with(v2(), |r| r.delete_marker_replication = Some(switch("Enabled"))))]
#[case::rule_03_no_prefix_unsure(with(v1(), |r| r.prefix = None))]
#[case::rule_04_one_destination(config(vec![v1_rule(), v1_rule()]))]
#[case::rule_04_v2_several(to(priorities(&[1, 2]), &arn("other")))]
#[case::rule_05_v2(with(v2(), |r| r.source_selection_criteria = Some(modifications("Disabled"))))]
#[case::rule_06_tag(filter(tag_only()))]
#[case::rule_06_and(filter(and(Some("p"), &[("k", "v")])))]
#[case::rule_06_and_one_tag_unsure(filter(and(None, &[("k", "v")])))]
#[case::rule_11_prefix(with(filter(prefix_only("p")), |r| r.delete_marker_replication = Some(switch("Enabled"))))]
#[case::rule_12(filter(and(None, &[("k", "1"), ("l", "1")])))]
#[case::own_06_same_account(owned_by(Some("000000000000")))]
#[case::enc_04(encrypting(with(v2(), |r| r.source_selection_criteria = Some(kms("Enabled")))))]
#[case::enc_04_disabled(with(v2(), |r| r.source_selection_criteria = Some(kms("Disabled"))))]
#[case::rule_15_zero(priorities(&[0, 1]))]
#[case::time_06(rtc("Enabled", 15, Some(metrics("Enabled", Some(15)))))]
#[case::time_06_off(rtc("Disabled", 15, Some(metrics("Disabled", Some(15)))))]
#[case::time_07_metrics_alone(sending(v2(), |to| to.metrics = Some(metrics("Enabled", None))))]
#[case::class(sending(v2(), |to| to.storage_class = Some(word("STANDARD_IA"))))]
fn accepted(#[case] mut config: Config) {
    let checked = check("source", config.clone(), &Three).unwrap();
    // Nothing but missing IDs changes on the way to GetBucketReplication (R-RULE-07).
    for (given, echoed) in config.rules.iter_mut().zip(&checked.echo.rules) {
        given.id = given.id.take().or_else(|| echoed.id.clone());
    }
    assert_eq!(checked.echo, config);
    assert_eq!(checked.rules.len(), config.rules.len());
}

#[test]
fn cfg_13_missing_and_empty_ids_are_made_up() {
    let mut given = ids(&["mine", "", ""]);
    given.rules[2].id = None;
    let checked = check("source", given, &Three).unwrap();
    let echoed: Vec<_> = checked.echo.rules.iter().map(|r| r.id.clone()).collect();
    let read: Vec<_> = checked.rules.iter().map(|r| Some(r.id.clone())).collect();
    assert_eq!(echoed, read);
    assert_eq!(checked.rules[0].id, "mine");
    assert!(!checked.rules[1].id.is_empty() && checked.rules[1].id.len() <= 255);
    assert_ne!(checked.rules[1].id, checked.rules[2].id);
}

#[test]
fn a_v2_rule_is_read_in_full() {
    let given = sending(
        with(v2(), |rule| {
            rule.id = Some("all".to_owned());
            rule.priority = Some(7);
            rule.filter = Some(and(Some("p/"), &[("a", "1"), ("b", "2")]));
            rule.status = word("Disabled");
        }),
        |to| to.storage_class = Some(word("GLACIER_IR")),
    );
    let expected = Rule::new("all")
        .with_priority(7)
        .with_prefix("p/")
        .with_tag("a", "1")
        .with_tag("b", "2")
        .with_storage_class("GLACIER_IR")
        .disabled();
    assert_eq!(check("source", given, &Three).unwrap().rules, [expected]);
}

#[test]
fn a_v1_rule_is_read_in_full() {
    let given = with(v1(), |rule| {
        rule.id = Some("old".to_owned());
        rule.prefix = Some("p/".to_owned());
    });
    assert_eq!(
        check("source", given, &Three).unwrap().rules,
        [v1_word("old").with_prefix("p/")]
    );
}

/// The domain's V1 rule for every object.
fn v1_word(id: &str) -> Rule {
    Rule {
        schema: Schema::V1,
        ..Rule::new(id).with_priority(0)
    }
}

fn tags(tags: &[(&str, &str)]) -> Tags {
    tags.iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn names(rules: &[&Rule]) -> Vec<String> {
    rules.iter().map(|rule| rule.id.clone()).collect()
}

#[rstest]
#[case::rule_07(vec![Rule::new("a")], "any/key", &[], &["a"])]
#[case::rule_08_below(vec![Rule::new("a").with_prefix("Tax")], "Tax/a", &[], &["a"])]
#[case::rule_08_no_delimiter(vec![Rule::new("a").with_prefix("Tax")], "Taxes", &[], &["a"])]
#[case::rule_08_itself(vec![Rule::new("a").with_prefix("Tax")], "Tax", &[], &["a"])]
#[case::rule_08_case(vec![Rule::new("a").with_prefix("Tax")], "tax/a", &[], &[])]
#[case::rule_08_inside(vec![Rule::new("a").with_prefix("Tax")], "x/Tax", &[], &[])]
#[case::rule_08_no_wildcard(vec![Rule::new("a").with_prefix("*")], "Tax", &[], &[])]
#[case::rule_09_one_of_two(vec![Rule::new("a").with_tag("k", "1").with_tag("l", "2")], "x", &[("k", "1")], &[])]
#[case::rule_09_both(vec![Rule::new("a").with_tag("k", "1").with_tag("l", "2")], "x", &[("k", "1"), ("l", "2"), ("m", "3")], &["a"])]
#[case::rule_09_value(vec![Rule::new("a").with_tag("k", "1")], "x", &[("k", "2")], &[])]
#[case::rule_09_prefix_too(vec![Rule::new("a").with_prefix("p").with_tag("k", "1")], "x", &[("k", "1")], &[])]
#[case::rule_13_higher_last(vec![Rule::new("a"), Rule::new("b").with_priority(2)], "x", &[], &["b"])]
#[case::rule_13_higher_first(vec![Rule::new("a").with_priority(2), Rule::new("b")], "x", &[], &["a"])]
#[case::rule_13_no_overlap(vec![Rule::new("a"), Rule::new("b").with_priority(2).with_prefix("y")], "x", &[], &["a"])]
#[case::rule_13_disabled(vec![Rule::new("a"), Rule::new("b").with_priority(2).disabled()], "x", &[], &["a"])]
#[case::rule_14(vec![Rule::new("a"), Rule::new("b").with_priority(2).with_destination("other")], "x", &[], &["a", "b"])]
#[case::rule_14_each(vec![Rule::new("a"), Rule::new("b").with_priority(2).with_destination("other"), Rule::new("c").with_priority(3)], "x", &[], &["c", "b"])]
#[case::rule_16(vec![Rule::new("a").disabled()], "x", &[], &[])]
#[case::v1(vec![v1_word("a").with_prefix("p")], "px", &[("k", "1")], &["a"])]
#[case::v1_no_match(vec![v1_word("a").with_prefix("p")], "x", &[], &[])]
#[case::v1_the_first(vec![v1_word("a"), v1_word("b").with_prefix("p")], "px", &[], &["a"])]
fn writes(
    #[case] rules: Vec<Rule>,
    #[case] key: &str,
    #[case] object: &[(&str, &str)],
    #[case] expected: &[&str],
) {
    assert_eq!(names(&select(&rules, key, &tags(object))), expected);
}
#[rstest]
#[case::del_01(vec![Rule::new("a")], "x", &[])]
#[case::del_02(vec![Rule::new("a").with_delete_markers()], "x", &["a"])]
#[case::del_02_prefix(vec![Rule::new("a").with_delete_markers().with_prefix("p")], "x", &[])]
#[case::del_03(vec![v1_word("a")], "x", &["a"])]
#[case::del_03_prefix(vec![v1_word("a").with_prefix("p")], "x", &[])]
#[case::rule_11(vec![Rule::new("a").with_delete_markers().with_tag("k", "1")], "x", &[])]
#[case::rule_11_outranks_nothing(vec![Rule::new("a").with_delete_markers(), Rule::new("b").with_priority(2).with_tag("k", "1")], "x", &["a"])]
#[case::rule_13_winner_off(vec![Rule::new("a").with_delete_markers(), Rule::new("b").with_priority(2)], "x", &[])]
#[case::rule_13_winner_on(vec![Rule::new("a"), Rule::new("b").with_priority(2).with_delete_markers()], "x", &["b"])]
#[case::rule_13_winner_disabled(vec![Rule::new("a").with_delete_markers(), Rule::new("b").with_priority(2).disabled()], "x", &["a"])]
#[case::rule_14_one_of_two(vec![Rule::new("a").with_delete_markers(), Rule::new("b").with_priority(2).with_destination("other")], "x", &["a"])]
#[case::rule_16(vec![Rule::new("a").with_delete_markers().disabled()], "x", &[])]
fn markers(#[case] rules: Vec<Rule>, #[case] key: &str, #[case] expected: &[&str]) {
    assert_eq!(names(&select_marker(&rules, key)), expected);
}
