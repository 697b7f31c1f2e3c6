//! Reports made by hand: how they end, and how they read.

mod forms;

use rstest::rstest;

use super::*;
use crate::check::{Check, CheckKind, Evidence, Expectation, Finding};
use crate::history::{Instant, TargetDescription};
use crate::lag::Summary;

pub(super) fn report(rows: Vec<Row>) -> RunReport {
    let target = TargetDescription {
        name: "emulator".to_owned(),
        source: "http://127.0.0.1:1".to_owned(),
        destination: "http://127.0.0.1:2".to_owned(),
        source_region: "ap-northeast-1".to_owned(),
        destination_region: "us-east-1".to_owned(),
        engine: "the embedded pair".to_owned(),
    };
    let header = Header {
        bucketpair_history: 1,
        bucketpair: "0.1.0".to_owned(),
        run: "run".to_owned(),
        seed: 42,
        started: 0,
        target,
    };
    RunReport::new(header, rows)
}

pub(super) fn finding(expectation: Expectation, verdict: Verdict) -> Finding {
    let evidence = Evidence {
        subject: "destination a/b@v1".to_owned(),
        expected: "SHA-256 11aa".to_owned(),
        seen: "SHA-256 22bb".to_owned(),
        since: Some(Instant(471_000_000)),
    };
    Finding {
        check: Check::new(CheckKind::Bytes),
        rule_ids: vec!["R-DATA-01".to_owned()],
        expectation,
        verdict,
        examined: 1,
        evidence: vec![evidence],
        omitted: 2,
        counts: crate::check::Counts::default(),
    }
}

pub(super) fn judged(verdict: Verdict, findings: Vec<Finding>) -> Row {
    let lag = Summary {
        samples: 4,
        censored: 1,
        median_upper_ns: Some(20_000_000),
        max_upper_ns: Some(34_000_000),
        ..Summary::default()
    };
    Row::Judged(Judgement {
        scenario: "replica-bytes".to_owned(),
        summary: "a replica holds the bytes".to_owned(),
        rule_ids: vec!["R-DATA-01".to_owned()],
        verdict,
        findings,
        lag: Some(lag),
        elapsed_ns: 1_500_000_000,
        cut_short: None,
    })
}

fn ignored() -> Row {
    Row::ignored("tags", "tags travel", &[], "not here".to_owned())
}

fn errored(error: &Error) -> Row {
    Row::errored("copy", "a copy replicates", error)
}

fn set_up() -> Row {
    errored(&Error::Deadline("no canary".to_owned()))
}

fn panicked() -> Row {
    errored(&Error::Internal("a panic".to_owned()))
}

fn plain(report: &RunReport) -> String {
    terminal(report, Look::default())
}

fn all(verdict: Verdict) -> Row {
    judged(verdict, Vec::new())
}

fn recorded() -> Row {
    let reason = "AWS does not promise it".to_owned();
    let finding = finding(Expectation::Recorded { reason }, Verdict::Fail);
    judged(Verdict::Unknown, vec![finding])
}

#[rstest]
#[case::passed(vec![all(Verdict::Pass)], ExitCode::Passed)]
#[case::passed_beside_ignored(vec![all(Verdict::Pass), ignored()], ExitCode::Passed)]
#[case::failed(vec![all(Verdict::Unknown), all(Verdict::Fail)], ExitCode::Failed)]
#[case::unknown(vec![all(Verdict::Pass), all(Verdict::Unknown)], ExitCode::Inconclusive)]
#[case::nothing(Vec::new(), ExitCode::NothingRan)]
#[case::recorded_beside_passed(vec![all(Verdict::Pass), recorded()], ExitCode::Passed)]
#[case::all_recorded(vec![recorded()], ExitCode::NothingRan)]
#[case::all_ignored(vec![ignored()], ExitCode::NothingRan)]
#[case::not_set_up(vec![all(Verdict::Fail), set_up()], ExitCode::SetUp)]
#[case::panicked(vec![set_up(), panicked()], ExitCode::Internal)]
fn rows_decide_the_exit_code(#[case] rows: Vec<Row>, #[case] code: ExitCode) {
    assert_eq!(report(rows).exit_code(), code);
}

