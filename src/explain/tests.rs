//! Hand-made facts, and what they are explained by.

use rstest::rstest;

use super::*;
use crate::doctor::tests::{configuration, first, healthy, second};
use crate::doctor::{Fact, FindingKind, Versioning};
use crate::history::{Failure, ListedVersion, ObjectSeen, Seen};
use crate::replication::ReplicationStatus::{self, Completed, Failed, Pending, Replica};

const NOW: i64 = 1_800_000_000;

fn object(status: Option<ReplicationStatus>) -> ObjectSeen {
    ObjectSeen {
        version: Some("v1".into()),
        size: 3,
        etag: Some("e".to_owned()),
        encryption: Some("AES256".to_owned()),
        last_modified: Some(NOW - 60),
        status,
        ..ObjectSeen::default()
    }
}

fn present(object: ObjectSeen) -> Seen {
    Seen::Present(Box::new(object))
}

fn listing(versions: &[&str]) -> Seen {
    let listed = |(index, version): (usize, &&str)| ListedVersion {
        version: version.trim_start_matches('!').into(),
        marker: version.starts_with('!'),
        latest: index == 0,
        etag: None,
        size: 3,
        last_modified_ms: None,
    };
    Seen::Versions {
        versions: versions.iter().enumerate().map(listed).collect(),
    }
}

/// An object of the healthy pair that replicated.
fn replicated() -> ObjectFacts {
    let pair = healthy();
    ObjectFacts {
        bucket: "source".to_owned(),
        key: "logs/a".to_owned(),
        version: Some("v1".into()),
        source: present(object(Some(Completed))),
        tags: Some([("team".to_owned(), "a".to_owned())].into()),
        now: NOW,
        configuration: pair.source.replication.clone(),
        destinations: vec![DestinationFacts {
            bucket: "replica".to_owned(),
            pair: Ok(pair),
            replica: present(object(Some(Replica))),
            versions: listing(&["v1"]),
            failure: None,
        }],
    }
}

fn status(facts: &mut ObjectFacts, status: Option<ReplicationStatus>) {
    facts.source = present(object(status));
}

fn seen(facts: &mut ObjectFacts, change: impl FnOnce(&mut ObjectSeen)) {
    let mut changed = object(None);
    change(&mut changed);
    facts.source = present(changed);
}

fn absent(facts: &mut ObjectFacts) {
    facts.destinations[0].replica = Seen::Absent;
    facts.destinations[0].versions = listing(&[]);
}

/// Nothing there, and this status.
fn without(facts: &mut ObjectFacts, word: Option<ReplicationStatus>) {
    status(facts, word);
    absent(facts);
}

/// Changes the rule, as object and pair know it.
fn ruled(facts: &mut ObjectFacts, change: impl Fn(&mut crate::doctor::ConfiguredRule)) {
    let pair = facts.destinations[0].pair.as_mut().unwrap();
    change(first(pair));
    facts.configuration = pair.source.replication.clone();
}

fn suspended(facts: &mut ObjectFacts) {
    let pair = facts.destinations[0].pair.as_mut().unwrap();
    pair.destination.versioning = Fact::Known(Versioning::default());
}

fn marker(facts: &mut ObjectFacts, travels: bool) {
    facts.source = Seen::DeleteMarker { version: None };
    facts.destinations[0].replica = Seen::Absent;
    facts.destinations[0].versions = listing(&["v0"]);
    ruled(facts, |rule| rule.rule.delete_markers = travels);
}

fn another_destination(facts: &mut ObjectFacts) {
    let mut other = facts.destinations[0].clone();
    "another".clone_into(&mut other.bucket);
    let pair = facts.destinations[0].pair.as_mut().unwrap();
    "another".clone_into(&mut second(pair, "another", 2).rule.destination);
    facts.configuration = pair.source.replication.clone();
    facts.destinations.push(other);
}

fn failure(status: u16, code: &str) -> Seen {
    Seen::Failed(Failure {
        status,
        code: code.to_owned(),
        message: "no".to_owned(),
    })
}

