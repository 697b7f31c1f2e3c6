//! `lag` and `observe`, as a user has them: files, exit codes, and processes that are killed.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rstest::rstest;
use serde_json::Value;

use super::reports::fits::fits;
use super::{Served, bucketpair, expect, judge, with_keys};

const FILES: [&str; 7] = [
    "lag.json",
    "lag.html",
    "lag.md",
    "lag.junit.xml",
    "lag.csv",
    "lag.prom",
    "history.jsonl",
];
/// More than a loaded machine needs.
const PATIENCE: Duration = Duration::from_secs(120);

fn document(folder: &Path) -> Value {
    let text = std::fs::read(folder.join("lag.json")).unwrap();
    serde_json::from_slice(&text).expect("a whole document at every moment")
}

fn history(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("history.jsonl")).unwrap_or_default()
}

/// Waits until the history satisfies a condition, and tells what it was then.
fn until(folder: &Path, what: &str, is_so: impl Fn(&str) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so(&history(folder)) {
        assert!(Instant::now() < deadline, "{what} not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn lag(folder: &Path, flags: &[&str]) -> std::process::Output {
    let mut command = bucketpair();
    command.arg("lag").args(["--rate", "50"]).args(flags);
    command.arg("--report").arg(folder).output().unwrap()
}

#[test]
fn a_folder_holds_every_form_and_other_verbs_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let output = lag(folder.path(), &["--count", "30", "--status"]);
    expect(
        &output,
        0,
        &["30 samples", "Replication lag p50", "lag.html"],
    );
    for name in FILES {
        let size = folder.path().join(name).metadata().unwrap().len();
        assert!(size > 100, "{name} has {size} bytes");
    }
    let seen = document(folder.path());
    fits(&seen, "profile-v1.json");
    assert_eq!(
        (&seen["partial"], &seen["exit_code"]),
        (&false.into(), &0.into())
    );
    let again = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.jsonl");
    let mut command = bucketpair();
    command
        .arg("judge")
        .arg(&path)
        .arg("--report")
        .arg(again.path());
    expect(&command.output().unwrap(), 0, &["30 samples"]);
    assert_eq!(document(again.path())["cells"], seen["cells"]);
    let mut command = bucketpair();
    let compared = command.args(["compare", "--quantiles", "p50"]);
    let compared = compared.args([folder.path(), folder.path()]);
    expect(&compared.output().unwrap(), 0, &["30 and 30 samples"]);
}

#[rstest]
#[case::json("json", r#""bucketpair_profile": 1"#)]
#[case::markdown("markdown", "## bucketpair lag: ")]
#[case::junit("junit", "the-measurement-itself")]
#[case::prometheus("prometheus", "bucketpair_lag_samples")]
fn a_measurement_is_printed_in_the_form_that_is_asked_for(
    #[case] format: &str,
    #[case] words: &str,
) {
    let mut command = bucketpair();
    command.args(["lag", "--count", "5", "--rate", "50", "--format", format]);
    expect(&command.output().unwrap(), 0, &[words]);
}

#[rstest]
#[case::met("50% within 1m", 0)]
#[case::missed("50% within 100ms", 1)]
#[case::undecided("99.9% within 1m", 3)]
fn a_service_level_decides_how_it_ends(#[case] level: &str, #[case] code: i32) {
    let folder = tempfile::tempdir().unwrap();
    let output = lag(
        folder.path(),
        &["--count", "40", "--delay", "500ms", "--slo", level],
    );
    expect(&output, code, &[&level.replace(" %", "%")]);
    assert_eq!(document(folder.path())["exit_code"], code);
    expect(&judge(&folder.path().join("history.jsonl")), code, &[]);
}

#[test]
fn a_budget_that_is_too_small_for_the_writes_is_refused_with_what_they_take() {
    let folder = tempfile::tempdir().unwrap();
    let flags = [
        "--count",
        "10",
        "--operations",
        "multipart",
        "--sizes",
        "6MiB",
    ];
    let output = lag(
        folder.path(),
        &[&flags[..], &["--request-budget", "50"]].concat(),
    );
    // Ten uploads of two parts, each begun, ended, and perhaps aborted.
    expect(&output, 2, &["--request-budget 50", "50 requests"]);
}

#[test]
fn a_measurement_that_is_killed_keeps_what_it_saw_and_says_that_it_is_partial() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = bucketpair();
    command.args(["lag", "--rate", "20", "--count", "2000", "--report"]);
    let command = command.arg(folder.path()).stdout(Stdio::null());
    let mut running = command.stderr(Stdio::null()).spawn().unwrap();
    let samples = || {
        let text = std::fs::read(folder.path().join("lag.json")).unwrap_or_default();
        let seen: Value = serde_json::from_slice(&text).unwrap_or_default();
        seen["cells"][0]["n"].as_u64().unwrap_or(0)
    };
    let deadline = Instant::now() + PATIENCE;
    while samples() < 3 {
        assert!(Instant::now() < deadline, "no three samples in lag.json");
        std::thread::sleep(Duration::from_millis(20));
    }
    running.kill().unwrap();
    running.wait().unwrap();
    let seen = document(folder.path());
    assert_eq!(
        (&seen["partial"], &seen["exit_code"]),
        (&true.into(), &3.into())
    );
    let words = &["of 2000 writes were sent", "samples"];
    expect(&judge(&folder.path().join("history.jsonl")), 3, words);
}

