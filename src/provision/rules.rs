//! Rules as the SDK's types, and back.

use aws_sdk_s3::types::builders::ReplicationRuleBuilder;
use aws_sdk_s3::types::{
    AccessControlTranslation, DeleteMarkerReplication, DeleteMarkerReplicationStatus, Destination,
    EncryptionConfiguration, Metrics, MetricsStatus, OwnerOverride, ReplicaModifications,
    ReplicaModificationsStatus, ReplicationRule, ReplicationRuleAndOperator, ReplicationRuleFilter,
    ReplicationRuleStatus, ReplicationTime, ReplicationTimeStatus, ReplicationTimeValue,
    SourceSelectionCriteria, SseKmsEncryptedObjects, SseKmsEncryptedObjectsStatus, StorageClass,
    Tag,
};

use super::{Pair, built};
use crate::error::{Error, Result};
use crate::history::Side;
use crate::replication::{Filter, Rule, Schema};

/// The rule as the SDK sends it.
pub(super) fn to_sdk(rule: &Rule, pair: &Pair) -> Result<ReplicationRule> {
    let status = if rule.enabled {
        ReplicationRuleStatus::Enabled
    } else {
        ReplicationRuleStatus::Disabled
    };
    let builder = ReplicationRule::builder()
        .id(&rule.id)
        .status(status)
        .set_source_selection_criteria(criteria(rule)?)
        .destination(destination(rule, pair)?);
    let builder = match rule.schema {
        Schema::V1 if rule.filter.tags.is_empty() => v1_prefix(builder, &rule.filter.prefix),
        Schema::V1 => {
            return Err(Error::Internal(format!(
                "rule {}: V1 knows no tags",
                rule.id
            )));
        }
        Schema::V2 => builder
            .priority(rule.priority)
            .filter(filter(&rule.filter)?)
            .set_source_selection_criteria(criteria(rule)?)
            .delete_marker_replication(delete_markers(rule.delete_markers)),
    };
    built(builder.build())
}

#[expect(
    deprecated,
    reason = "V1 documents are the point: their prefix is at the top"
)]
fn v1_prefix(builder: ReplicationRuleBuilder, prefix: &str) -> ReplicationRuleBuilder {
    builder.prefix(prefix)
}

fn destination(rule: &Rule, pair: &Pair) -> Result<Destination> {
    let side = Side::try_from(rule.destination.clone()).ok();
    let name = match side.map(|side| pair.bucket(side)) {
        Some("") => {
            return Err(Error::Internal(format!(
                "rule {}: the pair has no {}",
                rule.id, rule.destination
            )));
        }
        Some(name) => name,
        None => rule.destination.as_str(),
    };
    let bucket = Destination::builder().bucket(arn(name, region(pair)));
    let class = rule.storage_class.as_deref().map(StorageClass::from);
    let key = rule.replica_kms_key.as_ref().map(|key| {
        EncryptionConfiguration::builder()
            .replica_kms_key_id(key)
            .build()
    });
    let bucket = bucket
        .set_encryption_configuration(key)
        .set_metrics(metrics(rule)?)
        .set_replication_time(replication_time(rule)?);
    let bucket = match &rule.owner_override {
        None => bucket,
        Some(account) => bucket
            .account(account)
            .access_control_translation(to_destination()?),
    };
    built(bucket.set_storage_class(class).build())
}

/// The destination's account owns the replicas (R-OWN-02).
fn to_destination() -> Result<AccessControlTranslation> {
    let owner = OwnerOverride::Destination;
    built(AccessControlTranslation::builder().owner(owner).build())
}

/// The opt-in to objects under KMS (R-ENC-04), and to changes of replicas (R-BIDI-02).
fn criteria(rule: &Rule) -> Result<Option<SourceSelectionCriteria>> {
    if rule.replica_kms_key.is_none() && !rule.replica_modifications {
        return Ok(None);
    }
    let kms = rule.replica_kms_key.as_ref().map(|_| {
        let enabled = SseKmsEncryptedObjectsStatus::Enabled;
        built(SseKmsEncryptedObjects::builder().status(enabled).build())
    });
    let sync = rule.replica_modifications.then(|| {
        let enabled = ReplicaModificationsStatus::Enabled;
        built(ReplicaModifications::builder().status(enabled).build())
    });
    let criteria = SourceSelectionCriteria::builder()
        .set_sse_kms_encrypted_objects(kms.transpose()?)
        .set_replica_modifications(sync.transpose()?);
    Ok(Some(criteria.build()))
}

/// Metrics by themselves have a status only (R-TIME-07); with RTC they have its threshold too.
fn metrics(rule: &Rule) -> Result<Option<Metrics>> {
    let minutes = rule.replication_time.then(fifteen);
    let on = Metrics::builder()
        .status(MetricsStatus::Enabled)
        .set_event_threshold(minutes);
    rule.metrics.then(|| built(on.build())).transpose()
}

