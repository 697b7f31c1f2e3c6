//! What roles and keys are ill of.

use super::*;

fn role(facts: &mut Facts) -> &mut RoleFacts {
    match &mut facts.role {
        Some(Fact::Known(Some(role))) => role,
        other => panic!("{other:?}"),
    }
}

/// Takes a right away from the role.
fn without(facts: &mut Facts, right: &str) {
    let rest: Vec<_> = RIGHTS.into_iter().filter(|known| *known != right).collect();
    role(facts).permissions = policy(&allow(&rest));
}

/// Puts another right in its place.
fn with(facts: &mut Facts, missing: &str, instead: &str) {
    let rights: Vec<_> = RIGHTS
        .into_iter()
        .filter(|known| *known != missing)
        .collect();
    let rights = [&rights[..], &[instead]].concat();
    role(facts).permissions = policy(&allow(&rights));
}

fn trusted(principal: &str, condition: &str) -> Policy {
    policy(&format!(
        r#"{{"Effect": "Allow", "Principal": {{"Service": "{principal}"}}, "Action": "sts:AssumeRole"{condition}}}"#
    ))
}

const FROM_SOURCE: &str = r#", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::source"}}"#;

fn named(facts: &mut Facts, role: &str) {
    role.clone_into(&mut configuration(facts).role);
}

fn bounded(facts: &mut Facts, actions: &[&str]) {
    role(facts).boundary = Some(policy(&allow(actions)));
}

fn locked(facts: &mut Facts) {
    facts.source.lock = Fact::Known(Some(LockFacts::default()));
    facts.destination.lock = Fact::Known(Some(LockFacts::default()));
}

/// A key whose policy leaves it to the account.
fn key(arn: &str, state: &str) -> KeyFacts {
    let root = r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"}"#;
    KeyFacts {
        arn: arn.to_owned(),
        named: arn.to_owned(),
        state: state.to_owned(),
        symmetric: true,
        policy: policy(root),
        ..KeyFacts::default()
    }
}

const SOURCE_KEY: &str = "arn:aws:kms:ap-northeast-1:111122223333:key/source";

/// A pair whose objects KMS encrypts on both sides.
fn kms(facts: &mut Facts) {
    let encryption = Encryption {
        key: Some(SOURCE_KEY.to_owned()),
        ..encryption("aws:kms")
    };
    facts.source.encryption = Fact::Known(Some(encryption));
    let rule = first(facts);
    (rule.kms_opt_in, rule.replica_key) = (true, Some(KEY.to_owned()));
    facts.keys = [SOURCE_KEY, KEY]
        .map(|arn| Fact::Known(key(arn, "Enabled")))
        .into();
}

fn keys(facts: &mut Facts, make: impl Fn(&mut KeyFacts)) {
    kms(facts);
    for key in &mut facts.keys {
        if let Fact::Known(key) = key {
            make(key);
        }
    }
}

/// The role may use the key where this holds.
fn conditioned(facts: &mut Facts, action: &str, condition: &str) {
    kms(facts);
    without(facts, action);
    let rest = format!(
        r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "*", "Condition": {{"StringLike": {condition}}}}}"#
    );
    let permissions = [role(facts).permissions.clone(), policy(&rest)];
    role(facts).permissions = Policy::joined(permissions);
}

/// The keys name the role themselves, and the role's own policies say nothing.
fn named_by_keys(facts: &mut Facts, principal: &str) {
    let statement = format!(
        r#"{{"Effect": "Allow", "Principal": {{"AWS": "{principal}"}}, "Action": "kms:*", "Resource": "*"}}"#
    );
    keys(facts, |key| key.policy = policy(&statement));
    let rights = RIGHTS
        .into_iter()
        .filter(|right| !right.starts_with("kms:"));
    let rights: Vec<_> = rights.collect();
    role(facts).permissions = policy(&allow(&rights));
}