#[rstest]
#[case::in_place(|_: &mut ObjectFacts| {}, Remedy::Nothing, "replication completed", "R-STATUS-01")]
#[case::pending(|f: &mut ObjectFacts| without(f, Some(Pending)), Remedy::Wait, "seconds or minutes", "R-STATUS-09")]
#[case::pending_for_hours(|f: &mut ObjectFacts| { absent(f); seen(f, |o| { o.status = Some(Pending); o.last_modified = Some(NOW - 7200); }); }, Remedy::Wait, "since 120 minutes", "R-TIME-01")]
#[case::pending_and_there(|f: &mut ObjectFacts| status(f, Some(Pending)), Remedy::Wait, "written back afterwards", "R-STATUS-13")]
#[case::pending_for_others(|f: &mut ObjectFacts| { status(f, Some(Pending)); another_destination(f); }, Remedy::Wait, "other destinations", "R-STATUS-06")]
#[case::pending_and_about_to_fail(|f: &mut ObjectFacts| { without(f, Some(Pending)); suspended(f); }, Remedy::FixThenRewrite, "will end FAILED", "R-STATUS-10")]
#[case::failed(|f: &mut ObjectFacts| { without(f, Some(Failed)); suspended(f); }, Remedy::FixThenRewrite, "FAILED is final", "R-STATUS-10")]
#[case::failed_and_mended(|f: &mut ObjectFacts| without(f, Some(Failed)), Remedy::Batch, "mended since", "R-IAM-09")]
#[case::failed_elsewhere(|f: &mut ObjectFacts| status(f, Some(Failed)), Remedy::Nothing, "another destination failed", "R-STATUS-08")]
#[case::completed_and_gone(absent, Remedy::Rewrite, "the replica is gone", "R-NOT-09")]
#[case::completed_before_the_rule(|f: &mut ObjectFacts| { another_destination(f); absent(f); }, Remedy::Batch, "newer than the object", "R-RULE-17")]
#[case::hidden(|f: &mut ObjectFacts| f.destinations[0].versions = listing(&["!m", "v1"]), Remedy::Nothing, "hides the replica", "R-NOT-12")]
#[case::other_bytes(|f: &mut ObjectFacts| f.destinations[0].replica = present(ObjectSeen { size: 4, ..object(Some(Replica)) }), Remedy::Rewrite, "something else", "R-DATA-01")]
#[case::other_hash(|f: &mut ObjectFacts| f.destinations[0].replica = present(ObjectSeen { etag: None, ..object(Some(Replica)) }), Remedy::Rewrite, "something else", "R-DATA-01")]
#[case::a_replica(|f: &mut ObjectFacts| without(f, Some(Replica)), Remedy::Batch, "not replicated onward", "R-NOT-02")]
#[case::older_than_the_rule(|f: &mut ObjectFacts| without(f, None), Remedy::Batch, "older than the rule", "R-NOT-01")]
#[case::there_without_a_status(|f: &mut ObjectFacts| status(f, None), Remedy::Nothing, "has no status", "R-STATUS-02")]
#[case::not_selected(|f: &mut ObjectFacts| { without(f, None); ruled(f, |r| "log/".clone_into(&mut r.rule.filter.prefix)); }, Remedy::FixThenRewrite, "no enabled rule", "R-STATUS-02")]
#[case::disabled(|f: &mut ObjectFacts| { without(f, None); ruled(f, |r| r.rule.enabled = false); }, Remedy::FixThenRewrite, "no enabled rule", "R-STATUS-02")]
#[case::tagged_later(|f: &mut ObjectFacts| { without(f, None); ruled(f, |r| { r.rule.filter.tags.insert("team".to_owned(), "a".to_owned()); }); }, Remedy::Batch, "added after it was written", "R-RULE-10")]
#[case::archived(|f: &mut ObjectFacts| { absent(f); seen(f, |o| o.storage_class = Some("GLACIER".to_owned())); }, Remedy::FixThenRewrite, "GLACIER", "R-NOT-03")]
#[case::kms(|f: &mut ObjectFacts| { absent(f); seen(f, |o| o.encryption = Some("aws:kms".to_owned())); }, Remedy::FixThenRewrite, "opt in to KMS", "R-ENC-04")]
#[case::kms_opted_in(|f: &mut ObjectFacts| { absent(f); seen(f, |o| o.encryption = Some("aws:kms".to_owned())); ruled(f, |r| r.kms_opt_in = true); }, Remedy::Batch, "older than the rule", "R-NOT-01")]
#[case::marker_stays(|f: &mut ObjectFacts| marker(f, false), Remedy::FixThenRewrite, "stay at the source", "R-DEL-01")]
#[case::marker_travels(|f: &mut ObjectFacts| marker(f, true), Remedy::Wait, "has not arrived", "R-NOT-05")]
#[case::marker_is_there(|f: &mut ObjectFacts| { marker(f, true); f.destinations[0].versions = listing(&["!v1", "v0"]); }, Remedy::Nothing, "has arrived", "R-DEL-02")]
#[case::marker_under_another_id(|f: &mut ObjectFacts| { marker(f, true); f.destinations[0].versions = listing(&["!x", "v0"]); }, Remedy::Nothing, "has arrived", "R-DEL-02")]
#[case::customer_keys(|f: &mut ObjectFacts| f.source = failure(400, "BadRequest"), Remedy::Look, "SSE-C", "R-ENC-07")]
#[case::forbidden(|f: &mut ObjectFacts| f.source = failure(403, "AccessDenied"), Remedy::Look, "could not be looked at", "R-STATUS-17")]
#[case::no_configuration(|f: &mut ObjectFacts| { f.configuration = Fact::Known(None); f.destinations.clear(); }, Remedy::FixThenRewrite, "no replication configuration", "R-CFG-08")]
fn an_object_is_explained(
    #[case] make: fn(&mut ObjectFacts),
    #[case] remedy: Remedy,
    #[case] word: &str,
    #[case] rule: &str,
) {
    let mut facts = replicated();
    make(&mut facts);
    let explained = explain(&facts);
    let at = &explained.destinations[0];
    assert_eq!(at.remedy, remedy, "{at:#?}");
    assert!(at.reason.contains(word), "expected {word:?} in {at:#?}");
    assert!(at.rule_ids.contains(&rule), "expected {rule} in {at:#?}");
}

