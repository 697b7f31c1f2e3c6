//! Two buckets that replicate to each other.

use rstest::rstest;

use super::*;
use crate::check::reference::expected;
use ReplicationStatus::{Pending, Replica};
use Verdict::{Fail, Pass, Unknown};

fn rule(id: &str, to: &str, sync: bool) -> Rule {
    let rule = Rule::new(id).with_destination(to);
    match sync {
        true => rule.with_replica_modifications(),
        false => rule,
    }
}

/// Rules both ways, of which either may synchronise.
fn two_way(forth: bool, back: bool) -> Story {
    let rules = vec![rule("back", "source", back)];
    let kind = OperationKind::Configure { rules };
    Story::with_rules(vec![rule("forth", "destination", forth)]).op(
        0,
        "configure",
        (DESTINATION, ""),
        kind,
        None,
    )
}

impl Story {
    fn put_there(self, at: u64, label: &str, key: &str, version: &str) -> Self {
        let kind = OperationKind::Put(content());
        self.op(at, label, (DESTINATION, key), kind, Some(version))
    }

    /// A canary that is written at the destination, and seen at the source nine milliseconds later.
    fn canary_back(self, at: u64) -> Self {
        let version = format!("b{at}");
        let seen = present(replica(&version));
        self.put_there(at, "canary-2", "canary", &version).look(
            at + 9,
            SOURCE,
            "canary",
            &version,
            seen,
        )
    }

    fn retagged(self, at: u64) -> Self {
        let kind = OperationKind::Tag {
            version: "v1".into(),
            tags: map(&[("team", "b")]),
        };
        self.op(at, "retag", (DESTINATION, "k"), kind, None)
    }

    fn tags_at_the_source(self, at: u64, team: &str) -> Self {
        let tags = map(&[("team", team)]);
        self.look(at, SOURCE, "k", "v1", Seen::Tags { tags })
    }

    fn replica_status(self, at: u64, status: ReplicationStatus) -> Self {
        let seen = ObjectSeen {
            status: Some(status),
            ..replica("v1")
        };
        self.look(at, DESTINATION, "k", "v1", present(seen))
    }
}

#[rstest]
#[case::once(&["v1"], true, Pass)]
#[case::as_a_version_of_its_own(&["v2", "v1"], true, Fail)]
#[case::twice(&["v1", "v1"], true, Fail)]
#[case::without_a_canary(&["v1"], false, Unknown)]
#[case::not_listed(&[], true, Unknown)]
fn nothing_comes_back(#[case] listed: &[&str], #[case] canary: bool, #[case] verdict: Verdict) {
    let story = two_way(false, false).put(10, "w", "k", "v1");
    let story = if canary {
        story.canary_back(100)
    } else {
        story
    };
    let story = match listed {
        [] => story,
        listed => story.listing(700, SOURCE, "k", listed),
    };
    assert_eq!(story.verdict(CheckKind::NoLoop), verdict);
}

#[test]
fn what_the_other_side_sent_is_no_loop() {
    let story = two_way(false, false)
        .put(10, "here", "k", "v1")
        .put_there(20, "there", "k", "v2")
        .canary_back(100)
        .canary(120)
        .listing(700, SOURCE, "k", &["v2", "v1"])
        .listing(700, DESTINATION, "k", &["v1", "v2"]);
    assert_eq!(story.verdict(CheckKind::NoLoop), Pass);
}

#[rstest]
#[case::in_the_same_order(&["v2", "v1"], 1_200, Pass)]
#[case::in_another_order(&["v1", "v2"], 1_200, Pass)]
#[case::without_one(&["v2"], 1_200, Fail)]
#[case::without_one_and_early(&["v2"], 700, Unknown)]
#[case::with_another(&["v3", "v2", "v1"], 700, Fail)]
fn both_sides_end_with_the_same_versions(
    #[case] there: &[&str],
    #[case] at: u64,
    #[case] verdict: Verdict,
) {
    let story = two_way(false, false)
        .put(10, "here", "k", "v1")
        .put_there(20, "there", "k", "v2")
        .listing(1_200, SOURCE, "k", &["v2", "v1"])
        .listing(at, DESTINATION, "k", there);
    assert_eq!(story.verdict(CheckKind::Converges), verdict);
}

#[test]
fn sides_that_were_not_listed_may_differ() {
    let story = two_way(false, false)
        .put(10, "here", "k", "v1")
        .put_there(20, "there", "k", "v2");
    let finding = story.finding(Check::new(CheckKind::Converges));
    assert_eq!((finding.verdict, finding.examined), (Unknown, 2));
}