/// Writes 40 objects whose replicas take twenty seconds, and ends.
fn write_only(served: &Served, folder: &Path) {
    let mut command = with_keys();
    command
        .args(["lag", "--write-only", "--count", "40", "--rate", "40"])
        .args(["--operations", "put:3,overwrite,delete-marker"])
        .args(["--target", &served.target(), "--report"])
        .arg(folder);
    expect(
        &command.output().unwrap(),
        0,
        &["40 writes recorded", "kept"],
    );
}

fn observer(folder: &Path) -> Child {
    let mut command = with_keys();
    command.arg("observe").arg(folder.join("history.jsonl"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn sessions(history: &str) -> usize {
    history.matches(r#""event":"session""#).count()
}

#[test]
fn what_was_written_is_observed_by_later_processes_and_a_kill_loses_nothing() {
    let served = Served::start(&["--delay", "20s"]);
    let folder = tempfile::tempdir().unwrap();
    write_only(&served, folder.path());
    let written = history(folder.path());
    let mut killed = observer(folder.path());
    let looks = |text: &str| {
        text[written.len().min(text.len())..]
            .matches(r#""sent":"#)
            .count()
    };
    until(folder.path(), "three looks of the observer", |text| {
        looks(text) >= 3
    });
    // Its file is its own as long as it lives.
    let second = observer(folder.path()).wait_with_output().unwrap();
    expect(&second, 2, &["another run"]);
    killed.kill().unwrap();
    killed.wait().unwrap();
    let before = history(folder.path());
    let last = observer(folder.path()).wait_with_output().unwrap();
    expect(
        &last,
        0,
        &["40 samples", "since the boot", "`bucketpair sweep"],
    );
    let after = history(folder.path());
    let whole = &before[..=before.rfind('\n').unwrap()];
    assert!(
        after.starts_with(whole),
        "what was recorded stays as it was"
    );
    assert_eq!(sessions(&after), 3);
    let seen = document(folder.path());
    let cell = &seen["cells"][0];
    assert_eq!(
        (&cell["n"], &cell["right_censored"]),
        (&40.into(), &0.into())
    );
    assert_eq!(seen["runs"][0]["operations"]["acknowledged"], 40);
    no_sample_was_seen_before_it_could_be(folder.path(), Duration::from_secs(20));
}

/// A replica arrives at the delay after its commit, which is not before the write was sent.
fn no_sample_was_seen_before_it_could_be(folder: &Path, delay: Duration) {
    let mut csv = csv::Reader::from_path(folder.join("lag.csv")).unwrap();
    let headers = csv.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (upper, start) = (column("upper_ns"), column("start_uncertainty_ns"));
    for row in csv.records().map(Result::unwrap) {
        let ns = |column: usize| row[column].parse::<u64>().unwrap();
        let latest = Duration::from_nanos(ns(upper) + ns(start));
        assert!(latest >= delay, "{latest:?} < {delay:?}: {row:?}");
    }
}

#[rstest]
#[case::a_target_that_ends_with_the_process(&["lag", "--write-only", "--report", "REPORT"], "ends with this process")]
#[case::no_folder(&["lag", "--write-only"], "--report DIR")]
#[case::no_history(&["observe", "no/such/history"], "no/such/history")]
fn what_nobody_could_observe_is_refused(#[case] line: &[&str], #[case] words: &str) {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().to_string_lossy().into_owned();
    let line = line.iter().map(|word| word.replace("REPORT", &report));
    let mut command = bucketpair();
    expect(&command.args(line).output().unwrap(), 2, &[words]);
}
