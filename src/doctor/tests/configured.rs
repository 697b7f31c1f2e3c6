//! What configurations are ill of.

use super::*;

/// The destination replicates there.
fn onward(facts: &mut Facts, to: &str, modifications: bool) {
    let rule = ConfiguredRule {
        replica_modifications: modifications,
        ..ConfiguredRule::new(Rule::new("onward").with_destination(to))
    };
    facts.destination.replication = Fact::Known(Some(Configuration {
        role: ROLE.to_owned(),
        rules: vec![rule],
    }));
}

fn prefixed(facts: &mut Facts, prefix: &str) {
    prefix.clone_into(&mut first(facts).rule.filter.prefix);
}

fn tagged(facts: &mut Facts) {
    let tags = &mut first(facts).rule.filter.tags;
    tags.insert("team".to_owned(), "a".to_owned());
}

fn leads_to(facts: &mut Facts, bucket: &str) {
    bucket.clone_into(&mut first(facts).rule.destination);
}

fn elsewhere(facts: &mut Facts) -> &mut ConfiguredRule {
    let rule = second(facts, "elsewhere", 2);
    "another".clone_into(&mut rule.rule.destination);
    rule
}

fn with_key(facts: &mut Facts, key: &str) {
    let rule = first(facts);
    (rule.kms_opt_in, rule.replica_key) = (true, Some(key.to_owned()));
}

#[rustfmt::skip]
pub(super) const CASES: &[Case] = &[
    (K::NoConfiguration, |f| f.source.replication = Fact::Known(None),
        |f| f.source.replication = Fact::Unknown(reading::gap())),
    (K::NoRuleForDestination, |f| leads_to(f, "another"), |_| {}),
    (K::EveryRuleDisabled, |f| first(f).rule.enabled = false,
        |f| second(f, "off", 2).rule.enabled = false),
    (K::RuleDisabled, |f| second(f, "off", 2).rule.enabled = false,
        |f| first(f).rule.enabled = false),
    (K::ReplicatesToItself, |f| leads_to(f, "source"), |f| leads_to(f, "another")),
    (K::OtherDestination, |f| { elsewhere(f); }, |f| { second(f, "same", 2); }),
    (K::RuleNeverUsed, |f| "logs/".clone_into(&mut second(f, "narrow", 0).rule.filter.prefix),
        |f| "logs/".clone_into(&mut second(f, "narrow", 2).rule.filter.prefix)),
    (K::RuleNeverUsed, |f| { tagged(f); second(f, "wide", 2).rule.filter.tags.clear(); },
        |f| { second(f, "tagged", 2).rule.filter.tags.insert("a".to_owned(), "b".to_owned()); }),
    (K::EqualPriorities, |f| { second(f, "same", 1); }, |f| { second(f, "larger", 2); }),
    (K::UnlikelyPrefix, |f| prefixed(f, "logs/*"), |f| prefixed(f, "logs/")),
    (K::UnlikelyPrefix, |f| prefixed(f, "/logs"), |f| prefixed(f, "logs//")),
    (K::UnlikelyPrefix, |f| prefixed(f, "s3://source/logs"), |f| prefixed(f, "s3/logs")),
    (K::LateTags, tagged, |f| prefixed(f, "team/")),
    (K::KeysLeftOut, |f| prefixed(f, "logs/"),
        |f| { prefixed(f, "logs/"); second(f, "rest", 0).rule.filter.prefix.clear(); }),
    (K::MarkersOfTags, |f| { tagged(f); first(f).rule.delete_markers = true; }, tagged),
    (K::ManyDestinationsInV1, |f| { v1(f); elsewhere(f); }, |f| { elsewhere(f); }),
    (K::MarkersTravelInV1, v1, |f| first(f).rule.delete_markers = true),
    (K::MarkersStay, |_| {}, |f| first(f).rule.delete_markers = true),
    (K::UndeleteStays, |f| first(f).rule.delete_markers = true, |_| {}),
    (K::NoChaining, |f| onward(f, "third", false), |f| onward(f, "source", false)),
    (K::TwoWay, |f| onward(f, "source", false), |f| onward(f, "third", false)),
    (K::ModificationsOneWay, |f| first(f).replica_modifications = true,
        |f| { first(f).replica_modifications = true; onward(f, "source", true); }),
    (K::ModificationsOneWay, |f| onward(f, "source", true), |f| onward(f, "third", true)),
    (K::ReplicaKeyMissing, |f| first(f).kms_opt_in = true, |f| with_key(f, KEY)),
    (K::ReplicaKeyElsewhere, |f| with_key(f, "arn:aws:kms:ap-northeast-1:111122223333:key/k"),
        |f| with_key(f, "alias/replicas")),
    (K::ManagedKeyAcrossAccounts, |f| { f.same_account = Fact::Known(false); with_key(f, "arn:aws:kms:us-east-1:444455556666:alias/aws/s3"); },
        |f| with_key(f, "arn:aws:kms:us-east-1:111122223333:alias/aws/s3")),
    (K::OwnerWithoutAccount, |f| first(f).owner_override = true,
        |f| { first(f).owner_override = true; first(f).account = Some("444455556666".to_owned()); }),
    (K::OverrideInOneAccount, |f| { first(f).owner_override = true; first(f).account = Some("111122223333".to_owned()); },
        |f| { f.same_account = Fact::Known(false); first(f).owner_override = true; first(f).account = Some("444455556666".to_owned()); }),
    (K::FailuresUnheard, |f| first(f).metrics = false, |_| {}),
    (K::RtcIncomplete, |f| first(f).rtc_minutes = Some(30), |f| first(f).rtc_minutes = Some(15)),
    (K::RtcIncomplete, |f| { first(f).rtc_minutes = Some(15); first(f).metrics = false; },
        |f| first(f).metrics = false),
    (K::MarkersBeyondRtc, |f| { first(f).rtc_minutes = Some(15); first(f).rule.delete_markers = true; },
        |f| first(f).rule.delete_markers = true),
];
