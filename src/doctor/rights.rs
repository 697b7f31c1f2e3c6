//! What the replication role has to be allowed, for this pair and its rules (R-IAM-02…05).

use super::FindingKind;
use super::facts::Facts;
use super::policy::Request;

/// One right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Right {
    /// The finding that its lack is.
    pub(super) kind: FindingKind,
    /// The action (`s3:ReplicateObject`).
    pub(super) action: &'static str,
    /// On what.
    pub(super) resource: String,
    /// Whether that is the source, or something in it.
    pub(super) at_source: bool,
}

impl Right {
    /// The role that wants to use it.
    pub(super) fn request(&self, role: &str) -> Request {
        Request::of_role(role, self.action, &self.resource)
    }
}

/// Every right that the pair's enabled rules need.
pub(super) fn needed(facts: &Facts) -> Vec<Right> {
    use FindingKind::{
        ListRightMissing, LockRightMissing, MarkerRightMissing, OverrideRightMissing,
        ReadRightMissing, TagRightMissing, WriteRightMissing,
    };
    let (source, destination) = (arn(facts, true), arn(facts, false));
    let mut rights = Vec::new();
    let mut add = |kind, action, resource: String, at_source| {
        let right = Right {
            kind,
            action,
            resource,
            at_source,
        };
        if !rights.contains(&right) {
            rights.push(right);
        }
    };
    for configured in facts.enabled() {
        let object = format!("/{}object", configured.rule.filter.prefix);
        let (read, written) = (
            format!("{source}{object}"),
            format!("{destination}{object}"),
        );
        for action in ["s3:GetReplicationConfiguration", "s3:ListBucket"] {
            add(ListRightMissing, action, source.clone(), true);
        }
        for action in [
            "s3:GetObjectVersionForReplication",
            "s3:GetObjectVersionAcl",
        ] {
            add(ReadRightMissing, action, read.clone(), true);
        }
        add(
            TagRightMissing,
            "s3:GetObjectVersionTagging",
            read.clone(),
            true,
        );
        if matches!(facts.source.lock.known(), Some(Some(_))) {
            for action in ["s3:GetObjectRetention", "s3:GetObjectLegalHold"] {
                add(LockRightMissing, action, read.clone(), true);
            }
        }
        add(
            WriteRightMissing,
            "s3:ReplicateObject",
            written.clone(),
            false,
        );
        if super::markers::travel(configured) {
            add(
                MarkerRightMissing,
                "s3:ReplicateDelete",
                written.clone(),
                false,
            );
        }
        if configured.owner_override {
            let action = "s3:ObjectOwnerOverrideToBucketOwner";
            add(OverrideRightMissing, action, written, false);
        }
    }
    rights
}

/// The ARN of a bucket, in the partition of the role.
pub(super) fn arn(facts: &Facts, source: bool) -> String {
    let role = facts.configuration().map_or("", |c| c.role.as_str());
    let partition = role
        .split(':')
        .nth(1)
        .filter(|part| part.starts_with("aws"));
    let bucket = if source {
        &facts.source
    } else {
        &facts.destination
    };
    format!("arn:{}:s3:::{}", partition.unwrap_or("aws"), bucket.name)
}
