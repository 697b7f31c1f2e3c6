//! The reference, rule by rule.

use rstest::rstest;

use super::*;
use crate::check::reference::{Fate, expected, fates};
use crate::history::{Ask, Call, Reply};
use crate::replication::FailureReason;
use crate::replication::Schema;

fn at(story: &Story, label: &str, side: Side) -> Fate {
    let mut expected = expected(&story.0);
    expected.retain(|expected| expected.label == label);
    expected[0].fates[&side].clone()
}

fn fate(story: &Story, label: &str) -> Fate {
    at(story, label, DESTINATION)
}

fn second(story: &Story, label: &str) -> Fate {
    at(story, label, SECOND)
}

const REPLICA: Fate = Fate::Replica {
    storage_class: None,
    kms_key: None,
    retained_days: None,
    has_acl: false,
};

fn absent(because: &'static str) -> Fate {
    Fate::Absent { because }
}

fn class(class: &str) -> Fate {
    Fate::Replica {
        storage_class: Some(class.to_owned()),
        kms_key: None,
        retained_days: None,
        has_acl: false,
    }
}

fn with_class(class: &str) -> OperationKind {
    OperationKind::Put(Content {
        storage_class: Some(class.to_owned()),
        ..content()
    })
}

fn v1(prefix: &str) -> Rule {
    Rule {
        schema: Schema::V1,
        ..Rule::new("v1").with_prefix(prefix)
    }
}

fn put() -> OperationKind {
    OperationKind::Put(content())
}

#[rstest]
#[case::an_empty_filter_selects_everything(vec![Rule::new("r")], put(), REPLICA)]
#[case::nothing_is_configured(vec![], put(), absent("R-NOT-01"))]
#[case::a_prefix_is_a_plain_string(vec![Rule::new("r").with_prefix("star")], put(), REPLICA)]
#[case::a_prefix_minds_the_case(
    vec![Rule::new("r").with_prefix("Star")], put(), absent("R-STATUS-02")
)]
#[case::a_tag(vec![Rule::new("r").with_tag("team", "a")], put(), REPLICA)]
#[case::another_value(
    vec![Rule::new("r").with_tag("team", "b")], put(), absent("R-STATUS-02")
)]
#[case::every_tag_is_needed(
    vec![Rule::new("r").with_tag("team", "a").with_tag("x", "y")], put(), absent("R-STATUS-02")
)]
#[case::prefix_and_tag(
    vec![Rule::new("r").with_prefix("other").with_tag("team", "a")], put(), absent("R-STATUS-02")
)]
#[case::a_disabled_rule(vec![Rule::new("r").disabled()], put(), absent("R-RULE-16"))]
#[case::an_enabled_rule_beside_a_disabled_one(
    vec![Rule::new("r").disabled().with_priority(9), Rule::new("s")], put(), REPLICA
)]
#[case::the_larger_priority_wins(
    vec![
        Rule::new("r").with_priority(2).with_storage_class("STANDARD_IA"),
        Rule::new("s").with_priority(1).with_storage_class("ONEZONE_IA"),
    ],
    put(), class("STANDARD_IA")
)]
#[case::the_sources_class(vec![Rule::new("r")], with_class("GLACIER_IR"), class("GLACIER_IR"))]
#[case::glacier(vec![Rule::new("r")], with_class("GLACIER"), absent("R-NOT-03"))]
#[case::deep_archive(vec![Rule::new("r")], with_class("DEEP_ARCHIVE"), absent("R-NOT-03"))]
#[case::into_glacier(
    vec![Rule::new("r").with_storage_class("GLACIER")], put(), class("GLACIER")
)]
#[case::a_marker_stays(vec![Rule::new("r")], OperationKind::Delete, absent("R-DEL-01"))]
#[case::a_marker_travels(
    vec![Rule::new("r").with_delete_markers()], OperationKind::Delete, Fate::Marker
)]
#[case::a_v1_marker_travels(vec![v1("")], OperationKind::Delete, Fate::Marker)]
#[case::a_v1_marker_elsewhere(vec![v1("x")], OperationKind::Delete, absent("R-STATUS-02"))]
#[case::a_rule_with_tags_takes_no_marker(
    vec![Rule::new("r").with_delete_markers().with_tag("team", "a")],
    OperationKind::Delete, absent("R-STATUS-02")
)]
#[case::the_winners_switch_counts(
    vec![Rule::new("r").with_priority(2), Rule::new("s").with_delete_markers()],
    OperationKind::Delete, absent("R-DEL-01")
)]
#[case::by_the_buckets_name(
    vec![Rule::new("r").with_destination("bucket-destination")], put(), REPLICA
)]
fn one_write_has_one_fate(
    #[case] rules: Vec<Rule>,
    #[case] kind: OperationKind,
    #[case] expected: Fate,
) {
    let story = Story::with_rules(rules).op(0, "w", (SOURCE, "starship"), kind, Some("v1"));
    assert_eq!(fate(&story, "w"), expected);
}

