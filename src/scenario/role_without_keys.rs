//! The role needs both KMS keys, and the newer right to read (R-ENC-06, R-IAM-10).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let put = |label: &str| Step::put(label, label, Object::default().with_kms_key("source/enabled"));
    let failed = |label: &str| Step::await_status(label, ReplicationStatus::Failed);
    Scenario::new("role-without-keys", "a role that may not use the KMS keys makes FAILED")
        .proves(["R-ENC-06", "R-IAM-10"])
        .needs([Capability::FreshPair, Capability::KmsKeys, Capability::DenyReplication])
        .with_rules([Rule::new("opts-in").with_replica_kms_key("destination/enabled")])
        .steps([
            Step::deny(["kms:Decrypt"]),
            put("no-decrypt"),
            failed("no-decrypt"),
            Step::deny(["kms:Encrypt"]),
            put("no-encrypt"),
            failed("no-encrypt"),
            Step::put("sse-s3", "sse-s3", Object::default()),
            Step::await_replicas("sse-s3"),
            Step::deny(["s3:GetObjectVersionForReplication"]),
            put("older-right"),
            failed("older-right"),
            Step::Restore,
            put("restored"),
        ])
        .checks([
            check(CheckKind::Fails),
            check(CheckKind::FailureReason),
            check(CheckKind::Arrives).of(["sse-s3", "restored"]),
        ])
}
