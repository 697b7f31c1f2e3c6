//! What an object's status says, with what is at the destination.

use super::{Reason, Remedy, skipped};
use crate::doctor::Finding;
use crate::explain::matching::winner;
use crate::explain::there::There;
use crate::explain::{DestinationFacts, ObjectFacts};
use crate::history::ObjectSeen;
use crate::replication::ReplicationStatus;

/// After this many seconds most objects have replicated (R-TIME-01).
const SOON: i64 = 15 * 60;

pub(super) fn reason(
    facts: &ObjectFacts,
    object: &ObjectSeen,
    destination: &DestinationFacts,
    there: &There,
    causes: &[Finding],
) -> Reason {
    if let There::Differs(_) = there {
        return differs();
    }
    match object.status {
        Some(ReplicationStatus::Completed) => completed(facts, destination, there),
        Some(ReplicationStatus::Pending) => pending(facts, object, there, causes),
        Some(ReplicationStatus::Failed) => failed(destination, there, causes),
        Some(ReplicationStatus::Replica) => replica(destination, there),
        None if *there == There::Replica => Reason::new(
            "the replica is there, and the source has no status",
            ["R-STATUS-02"],
            Remedy::Nothing,
            "it is in place, however it came there",
        ),
        None => skipped::reason(facts, object, &destination.bucket),
    }
}

fn differs() -> Reason {
    Reason::new(
        "the same version ID holds something else than the source, which replication never does",
        ["R-DATA-01", "R-DATA-02"],
        Remedy::Rewrite,
        "write it again, and find out who writes with version IDs of their own",
    )
}

fn completed(facts: &ObjectFacts, destination: &DestinationFacts, there: &There) -> Reason {
    if *there == There::Replica {
        return match destination.is_hidden() {
            true => Reason::new(
                "replication completed; a delete marker at the destination hides the replica",
                ["R-NOT-12", "R-DEL-06"],
                Remedy::Nothing,
                "remove the marker at the destination by its version ID, if it should not be there",
            ),
            false => Reason::new(
                "replication completed",
                ["R-STATUS-01"],
                Remedy::Nothing,
                "it is as it should be",
            ),
        };
    }
    if facts.destinations.len() > 1 {
        return Reason::new(
            "replication completed, and this destination lacks the version: its rule may be newer than the object, or the replica was removed",
            ["R-RULE-17", "R-NOT-09"],
            Remedy::Batch,
            "Batch Replication of COMPLETED objects; a replica that was deleted by version ID does not come back that way: write it again then",
        );
    }
    Reason::new(
        "replication completed, and the replica is gone: it was deleted by version ID, expired by the destination's lifecycle, or the bucket was made anew; nothing of that is repaired",
        ["R-NOT-09", "R-OPS-02", "R-NOT-10"],
        Remedy::Rewrite,
        "write it again: not even Batch Replication brings back a version that was deleted by its ID",
    )
}

fn pending(facts: &ObjectFacts, object: &ObjectSeen, there: &There, causes: &[Finding]) -> Reason {
    let age = object
        .last_modified
        .map_or(0, |written| facts.now - written);
    let (why, rule_ids) = match there {
        There::Replica if facts.destinations.len() > 1 => (
            "the replica is there, and the status waits for the other destinations".to_owned(),
            ["R-STATUS-06", "R-STATUS-13"],
        ),
        There::Replica => (
            "the replica is there, and the status is written back afterwards".to_owned(),
            ["R-STATUS-13", "R-STATUS-06"],
        ),
        _ if causes.is_empty() && age < SOON => (
            "it waits its turn: most objects take seconds or minutes".to_owned(),
            ["R-STATUS-09", "R-TIME-01"],
        ),
        _ if causes.is_empty() => (
            format!(
                "it waits since {} minutes: large objects, bursts and KMS limits take hours, and S3 does not give up",
                age / 60
            ),
            ["R-STATUS-09", "R-TIME-01"],
        ),
        _ => (
            "it waits, and as the pair is now it will end FAILED".to_owned(),
            ["R-STATUS-09", "R-STATUS-10"],
        ),
    };
    match (there, causes.is_empty()) {
        (There::Replica, _) | (_, true) => {
            Reason::new(why, rule_ids, Remedy::Wait, "wait; S3 goes on by itself")
        }
        _ => Reason::new(
            why,
            rule_ids,
            Remedy::FixThenRewrite,
            "mend what is named below, then write the object again, or send it by Batch Replication",
        ),
    }
}

fn failed(destination: &DestinationFacts, there: &There, causes: &[Finding]) -> Reason {
    let said = destination.failure.as_ref();
    let said = said.map_or_else(String::new, |reason| format!(" (S3 says {reason})"));
    let how =
        "then write the object again (a copy in place will do), or send it by Batch Replication";
    if *there == There::Replica {
        return Reason::new(
            "the replica is there: the status is FAILED because another destination failed, or a later change of tags or lock did",
            ["R-STATUS-07", "R-STATUS-08"],
            Remedy::Nothing,
            "look at the other destinations",
        );
    }
    if causes.is_empty() {
        return Reason::new(
            format!(
                "FAILED is final{said}, and nothing wrong is found now: the cause may be mended since, or lie in what was not read (the role, its keys)"
            ),
            ["R-STATUS-10", "R-IAM-09"],
            Remedy::Batch,
            format!("see `bucketpair doctor`, {how}"),
        );
    }
    Reason::new(
        format!("FAILED is final{said}: S3 does not try again, also when the cause is mended"),
        ["R-STATUS-10"],
        Remedy::FixThenRewrite,
        format!("mend what is named below, {how}"),
    )
}

fn replica(destination: &DestinationFacts, there: &There) -> Reason {
    if *there == There::Replica {
        return Reason::new(
            "the object is a replica itself, and it is there",
            ["R-BIDI-01"],
            Remedy::Nothing,
            "it is in place",
        );
    }
    Reason::new(
        "the object is a replica itself, and replicas are not replicated onward",
        ["R-NOT-02"],
        Remedy::Batch,
        format!(
            "add a rule from its origin to {}; what is here already goes by Batch Replication of REPLICA objects",
            destination.bucket
        ),
    )
}

/// Whether the rule that counts asks for tags.
pub(super) fn asks_for_tags(facts: &ObjectFacts, bucket: &str) -> bool {
    winner(facts, bucket).is_some_and(|rule| !rule.rule.filter.tags.is_empty())
}
