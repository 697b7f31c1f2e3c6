//! Why an object is, or is not, at a destination, and what can be done.

mod skipped;
mod status;

use std::fmt;

use serde::Serialize;

use super::matching::{self, Consideration};
use super::there::There;
use super::{DestinationFacts, ObjectFacts};
use crate::doctor::{Finding, Severity, findings};
use crate::error::ExitCode;
use crate::history::Seen;
use crate::replication::{ReplicationStatus, Schema};

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Remedy {
    /// Nothing: it is as it should be.
    Nothing,
    /// Wait: S3 goes on by itself.
    Wait,
    /// It is not known: something could not be seen.
    Look,
    /// Write it again; a copy in place makes a new version.
    Rewrite,
    /// Send it by Batch Replication, or write it again.
    Batch,
    /// Mend what is named, then write it again.
    FixThenRewrite,
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "nothing",
            Self::Wait => "wait",
            Self::Look => "look again",
            Self::Rewrite => "rewrite",
            Self::Batch => "Batch Replication, or rewrite",
            Self::FixThenRewrite => "fix, then rewrite",
        })
    }
}

/// One object, explained.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The object (`s3://bucket/key?versionId=…`).
    pub subject: String,
    /// What the source shows.
    pub source: String,
    /// Its replication status; none where it has none, as a delete marker.
    pub status: Option<ReplicationStatus>,
    /// What each rule says to it.
    pub rules: Vec<Consideration>,
    /// What is at each destination, and why. Where no rule names one, what that means.
    pub destinations: Vec<AtDestination>,
}

/// What is at a destination, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AtDestination {
    /// The bucket; none where no rule names one.
    pub bucket: Option<String>,
    /// What is there.
    pub there: String,
    /// The likely reason.
    pub reason: String,
    /// The rules of the rule table behind it.
    pub rule_ids: Vec<&'static str>,
    /// What can be done.
    pub remedy: Remedy,
    /// How, in words.
    pub how: String,
    /// What a doctor says of the pair that explains it.
    pub causes: Vec<Finding>,
}

/// A reason before it knows its destination.
struct Reason {
    why: String,
    rule_ids: Vec<&'static str>,
    remedy: Remedy,
    how: String,
}

impl Reason {
    fn new<const N: usize>(
        why: impl Into<String>,
        rule_ids: [&'static str; N],
        remedy: Remedy,
        how: impl Into<String>,
    ) -> Self {
        Self {
            why: why.into(),
            rule_ids: rule_ids.to_vec(),
            remedy,
            how: how.into(),
        }
    }
}

/// Explains an object.
#[must_use]
pub fn explain(facts: &ObjectFacts) -> Explanation {
    let version = facts.version.as_ref();
    let version = version.map_or_else(String::new, |id| format!("?versionId={id}"));
    let mut destinations: Vec<_> = facts.destinations.iter().map(|d| at(facts, d)).collect();
    if destinations.is_empty() {
        destinations.push(nowhere(facts));
    }
    Explanation {
        subject: format!("s3://{}/{}{version}", facts.bucket, facts.key),
        source: source(facts),
        status: facts.object().and_then(|object| object.status),
        rules: matching::considered(facts),
        destinations,
    }
}

impl Explanation {
    /// How the command line ends: 0 where everything is in place, 1 where something is not and will
    /// not come by itself, 3 where it may still come or could not be seen.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        let code = |at: &AtDestination| match at.remedy {
            Remedy::Nothing => ExitCode::Passed,
            Remedy::Wait | Remedy::Look => ExitCode::Inconclusive,
            Remedy::Rewrite | Remedy::Batch | Remedy::FixThenRewrite => ExitCode::Failed,
        };
        ExitCode::worst(self.destinations.iter().map(code))
    }
}

fn source(facts: &ObjectFacts) -> String {
    match &facts.source {
        Seen::Present(object) => {
            let class = object.storage_class.as_deref().unwrap_or("STANDARD");
            let encryption = object.encryption.as_deref().unwrap_or("no encryption");
            let status = object
                .status
                .map_or("none".to_owned(), |status| status.to_string());
            format!(
                "{} bytes · {class} · {encryption} · status {status}",
                object.size
            )
        }
        Seen::DeleteMarker { .. } => "a delete marker; its status cannot be read".to_owned(),
        Seen::Failed(failure) => format!(
            "it cannot be looked at ({}: {})",
            failure.code, failure.message
        ),
        _ => "nothing".to_owned(),
    }
}