#[test]
fn every_destination_gets_its_own_fate() {
    let other = Rule::new("s")
        .with_prefix("x")
        .with_destination("destination-2");
    let story = Story::with_rules(vec![Rule::new("r"), other])
        .put(0, "both", "x", "v1")
        .put(10, "one", "k", "v2");
    assert_eq!(
        (fate(&story, "both"), second(&story, "both")),
        (REPLICA, REPLICA)
    );
    assert_eq!(fate(&story, "one"), REPLICA);
    assert_eq!(second(&story, "one"), absent("R-STATUS-02"));
}

#[test]
fn the_configuration_counts_that_is_in_force_when_the_write_is_sent() {
    let story = Story::with_rules(vec![])
        .put(0, "before", "k", "v1")
        .configure(10, vec![Rule::new("r")])
        .put(20, "during", "k", "v2")
        .configure(30, vec![Rule::new("r").disabled()])
        .put(40, "after", "k", "v3");
    assert_eq!(fate(&story, "before"), absent("R-NOT-01"));
    assert_eq!(fate(&story, "during"), REPLICA);
    assert_eq!(fate(&story, "after"), absent("R-RULE-16"));
}

#[test]
fn a_write_to_a_suspended_destination_fails_for_good() {
    let story = Story::new()
        .suspend(0, DESTINATION, false)
        .put(10, "refused", "k", "v1")
        .suspend(20, DESTINATION, true)
        .put(30, "again", "k", "v2");
    assert_eq!(
        fate(&story, "refused"),
        Fate::Fails {
            reasons: &[FailureReason::DstBucketUnversioned],
            because: "R-CFG-19"
        }
    );
    assert_eq!(fate(&story, "again"), REPLICA);
}

#[test]
fn lost_answers_are_left_out() {
    let mut story = Story::new().put(10, "lost", "k", "v1");
    story.0.events.pop();
    story.0.events.push(Timed {
        at: ms(20),
        event: Event::Info {
            op: 0,
            failure: crate::history::Failure::default(),
        },
    });
    assert!(expected(&story.0).is_empty());
}

#[test]
fn whether_changed_tags_follow_is_unsure_where_no_rule_leads_or_something_is_in_the_way() {
    let kind = |tag| OperationKind::Tag {
        version: "v1".into(),
        tags: map(&[("team", tag)]),
    };
    let suspend = |enabled| OperationKind::Versioning { enabled };
    let put = |rule| Story::with_rules(vec![rule]).put(0, "w", "k", "v1");
    let unsure = |story: &Story| expected(&story.0).remove(0).tags_unsure;
    let tagged = |story: Story, at, tag| story.op(at, "tag", (SOURCE, "k"), kind(tag), None);
    let there = [DESTINATION].into();

    let led = tagged(put(Rule::new("r")), 10, "a");
    assert!(unsure(&led).is_empty());
    let elsewhere = tagged(put(Rule::new("r").with_prefix("x")), 10, "a");
    assert_eq!(unsure(&elsewhere), there);
    let suspended = put(Rule::new("r")).op(5, "s", (DESTINATION, ""), suspend(false), None);
    let suspended = tagged(suspended, 10, "a");
    assert_eq!(unsure(&suspended), there);
    let resumed = suspended.op(15, "r", (DESTINATION, ""), suspend(true), None);
    assert!(unsure(&tagged(resumed, 20, "b")).is_empty());
}

