//! A whole scenario judged.

use serde::{Deserialize, Serialize};

use super::reference::{Expected, Fate};
use super::tally::Tally;
use super::view::View;
use super::{
    Check, CheckKind, Expectation, Finding, PlannedCheck, Verdict, acl, answers, arrival, atomic,
    bucket, content, dates, encryption, failing, held, identity, lifecycle, lock, marker, negative,
    order, parts, reason, status, tags, two_way,
};
use crate::error::{Error, Result};
use crate::history::History;
use crate::lag;

/// What a scenario's history proves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The scenario's name.
    pub scenario: String,
    /// One line for people.
    pub summary: String,
    /// The rules it proves.
    pub rule_ids: Vec<String>,
    /// The findings that count, as one verdict.
    pub verdict: Verdict,
    /// What each check found, in the plan's order.
    pub findings: Vec<Finding>,
    /// The lag of its replicas; none where there were none to measure.
    pub lag: Option<lag::Summary>,
    /// How long it took, in nanoseconds: from its first event to its last.
    #[serde(default)]
    pub elapsed_ns: u64,
    /// Why it did not go on to its end, where it did not: then it passes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_short: Option<String>,
}

impl Judgement {
    /// The same of a scenario that was cut short: what was not done cannot pass.
    #[must_use]
    pub fn cut_short(mut self, why: &str) -> Self {
        self.verdict = Verdict::merge([self.verdict, Verdict::Unknown]);
        self.cut_short = Some(why.to_owned());
        self
    }

    /// Whether what was found is only listed: nothing of it counts.
    #[must_use]
    pub fn is_only_recorded(&self) -> bool {
        !self.findings.is_empty() && !self.counts() && self.cut_short.is_none()
    }

    /// Whether any of the findings counts; the verdict of what is only recorded means nothing.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.counted().is_some())
    }
}

/// Judges a history by the checks of its plan.
///
/// # Errors
/// [`Error::Usage`] when the plan holds a check that this version of bucketpair does not know.
pub fn judge(history: &History) -> Result<Judgement> {
    let plan = &history.plan;
    let planned = plan.checks_as::<PlannedCheck>().map_err(|error| {
        Error::Usage(format!(
            "scenario {:?} has a check that this version does not know ({error}); judge it with the version that ran it",
            plan.scenario
        ))
    })?;
    let view = View::new(history);
    let findings: Vec<_> = planned
        .into_iter()
        .map(|planned| find(&view, planned))
        .collect();
    Ok(Judgement {
        scenario: plan.scenario.clone(),
        summary: plan.summary.clone(),
        rule_ids: plan.rule_ids.clone(),
        verdict: Verdict::merge(findings.iter().filter_map(Finding::counted)),
        findings,
        lag: measured(history, &view),
        elapsed_ns: elapsed(history),
        cut_short: None,
    })
}

fn elapsed(history: &History) -> u64 {
    let moments = || history.events.iter().map(|event| event.at.0);
    let (first, last) = (moments().min(), moments().max());
    last.unwrap_or_default() - first.unwrap_or_default()
}

fn find(view: &View<'_>, planned: PlannedCheck) -> Finding {
    let tally = if matches!(planned.expectation, Expectation::NotOffered { .. }) {
        Tally::of(&planned.check)
    } else {
        let mut tally = examine(view, &planned.check);
        tally.explain(|| view.trouble());
        tally
    };
    tally.into_finding(planned, &view.plan.rule_ids)
}

fn examine(view: &View<'_>, check: &Check) -> Tally {
    match check.kind {
        CheckKind::Arrives => arrival::arrives(view, check),
        CheckKind::VersionId => identity::version_id(view, check),
        CheckKind::Etag => identity::etag(view, check),
        CheckKind::LastModified => identity::last_modified(view, check),
        CheckKind::Bytes => content::bytes(view, check),
        CheckKind::Encryption => encryption::encryption(view, check),
        CheckKind::Checksums => content::checksums(view, check),
        CheckKind::Metadata => content::metadata(view, check),
        CheckKind::StorageClass => content::storage_class(view, check),
        CheckKind::Tags => tags::tags(view, check),
        CheckKind::Parts => parts::parts(view, check),
        CheckKind::UploadStays => parts::upload_stays(view, check),
        CheckKind::Acl => acl::acl(view, check),
        CheckKind::ObjectLock => lock::object_lock(view, check),
        CheckKind::SourceStatus => status::source(view, check),
        CheckKind::ReplicaStatus => status::replica(view, check),
        CheckKind::NoStatus => status::none(view, check),
        CheckKind::Fails => failing::fails(view, check),
        CheckKind::FailureReason => reason::failure(view, check),
        CheckKind::FailedIsFinal => failing::is_final(view, check),
        CheckKind::NoLoop => two_way::no_loop(view, check),
        CheckKind::Converges => two_way::converges(view, check),
        CheckKind::ReplicaModifications => two_way::modifications(view, check),
        CheckKind::Lifecycle => lifecycle::acts(view, check),
        CheckKind::NotRestored => negative::not_restored(view, check),
        CheckKind::StatusKept => status::kept(view, check),
        CheckKind::ListedDates => dates::listed(view, check),
        CheckKind::PendingAtOnce => status::at_once(view, check),
        CheckKind::HeldBack => held::back(view, check),
        CheckKind::Atomic => atomic::appearance(view, check),
        CheckKind::StaysAbsent => negative::stays_absent(view, check),
        CheckKind::VersionDeleteStays => negative::version_delete(view, check),
        CheckKind::MarkerArrives => marker::arrives(view, check),
        CheckKind::MarkerStays => marker::stays(view, check),
        CheckKind::VersionsInOrder => order::versions(view, check),
        CheckKind::Answers => answers::answers(view, check),
        CheckKind::BucketConfiguration => bucket::configuration(view, check),
    }
}

fn measured(history: &History, view: &View<'_>) -> Option<lag::Summary> {
    let expected = |sample: &lag::Sample| {
        let by_op = |version: &Expected| version.op;
        let place = view.expected.binary_search_by_key(&sample.op, by_op).ok();
        let version = place.map(|place| &view.expected[place]);
        // A canary is looked at until it shows that replication is live, not for its lag.
        let version = version.filter(|version| !version.label.starts_with("canary-"));
        let fate = version.and_then(|version| version.fates.get(&sample.side));
        matches!(fate, Some(Fate::Replica { .. }))
    };
    let mut samples = lag::intervals(history);
    samples.retain(expected);
    (!samples.is_empty()).then(|| lag::Summary::of(&samples))
}
