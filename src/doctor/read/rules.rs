//! A replication configuration with all of its elements.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    MetricsStatus, OwnerOverride, ReplicaModificationsStatus, ReplicationRule,
    ReplicationTimeStatus, ReplicationTimeValue, SseKmsEncryptedObjectsStatus,
};

use super::bucket::{configured, map};
use crate::doctor::facts::{Configuration, ConfiguredRule, Fact};
use crate::provision::rule_from_sdk;

/// The replication configuration of a bucket; none where it has none.
pub async fn configuration(client: &Client, bucket: &str) -> Fact<Option<Configuration>> {
    let answer = client.get_bucket_replication().bucket(bucket).send().await;
    let call = ("GetBucketReplication", "s3:GetReplicationConfiguration");
    map(
        configured(call, "ReplicationConfigurationNotFoundError", answer),
        |answer| {
            let configuration = answer?.replication_configuration?;
            Some(Configuration {
                role: configuration.role.clone(),
                rules: configuration.rules.iter().map(rule).collect(),
            })
        },
    )
}

fn rule(rule: &ReplicationRule) -> ConfiguredRule {
    let destination = rule.destination();
    let selection = rule.source_selection_criteria();
    let kms = selection.and_then(|s| s.sse_kms_encrypted_objects());
    let modifications = selection.and_then(|s| s.replica_modifications());
    let key = destination.and_then(|d| d.encryption_configuration()?.replica_kms_key_id());
    let owner = destination.and_then(|d| Some(d.access_control_translation()?.owner()));
    let time = destination.and_then(|d| d.replication_time());
    let time = time.filter(|time| time.status() == &ReplicationTimeStatus::Enabled);
    let minutes = time.map(|time| {
        time.time()
            .and_then(ReplicationTimeValue::minutes)
            .unwrap_or_default()
    });
    let metrics = destination.and_then(|d| d.metrics());
    let opted_in = |kms: &aws_sdk_s3::types::SseKmsEncryptedObjects| {
        kms.status() == &SseKmsEncryptedObjectsStatus::Enabled
    };
    let synced = |modifications: &aws_sdk_s3::types::ReplicaModifications| {
        modifications.status() == &ReplicaModificationsStatus::Enabled
    };
    ConfiguredRule {
        rule: rule_from_sdk(rule),
        account: destination.and_then(|d| d.account()).map(str::to_owned),
        owner_override: owner == Some(&OwnerOverride::Destination),
        kms_opt_in: kms.is_some_and(opted_in),
        replica_key: key.map(str::to_owned),
        replica_modifications: modifications.is_some_and(synced),
        rtc_minutes: minutes,
        metrics: metrics.is_some_and(|metrics| metrics.status() == &MetricsStatus::Enabled),
    }
}
