//! Grants of replicas: as the source's, later changes too, or none.

use std::collections::BTreeSet;

use rstest::rstest;

use super::*;
use crate::replication::BucketSetting;

fn grants(granted: bool) -> BTreeSet<String> {
    let grant = "READ http://acs.amazonaws.com/groups/s3/LogDelivery";
    granted.then(|| grant.to_owned()).into_iter().collect()
}

/// What was granted, on a pair that has ACLs, and perhaps overrides the owner.
fn granted(granted: bool, overridden: bool) -> Story {
    let mut rule = Rule::new("all");
    rule.owner_override = overridden.then(|| "1".to_owned());
    let kind = |side| {
        let setting = BucketSetting::ownership("ObjectWriter");
        ((side, ""), OperationKind::Setting { setting })
    };
    let (at_source, setting) = kind(SOURCE);
    let story = Story::with_rules(vec![rule]).op(0, "setting", at_source, setting, None);
    let (at_destination, setting) = kind(DESTINATION);
    let story = story.op(1, "setting", at_destination, setting, None);
    let put = OperationKind::Put(Content {
        grants: grants(granted),
        ..content()
    });
    story.op(10, "w", (SOURCE, "k"), put, Some("v1"))
}

fn seen(story: Story, at: u64, granted: bool) -> Story {
    let acl = Seen::Acl {
        grants: grants(granted),
    };
    let story = story.look(20, DESTINATION, "k", "v1", present(replica("v1")));
    story.look(at, DESTINATION, "k", "v1", acl)
}

#[rstest]
#[case::as_sent(30, true, Verdict::Pass)]
#[case::not_yet(30, false, Verdict::Unknown)]
#[case::never(1_100, false, Verdict::Fail)]
fn a_replica_has_its_sources_grants(
    #[case] at: u64,
    #[case] there: bool,
    #[case] verdict: Verdict,
) {
    let story = granted(true, false);
    assert_eq!(story.verdict(CheckKind::Acl), Verdict::Unknown);
    assert_eq!(seen(story, at, there).verdict(CheckKind::Acl), verdict);
}

#[rstest]
#[case::the_new_grants(300, true, Verdict::Pass)]
#[case::the_old_ones_after_the_deadline(1_300, false, Verdict::Fail)]
fn grants_changed_later_follow(#[case] at: u64, #[case] there: bool, #[case] verdict: Verdict) {
    let change = OperationKind::Acl {
        version: "v1".into(),
        grants: grants(true),
    };
    let story = granted(false, false).op(100, "grant", (SOURCE, "k"), change, Some("v1"));
    assert_eq!(seen(story, at, there).verdict(CheckKind::Acl), verdict);
}

#[rstest]
#[case::none(800, false, Verdict::Pass)]
#[case::none_before_the_window(30, false, Verdict::Unknown)]
#[case::the_sources(30, true, Verdict::Fail)]
fn an_overridden_owner_keeps_the_grants(
    #[case] at: u64,
    #[case] there: bool,
    #[case] verdict: Verdict,
) {
    let story = seen(granted(true, true), at, there);
    assert_eq!(story.verdict(CheckKind::Acl), verdict);
}

const GRANT: &str = "granted READ http://acs.amazonaws.com/groups/s3/LogDelivery";
const NONE: &str = "no grant but the owner's";

#[rstest]
#[case::never(
    granted(true, false),
    1_011,
    false,
    "fail",
    GRANT,
    "{none} at +1000.0 ms, since 11 ms"
)]
#[case::not_yet(
    granted(true, false),
    1_010,
    false,
    "unknown",
    GRANT,
    "{none} at +999.0 ms, and nobody looked after the deadline"
)]
#[case::read_before_the_write(
    granted(true, false),
    10,
    true,
    "unknown",
    GRANT,
    "the replica's grants were not read"
)]
#[case::the_sources_in_spite_of_an_override(
    granted(true, true),
    11,
    true,
    "fail",
    NONE,
    "{grant} at +0.0 ms, since 11 ms"
)]
#[case::just_before_the_window(
    granted(true, true),
    510,
    false,
    "unknown",
    NONE,
    "nobody looked after +499.0 ms"
)]
fn the_evidence_says_which_grants_were_seen_when(
    #[case] story: Story,
    #[case] at: u64,
    #[case] there: bool,
    #[case] verdict: &str,
    #[case] wanted: &str,
    #[case] evidence: &str,
) {
    let evidence = evidence.replace("{none}", NONE).replace("{grant}", GRANT);
    let expected = format!("{wanted} by +1000.0 ms");
    let says = format!("{verdict} of 1\ndestination k@v1: {expected} / {evidence}");
    assert_eq!(seen(story, at, there).says(CheckKind::Acl), says);
}

#[test]
fn that_grants_do_not_follow_is_proved_at_the_end_of_the_window() {
    let story = seen(granted(true, true), 511, false);
    assert_eq!(story.says(CheckKind::Acl), "pass of 1");
}

#[test]
fn the_grants_of_another_version_are_not_the_replicas() {
    let acl = Seen::Acl {
        grants: grants(false),
    };
    let story = seen(granted(true, false), 30, true);
    let story = story.look(1_200, DESTINATION, "k", "v0", acl);
    assert_eq!(story.says(CheckKind::Acl), "pass of 1");
}