#[test]
fn what_is_left_behind_comes_after_a_failure_and_before_everything_else() {
    let mut passed = report(vec![all(Verdict::Pass)]);
    passed.left_behind.push("bucket a".to_owned());
    assert_eq!(passed.exit_code(), ExitCode::LeftBehind);
    passed.rows.push(all(Verdict::Fail));
    assert_eq!(passed.exit_code(), ExitCode::Failed);
    passed.interrupted = true;
    assert_eq!(passed.exit_code(), ExitCode::Interrupted);
    passed.unsaved = true;
    assert_eq!(passed.exit_code(), ExitCode::Internal);
}

#[test]
fn a_failure_names_check_rule_object_version_and_what_was_seen() {
    let findings = vec![finding(Expectation::Required, Verdict::Fail)];
    let text = plain(&report(vec![judged(Verdict::Fail, findings)]));
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    for line in [
        "✗  replica-bytes             ≤ 34 ms  R-DATA-01",
        "a replica holds the bytes",
        "bytes fails  R-DATA-01",
        "destination a/b@v1",
        "expected  SHA-256 11aa",
        "seen      SHA-256 22bb",
        "since     471 ms into the run",
        "and 2 more",
        "0 passed, 1 failed, 0 unknown",
        "4 replicas, 1 of them not by the deadline; the longest lag is at most 34 ms",
        "to repeat it: the same command with --seed 42",
    ] {
        assert!(lines.contains(&line), "no line {line:?} in:\n{text}");
    }
}

#[test]
fn every_kind_of_row_is_counted() {
    let rows = vec![all(Verdict::Pass), ignored(), set_up()];
    let mut report = report(rows);
    report.elapsed = Duration::from_millis(1849);
    let text = plain(&report);
    let counted = "1 passed, 0 failed, 0 unknown, 1 could not run, 1 ignored in 1.8 s";
    assert!(text.lines().any(|line| line == counted), "{text}");
    assert!(text.contains("no canary") && text.contains("ignored: not here"));
}

#[test]
fn a_passing_run_neither_lists_findings_nor_how_to_repeat_it() {
    let findings = vec![finding(Expectation::Required, Verdict::Pass)];
    let text = plain(&report(vec![judged(Verdict::Pass, findings)]));
    assert!(
        !text.contains("a/b@v1") && !text.contains("to repeat"),
        "{text}"
    );
}

#[rstest]
#[case::recorded(Expectation::Recorded { reason: "unsure".to_owned() }, Verdict::Fail, "fails (recorded: unsure)")]
#[case::as_known(Expectation::KnownDifference { reason: "old".to_owned() }, Verdict::Fail, "fails (known difference: old)")]
#[case::no_longer(Expectation::KnownDifference { reason: "old".to_owned() }, Verdict::Pass, "passes, and is listed as different (old)")]
#[case::not_offered(Expectation::NotOffered { reason: "no".to_owned() }, Verdict::Unknown, "not offered (no)")]
fn what_is_not_simply_required_says_why(
    #[case] expectation: Expectation,
    #[case] verdict: Verdict,
    #[case] words: &str,
) {
    let findings = vec![finding(expectation, verdict)];
    let text = plain(&report(vec![judged(Verdict::Pass, findings)]));
    assert!(text.contains(words), "{text}");
}

#[test]
fn colour_is_shown_only_where_it_is_wanted() {
    let report = report(vec![all(Verdict::Pass)]);
    assert!(!plain(&report).contains('\u{1b}'));
    assert!(terminal(&report, Look { colour: true }).contains("\u{1b}[32m✓"));
}

#[test]
fn the_json_names_its_version_and_reads_back() {
    let report = report(vec![all(Verdict::Pass), ignored(), set_up()]);
    let document: serde_json::Value = serde_json::from_str(&json(&report)).unwrap();
    super::fits::fits(&document, "report-v1.json");
    assert_eq!(document["bucketpair_report"], VERSION);
    assert_eq!(document["exit_code"], ExitCode::SetUp as u8);
    let read: RunReport = serde_json::from_value(document).unwrap();
    assert_eq!(read.rows.len(), 3);
}
