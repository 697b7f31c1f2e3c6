//! The report as JUnit's XML, for the test views of CI systems.
//!
//! JUnit knows no "unknown": a scenario without evidence is an error, never a pass. What is wrong
//! with the run itself (left behind, interrupted, partial) is a case of its own, so that a view
//! which shows only cases does not hide it.

use std::fmt::Write as _;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::wording::{besides, more, outcome, told, unfinished, visible};
use super::{Row, RunReport, State};
use crate::check::{Finding, Judgement};

/// The report as one XML document.
#[must_use]
pub fn junit(report: &RunReport) -> String {
    let mut suite = TestSuite::new(format!("bucketpair.{}", report.header.target.name));
    describe(&mut suite, report);
    let class = suite.name.clone();
    let cases = report.rows.iter().map(case).chain(itself(report));
    suite.add_test_cases(cases.map(|mut case| {
        case.set_classname(class.clone());
        case
    }));
    let mut document = Report::new("bucketpair");
    document.set_time(report.elapsed).add_test_suite(suite);
    // Writing into memory has nothing to fail on.
    document.to_string().unwrap_or_default()
}

fn describe(suite: &mut TestSuite, report: &RunReport) {
    let (header, target) = (&report.header, &report.header.target);
    suite.set_time(report.elapsed);
    let started = i64::try_from(header.started).unwrap_or_default();
    if let Some(started) = chrono::DateTime::from_timestamp(started, 0) {
        suite.set_timestamp(started);
    }
    suite.add_properties([
        Property::new("bucketpair", header.bucketpair.as_str()),
        Property::new("engine", visible(&target.engine)),
        Property::new("source_region", target.source_region.as_str()),
        Property::new("destination_region", target.destination_region.as_str()),
        Property::new("seed", header.seed.to_string()),
        Property::new("run", header.run.as_str()),
    ]);
}

fn case(row: &Row) -> TestCase {
    let mut case = TestCase::new(visible(row.scenario()), status(row));
    case.add_property(Property::new("summary", visible(row.summary())));
    for rule in row.rule_ids() {
        case.add_property(("rule", rule.as_str()));
    }
    if let Row::Judged(judgement) = row {
        measure(&mut case, judgement);
    }
    case
}

fn measure(case: &mut TestCase, judgement: &Judgement) {
    case.set_time(Duration::from_nanos(judgement.elapsed_ns));
    case.set_assertions(judgement.findings.len());
    if let Some(longest) = judgement.lag.as_ref().and_then(|lag| lag.max_upper_ns) {
        let seconds = Duration::from_nanos(longest).as_secs_f64();
        case.add_property(Property::new("lag_max_upper_seconds", seconds.to_string()));
    }
    if judgement.verdict == crate::check::Verdict::Pass || judgement.is_only_recorded() {
        // What is only recorded fails nothing, and is not hidden.
        let recorded = evidence(judgement);
        if !recorded.is_empty() {
            case.set_system_out(recorded);
        }
    }
}

fn status(row: &Row) -> TestCaseStatus {
    let reason = visible(row.reason().unwrap_or_default());
    let (kind, word, text) = match (row.state(), row) {
        (State::Passed | State::Recorded, _) => return TestCaseStatus::success(),
        (State::Ignored, _) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason);
            return status;
        }
        (State::Failed, Row::Judged(judgement)) => {
            (NonSuccessKind::Failure, "failed", evidence(judgement))
        }
        (_, Row::Judged(judgement)) => {
            let text = format!("{reason}\n{}", evidence(judgement));
            (NonSuccessKind::Error, "unknown", text.trim().to_owned())
        }
        (_, _) => (NonSuccessKind::Error, "could-not-run", reason),
    };
    let mut status = TestCaseStatus::non_success(kind);
    let first = text.lines().next().unwrap_or(word).to_owned();
    status
        .set_type(word)
        .set_message(first)
        .set_description(text);
    status
}

fn evidence(judgement: &Judgement) -> String {
    told(judgement).map(finding).collect()
}

fn finding(finding: &Finding) -> String {
    let (_, outcome) = outcome(finding);
    let rules = finding.rule_ids.join(" ");
    let mut text = format!("{} {} [{rules}]\n", finding.check, visible(&outcome));
    for evidence in &finding.evidence {
        let (subject, expected) = (visible(&evidence.subject), visible(&evidence.expected));
        let seen = visible(&evidence.seen);
        writeln!(text, "  {subject}: expected {expected}, seen {seen}").expect("as below");
    }
    if let Some(more) = more(finding, finding.evidence.len()) {
        writeln!(text, "  {more}").expect("a String takes every write");
    }
    text
}

/// What is wrong with the run itself, as a case that errs.
fn itself(report: &RunReport) -> Option<TestCase> {
    let left = besides(report)
        .into_iter()
        .filter(|(what, _)| *what != "kept");
    let left = left.map(|(what, text)| format!("{what}: {}", visible(text)));
    let wrong: Vec<_> = unfinished(report).into_iter().chain(left).collect();
    let is_wrong = report.unsaved || !report.left_behind.is_empty() || unfinished(report).is_some();
    is_wrong.then(|| {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_type("run").set_message(wrong.join("; "));
        TestCase::new("the-run-itself", status)
    })
}
