//! Settings of buckets, on the wire.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    BlockedEncryptionTypes, EncryptionType, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};

use super::wire::Wire;
use crate::error::Error;
use crate::history::Outcome;
use crate::replication::BucketSetting;

/// Puts a setting of a bucket.
pub(super) async fn put(
    client: &Client,
    bucket: &str,
    setting: &BucketSetting,
) -> Result<Outcome, Wire> {
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

/// What the SDK's builders return, when we forgot a field.
fn built<T>(outcome: Result<T, BuildError>) -> Result<T, Wire> {
    outcome.map_err(|error| Error::Internal(error.to_string()).into())
}
