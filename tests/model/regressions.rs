//! Histories that once were judged wrongly, shrunk, each by a name that says what was wrong.

use bucketpair::replication::Rule;

use crate::disagreement;
use crate::generate::{Action, Random};

/// Asserts that a history is judged rightly.
fn holds(rules: Vec<Rule>, actions: Vec<Action>) {
    let seed = 0;
    let random = Random {
        seed,
        rules,
        actions,
    };
    if let Some(why) = disagreement(&random, None) {
        panic!("{why}");
    }
}

/// Tags that changed while the destination was suspended were demanded of the replica.
#[test]
fn tags_that_change_while_the_destination_is_suspended_may_stay_behind() {
    let put = Action::Put {
        key: "a",
        tags: Vec::new(),
        class: None,
    };
    let suspend = Action::Suspend("destination");
    let actions = vec![put, suspend, Action::Tag(0, vec!["blue"])];
    holds(vec![Rule::new("rule-0")], actions);
}

/// The current version of the destination, a marker that had travelled, was called a marker that
/// must not be there.
#[test]
fn a_marker_that_stays_behind_one_that_travelled_leaves_that_one_current() {
    let delete = Action::Delete { key: "a" };
    let markers_stay = vec![Rule::new("rule-0").disabled()];
    let actions = vec![delete.clone(), Action::Configure(markers_stay), delete];
    holds(vec![Rule::new("rule-0").with_delete_markers()], actions);
}

fn put() -> Action {
    Action::Put {
        key: "a",
        tags: Vec::new(),
        class: None,
    }
}

/// FAILED was demanded by a deadline during an outage.
#[test]
fn what_a_suspended_destination_refuses_after_an_outage_is_given_its_time_from_then_on() {
    let actions = vec![
        Action::Suspend("destination"),
        Action::Outage("destination"),
        put(),
        Action::Wait,
    ];
    holds(vec![Rule::new("rule-0")], actions);
}

/// FAILED was called a breach of the outage of the other destination.
#[test]
fn one_destination_may_refuse_while_the_other_is_away() {
    let second = Rule::new("rule-1").with_priority(2);
    let rules = vec![
        Rule::new("rule-0"),
        second.with_destination("destination-2"),
    ];
    let actions = vec![
        Action::Suspend("destination"),
        Action::Outage("destination-2"),
        put(),
        Action::Settle,
    ];
    holds(rules, actions);
}

/// A status of what was deleted on its way was called one without a rule.
#[test]
fn a_version_that_is_deleted_while_it_may_be_on_its_way_had_a_status_and_may_arrive() {
    let actions = vec![
        put(),
        Action::Outage("destination"),
        Action::DeleteVersion(0),
    ];
    holds(vec![Rule::new("rule-0")], actions);
}

/// FAILED was called a wrong status of a version that was deleted when it may have been refused.
#[test]
fn what_may_have_been_refused_before_it_was_deleted_may_have_been_failed() {
    let second = Rule::new("rule-1").with_priority(2);
    let rules = vec![
        Rule::new("rule-0").with_destination("destination-2"),
        second,
    ];
    let suspend = || Action::Suspend("destination");
    let actions = vec![
        suspend(),
        put(),
        put(),
        put(),
        suspend(),
        Action::Outage("destination"),
        Action::DeleteVersion(0),
    ];
    holds(rules, actions);
}

/// COMPLETED was demanded of a version that was deleted while one of its two destinations was away.
#[test]
fn what_is_deleted_while_one_destination_is_away_need_not_be_completed_before() {
    let second = Rule::new("rule-1").with_priority(2);
    let rules = vec![
        Rule::new("rule-0"),
        second.with_destination("destination-2"),
    ];
    let actions = vec![
        Action::Outage("destination"),
        put(),
        Action::Wait,
        Action::DeleteVersion(0),
    ];
    holds(rules, actions);
}