#[test]
fn what_one_side_alone_wrote_or_deleted_by_its_id_need_not_be_the_same() {
    let one_way = Story::new()
        .put(10, "here", "k", "v1")
        .delete_version(20, "d", "k", "v1")
        .listing(1_200, SOURCE, "k", &[])
        .listing(1_200, DESTINATION, "k", &["v1"]);
    assert_eq!(one_way.verdict(CheckKind::Converges), Unknown);
}

#[test]
fn a_version_of_a_write_whose_answer_was_lost_is_no_loop() {
    let mut story = two_way(false, false)
        .put(10, "w", "k", "v1")
        .put(20, "lost", "k", "v2");
    story.0.events.pop();
    let story = story
        .canary_back(100)
        .listing(700, SOURCE, "k", &["v2", "v1"]);
    assert_eq!(story.verdict(CheckKind::NoLoop), Unknown);
}

fn synchronised(forth: bool, back: bool) -> Story {
    two_way(forth, back)
        .put(10, "w", "k", "v1")
        .replica(20, "k", "v1")
        .retagged(30)
}

#[rstest]
#[case::back_in_time(synchronised(true, true).tags_at_the_source(60, "b").replica_status(70, Replica), Pass)]
#[case::never(synchronised(true, true).tags_at_the_source(1_100, "a"), Fail)]
#[case::not_read(synchronised(true, true).replica_status(70, Replica), Unknown)]
#[case::still_pending(synchronised(true, true).tags_at_the_source(60, "b").replica_status(70, Pending), Fail)]
#[case::the_replica_was_not_looked_at(synchronised(true, true).tags_at_the_source(60, "b"), Unknown)]
#[case::one_side_keeps(synchronised(true, false).canary_back(100).tags_at_the_source(700, "a"), Pass)]
#[case::one_side_sends(synchronised(true, false).canary_back(100).tags_at_the_source(60, "b"), Fail)]
#[case::the_other_side_sends(synchronised(false, true).canary_back(100).tags_at_the_source(60, "b"), Fail)]
#[case::one_side_without_a_canary(synchronised(true, false).tags_at_the_source(700, "a"), Unknown)]
#[case::no_replica_was_changed(two_way(true, true).put(10, "w", "k", "v1"), Unknown)]
fn a_replicas_tags_go_back_where_both_rules_say_so(#[case] story: Story, #[case] verdict: Verdict) {
    assert_eq!(story.verdict(CheckKind::ReplicaModifications), verdict);
}

#[test]
fn the_tags_of_both_sides_are_those_that_the_rules_give_them() {
    let both = expected(&synchronised(true, true).0).remove(0);
    let changed = map(&[("team", "b")]);
    assert_eq!(both.tags, changed);
    assert_eq!(both.tags_at(DESTINATION).0, &changed);
    let one = expected(&synchronised(true, false).0).remove(0);
    assert_eq!(one.tags, map(&[("team", "a")]));
    assert_eq!(one.tags_at(DESTINATION), (&changed, ms(31)));
}

const ONCE: &str = "source k@v1: only what was written there, or sent there once";

fn written() -> Story {
    two_way(false, false).put(10, "w", "k", "v1")
}

#[rstest]
#[case::as_a_version_of_its_own(
    written().canary_back(100).listing(700, SOURCE, "k", &["v2", "v1"]),
    "fail", "v2, which nobody wrote, since 701 ms"
)]
#[case::twice(
    written().canary_back(100).listing(700, SOURCE, "k", &["v1", "v1"]),
    "fail", "v1, twice, since 701 ms"
)]
#[case::not_listed(written().canary_back(100), "unknown", "nobody looked at the source")]
#[case::seen_but_not_listed(
    written().canary_back(100).look(700, SOURCE, "k", "v1", present(object("v1"))),
    "unknown", "nobody looked at the source"
)]
#[case::after_a_lost_answer(
    written()
        .invoke(20, "lost", (SOURCE, "k"), OperationKind::Put(content()))
        .listing(700, SOURCE, "k", &["v2", "v1"]),
    "unknown", "a write was not answered, and may have made more"
)]
fn the_evidence_says_what_came_back(
    #[case] story: Story,
    #[case] verdict: &str,
    #[case] seen: &str,
) {
    let says = format!("{verdict} of 1\n{ONCE} / {seen}");
    assert_eq!(story.says(CheckKind::NoLoop), says);
}

#[test]
fn a_lost_answer_takes_nothing_from_a_listing_that_shows_nothing_new() {
    let story = written()
        .invoke(20, "lost", (SOURCE, "k"), OperationKind::Put(content()))
        .canary_back(100)
        .listing(700, SOURCE, "k", &["v1"]);
    assert_eq!(story.says(CheckKind::NoLoop), "pass of 1");
}

