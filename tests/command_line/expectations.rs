//! What is expected of a target, from a file of the user's.

use std::path::{Path, PathBuf};

use rstest::rstest;

use super::bucketpair;

/// A file with these entries, in a folder of its own.
fn file(folder: &Path, entries: &str) -> PathBuf {
    let path = folder.join("mine.json");
    std::fs::write(&path, format!(r#"{{"expectations": [{entries}]}}"#)).unwrap();
    path
}

fn run(entries: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), entries);
    let mut command = bucketpair();
    command.arg("run").args(arguments).arg("--expectations");
    let output = command.arg(path).output().expect("the command runs");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    (output.status.code(), text)
}

const DIFFERS: &str = r#"{"of": "tags/tags", "state": "known-difference", "reason": "no tags"}"#;
const NOT_OFFERED: &str = r#"{"of": "tags", "state": "not-offered", "reason": "no tags here"}"#;
const RECORDED: &str = r#"{"of": "R-DATA-06", "state": "recorded", "reason": "to be seen"}"#;

#[rstest]
#[case::a_known_difference_passes_while_it_differs(DIFFERS, &["tags", "--defect", "loses-tags"], 0, "known difference: no tags")]
#[case::and_fails_once_it_passes(DIFFERS, &["tags"], 1, "it starts to pass")]
#[case::what_is_recorded_judges_nothing(RECORDED, &["tags", "status", "--defect", "loses-tags"], 0, "recorded: to be seen")]
#[case::without_the_file_it_fails("", &["tags", "--defect", "loses-tags"], 1, "fails")]
#[case::what_is_not_offered_is_ignored_with_the_reason(NOT_OFFERED, &["tags", "status"], 0, "no tags here")]
#[case::and_alone_nothing_ran(NOT_OFFERED, &["tags"], 4, "no tags here")]
#[case::a_file_that_names_nothing_is_refused(r#"{"of": "tagz", "state": "required"}"#, &["tags"], 2, "did you mean \"tags\"")]
fn a_users_file_comes_first(
    #[case] entries: &str,
    #[case] arguments: &[&str],
    #[case] code: i32,
    #[case] said: &str,
) {
    let (ended, text) = run(entries, arguments);
    assert_eq!(ended, Some(code), "{text}");
    assert!(text.contains(said), "expected {said:?}, seen {text}");
}

#[test]
fn every_target_lists_what_is_expected_of_it() {
    let mut command = bucketpair();
    let output = command.args(["list", "--expectations"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let open = ["AWS leaves open: required", "AWS leaves open: recorded"];
    let entries = ["role-denied: not offered", "no-marker-switch: recorded"];
    let targets = ["emulator: ", "localstack: ", "endpoint: ", "aws: "];
    for said in targets.iter().chain(&open).chain(&entries) {
        assert!(text.contains(said), "expected {said:?}, seen {text}");
    }
}