#[test]
fn tags_are_those_of_the_last_change_and_select_nothing_later() {
    let kind = OperationKind::Tag {
        version: "v1".into(),
        tags: map(&[("team", "b")]),
    };
    let story = Story::with_rules(vec![Rule::new("r").with_tag("team", "b")])
        .put(0, "w", "k", "v1")
        .op(10, "tag", (SOURCE, "k"), kind, None);
    let version = expected(&story.0).remove(0);
    assert_eq!(version.tags, map(&[("team", "b")]));
    assert_eq!(version.tags_since, ms(11));
    assert_eq!(fate(&story, "w"), absent("R-STATUS-02"));
}

fn at_the_destination(story: Story, at: u64, label: &str, version: &str) -> Story {
    story.op(at, label, (DESTINATION, "k"), put(), Some(version))
}

fn configured_at_the_destination(story: Story, at: u64, rules: Vec<Rule>) -> Story {
    let kind = OperationKind::Configure { rules };
    story.op(at, "configure", (DESTINATION, ""), kind, None)
}

#[test]
fn writes_at_the_destination_go_where_its_own_rules_say() {
    let story = at_the_destination(Story::new(), 0, "one-way", "v1");
    let back = Rule::new("back").with_destination("source");
    let story = configured_at_the_destination(story, 10, vec![back]);
    let story = at_the_destination(story, 20, "back", "v2");
    assert_eq!(at(&story, "one-way", SOURCE), absent("R-NOT-12"));
    assert_eq!(at(&story, "back", SOURCE), REPLICA);
    assert!(!expected(&story.0)[0].fates.contains_key(&DESTINATION));
}

#[test]
fn a_replica_is_not_sent_onward() {
    let onward = Rule::new("onward").with_destination("destination-2");
    let story = configured_at_the_destination(Story::new(), 0, vec![onward]);
    let story = at_the_destination(story.put(10, "w", "k", "v1"), 20, "middle", "v2");
    assert_eq!(fate(&story, "w"), REPLICA);
    assert_eq!(second(&story, "w"), absent("R-NOT-02"));
    assert_eq!(second(&story, "middle"), REPLICA);
}

#[rstest]
#[case::is_enabled_and_selects_it(Rule::new("onward"), "R-NOT-02")]
#[case::is_disabled(Rule::new("onward").disabled(), "R-STATUS-02")]
#[case::selects_something_else(Rule::new("onward").with_prefix("x"), "R-STATUS-02")]
fn a_replica_is_kept_from_going_onward_where_a_rule(
    #[case] onward: Rule,
    #[case] because: &'static str,
) {
    let onward = vec![onward.with_destination("destination-2")];
    let story = configured_at_the_destination(Story::new(), 0, onward);
    let story = story.put(10, "w", "k", "v1");
    assert_eq!(second(&story, "w"), absent(because));
}

fn asked(call: Call, of_nowhere: bool) -> OperationKind {
    let expected = Reply::Accepted {
        status: 204,
        shows: Vec::new(),
        lacks: Vec::new(),
    };
    OperationKind::Ask(Ask {
        call,
        of_nowhere,
        expected,
    })
}

#[rstest]
#[case::deletes_it(asked(Call::DeleteReplication, false), absent("R-NOT-01"))]
#[case::deletes_that_of_a_bucket_that_nobody_made(asked(Call::DeleteReplication, true), REPLICA)]
#[case::only_looks_at_it(asked(Call::GetReplication, false), REPLICA)]
fn nothing_is_sent_once_a_call(#[case] call: OperationKind, #[case] expected: Fate) {
    let story = Story::new()
        .op(0, "ask", (SOURCE, ""), call, None)
        .put(10, "w", "k", "v1");
    assert_eq!(fate(&story, "w"), expected);
}

#[test]
fn the_fates_of_a_write_are_those_at_every_side_but_its_own() {
    let other = Rule::new("s").with_destination("destination-2");
    let story = Story::with_rules(vec![Rule::new("r"), other]);
    let (plan, obstacles) = (&story.0.plan, Obstacles::default());
    let write = |side| Operation {
        label: "w".to_owned(),
        side,
        key: "k".to_owned(),
        kind: put(),
    };
    let of = |side| fates(plan, &plan.rules, &obstacles, &write(side));
    let both = [(DESTINATION, REPLICA), (SECOND, REPLICA)];
    assert_eq!(of(SOURCE), both.into());
    let sides: Vec<_> = of(DESTINATION).into_keys().collect();
    assert_eq!(sides, [SOURCE, SECOND]);
}
