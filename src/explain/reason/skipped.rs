//! Why an object has no status: no rule selected it, or one selects it that did not.

use super::status::asks_for_tags;
use super::{Reason, Remedy};
use crate::explain::ObjectFacts;
use crate::explain::matching::winner;
use crate::history::ObjectSeen;

/// The classes that live replication leaves out (R-NOT-03).
const ARCHIVED: [&str; 2] = ["GLACIER", "DEEP_ARCHIVE"];

pub(super) fn by_every_rule(bucket: &str) -> Reason {
    Reason::new(
        format!("no enabled rule towards {bucket} selects it"),
        ["R-STATUS-02"],
        Remedy::FixThenRewrite,
        "nothing, if that is meant; else change the filter or enable the rule, then write the object again, or send it by Batch Replication",
    )
}

/// A rule may select the object today and did not when it was written.
pub(super) fn reason(facts: &ObjectFacts, object: &ObjectSeen, bucket: &str) -> Reason {
    let Some(rule) = winner(facts, bucket) else {
        return by_every_rule(bucket);
    };
    let (id, class) = (
        &rule.rule.id,
        object.storage_class.as_deref().unwrap_or_default(),
    );
    let kms = object
        .encryption
        .as_deref()
        .is_some_and(|e| e.starts_with("aws:kms"));
    if ARCHIVED.contains(&class) {
        return Reason::new(
            format!("{id:?} selects it, and objects in {class} are not replicated"),
            ["R-NOT-03"],
            Remedy::FixThenRewrite,
            "restore it, then copy it in place to another storage class",
        );
    }
    if kms && !rule.kms_opt_in {
        return Reason::new(
            format!("{id:?} selects it, and does not opt in to KMS: the object is skipped"),
            ["R-ENC-04"],
            Remedy::FixThenRewrite,
            "enable SseKmsEncryptedObjects with a ReplicaKmsKeyID, then write the object again, or send it by Batch Replication",
        );
    }
    if asks_for_tags(facts, bucket) {
        return Reason::new(
            format!(
                "{id:?} asks for tags that the object has now: they were added after it was written, which starts nothing, or the object is older than the rule"
            ),
            ["R-RULE-10", "R-NOT-01"],
            Remedy::Batch,
            "write it again with the tags in the request itself (a copy in place with its tags will do), or send it by Batch Replication",
        );
    }
    Reason::new(
        format!(
            "{id:?} selects it now, and did not when it was written: the object is older than the rule, or the rule was disabled then"
        ),
        ["R-NOT-01", "R-RULE-16"],
        Remedy::Batch,
        "send it by Batch Replication, or write it again (a copy in place will do)",
    )
}
