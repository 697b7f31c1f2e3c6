//! Policies, payment, notifications and logs of both buckets.

use super::facts::{BucketFacts, Facts};
use super::finding::{Finding, FindingKind};
use super::policy::{Decision, Policy, account};
use super::rights::{self, Right};

pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    let mut found = requester_pays(facts).into_iter().collect::<Vec<_>>();
    if let Some(configuration) = facts.configuration() {
        for bucket in [&facts.source, &facts.destination] {
            found.extend(policy(facts, bucket, &configuration.role));
        }
    }
    found.extend(told(facts));
    found.extend(logs(facts));
    found
}

fn requester_pays(facts: &Facts) -> Option<Finding> {
    let pays = facts.destination.requester_pays.known() == Some(&true);
    (pays && facts.is_cross_account()).then(|| {
        FindingKind::RequesterPays.at(
            &facts.destination.name,
            "the requester pays for this bucket, and it is another account's: replication to it fails",
            "let the bucket's owner pay (PutBucketRequestPayment)",
        )
    })
}

/// What a bucket's policy says to the role.
fn policy(facts: &Facts, bucket: &BucketFacts, role: &str) -> Vec<Finding> {
    let Some(policy) = bucket.policy.known() else {
        return Vec::new();
    };
    let is_source = bucket.name == facts.source.name;
    let mut found = Vec::new();
    if let Some(policy) = policy {
        let here = rights::needed(facts)
            .into_iter()
            .filter(|right| right.at_source == is_source);
        found.extend(here.filter_map(|right| denied(bucket, policy, &right, role)));
        if !is_source {
            found.extend(tags(facts, policy, role));
        }
    }
    if !is_source && facts.is_cross_account() {
        let none = Policy::default();
        found.extend(lets_in(facts, policy.as_ref().unwrap_or(&none), role));
    }
    found
}

fn denied(bucket: &BucketFacts, policy: &Policy, right: &Right, role: &str) -> Option<Finding> {
    let action = right.action;
    let at = format!("policy of {}", bucket.name);
    Some(match policy.denial(&right.request(role))? {
        Decision::Depends(condition) => FindingKind::PolicyUndecided.at(
            at,
            format!("it denies {action} under a condition that is not known here ({condition})"),
            format!("make sure that the condition leaves {role} alone"),
        ),
        denial => FindingKind::PolicyDenies.at(
            at,
            format!(
                "{} denies {action} to {role}: objects end FAILED",
                named(&denial)
            ),
            format!("except the role, as by ArnNotEquals aws:PrincipalArn {role}"),
        ),
    })
}

fn named(decision: &Decision) -> &str {
    match decision {
        Decision::Denied(statement) => statement,
        _ => "a statement",
    }
}

/// Tags are left out where `s3:ReplicateTags` is denied (R-IAM-06).
fn tags(facts: &Facts, policy: &Policy, role: &str) -> Option<Finding> {
    let right = |action| Right {
        kind: FindingKind::PolicyDeniesTags,
        action,
        resource: format!("{}/object", rights::arn(facts, false)),
        at_source: false,
    };
    let denies = |action| {
        matches!(
            policy.denial(&right(action).request(role)),
            Some(Decision::Denied(_))
        )
    };
    (denies("s3:ReplicateTags") && !denies("s3:ReplicateObject")).then(|| {
        FindingKind::PolicyDeniesTags.at(
            format!("policy of {}", facts.destination.name),
            format!("it denies s3:ReplicateTags to {role}: replicas come without their tags"),
            "nothing, if that is meant; else except the role",
        )
    })
}

/// Across accounts the destination's policy has to allow what the role does there (R-IAM-07).
fn lets_in(facts: &Facts, policy: &Policy, role: &str) -> Vec<Finding> {
    let there = rights::needed(facts)
        .into_iter()
        .filter(|right| !right.at_source);
    let lacks = |right: Right| {
        let lacks = policy.decide(&right.request(role)) == Decision::NotAllowed;
        lacks.then(|| {
            FindingKind::PolicyLacks.at(
                format!("policy of {}", facts.destination.name),
                format!("the bucket is another account's, and nothing allows {} to {role} of {}: objects end FAILED", right.action, account(role)),
                format!("allow {} on {} to that role", right.action, right.resource),
            )
        })
    };
    there.filter_map(lacks).collect()
}

/// Who hears of replicas as of any new object (R-EVT-10).
fn told(facts: &Facts) -> Option<Finding> {
    facts.enabled().next()?;
    let notifications = facts.destination.notifications.known()?;
    let created = |event: &String| event.starts_with("s3:ObjectCreated") || event == "*";
    let told = notifications
        .iter()
        .filter(|n| n.events.iter().any(created));
    let told: Vec<_> = told.map(|notification| notification.to.as_str()).collect();
    (!told.is_empty()).then(|| {
        FindingKind::EventsAtDestination.at(
            &facts.destination.name,
            format!(
                "replicas raise ObjectCreated here: {} hears of each",
                told.join(", ")
            ),
            "make sure that it may see an object twice, here and at the source",
        )
    })
}

fn logs(facts: &Facts) -> Option<Finding> {
    let sides = [&facts.source, &facts.destination];
    let into = |bucket: &&&BucketFacts| matches!(bucket.logs_to.known(), Some(Some(to)) if *to == facts.source.name);
    let logged = sides.iter().find(into)?;
    Some(FindingKind::LogsReplicate.at(
        &facts.source.name,
        format!(
            "access logs of {} are delivered here, and every log file replicates",
            logged.name
        ),
        "deliver logs to a bucket of their own, or select by prefix",
    ))
}