/// R-TIME-06
fn replication_time(rule: &Rule) -> Result<Option<ReplicationTime>> {
    let on = ReplicationTime::builder()
        .status(ReplicationTimeStatus::Enabled)
        .time(fifteen());
    rule.replication_time.then(|| built(on.build())).transpose()
}

fn fifteen() -> ReplicationTimeValue {
    ReplicationTimeValue::builder().minutes(15).build()
}

pub(super) fn region(pair: &Pair) -> &str {
    let first = pair.buckets.first();
    first.map_or("", |bucket| bucket.region.as_str())
}

/// The ARN of a bucket, in the partition of the region.
pub(super) fn arn(name: &str, region: &str) -> String {
    let partition = match region {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    format!("arn:{partition}:s3:::{name}")
}

fn delete_markers(enabled: bool) -> DeleteMarkerReplication {
    let status = if enabled {
        DeleteMarkerReplicationStatus::Enabled
    } else {
        DeleteMarkerReplicationStatus::Disabled
    };
    DeleteMarkerReplication::builder().status(status).build()
}

/// Exactly one of `Prefix`, `Tag` and `And` (R-RULE-06).
fn filter(filter: &Filter) -> Result<ReplicationRuleFilter> {
    let builder = ReplicationRuleFilter::builder();
    let tag = |(key, value)| built(Tag::builder().key(key).value(value).build());
    let mut tags = filter.tags.iter().map(tag).collect::<Result<Vec<_>>>()?;
    if filter.prefix.is_empty() && tags.len() == 1 {
        return Ok(builder.set_tag(tags.pop()).build());
    }
    if tags.is_empty() {
        return Ok(builder.prefix(&filter.prefix).build());
    }
    let prefix = (!filter.prefix.is_empty()).then(|| filter.prefix.clone());
    let and = ReplicationRuleAndOperator::builder()
        .set_prefix(prefix)
        .set_tags(Some(tags))
        .build();
    Ok(builder.and(and).build())
}

/// The rule as the SDK read it, with its destination by bucket name.
#[must_use]
pub fn rule_from_sdk(rule: &ReplicationRule) -> Rule {
    read(rule, |_| None)
}

/// The rule as the SDK read it. The name of a bucket of the pair becomes its side.
pub(super) fn from_sdk(rule: &ReplicationRule, pair: &Pair) -> Rule {
    read(rule, |name| pair.side(name))
}

fn read(rule: &ReplicationRule, side: impl Fn(&str) -> Option<Side>) -> Rule {
    let marker = rule
        .delete_marker_replication()
        .and_then(|markers| markers.status());
    let target = rule.destination();
    let arn = target.map(Destination::bucket).unwrap_or_default();
    let name = arn.rsplit(":::").next().unwrap_or_default();
    let side = side(name).map(String::from);
    let (schema, filter) = match rule.filter() {
        Some(filter) => (Schema::V2, filter_from_sdk(filter)),
        None => (Schema::V1, v1_filter(rule)),
    };
    Rule {
        id: rule.id().unwrap_or_default().to_owned(),
        enabled: rule.status() == &ReplicationRuleStatus::Enabled,
        schema,
        priority: rule.priority().unwrap_or_default(),
        filter,
        destination: side.unwrap_or_else(|| name.to_owned()),
        storage_class: target
            .and_then(Destination::storage_class)
            .map(|class| class.as_str().to_owned()),
        delete_markers: marker == Some(&DeleteMarkerReplicationStatus::Enabled),
        replica_kms_key: replica_kms_key(rule),
        owner_override: target
            .filter(|to| to.access_control_translation().is_some())
            .and_then(Destination::account)
            .map(str::to_owned),
        replica_modifications: rule
            .source_selection_criteria()
            .and_then(|criteria| criteria.replica_modifications())
            .is_some_and(|sync| sync.status() == &ReplicaModificationsStatus::Enabled),
        metrics: target
            .and_then(Destination::metrics)
            .is_some_and(|metrics| metrics.status() == &MetricsStatus::Enabled),
        replication_time: target
            .and_then(Destination::replication_time)
            .is_some_and(|time| time.status() == &ReplicationTimeStatus::Enabled),
    }
}

fn replica_kms_key(rule: &ReplicationRule) -> Option<String> {
    let criteria = rule.source_selection_criteria();
    let opt_in = criteria.and_then(SourceSelectionCriteria::sse_kms_encrypted_objects);
    opt_in.filter(|kms| kms.status() == &SseKmsEncryptedObjectsStatus::Enabled)?;
    let named = rule.destination()?.encryption_configuration()?;
    named.replica_kms_key_id().map(str::to_owned)
}

#[expect(
    deprecated,
    reason = "V1 documents are the point: their prefix is at the top"
)]
fn v1_filter(rule: &ReplicationRule) -> Filter {
    Filter {
        prefix: rule.prefix().unwrap_or_default().to_owned(),
        ..Filter::default()
    }
}

