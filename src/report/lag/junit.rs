//! The lag as JUnit's XML, for the test views of CI systems.
//!
//! A case for each service level, and one for the measurement itself. JUnit knows no "undecided":
//! it is an error there, never a pass; a level that nobody asked for is skipped, with its verdict.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::LagReport;
use super::wording::{PARTIAL, because, headline, measure, verdict};
use crate::error::ExitCode;
use crate::lag::{Measured, SloJudgement, SloVerdict};
use crate::report::wording::visible;

/// The report as one XML document.
#[must_use]
pub fn junit(report: &LagReport) -> String {
    let mut suite = TestSuite::new("bucketpair.lag");
    let elapsed = report.runs.iter().map(|run| run.facts.elapsed_ns).max();
    let elapsed = Duration::from_nanos(elapsed.unwrap_or(0));
    suite.set_time(elapsed);
    report.runs.iter().for_each(|run| describe(&mut suite, run));
    let levels = report.profile.slos.iter();
    let levels = levels.map(|slo| level(slo, report.held && !report.partial));
    suite.add_test_cases(levels.chain([itself(report)]).map(|mut case| {
        case.set_classname("bucketpair.lag");
        case
    }));
    let mut document = Report::new("bucketpair");
    document.set_time(elapsed).add_test_suite(suite);
    // Writing into memory has nothing to fail on.
    document.to_string().unwrap_or_default()
}

fn describe(suite: &mut TestSuite, run: &Measured) {
    let facts = &run.facts;
    suite.add_properties([
        Property::new("run", facts.run.as_str()),
        Property::new("bucketpair", facts.bucketpair.as_str()),
        Property::new("seed", facts.seed.to_string()),
    ]);
    if let Some(target) = &facts.target {
        suite.add_property(Property::new("engine", visible(&target.engine)));
    }
}

fn level(slo: &SloJudgement, is_held: bool) -> TestCase {
    let name = format!("{} ({}, {})", slo.slo, measure(slo.measure), slo.side);
    let (word, reason) = (verdict(slo.verdict), because(slo));
    let mut status = match (is_held, slo.verdict) {
        (false, _) => TestCaseStatus::skipped(),
        (true, SloVerdict::Met) => TestCaseStatus::success(),
        (true, SloVerdict::Missed) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        (true, SloVerdict::Undecided) => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    if !matches!(status, TestCaseStatus::Success { .. }) {
        status
            .set_type(word)
            .set_message(format!("{word}: {reason}"));
    }
    TestCase::new(name, status)
}

/// Whether anything was measured, to the end.
fn itself(report: &LagReport) -> TestCase {
    let wrong = report.ended.lines().into_iter();
    let wrong = wrong.filter_map(|(is_wrong, line)| is_wrong.then_some(line));
    let partial = report.partial.then(|| PARTIAL.to_owned());
    let caveats = report.runs.iter().flat_map(|run| &run.facts.caveats);
    let caveats = caveats.map(|caveat| visible(&caveat.to_string()));
    let warnings = report.profile.warnings.iter().map(ToString::to_string);
    let notes: Vec<_> = partial
        .into_iter()
        .chain(wrong)
        .chain(caveats)
        .chain(warnings)
        .collect();
    // The levels are cases of their own.
    let code = report.clone().held(false).exit_code();
    let mut status = TestCaseStatus::success();
    if code != ExitCode::Passed {
        status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_type("run").set_message(notes.join("; "));
    }
    let mut case = TestCase::new("the-measurement-itself", status);
    case.set_system_out(format!("{}\n{}\n", headline(report), notes.join("\n")));
    case
}
