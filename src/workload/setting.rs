//! Settings of buckets, on the wire.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    BlockedEncryptionTypes, BucketVersioningStatus, DefaultRetention, EncryptionType,
    ObjectLockConfiguration, ObjectLockEnabled, ObjectLockRetentionMode, ObjectLockRule,
    ObjectOwnership, OwnershipControls, OwnershipControlsRule, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
    VersioningConfiguration,
};

use super::driver::{Applied, Driver};
use super::wire::Wire;
use crate::error::{Error, Result};
use crate::history::{OperationKind, Outcome, Side};
use crate::replication::BucketSetting;

impl Driver {
    /// Enables or suspends versioning of one bucket.
    ///
    /// # Errors
    /// As [`Driver::write`].
    pub async fn versioning(&self, side: Side, enabled: bool) -> Result<Applied> {
        let op = self.invoke(
            "versioning",
            side,
            "",
            OperationKind::Versioning { enabled },
        );
        let status = match enabled {
            true => BucketVersioningStatus::Enabled,
            false => BucketVersioningStatus::Suspended,
        };
        let configuration = VersioningConfiguration::builder().status(status).build();
        let request = self
            .client(side)
            .put_bucket_versioning()
            .bucket(self.bucket(side));
        let sent = request.versioning_configuration(configuration).send().await;
        let sent = sent.map(|_| Outcome::default()).map_err(Wire::sdk);
        self.conclude(op, "", "PutBucketVersioning", None, sent)
    }

    /// Puts a setting of one bucket.
    ///
    /// # Errors
    /// As [`Driver::write`].
    pub async fn set(&self, side: Side, setting: &BucketSetting) -> Result<Applied> {
        let kind = OperationKind::Setting {
            setting: setting.clone(),
        };
        let op = self.invoke("setting", side, "", kind);
        let sent = put(self.client(side), self.bucket(side), setting).await;
        self.conclude(op, "", &setting.to_string(), None, sent)
    }
}

/// Puts a setting of a bucket.
async fn put(client: &Client, bucket: &str, setting: &BucketSetting) -> Result<Outcome, Wire> {
    match setting {
        BucketSetting::Encryption {
            algorithm,
            key,
            blocks_customer_keys,
        } => {
            let configuration = encryption(algorithm, key.as_deref(), *blocks_customer_keys)?;
            let put = client.put_bucket_encryption().bucket(bucket);
            let put = put.server_side_encryption_configuration(configuration);
            put.send().await.map_err(Wire::sdk)?;
        }
        BucketSetting::Ownership { ownership } => {
            let rule = OwnershipControlsRule::builder()
                .object_ownership(ObjectOwnership::from(ownership.as_str()));
            let controls = OwnershipControls::builder().rules(built(rule.build())?);
            let put = client.put_bucket_ownership_controls().bucket(bucket);
            let put = put.ownership_controls(built(controls.build())?);
            put.send().await.map_err(Wire::sdk)?;
        }
        BucketSetting::ObjectLock { days } => {
            let put = client.put_object_lock_configuration().bucket(bucket);
            let put = put.object_lock_configuration(lock(*days));
            put.send().await.map_err(Wire::sdk)?;
        }
    }
    Ok(Outcome::default())
}

fn encryption(
    algorithm: &str,
    key: Option<&str>,
    blocks_customer_keys: bool,
) -> Result<ServerSideEncryptionConfiguration, Wire> {
    let default = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(ServerSideEncryption::from(algorithm))
        .set_kms_master_key_id(key.map(str::to_owned));
    let blocked = match blocks_customer_keys {
        true => EncryptionType::SseC,
        false => EncryptionType::None,
    };
    let blocked = BlockedEncryptionTypes::builder().encryption_type(blocked);
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(built(default.build())?)
        .blocked_encryption_types(blocked.build());
    let configuration = ServerSideEncryptionConfiguration::builder().rules(rule.build());
    built(configuration.build())
}

fn lock(days: Option<u32>) -> ObjectLockConfiguration {
    let rule = days.map(|days| {
        let default = DefaultRetention::builder()
            .mode(ObjectLockRetentionMode::Governance)
            .days(i32::try_from(days).unwrap_or(i32::MAX));
        ObjectLockRule::builder()
            .default_retention(default.build())
            .build()
    });
    ObjectLockConfiguration::builder()
        .object_lock_enabled(ObjectLockEnabled::Enabled)
        .set_rule(rule)
        .build()
}

/// What the SDK's builders return, when we forgot a field.
fn built<T>(outcome: Result<T, BuildError>) -> Result<T, Wire> {
    outcome.map_err(|error| Error::Internal(error.to_string()).into())
}
