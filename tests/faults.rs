//! Trouble that is not replication's, between the harness and the pair: it is retried within bounds,
//! or told as what it is. It never makes a verdict about replication, and never hides one.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

#[path = "faults/clock.rs"]
mod clock;
#[path = "faults/connector.rs"]
mod connector;
#[path = "faults/names.rs"]
mod names;

use std::time::Duration;

use bucketpair::check::Verdict;
use bucketpair::emulator::{ACCESS_KEY_ID, SECRET_ACCESS_KEY};
use bucketpair::error::{ExitCode, Result};
use bucketpair::report::{Row, RunReport, Stopped};
use bucketpair::runner::{self, Opened, Settings, open_in_process};
use bucketpair::target::{Keys, Target, in_process};
use connector::{Fault, Phase, Script};
use rstest::rstest;

/// The longest that a request may be tried, as the SDK's standard mode has it.
const ATTEMPTS: u64 = 3;
/// As many as make every look of a scenario fail.
const LASTING: usize = usize::MAX;

const FAULTS: [Fault; 9] = [
    Fault::SlowDown,
    Fault::InternalError,
    Fault::Reset,
    Fault::LostAnswer,
    Fault::Stall,
    Fault::SlowStart,
    Fault::NoName,
    Fault::StalledName,
    Fault::Skewed,
];

/// The pair behind a connector that plays the faults of a script.
fn opened(settings: &Settings, script: &Script) -> Opened {
    let mut opened = open_in_process(settings).unwrap();
    let (emulator, _) = opened.emulator.as_ref().unwrap();
    let behind = |region: &str| Some(script.before(emulator.http_client(region)));
    let old = &opened.target;
    let regions = (old.source.region.clone(), old.destination.region.clone());
    let urls = (old.source.url.clone(), old.destination.url.clone());
    let clients = (behind(&regions.0), behind(&regions.1));
    let keys = Keys::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY);
    let engine = "the embedded pair behind faults";
    let target = in_process(
        "emulator", clients.0, clients.1, urls, regions, &keys, engine,
    );
    let capabilities = old.capabilities.clone();
    opened.target = Target {
        capabilities,
        ..target
    };
    opened
}

async fn played(script: &Script, scenario: &str, defect: Option<&str>) -> Result<RunReport> {
    let mut settings = Settings::default();
    settings.seed = 7;
    settings.deadline = Some(Duration::from_secs(5));
    settings.defects = defect.into_iter().map(str::to_owned).collect();
    let opened = opened(&settings, script);
    let scenarios = runner::by_name(&[scenario.to_owned()]).unwrap();
    let never = std::future::pending();
    runner::run_on(&opened, scenarios, &settings, |_| {}, never).await
}

/// Nothing is tried more often than the SDK's standard mode allows.
fn assert_bounded(report: &RunReport, what: &str) {
    let usage = serde_json::to_value(&report.usage).unwrap();
    let mut stack = vec![usage];
    while let Some(value) = stack.pop() {
        let count = |name: &str| value.get(name).and_then(serde_json::Value::as_u64);
        if let (Some(calls), Some(attempts)) = (count("calls"), count("attempts")) {
            assert!(
                attempts <= ATTEMPTS * calls,
                "{what}: {attempts} attempts of {calls} calls"
            );
        }
        match value {
            serde_json::Value::Object(map) => stack.extend(map.into_iter().map(|(_, value)| value)),
            serde_json::Value::Array(values) => stack.extend(values),
            _ => {}
        }
    }
}

fn verdict(report: &RunReport) -> Option<Verdict> {
    match &report.rows[..] {
        [Row::Judged(judgement)] => Some(judgement.verdict),
        _ => None,
    }
}

/// Everything that the user is told, as one text.
fn told(outcome: &Result<RunReport>) -> String {
    match outcome {
        Ok(report) => serde_json::to_string(report).unwrap(),
        Err(error) => error.to_string(),
    }
}

