//! The replication role: its trust, and what it may do.

use super::facts::{Fact, Facts, RoleFacts};
use super::finding::{Finding, FindingKind};
use super::policy::{Decision, Request};
use super::rights::{self, Right};

pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    let Some(configuration) = facts.configuration() else {
        return Vec::new();
    };
    let arn = &configuration.role;
    if !is_role(arn) {
        return vec![FindingKind::RoleUnusable.at(
            &facts.source.name,
            format!("the configuration's role is {arn:?}, which is no ARN of an IAM role: objects end FAILED (AssumeRoleNotPermitted)"),
            "name a role such as arn:aws:iam::111122223333:role/replication",
        )];
    }
    match &facts.role {
        Some(Fact::Known(None)) => vec![FindingKind::RoleMissing.at(
            arn,
            "the role does not exist: objects end FAILED (AssumeRoleNotPermitted)",
            "make the role, and write again what has FAILED",
        )],
        Some(Fact::Known(Some(role))) => of_role(facts, role),
        Some(Fact::Unknown(_)) | None => Vec::new(),
    }
}

/// `arn:PARTITION:iam::ACCOUNT:role/PATH/NAME`.
fn is_role(arn: &str) -> bool {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let [start, _, service, _, account, name] = parts[..] else {
        return false;
    };
    let is_account = account.len() == 12 && account.chars().all(|c| c.is_ascii_digit());
    let name = name
        .strip_prefix("role/")
        .is_some_and(|name| !name.is_empty());
    start == "arn" && service == "iam" && is_account && name
}

fn of_role(facts: &Facts, role: &RoleFacts) -> Vec<Finding> {
    let mut found = trust(role).into_iter().collect::<Vec<_>>();
    for right in rights::needed(facts) {
        found.extend(lacking(facts, role, &right));
    }
    found
}

fn trust(role: &RoleFacts) -> Option<Finding> {
    match role.trust.decide(&Request::of_s3()) {
        Decision::Allowed => None,
        Decision::Depends(condition) => Some(FindingKind::TrustUndecided.at(
            &role.arn,
            format!("the trust policy has a condition that is not known here ({condition}); AWS documents none for live replication"),
            "write an object and see whether it ends COMPLETED, or remove the condition",
        )),
        Decision::NotAllowed | Decision::Denied(_) => Some(FindingKind::TrustMissing.at(
            &role.arn,
            "the trust policy does not let s3.amazonaws.com assume the role: objects end FAILED (AssumeRoleNotPermitted)",
            "allow sts:AssumeRole to the service s3.amazonaws.com",
        )),
    }
}

/// A right that the role does not have, by its own policies and boundary.
fn lacking(facts: &Facts, role: &RoleFacts, right: &Right) -> Option<Finding> {
    let (action, resource) = (right.action, &right.resource);
    let kind = match decide(facts, role, right) {
        Decision::Allowed => return None,
        Decision::Depends(condition) => {
            return Some(FindingKind::RightUndecided.at(
                &role.arn,
                format!("whether it may {action} on {resource} depends on a condition that is not known here ({condition})"),
                "write an object and see whether it ends COMPLETED, or remove the condition",
            ));
        }
        Decision::NotAllowed | Decision::Denied(_) if has_old_read(facts, role, right) => {
            FindingKind::OldReadRight
        }
        Decision::NotAllowed | Decision::Denied(_) => right.kind,
    };
    let leads_to = match kind {
        FindingKind::OldReadRight => {
            "it has s3:GetObjectVersion instead, which never copies objects that KMS encrypts"
        }
        FindingKind::TagRightMissing => {
            "replicas come without tags, or objects end FAILED; AWS's pages disagree"
        }
        FindingKind::MarkerRightMissing => "delete markers do not arrive (DstDelObjNotPermitted)",
        _ => "objects end FAILED",
    };
    Some(kind.at(
        &role.arn,
        format!("it may not {action} on {resource}: {leads_to}"),
        format!("allow {action} on {resource} in the role's policy; what has FAILED has to be written again"),
    ))
}

fn has_old_read(facts: &Facts, role: &RoleFacts, right: &Right) -> bool {
    let old = Right {
        action: "s3:GetObjectVersion",
        ..right.clone()
    };
    right.action == "s3:GetObjectVersionForReplication"
        && decide(facts, role, &old) == Decision::Allowed
}

/// What the role's policies and boundary decide. Within one account a bucket policy that names the
/// role is enough by itself.
fn decide(facts: &Facts, role: &RoleFacts, right: &Right) -> Decision {
    let request = right.request(&role.arn);
    let own = role.permissions.decide(&request);
    let own = match (own, &role.boundary) {
        (Decision::Allowed, Some(boundary)) => boundary.decide(&request),
        (own, _) => own,
    };
    let bucket = if right.at_source {
        &facts.source
    } else {
        &facts.destination
    };
    let abroad = !right.at_source && facts.is_cross_account();
    let by_bucket = match bucket.policy.known() {
        Some(Some(policy)) if !abroad => policy.decide(&request.by_name()),
        _ => Decision::NotAllowed,
    };
    match (own, by_bucket) {
        (Decision::NotAllowed, Decision::Allowed) => Decision::Allowed,
        (own, _) => own,
    }
}
