//! Plain facts, and what is found in them: each kind fires on its illness and not beside it.

mod buckets;
mod configured;
mod grants;
mod reading;
#[cfg(feature = "grants")]
mod written;

use std::collections::BTreeSet;

use super::*;
use crate::replication::{Rule, Schema};

pub(super) use super::FindingKind as K;

pub(super) const ROLE: &str = "arn:aws:iam::111122223333:role/replication";
pub(super) const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/replicas";

/// A kind, what makes a healthy pair ill of it, and what comes near and does not.
pub(super) type Case = (FindingKind, fn(&mut Facts), fn(&mut Facts));

/// The article's pair, with metrics and a role that may what it has to.
pub(crate) fn healthy() -> Facts {
    let rule = Rule::new("Rule1").with_destination("replica");
    let configuration = Configuration {
        role: ROLE.to_owned(),
        rules: vec![ConfiguredRule {
            metrics: true,
            ..ConfiguredRule::new(rule)
        }],
    };
    let mut source = bucket("source", "ap-northeast-1");
    source.replication = Fact::Known(Some(configuration));
    Facts {
        source,
        destination: bucket("replica", "us-east-1"),
        same_account: Fact::Known(true),
        role: Some(Fact::Known(Some(role()))),
        keys: Vec::new(),
    }
}

fn bucket(name: &str, region: &str) -> BucketFacts {
    let enforced = "BucketOwnerEnforced".to_owned();
    BucketFacts {
        name: name.to_owned(),
        region: region.to_owned(),
        versioning: Fact::Known(Versioning {
            status: Some("Enabled".to_owned()),
        }),
        encryption: Fact::Known(Some(encryption("AES256"))),
        lifecycle: Fact::Known(Vec::new()),
        lock: Fact::Known(None),
        ownership: Fact::Known(Some(enforced)),
        policy: Fact::Known(None),
        requester_pays: Fact::Known(false),
        notifications: Fact::Known(Vec::new()),
        logs_to: Fact::Known(None),
        replication: Fact::Known(None),
    }
}

pub(super) fn encryption(algorithm: &str) -> Encryption {
    Encryption {
        algorithm: Some(algorithm.to_owned()),
        ..Encryption::default()
    }
}

pub(super) fn policy(statements: &str) -> Policy {
    Policy::parse(&format!(r#"{{"Statement": [{statements}]}}"#)).unwrap()
}

/// A statement that allows these actions on everything.
pub(super) fn allow(actions: &[&str]) -> String {
    let actions = actions.join("\", \"");
    format!(r#"{{"Effect": "Allow", "Action": ["{actions}"], "Resource": "*"}}"#)
}

pub(super) const RIGHTS: [&str; 12] = [
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
    "s3:GetObjectVersionForReplication",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionTagging",
    "s3:GetObjectRetention",
    "s3:GetObjectLegalHold",
    "s3:ReplicateObject",
    "s3:ReplicateDelete",
    "s3:ObjectOwnerOverrideToBucketOwner",
    "kms:Decrypt",
    "kms:Encrypt",
];

fn role() -> RoleFacts {
    RoleFacts {
        arn: ROLE.to_owned(),
        trust: policy(
            r#"{"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}"#,
        ),
        permissions: policy(&allow(&RIGHTS)),
        boundary: None,
    }
}

pub(crate) fn configuration(facts: &mut Facts) -> &mut Configuration {
    match &mut facts.source.replication {
        Fact::Known(Some(configuration)) => configuration,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn first(facts: &mut Facts) -> &mut ConfiguredRule {
    &mut configuration(facts).rules[0]
}

/// A second rule, of the first one's making.
pub(crate) fn second<'f>(facts: &'f mut Facts, id: &str, priority: i32) -> &'f mut ConfiguredRule {
    let mut rule = first(facts).clone();
    (rule.rule.id, rule.rule.priority) = (id.to_owned(), priority);
    let rules = &mut configuration(facts).rules;
    rules.push(rule);
    rules.last_mut().unwrap()
}

pub(crate) fn v1(facts: &mut Facts) {
    first(facts).rule.schema = Schema::V1;
}

fn fires(kind: FindingKind, make: fn(&mut Facts)) -> bool {
    let mut facts = healthy();
    make(&mut facts);
    findings(&facts).iter().any(|finding| finding.kind == kind)
}

fn cases() -> impl Iterator<Item = Case> {
    let tables = [buckets::CASES, configured::CASES, grants::CASES];
    tables.into_iter().flatten().copied()
}

#[test]
fn each_kind_fires_on_its_illness_and_not_beside_it() {
    for (kind, ill, near) in cases() {
        assert!(fires(kind, ill), "{kind} does not fire on its illness");
        assert!(!fires(kind, near), "{kind} fires beside its illness");
    }
}

#[test]
fn every_kind_has_its_cases() {
    let tried: BTreeSet<_> = cases().map(|(kind, ..)| kind).collect();
    let untried = FindingKind::ALL.iter().filter(|kind| !tried.contains(kind));
    assert_eq!(untried.collect::<Vec<_>>(), Vec::<&FindingKind>::new());
    assert!(FindingKind::ALL.len() >= 25);
}

#[test]
fn a_healthy_pair_has_notes_only() {
    let found = findings(&healthy());
    let kinds: Vec<_> = found.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [K::MarkersStay, K::KmsObjectsSkipped]);
    assert_eq!(exit_code(&found) as u8, 0);
}

#[test]
fn every_finding_is_told_in_lines_with_a_remedy() {
    for (kind, ill, _) in cases() {
        let mut facts = healthy();
        ill(&mut facts);
        let all = findings(&facts);
        let finding = all.iter().find(|finding| finding.kind == kind).unwrap();
        for prose in [&finding.what, &finding.place, &finding.remedy] {
            assert!(!prose.is_empty() && !prose.contains('\n'), "{finding:?}");
            assert!(!prose.ends_with('.'), "{finding:?}");
        }
    }
}

#[test]
fn the_gravest_come_first_and_decide_the_exit_code() {
    let mut facts = healthy();
    facts.source.policy = Fact::Unknown(reading::gap());
    assert_eq!(exit_code(&findings(&facts)) as u8, 3);
    facts.destination.versioning = Fact::Known(Versioning::default());
    let found = findings(&facts);
    assert_eq!(exit_code(&found) as u8, 1);
    assert!(
        found.is_sorted_by_key(|finding| finding.severity),
        "{found:?}"
    );
}

#[test]
fn every_rule_behind_a_finding_is_in_the_rule_table() {
    let table = include_str!("../scenario/rules.json");
    for kind in FindingKind::ALL {
        for id in kind.rule_ids() {
            assert!(table.contains(&format!("\"{id}\"")), "{kind}: {id}");
        }
    }
}
