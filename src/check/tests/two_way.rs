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