#[rstest]
#[case::write(Phase::Write)]
#[case::observe(Phase::Observe)]
#[case::configure(Phase::Configure)]
#[case::teardown(Phase::TearDown)]
#[tokio::test(start_paused = true)]
async fn a_fault_that_passes_is_retried_and_changes_no_verdict(#[case] phase: Phase) {
    // Clocks that differ are no matter of a second try.
    for fault in FAULTS.into_iter().filter(|fault| *fault != Fault::Skewed) {
        let what = format!("{fault:?} once in {phase:?}");
        let script = Script::new(fault, phase, 1);
        let report = played(&script, "overwrites", None).await.unwrap();
        assert!(script.played() == 1, "{what} was never played");
        assert_bounded(&report, &what);
        // A look that is given up after 30 s is none within the deadline, and proves nothing.
        let allowed = match (fault, phase) {
            (Fault::Stall, Phase::Observe) => ExitCode::Inconclusive,
            _ => ExitCode::Passed,
        };
        assert_eq!(report.exit_code(), allowed, "{what}: {report:#?}");
    }
}

#[rstest]
#[case::write(Phase::Write)]
#[case::observe(Phase::Observe)]
#[case::configure(Phase::Configure)]
#[tokio::test(start_paused = true)]
async fn a_fault_that_lasts_is_told_and_is_neither_a_pass_nor_a_failure(#[case] phase: Phase) {
    for fault in FAULTS
        .into_iter()
        .filter(|fault| *fault != Fault::SlowStart)
    {
        let what = format!("{fault:?} without end in {phase:?}");
        let script = Script::new(fault, phase, LASTING);
        let outcome = played(&script, "version-id", None).await;
        assert!(script.played() > 0, "{what} was never played");
        let code = match &outcome {
            Ok(report) => {
                assert_bounded(report, &what);
                report.exit_code()
            }
            Err(error) => error.exit_code(),
        };
        let infrastructure = [ExitCode::Inconclusive, ExitCode::SetUp];
        assert!(
            infrastructure.contains(&code),
            "{what}: {code:?}, {outcome:#?}"
        );
        let text = told(&outcome);
        let named = fault.causes().iter().any(|cause| text.contains(cause));
        assert!(named, "{what}: the cause is not told: {outcome:#?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_removed_is_named_and_the_verdict_stays() {
    for fault in [
        Fault::SlowDown,
        Fault::InternalError,
        Fault::Reset,
        Fault::Stall,
    ] {
        let script = Script::new(fault, Phase::TearDown, LASTING);
        let report = played(&script, "version-id", None).await.unwrap();
        assert_eq!(
            verdict(&report),
            Some(Verdict::Pass),
            "{fault:?}: {report:#?}"
        );
        assert!(!report.left_behind.is_empty(), "{fault:?}: {report:#?}");
        assert_eq!(
            report.exit_code(),
            ExitCode::LeftBehind,
            "{fault:?}: {report:#?}"
        );
    }
}

#[rstest]
#[case::write(Phase::Write)]
#[case::observe(Phase::Observe)]
#[tokio::test(start_paused = true)]
async fn keys_that_expire_end_the_run_and_are_named(#[case] phase: Phase) {
    let script = Script::new(Fault::Expired, phase, LASTING);
    let report = played(&script, "version-id", None).await.unwrap();
    // A scenario that ends before the run is stopped tells it by itself.
    let is_told = report.stopped == Some(Stopped::ExpiredKeys)
        || report
            .rows
            .iter()
            .any(|row| row.reason().is_some_and(|why| why.contains("ExpiredToken")));
    assert!(is_told, "{report:#?}");
    assert_eq!(report.exit_code(), ExitCode::SetUp, "{report:#?}");
    let verdict = verdict(&report);
    assert!(
        verdict.is_none_or(|verdict| verdict == Verdict::Unknown),
        "{report:#?}"
    );
}

/// The faults do not hide what the pair does wrong.
#[rstest]
#[case("loses-older-version", "overwrites")]
#[case("ignores-prefix", "prefix-filter")]
#[case("stuck-pending", "status")]
#[tokio::test(start_paused = true)]
async fn a_broken_pair_does_not_pass_behind_faults(#[case] defect: &str, #[case] scenario: &str) {
    for fault in [Fault::SlowDown, Fault::LostAnswer] {
        for times in [1, LASTING] {
            let what = format!("{fault:?} {times} times, with {defect}");
            let script = Script::new(fault, Phase::Observe, times);
            let outcome = played(&script, scenario, Some(defect)).await;
            let passed = |report: &RunReport| report.exit_code() == ExitCode::Passed;
            assert!(!outcome.as_ref().is_ok_and(passed), "{what}: {outcome:#?}");
        }
    }
}