#[test]
fn a_version_of_another_key_has_no_place_here() {
    let story = written()
        .put(20, "w", "other", "v2")
        .canary_back(100)
        .listing(700, SOURCE, "k", &["v2", "v1"]);
    let finding = story.finding(Check::new(CheckKind::NoLoop));
    assert_eq!(finding.evidence[0].seen, "v2, which nobody wrote");
}

/// Both sides wrote the key; the source lists both versions.
fn both() -> Story {
    two_way(false, false)
        .put(10, "here", "k", "v1")
        .put_there(20, "there", "k", "v2")
        .listing(1_200, SOURCE, "k", &["v2", "v1"])
}

const VERSIONS: &str = "destination k: the versions v1, v2";

#[rstest]
#[case::with_another(
    both().listing(700, DESTINATION, "k", &["v3", "v2", "v1"]),
    "fail", "the versions v1, v2, v3, since 701 ms"
)]
#[case::without_one_at_its_deadline(
    both().listing(1_011, DESTINATION, "k", &["v2"]), "fail", "the versions v2, since 1012 ms"
)]
#[case::without_one_just_before_its_deadline(
    both().listing(1_010, DESTINATION, "k", &["v2"]),
    "unknown", "the versions v2 before its deadline"
)]
#[case::not_listed(both(), "unknown", "the destination was not listed")]
#[case::the_last_listing_counts(
    both().listing(1_200, DESTINATION, "k", &[]).listing(1_100, DESTINATION, "k", &["v2", "v1"]),
    "fail", "the versions , since 1201 ms"
)]
fn the_evidence_says_in_what_the_sides_differ(
    #[case] story: Story,
    #[case] verdict: &str,
    #[case] seen: &str,
) {
    let says = format!("{verdict} of 2\n{VERSIONS} / {seen}");
    assert_eq!(story.says(CheckKind::Converges), says);
}

#[rstest]
#[case::the_same(&["v2", "v1"], "both sides have the same current version")]
#[case::each_its_own(&["v1", "v2"], "the sides differ in the current version")]
fn whether_the_current_version_is_the_same_is_noted(#[case] there: &[&str], #[case] noted: &str) {
    let story = both().listing(1_200, DESTINATION, "k", there);
    let finding = story.finding(Check::new(CheckKind::Converges));
    assert_eq!(finding.counts.noted, [(noted.to_owned(), 1)].into());
}

#[test]
fn what_was_not_listed_has_no_current_version_to_agree_on() {
    let story = two_way(false, false)
        .put(10, "here", "k", "v1")
        .put_there(20, "there", "k", "v2");
    let finding = story.finding(Check::new(CheckKind::Converges));
    let noted = "the sides differ in the current version".to_owned();
    assert_eq!(finding.counts.noted, [(noted, 1)].into());
}

#[rstest]
#[case::one_side_alone_wrote(two_way(false, false).put(10, "here", "k", "v1"))]
#[case::the_other_sides_was_deleted_by_its_id(both().delete_version(30, "d", "k", "v1"))]
fn a_key_that_one_side_alone_holds_need_not_converge(#[case] story: Story) {
    let finding = story.finding(Check::new(CheckKind::Converges));
    assert_eq!(finding.examined, 0);
}

#[test]
fn both_writes_are_looked_at_where_the_sides_converge() {
    let story = both().listing(1_200, DESTINATION, "k", &["v2", "v1"]);
    let check = Check::new(CheckKind::Converges).of(["here", "there"]);
    assert_eq!(story.finding(check).verdict, Pass);
}

#[rstest]
#[case::in_time(
    synchronised(true, true).tags_at_the_source(1_030, "b").replica_status(1_100, Replica),
    "pass of 1"
)]
#[case::never(
    synchronised(true, true).tags_at_the_source(1_031, "a"),
    "fail of 1\nsource k@v1: tags team=b by +1000.0 ms / tags team=a at +1000.0 ms, since 31 ms"
)]
#[case::too_late(
    synchronised(true, true).tags_at_the_source(1_031, "b").replica_status(1_100, Replica),
    "unknown of 1\nsource k@v1: tags team=b by +1000.0 ms / its tags were not read after the deadline"
)]
#[case::not_yet(
    synchronised(true, true).tags_at_the_source(1_030, "a").replica_status(1_100, Replica),
    "unknown of 1\nsource k@v1: tags team=b by +1000.0 ms / its tags were not read after the deadline"
)]
#[case::read_before_the_change(
    synchronised(true, true).tags_at_the_source(30, "b").replica_status(1_100, Replica),
    "unknown of 1\nsource k@v1: tags team=b by +1000.0 ms / its tags were not read after the deadline"
)]
#[case::still_pending(
    synchronised(true, true).tags_at_the_source(60, "b").replica_status(70, Pending),
    "fail of 1\nsource k@v1: REPLICA again once the tags went back / status PENDING, since 71 ms"
)]
#[case::the_replica_was_looked_at_before(
    synchronised(true, true).tags_at_the_source(60, "b"),
    "unknown of 1\nsource k@v1: REPLICA again once the tags went back / nobody looked at the replica afterwards"
)]
#[case::one_side_sends(
    synchronised(true, false).canary_back(100).tags_at_the_source(60, "b"),
    "fail of 1\nsource k@v1: tags team=a, since one side alone synchronises / the replica's tags team=b, since 61 ms"
)]
#[case::one_side_was_not_read(
    synchronised(true, false).canary_back(100),
    "unknown of 1\nsource k@v1: tags team=a, since one side alone synchronises / nobody looked at the source"
)]
#[case::one_side_has_other_tags(
    synchronised(true, false).canary_back(100).tags_at_the_source(700, "c"),
    "unknown of 1\nsource k@v1: tags team=a, since one side alone synchronises / nobody looked at the source"
)]
fn the_evidence_says_where_the_tags_of_a_replica_went(#[case] story: Story, #[case] says: &str) {
    assert_eq!(story.says(CheckKind::ReplicaModifications), says);
}