/// No rule names any destination.
fn nowhere(facts: &ObjectFacts) -> AtDestination {
    let reason = match &facts.configuration {
        crate::doctor::Fact::Unknown(gap) => Reason::new(
            format!(
                "the replication configuration could not be read ({})",
                gap.said
            ),
            [],
            Remedy::Look,
            format!("allow {} to these keys", gap.permission),
        ),
        crate::doctor::Fact::Known(_) => Reason::new(
            format!(
                "{} has no replication configuration: nothing of it replicates",
                facts.bucket
            ),
            ["R-CFG-08"],
            Remedy::FixThenRewrite,
            "put a replication configuration; what is there already needs Batch Replication",
        ),
    };
    told(
        None,
        "no destination is named".to_owned(),
        reason,
        Vec::new(),
    )
}

fn at(facts: &ObjectFacts, destination: &DestinationFacts) -> AtDestination {
    let there = There::of(facts, destination);
    let described = there.described(destination);
    let causes = causes(destination);
    let reason = reason(facts, destination, &there, &causes);
    let causes = match reason.remedy {
        Remedy::FixThenRewrite => causes,
        _ => Vec::new(),
    };
    told(Some(&destination.bucket), described, reason, causes)
}

fn told(
    bucket: Option<&str>,
    there: String,
    reason: Reason,
    causes: Vec<Finding>,
) -> AtDestination {
    AtDestination {
        bucket: bucket.map(str::to_owned),
        there,
        reason: reason.why,
        rule_ids: reason.rule_ids,
        remedy: reason.remedy,
        how: reason.how,
        causes,
    }
}

/// What a doctor calls an error of the pair.
fn causes(destination: &DestinationFacts) -> Vec<Finding> {
    let found = destination.pair.as_ref().map(findings).unwrap_or_default();
    let errors = found
        .into_iter()
        .filter(|finding| finding.severity == Severity::Error);
    errors.collect()
}

fn reason(
    facts: &ObjectFacts,
    destination: &DestinationFacts,
    there: &There,
    causes: &[Finding],
) -> Reason {
    if let Err(why) = &destination.pair {
        return Reason::new(
            format!("the destination cannot be asked: {why}"),
            [],
            Remedy::Look,
            "check its name in the rule, and whether --target leads to its endpoint",
        );
    }
    if let There::Unseen(why) = there {
        let how =
            "allow s3:GetObjectVersion and s3:ListBucketVersions to these keys at the destination";
        return Reason::new(format!("nothing is known: {why}"), [], Remedy::Look, how);
    }
    match &facts.source {
        Seen::Present(object) => status::reason(facts, object, destination, there, causes),
        Seen::DeleteMarker { .. } => marker(facts, destination, there),
        Seen::Failed(failure) if failure.status == 400 => Reason::new(
            "the source refuses HEAD with 400, as for an object with customer-provided keys (SSE-C)",
            ["R-ENC-07"],
            Remedy::Look,
            "ask with the object's own key; bucketpair has none",
        ),
        _ => Reason::new(
            "the source's version could not be looked at",
            ["R-STATUS-17"],
            Remedy::Look,
            "allow s3:GetObjectVersion to these keys at the source",
        ),
    }
}

/// A delete marker: its status cannot be read, so that only the rules and the destination speak.
fn marker(facts: &ObjectFacts, destination: &DestinationFacts, there: &There) -> Reason {
    let Some(rule) = matching::winner(facts, &destination.bucket) else {
        return skipped::by_every_rule(&destination.bucket);
    };
    let travels = rule.rule.schema == Schema::V1 || rule.rule.delete_markers;
    match (travels, there) {
        (_, There::Marker) => Reason::new(
            "the delete marker has arrived",
            ["R-DEL-02"],
            Remedy::Nothing,
            "it is as it should be",
        ),
        (false, _) => Reason::new(
            format!(
                "delete markers stay at the source: {:?} does not replicate them",
                rule.rule.id
            ),
            ["R-DEL-01"],
            Remedy::FixThenRewrite,
            "nothing, if that is meant; else enable DeleteMarkerReplication and delete again",
        ),
        (true, _) => Reason::new(
            "delete markers travel, and this one has not arrived; one that lifecycle wrote, or that is older than the rule, never does",
            ["R-DEL-02", "R-NOT-05", "R-NOT-01"],
            Remedy::Wait,
            "wait; if it stays away, delete the key again",
        ),
    }
}
