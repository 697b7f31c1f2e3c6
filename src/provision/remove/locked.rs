//! Versions that Object Lock keeps: a scenario locked them, under GOVERNANCE alone.
//!
//! Only what is ours to remove comes here. A lock that nobody may bypass stays.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{ObjectLockLegalHold, ObjectLockLegalHoldStatus};

use super::empty::Stayed;

/// Goes at what stayed for a lock, where the bucket has locks at all. Returns what stays still.
pub(super) async fn free(client: &Client, bucket: &str, stayed: Vec<Stayed>) -> Vec<Stayed> {
    if !stayed.iter().any(Stayed::may_be_locked) || !has_locks(client, bucket).await {
        return stayed;
    }
    let mut left = Vec::new();
    for version in stayed {
        if !version.may_be_locked() || !free_one(client, bucket, &version).await {
            left.push(version);
        }
    }
    left
}

async fn has_locks(client: &Client, bucket: &str) -> bool {
    let answer = client.get_object_lock_configuration().bucket(bucket).send();
    let answer = answer.await.ok();
    answer.is_some_and(|answer| answer.object_lock_configuration().is_some())
}

/// Takes the legal hold off and deletes the version past its retention. Returns whether it is gone.
async fn free_one(client: &Client, bucket: &str, stayed: &Stayed) -> bool {
    let off = ObjectLockLegalHold::builder().status(ObjectLockLegalHoldStatus::Off);
    let release = client
        .put_object_legal_hold()
        .bucket(bucket)
        .key(&stayed.key);
    let release = release.version_id(&stayed.version).legal_hold(off.build());
    if let Err(error) = release.send().await {
        tracing::debug!(bucket, key = stayed.key, %error, "no legal hold could be taken off");
    }
    let delete = client.delete_object().bucket(bucket).key(&stayed.key);
    let delete = delete
        .version_id(&stayed.version)
        .bypass_governance_retention(true);
    delete.send().await.is_ok()
}
