//! The KMS keys of both sides, and what the role may do with them (R-ENC-06).

use super::facts::{ConfiguredRule, Encryption, Facts, KeyFacts, RoleFacts};
use super::finding::{Finding, FindingKind};
use super::policy::{Decision, Request, account};
use super::rights;

pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    let mut found: Vec<_> = known(facts).filter_map(unusable).collect();
    let role = facts.role.as_ref().and_then(|role| role.known()?.as_ref());
    let Some(role) = role else { return found };
    for configured in facts.enabled().filter(|configured| configured.kms_opt_in) {
        found.extend(source_key(facts, role, configured));
        found.extend(replica_key(facts, role, configured));
    }
    found
}

fn known(facts: &Facts) -> impl Iterator<Item = &KeyFacts> {
    facts.keys.iter().filter_map(super::Fact::known)
}

fn named<'f>(facts: &'f Facts, name: &str) -> Option<&'f KeyFacts> {
    known(facts).find(|key| key.arn == name || key.named == name)
}

fn unusable(key: &KeyFacts) -> Option<Finding> {
    let why = match key {
        key if key.state != "Enabled" => format!("it is {}", key.state),
        key if !key.symmetric => "it is not symmetric".to_owned(),
        _ => return None,
    };
    Some(FindingKind::KeyUnusable.at(
        &key.arn,
        format!("{why}: objects that need it end FAILED"),
        "enable the key, cancel its deletion, or name another; write again what has FAILED",
    ))
}

/// The source's key has to decrypt (R-ENC-06).
fn source_key(facts: &Facts, role: &RoleFacts, configured: &ConfiguredRule) -> Option<Finding> {
    let encryption = facts.source.encryption.known()?.as_ref()?;
    let key = named(facts, encryption.kms_key()?)?;
    let context = context(facts, true, configured, encryption);
    let request = request(role, "kms:Decrypt", key, &facts.source.region, context);
    missing(FindingKind::DecryptMissing, role, key, &request)
}

/// The replicas' key has to encrypt, and with a Bucket Key to decrypt as well (R-ENC-06).
fn replica_key(facts: &Facts, role: &RoleFacts, configured: &ConfiguredRule) -> Vec<Finding> {
    let key = configured
        .replica_key
        .as_deref()
        .and_then(|name| named(facts, name));
    let Some(key) = key else { return Vec::new() };
    let none = Encryption::default();
    let source = facts.source.encryption.known().and_then(Option::as_ref);
    // A replica keeps its source's Bucket Key setting (R-ENC-11).
    let encryption = source.unwrap_or(&none);
    let actions = match encryption.bucket_key {
        true => &["kms:Encrypt", "kms:Decrypt"][..],
        false => &["kms:Encrypt"],
    };
    let of = |action: &&str| {
        let context = context(facts, false, configured, encryption);
        let request = request(role, action, key, &facts.destination.region, context);
        missing(FindingKind::EncryptMissing, role, key, &request)
    };
    actions.iter().filter_map(of).collect()
}

/// The encryption context: the object's ARN, or the bucket's with a Bucket Key.
fn context(
    facts: &Facts,
    source: bool,
    configured: &ConfiguredRule,
    encryption: &Encryption,
) -> String {
    let bucket = rights::arn(facts, source);
    match encryption.bucket_key {
        true => bucket,
        false => format!("{bucket}/{}object", configured.rule.filter.prefix),
    }
}

fn request(
    role: &RoleFacts,
    action: &str,
    key: &KeyFacts,
    region: &str,
    context: String,
) -> Request {
    Request::of_role(&role.arn, action, &key.arn)
        .with("kms:ViaService", format!("s3.{region}.amazonaws.com"))
        .with("kms:CallerAccount", account(&role.arn))
        .with("kms:EncryptionContext:aws:s3:arn", context)
}

fn missing(
    kind: FindingKind,
    role: &RoleFacts,
    key: &KeyFacts,
    request: &Request,
) -> Option<Finding> {
    let (action, arn) = (&request.action, &key.arn);
    match decide(role, key, request) {
        Decision::Allowed => None,
        Decision::Depends(condition) => Some(FindingKind::KeyRightUndecided.at(
            arn,
            format!("whether {} may {action} depends on a condition that is not known here ({condition})", role.arn),
            "write an object and see whether it ends COMPLETED, or remove the condition",
        )),
        Decision::NotAllowed | Decision::Denied(_) => Some(kind.at(
            arn,
            format!("{} may not {action} for {}: KMS objects end FAILED", role.arn, request.context["kms:encryptioncontext:aws:s3:arn"]),
            format!("allow {action} in the role's policy, and let the key's policy delegate to the role's account"),
        )),
    }
}

/// A key policy that names the role is enough, and so is a grant; one that names the role's
/// account leaves it to the role's own policies, which count across accounts too.
fn decide(role: &RoleFacts, key: &KeyFacts, request: &Request) -> Decision {
    let operation = request.action.trim_start_matches("kms:");
    let granted = key.grants.iter().any(|grant| {
        grant.grantee == role.arn && grant.operations.iter().any(|known| known == operation)
    });
    let by_key = key.policy.decide(request);
    let by_role = role.permissions.decide(request);
    match (by_key, by_role) {
        (denied @ Decision::Denied(_), _) | (_, denied @ Decision::Denied(_)) => denied,
        _ if granted => Decision::Allowed,
        (Decision::Allowed, Decision::NotAllowed) if names(key, request) => Decision::Allowed,
        (Decision::Allowed, by_role) => by_role,
        (by_key, _) => by_key,
    }
}

/// Whether the key's policy allows it to the role itself, and not only to its account.
fn names(key: &KeyFacts, request: &Request) -> bool {
    let at_home = account(&key.arn) == account(&request.role);
    at_home && key.policy.decide(&request.clone().by_name()) == Decision::Allowed
}
