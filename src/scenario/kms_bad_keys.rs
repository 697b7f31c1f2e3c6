//! A bad key is taken by `PutBucketReplication`, and makes FAILED of what is written (R-CFG-16,
//! R-ENC-05).

use super::prelude::*;

pub(super) fn scenario() -> Scenario {
    let rule = |prefix: &str, priority, key: &str| {
        Rule::new(prefix).with_prefix(prefix).with_priority(priority).with_replica_kms_key(key)
    };
    let put = |label: &str| {
        let key = format!("{label}/object");
        Step::put(label, &key, Object::default().with_kms_key("source/enabled"))
    };
    let bad = ["disabled", "pending-deletion", "missing", "elsewhere"];
    Scenario::new("kms-bad-keys", "a replica key that is not there or not enabled makes FAILED")
        .proves(["R-CFG-16", "R-ENC-05", "R-STATUS-09", "R-EVT-14"])
        .needs([Capability::FreshPair, Capability::KmsKeys])
        .with_rules([
            Rule::new("good").with_priority(1).with_replica_kms_key("destination/enabled"),
            rule("disabled", 2, "destination/disabled"),
            rule("pending-deletion", 3, "destination/pending-deletion"),
            rule("missing", 4, "destination/missing"),
            rule("elsewhere", 5, "source/enabled"),
        ])
        .steps(bad.into_iter().chain(["good"]).map(put))
        .checks([
            check(CheckKind::Arrives).of(["good"]),
            check(CheckKind::Fails).of(bad),
            check(CheckKind::FailureReason).of(bad),
            check(CheckKind::FailedIsFinal).of(bad),
        ])
}
