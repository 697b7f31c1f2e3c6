//! Rules as S3's operations take them.

use bucketpair::replication::{Rule, Schema};
use s3s::dto;

/// A rule, as the configuration takes it.
pub(crate) fn replication_rule(rule: &Rule) -> dto::ReplicationRule {
    let status = match rule.enabled {
        true => dto::ReplicationRuleStatus::ENABLED,
        false => dto::ReplicationRuleStatus::DISABLED,
    };
    let is_v2 = rule.schema == Schema::V2;
    let markers = match rule.delete_markers {
        true => dto::DeleteMarkerReplicationStatus::ENABLED,
        false => dto::DeleteMarkerReplicationStatus::DISABLED,
    };
    let markers = dto::DeleteMarkerReplication {
        status: Some(dto::DeleteMarkerReplicationStatus::from_static(markers)),
    };
    dto::ReplicationRule {
        delete_marker_replication: is_v2.then_some(markers),
        destination: destination(rule),
        existing_object_replication: None,
        filter: is_v2.then(|| filter(rule)),
        id: Some(rule.id.clone()),
        prefix: (!is_v2).then(|| rule.filter.prefix.clone()),
        priority: is_v2.then_some(rule.priority),
        source_selection_criteria: None,
        status: dto::ReplicationRuleStatus::from_static(status),
    }
}

fn destination(rule: &Rule) -> dto::Destination {
    dto::Destination {
        bucket: format!("arn:aws:s3:::{}", rule.destination),
        storage_class: rule.storage_class.clone().map(dto::StorageClass::from),
        access_control_translation: None,
        account: None,
        encryption_configuration: None,
        metrics: None,
        replication_time: None,
    }
}

fn filter(rule: &Rule) -> dto::ReplicationRuleFilter {
    let tag = |(key, value): (&String, &String)| dto::Tag {
        key: Some(key.clone()),
        value: Some(value.clone()),
    };
    let tags: Vec<_> = rule.filter.tags.iter().map(tag).collect();
    let prefix = Some(rule.filter.prefix.clone());
    if tags.is_empty() {
        return dto::ReplicationRuleFilter {
            prefix,
            ..Default::default()
        };
    }
    let and = dto::ReplicationRuleAndOperator {
        prefix,
        tags: Some(tags),
    };
    dto::ReplicationRuleFilter {
        and: Some(and),
        ..Default::default()
    }
}