#[rstest]
#[case::seen(
    synchronised(true, true).tags_at_the_source(60, "b")
        .replica_status(50, Pending).replica_status(70, Replica),
    1
)]
#[case::not_seen(
    synchronised(true, true).tags_at_the_source(60, "b").replica_status(70, Replica), 0
)]
#[case::seen_before_the_change(
    two_way(true, true).put(10, "w", "k", "v1").replica_status(20, Pending).retagged(30)
        .tags_at_the_source(60, "b").replica_status(70, Replica),
    0
)]
fn a_replica_that_is_pending_meanwhile_is_noted(#[case] story: Story, #[case] count: usize) {
    let finding = story.finding(Check::new(CheckKind::ReplicaModifications));
    assert_eq!(finding.verdict, Pass);
    let noted = &finding.counts.noted;
    let meanwhile = noted.get("the replica was seen PENDING meanwhile");
    assert_eq!(meanwhile.copied().unwrap_or_default(), count);
}

#[rstest]
#[case::by_the_change("retag", 1)]
#[case::by_the_write("w", 1)]
#[case::by_another("other", 0)]
fn a_change_is_asked_about_by_its_label_or_its_writes(#[case] of: &str, #[case] examined: usize) {
    let check = Check::new(CheckKind::ReplicaModifications).of([of]);
    let story = synchronised(true, true);
    assert_eq!(story.finding(check).examined, examined);
}

#[rstest]
#[case::at_the_source_it_is_no_replica(SOURCE, "k", "v1", 0)]
#[case::of_a_version_that_nobody_wrote(DESTINATION, "k", "v9", 0)]
#[case::of_another_key(DESTINATION, "other", "v1", 0)]
#[case::of_the_second_of_two_versions(DESTINATION, "k", "v2", 1)]
fn a_change_is_judged_where_it_is_one_of_a_replica(
    #[case] side: Side,
    #[case] key: &str,
    #[case] version: &str,
    #[case] examined: usize,
) {
    let kind = OperationKind::Tag {
        version: version.into(),
        tags: map(&[("team", "b")]),
    };
    let story = two_way(true, true)
        .put(10, "w", "k", "v1")
        .put(15, "w", "k", "v2")
        .op(30, "retag", (side, key), kind, None);
    let finding = story.finding(Check::new(CheckKind::ReplicaModifications));
    assert_eq!(finding.examined, examined);
    let of = |evidence: &Evidence| evidence.subject == format!("source k@{version}");
    assert!(
        examined == 0 || finding.evidence.iter().all(of),
        "{finding:?}"
    );
}

fn filtered(rule: Rule) -> Story {
    let rules = vec![rule];
    let kind = OperationKind::Configure { rules };
    Story::with_rules(vec![self::rule("forth", "destination", true)])
        .op(0, "configure", (DESTINATION, ""), kind, None)
        .put(10, "w", "k", "v1")
        .retagged(30)
}

#[rstest]
#[case::selects_it(rule("back", "source", true), true)]
#[case::is_disabled(rule("back", "source", true).disabled(), false)]
#[case::selects_something_else(rule("back", "source", true).with_prefix("x"), false)]
#[case::leads_elsewhere(rule("back", "destination-2", true), false)]
#[case::does_not_synchronise(rule("back", "source", false), false)]
fn tags_go_back_where_a_rule_that_is_enabled_synchronises_and(
    #[case] back: Rule,
    #[case] goes: bool,
) {
    let version = expected(&filtered(back).0).remove(0);
    assert_eq!(version.tags == map(&[("team", "b")]), goes, "{version:?}");
}
