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