#[rstest]
#[case::denied(failure(403, "AccessDenied"), "AccessDenied")]
fn a_destination_that_cannot_be_seen_is_no_evidence(#[case] replica: Seen, #[case] word: &str) {
    let mut facts = replicated();
    facts.destinations[0].replica = replica;
    let explained = explain(&facts);
    assert!(
        explained.destinations[0].reason.contains(word),
        "{explained:#?}"
    );
    assert_eq!(explained.exit_code() as u8, 3);
}

#[test]
fn a_destination_that_is_not_there_is_named() {
    let mut facts = replicated();
    facts.destinations[0].pair = Err("the bucket replica is not there".to_owned());
    let at = &explain(&facts).destinations[0];
    assert_eq!(at.remedy, Remedy::Look);
    assert!(
        at.reason.contains("the bucket replica is not there"),
        "{at:#?}"
    );
}

#[test]
fn what_made_it_fail_is_named_with_its_remedy() {
    let mut facts = replicated();
    without(&mut facts, Some(Failed));
    suspended(&mut facts);
    facts.destinations[0].failure = Some("DstBucketUnversioned".to_owned());
    let explained = explain(&facts);
    let reason = &explained.destinations[0].reason;
    assert!(reason.contains("S3 says DstBucketUnversioned"), "{reason}");
    let kinds: Vec<_> = explained.destinations[0]
        .causes
        .iter()
        .map(|c| c.kind)
        .collect();
    assert_eq!(kinds, [FindingKind::DestinationUnversioned]);
    assert_eq!(explained.exit_code() as u8, 1);
}

#[rstest]
#[case::selects("logs/", true, "it selects the object")]
#[case::another("images/", false, "is not how the key begins")]
#[case::typo("lgos/", false, "is it a typo?")]
#[case::case("LOGS/", false, "upper and lower case count")]
#[case::slash("/logs/", false, "a slash in front")]
#[case::star("logs/*", false, "a star is an ordinary character")]
fn a_prefix_that_does_not_match_says_why(
    #[case] prefix: &str,
    #[case] applies: bool,
    #[case] word: &str,
) {
    let mut facts = replicated();
    ruled(&mut facts, |rule| {
        prefix.clone_into(&mut rule.rule.filter.prefix);
    });
    let rule = explain(&facts).rules.remove(0);
    assert_eq!(rule.applies, applies, "{rule:?}");
    assert!(rule.why.contains(word), "expected {word:?} in {rule:?}");
}

#[rstest]
#[case::missing("state", "final", "has no tag state")]
#[case::different("team", "b", "has team=a")]
fn a_tag_that_does_not_match_says_why(#[case] key: &str, #[case] value: &str, #[case] word: &str) {
    let mut facts = replicated();
    let tags = [(key.to_owned(), value.to_owned())];
    ruled(&mut facts, |rule| {
        rule.rule.filter.tags = tags.clone().into();
    });
    let rule = explain(&facts).rules.remove(0);
    assert!(
        !rule.applies && rule.why.contains(word),
        "expected {word:?} in {rule:?}"
    );
}

#[test]
fn of_several_rules_the_largest_priority_counts_and_the_others_say_so() {
    let mut facts = replicated();
    let pair = facts.destinations[0].pair.as_mut().unwrap();
    second(pair, "larger", 7);
    facts.configuration = pair.source.replication.clone();
    let rules = explain(&facts).rules;
    assert_eq!([rules[0].applies, rules[1].applies], [false, true]);
    assert!(
        rules[0]
            .why
            .contains("\"larger\" has the larger priority 7"),
        "{rules:?}"
    );
    assert_eq!(rules[0].rule_ids, ["R-RULE-13"]);
    assert_eq!(configuration(&mut healthy()).rules.len(), 1);
}