#[rustfmt::skip]
pub(super) const CASES: &[Case] = &[
    (K::RoleUnusable, |f| named(f, "replication"), |f| named(f, "arn:aws-cn:iam::111122223333:role/a/b")),
    (K::RoleMissing, |f| f.role = Some(Fact::Known(None)),
        |f| f.role = Some(Fact::Unknown(reading::gap()))),
    (K::TrustMissing, |f| role(f).trust = trusted("ec2.amazonaws.com", ""), |_| {}),
    (K::TrustUndecided, |f| role(f).trust = trusted("s3.amazonaws.com", FROM_SOURCE),
        |f| role(f).trust = trusted("ec2.amazonaws.com", FROM_SOURCE)),
    (K::ListRightMissing, |f| without(f, "s3:ListBucket"), |f| without(f, "s3:GetObjectVersionAcl")),
    (K::ReadRightMissing, |f| without(f, "s3:GetObjectVersionForReplication"),
        |f| without(f, "s3:GetObjectVersionTagging")),
    (K::TagRightMissing, |f| without(f, "s3:GetObjectVersionTagging"), |_| {}),
    (K::WriteRightMissing, |f| without(f, "s3:ReplicateObject"),
        |f| { without(f, "s3:ReplicateObject"); f.destination.policy = Fact::Known(Some(policy(
            r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/replication"}, "Action": "s3:*", "Resource": "*"}"#))); }),
    (K::WriteRightMissing, |f| bounded(f, &["s3:Get*", "s3:List*"]), |f| bounded(f, &["s3:*"])),
    (K::MarkerRightMissing, |f| { without(f, "s3:ReplicateDelete"); first(f).rule.delete_markers = true; },
        |f| without(f, "s3:ReplicateDelete")),
    (K::OverrideRightMissing, |f| { without(f, "s3:ObjectOwnerOverrideToBucketOwner"); first(f).owner_override = true; },
        |f| without(f, "s3:ObjectOwnerOverrideToBucketOwner")),
    (K::LockRightMissing, |f| { locked(f); without(f, "s3:GetObjectLegalHold"); },
        |f| without(f, "s3:GetObjectLegalHold")),
    (K::OldReadRight, |f| with(f, "s3:GetObjectVersionForReplication", "s3:GetObjectVersion"),
        |f| with(f, "s3:GetObjectVersionForReplication", "s3:GetObject")),
    (K::RightUndecided, |f| conditioned(f, "s3:ReplicateObject", r#"{"aws:PrincipalTag/team": "a"}"#),
        |f| conditioned(f, "s3:ReplicateObject", r#"{"aws:PrincipalArn": "*:role/*"}"#)),
    (K::KeyUnusable, |f| keys(f, |key| key.state = "PendingDeletion".to_owned()), kms),
    (K::KeyUnusable, |f| keys(f, |key| key.symmetric = false), kms),
    (K::DecryptMissing, |f| { kms(f); without(f, "kms:Decrypt"); }, |f| { kms(f); without(f, "kms:Encrypt"); }),
    (K::DecryptMissing, |f| conditioned(f, "kms:Decrypt", r#"{"kms:ViaService": "s3.us-east-1.amazonaws.com"}"#),
        |f| conditioned(f, "kms:Decrypt", r#"{"kms:ViaService": "s3.ap-northeast-1.amazonaws.com", "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::source/*"}"#)),
    (K::EncryptMissing, |f| { kms(f); without(f, "kms:Encrypt"); }, kms),
    (K::EncryptMissing, |f| named_by_keys(f, "444455556666"), |f| named_by_keys(f, ROLE)),
    (K::EncryptMissing, |f| named_by_keys(f, "111122223333"),
        |f| { named_by_keys(f, "111122223333"); let grant = GrantFacts { grantee: ROLE.to_owned(), operations: vec!["Encrypt".to_owned()] };
            for key in &mut f.keys { if let Fact::Known(key) = key { key.grants.push(grant.clone()); } } }),
    (K::KeyRightUndecided, |f| conditioned(f, "kms:Encrypt", r#"{"aws:PrincipalTag/team": "a"}"#),
        |f| conditioned(f, "kms:Encrypt", r#"{"kms:CallerAccount": "111122223333"}"#)),
];

/// With Bucket Keys the context is the bucket's ARN, and the replicas' key has to decrypt too.
#[test]
fn a_bucket_key_changes_the_context_and_asks_for_decrypt_at_the_destination() {
    let of_objects = r#"{"kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::*/*"}"#;
    let mut facts = healthy();
    conditioned(&mut facts, "kms:Decrypt", of_objects);
    let kinds = |facts: &Facts| findings(facts).iter().map(|f| f.kind).collect::<Vec<_>>();
    assert!(!kinds(&facts).contains(&K::DecryptMissing));
    if let Fact::Known(Some(encryption)) = &mut facts.source.encryption {
        encryption.bucket_key = true;
    }
    let found = kinds(&facts);
    assert!(
        found.contains(&K::DecryptMissing) && found.contains(&K::EncryptMissing),
        "{found:?}"
    );
}
