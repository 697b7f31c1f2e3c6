//! The KMS keys of replicas, as the reference sees them.
//!
//! Real keys are taken to be good. The ready-made keys of an embedded pair say in their names what
//! they are.

use super::reference::Fate;
use crate::history::{Content, Plan, Side};
use crate::replication::FailureReason::{DstKmsKeyInvalidState, DstKmsKeyNotFound};
use crate::replication::Rule;

/// Whether KMS encrypts what was sent.
pub(super) fn is_under_kms(content: &Content) -> bool {
    let asked = content.encryption.as_deref();
    asked.is_some_and(|asked| asked.starts_with("aws:kms"))
}

/// The failure that the replica's key brings about, if it does (R-ENC-05, R-CFG-16).
pub(super) fn failure(plan: &Plan, rule: &Rule, side: Side, content: &Content) -> Option<Fate> {
    let key = rule.replica_kms_key.as_deref()?;
    if !is_under_kms(content) {
        return None;
    }
    let region = plan.buckets.iter().find(|bucket| bucket.side == side);
    let region = region.map(|bucket| bucket.region.as_str());
    let elsewhere = key.split(':').nth(3) != region;
    let reasons = match key.rsplit('/').next() {
        _ if elsewhere => &[DstKmsKeyNotFound, DstKmsKeyInvalidState][..],
        Some("missing") => &[DstKmsKeyNotFound],
        Some("disabled" | "pending-deletion") => &[DstKmsKeyInvalidState],
        _ => return None,
    };
    let because = "R-ENC-05";
    Some(Fate::Fails { because, reasons })
}