fn filter_from_sdk(filter: &ReplicationRuleFilter) -> Filter {
    let and = filter.and();
    let prefix = filter
        .prefix()
        .or(and.and_then(ReplicationRuleAndOperator::prefix));
    let tags = and
        .map(ReplicationRuleAndOperator::tags)
        .unwrap_or_default();
    let tag = |tag: &Tag| (tag.key().to_owned(), tag.value().to_owned());
    Filter {
        prefix: prefix.unwrap_or_default().to_owned(),
        tags: tags.iter().chain(filter.tag()).map(tag).collect(),
    }
}

/// The rules in a form that is equal when they mean the same.
pub(super) fn normal(rules: &[Rule]) -> Vec<Rule> {
    let mut rules: Vec<_> = rules.iter().cloned().map(normal_rule).collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules
}

fn normal_rule(mut rule: Rule) -> Rule {
    if rule.schema == Schema::V1 {
        rule.priority = 0;
        rule.delete_markers = false;
    }
    rule.storage_class = rule.storage_class.filter(|class| class != "STANDARD");
    rule
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Bucket;

    fn pair(region: &str) -> Pair {
        let bucket = |side, name: &str| Bucket {
            side,
            name: name.to_owned(),
            region: region.to_owned(),
        };
        Pair {
            buckets: vec![
                bucket(Side::Source, "s"),
                bucket(Side::Destination(0), "d"),
                bucket(Side::Destination(1), "d2"),
            ],
            existing: false,
            prefix: String::new(),
            run: String::new(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn rules_come_back_as_they_went() {
        let v1 = Rule {
            schema: Schema::V1,
            priority: 0,
            ..Rule::new("v1").with_prefix("logs/")
        };
        for rule in [
            Rule::new("all"),
            Rule::new("prefix").with_prefix("a/").with_priority(7),
            Rule::new("tag").with_tag("k", "v"),
            Rule::new("tags").with_tag("k", "v").with_tag("l", ""),
            Rule::new("both").with_prefix("a/").with_tag("k", "v"),
            Rule::new("markers").with_delete_markers().disabled(),
            Rule::new("class").with_storage_class("STANDARD_IA"),
            Rule::new("kms").with_replica_kms_key("arn:aws:kms:us-east-1:1:key/k"),
            Rule {
                owner_override: Some("111122223333".to_owned()),
                ..Rule::new("owner")
            },
            Rule::new("second").with_destination("destination-2"),
            Rule::new("back").with_destination("source"),
            Rule::new("sync").with_replica_modifications(),
            Rule::new("metrics").with_metrics(),
            Rule::new("rtc").with_replication_time(),
            Rule::new("elsewhere").with_destination("another-bucket"),
            v1.clone(),
            Rule {
                filter: Filter::default(),
                ..v1
            },
        ] {
            let pair = pair("us-east-1");
            assert_eq!(from_sdk(&to_sdk(&rule, &pair).unwrap(), &pair), rule);
        }
    }

    #[test]
    fn v1_holds_nothing_of_v2() {
        let rule = Rule {
            schema: Schema::V1,
            ..Rule::new("v1")
        };
        let sdk = to_sdk(&rule, &pair("us-east-1")).unwrap();
        assert!(sdk.filter().is_none() && sdk.priority().is_none());
        assert!(sdk.delete_marker_replication().is_none());
        assert!(to_sdk(&rule.with_tag("k", "v"), &pair("us-east-1")).is_err());
    }

    #[test]
    fn a_filter_holds_exactly_one_condition() {
        let both = Rule::new("both").with_prefix("a/").with_tag("k", "v");
        for rule in [Rule::new("all"), Rule::new("tag").with_tag("k", "v"), both] {
            let filter = filter(&rule.filter).unwrap();
            let set = [
                filter.prefix().is_some(),
                filter.tag().is_some(),
                filter.and().is_some(),
            ];
            assert_eq!(set.into_iter().filter(|set| *set).count(), 1, "{}", rule.id);
        }
    }

    #[test]
    fn arns_know_their_partition() {
        let bucket = |region| {
            let rule = to_sdk(&Rule::new("r"), &pair(region)).unwrap();
            rule.destination().unwrap().bucket().to_owned()
        };
        assert_eq!(bucket("ap-northeast-1"), "arn:aws:s3:::d");
        assert_eq!(bucket("cn-north-1"), "arn:aws-cn:s3:::d");
        assert_eq!(bucket("us-gov-west-1"), "arn:aws-us-gov:s3:::d");
        let missing = Rule::new("r").with_destination("destination-9");
        assert!(to_sdk(&missing, &pair("us-east-1")).is_err());
    }

    #[test]
    fn rules_that_mean_the_same_are_equal() {
        let v1 = Rule {
            schema: Schema::V1,
            ..Rule::new("a")
        };
        let other = Rule {
            priority: 9,
            delete_markers: true,
            ..v1.clone()
        };
        assert_eq!(
            normal(&[Rule::new("b"), v1]),
            normal(&[other, Rule::new("b").with_storage_class("STANDARD")])
        );
    }
}
