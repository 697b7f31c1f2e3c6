//! The files of `--report`, and the forms of `--format`.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rstest::rstest;
use serde_json::Value;

use super::{bucketpair, expect, judge};

#[path = "../../src/report/fits.rs"]
pub(super) mod fits;
use fits::fits;

const FILES: [&str; 5] = [
    "report.json",
    "report.html",
    "report.md",
    "report.junit.xml",
    "report.prom",
];

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn document(folder: &Path) -> Value {
    serde_json::from_str(&read(folder, "report.json")).expect("a whole document at every moment")
}

#[rstest]
#[case::passes(&["tags"], 0)]
#[case::fails(&["replica-bytes", "tags", "--defect", "wrong-byte"], 1)]
#[case::knows_nothing(&["version-id", "--deadline", "1ms"], 5)]
fn a_folder_holds_every_form_and_its_json_fits_the_schema(
    #[case] arguments: &[&str],
    #[case] code: i32,
) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = bucketpair();
    command
        .arg("run")
        .args(arguments)
        .arg("--report")
        .arg(folder.path());
    expect(&command.output().unwrap(), code, &[]);
    let document = document(folder.path());
    fits(&document, "report-v1.json");
    assert_eq!(document["exit_code"], code, "{document:#}");
    assert_eq!(document["partial"], false);
    assert!(
        FILES
            .iter()
            .all(|name| !read(folder.path(), name).is_empty())
    );
}

#[rstest]
#[case::json("json", r#""bucketpair_report": 1"#)]
#[case::markdown("markdown", "## bucketpair: 1 passed")]
#[case::junit("junit", "<testcase name=\"tags\"")]
#[case::prometheus("prometheus", "bucketpair_scenarios{state=\"passed\"} 1")]
#[case::terminal("terminal", "✓  tags")]
fn a_report_is_printed_in_the_form_that_is_asked_for(#[case] format: &str, #[case] words: &str) {
    let mut command = bucketpair();
    let output = command.args(["run", "tags", "--format", format]).output();
    expect(&output.unwrap(), 0, &[words]);
}

#[test]
fn a_run_that_is_killed_keeps_what_it_measured() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("report.json"), "{}").unwrap();
    let mut command = bucketpair();
    command
        .args(["run", "--jobs", "1", "--report"])
        .arg(folder.path());
    let running = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut running = running.unwrap();
    let deadline = Instant::now() + Duration::from_secs(120);
    let judged = |document: &Value| document["rows"].as_array().map_or(0, Vec::len);
    while judged(&document(folder.path())) < 2 {
        assert!(Instant::now() < deadline, "no two scenarios within 120 s");
    }
    running.kill().unwrap();
    running.wait().unwrap();

    let document = document(folder.path());
    fits(&document, "report-v1.json");
    assert_eq!(
        (&document["partial"], &document["exit_code"]),
        (&true.into(), &3.into())
    );
    assert!(
        !document["pending"].as_array().unwrap().is_empty(),
        "{document:#}"
    );
    for name in ["report.html", "report.md", "report.junit.xml"] {
        assert!(read(folder.path(), name).contains("partial"), "{name}");
    }
    assert!(read(folder.path(), "report.prom").contains("bucketpair_run_partial 1"));
    let again = judge(&folder.path().join("history.jsonl"));
    let seen = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(
        seen.contains(document["rows"][0]["scenario"].as_str().unwrap()),
        "{seen}"
    );
}

#[test]
fn the_summary_of_a_step_is_appended_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let summary = folder.path().join("summary.md");
    std::fs::write(&summary, "of an earlier step\n").unwrap();
    let run = |flags: &[&str]| {
        let mut command = bucketpair();
        command.env("GITHUB_STEP_SUMMARY", &summary);
        expect(
            &command.args(["run", "tags"]).args(flags).output().unwrap(),
            0,
            &[],
        );
        std::fs::read_to_string(&summary).unwrap()
    };
    assert_eq!(run(&[]), "of an earlier step\n");
    let text = run(&["--step-summary"]);
    assert!(
        text.starts_with("of an earlier step\n## bucketpair: 1 passed"),
        "{text}"
    );
}

#[test]
fn a_summary_that_nobody_reads_is_refused_before_anything_runs() {
    let mut command = bucketpair();
    command.env_remove("GITHUB_STEP_SUMMARY");
    let output = command.args(["run", "tags", "--step-summary"]).output();
    expect(&output.unwrap(), 2, &["GITHUB_STEP_SUMMARY"]);
}

#[test]
fn a_history_that_is_judged_again_gives_the_same_reports() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = bucketpair();
    command.args(["run", "tags", "--report"]).arg(folder.path());
    expect(&command.output().unwrap(), 0, &[]);
    let rows = document(folder.path())["rows"].clone();
    let history = folder.path().join("history.jsonl");
    let mut command = bucketpair();
    command
        .arg("judge")
        .arg(history)
        .arg("--report")
        .arg(folder.path());
    expect(&command.output().unwrap(), 0, &["report.html"]);
    assert_eq!(document(folder.path())["rows"], rows);
}
