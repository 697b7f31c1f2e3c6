//! Ledgers on a real disk: what is written when, and who may read it.

use std::fs::{self, OpenOptions};
use std::io::Write;

use rstest::rstest;
use tempfile::TempDir;

use super::*;
use crate::history::Side;

const EXPIRES: &str = "2030-01-01T00:00:00Z";

fn bucket(name: &str) -> Entry {
    Entry::Bucket(Placed {
        side: Side::Source,
        name: name.to_owned(),
        place: Place {
            url: "http://localhost:9000".to_owned(),
            region: "us-east-1".to_owned(),
            account: None,
        },
    })
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn only(folder: &TempDir) -> Found {
    let mut found = read(folder.path()).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

fn dead(folder: &TempDir) -> DeadLedger {
    match only(folder) {
        Found::Dead(dead) => dead,
        other => panic!("expected a dead run's ledger, saw {other:?}"),
    }
}

fn states(records: &[Record]) -> Vec<(String, State)> {
    let state = |record: &Record| (record.entry.to_string(), record.state);
    records.iter().map(state).collect()
}

#[tokio::test]
async fn an_intention_is_on_the_disk_when_it_is_noted_and_the_run_counts_as_alive() {
    let folder = folder();
    let ledger = Ledger::on_disk(folder.path(), "run-1", EXPIRES);
    ledger.intend(bucket("a")).await.unwrap();
    let Found::Live(saved) = only(&folder) else {
        panic!("a run that lives is taken for dead");
    };
    assert_eq!(saved.header, Header::new("run-1", EXPIRES));
    assert_eq!(states(&saved.records), [("a".to_owned(), State::Intended)]);
}

#[tokio::test]
async fn what_a_run_did_not_remove_is_left_in_its_file_and_the_last_word_counts() {
    let folder = folder();
    let ledger = Ledger::on_disk(folder.path(), "run-1", EXPIRES);
    for name in ["a", "b", "c"] {
        ledger.intend(bucket(name)).await.unwrap();
    }
    ledger.note(&bucket("a"), State::Tagged).await.unwrap();
    ledger.note(&bucket("b"), State::Removed).await.unwrap();
    assert_eq!(ledger.entries(), [bucket("a"), bucket("c")]);
    drop(ledger);
    let left: Vec<_> = dead(&folder).left().cloned().collect();
    let expected = [
        ("a".to_owned(), State::Tagged),
        ("c".to_owned(), State::Intended),
    ];
    assert_eq!(states(&left), expected);
}

#[tokio::test]
async fn a_run_that_removed_everything_leaves_no_file() {
    let folder = folder();
    let ledger = Ledger::on_disk(folder.path(), "run-1", EXPIRES);
    ledger.intend(bucket("a")).await.unwrap();
    ledger.note(&bucket("a"), State::Removed).await.unwrap();
    drop(ledger);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_swept_file_goes_when_nothing_is_left_in_it_and_not_before() {
    let folder = folder();
    let ledger = Ledger::on_disk(folder.path(), "run-1", EXPIRES);
    ledger.intend(bucket("a")).await.unwrap();
    ledger.intend(bucket("b")).await.unwrap();
    drop(ledger);
    for name in ["a", "b"] {
        let mut dead = dead(&folder);
        dead.removed(&bucket(name)).unwrap();
        dead.close().unwrap();
    }
    assert!(read(folder.path()).unwrap().is_empty());
}

#[tokio::test]
async fn a_ledger_that_is_being_swept_is_nobody_elses() {
    let folder = folder();
    let ledger = Ledger::on_disk(folder.path(), "run-1", EXPIRES);
    ledger.intend(bucket("a")).await.unwrap();
    drop(ledger);
    let first = dead(&folder);
    assert!(matches!(only(&folder), Found::Live(_)));
    drop(first);
    dead(&folder);
}

#[tokio::test]
async fn a_line_that_a_kill_cut_off_is_left_out_and_the_file_goes_on() {
    let folder = folder();
    let ledger = Ledger::on_disk(folder.path(), "run-1", EXPIRES);
    ledger.intend(bucket("a")).await.unwrap();
    drop(ledger);
    let path = folder.path().join("run-1.jsonl");
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"{\"state\":\"intended\",\"at\":1,\"ki")
        .unwrap();
    drop(file);
    let mut first = dead(&folder);
    assert_eq!(first.left().count(), 1);
    first.removed(&bucket("a")).unwrap();
    drop(first);
    assert_eq!(dead(&folder).left().count(), 0);
}

#[rstest]
#[case::no_header("", "no header")]
#[case::another_version(
    r#"{"bucketpair_ledger":2,"bucketpair":"9","run":"r","expires":"e"}"#,
    "version 2"
)]
#[case::a_broken_line(
    "{\"bucketpair_ledger\":1,\"bucketpair\":\"1\",\"run\":\"r\",\"expires\":\"e\"}\n{]",
    "line 2"
)]
fn a_file_that_is_no_ledger_is_named_and_not_guessed_at(#[case] text: &str, #[case] why: &str) {
    let folder = folder();
    fs::write(folder.path().join("r.jsonl"), format!("{text}\n")).unwrap();
    match only(&folder) {
        Found::Unreadable(_, said) => assert!(said.contains(why) || text.is_empty(), "{said}"),
        other => panic!("expected it to be unreadable, saw {other:?}"),
    }
}

#[tokio::test]
async fn without_its_ledger_nothing_is_intended() {
    let folder = folder();
    let file = folder.path().join("a-file");
    fs::write(&file, "").unwrap();
    let ledger = Ledger::on_disk(&file.join("below"), "run-1", EXPIRES);
    let error = ledger.intend(bucket("a")).await.unwrap_err();
    assert!(matches!(error, Error::Ledger { .. }), "{error}");
    assert!(error.to_string().contains("--ledger"), "{error}");
    assert!(ledger.is_empty());
}

#[tokio::test]
async fn runs_side_by_side_share_a_folder_and_lose_no_line() {
    let folder = folder();
    let mut runs = tokio::task::JoinSet::new();
    for run in ["run-1", "run-2", "run-3"] {
        let ledger = Ledger::on_disk(folder.path(), run, EXPIRES);
        for number in 0..20 {
            let ledger = ledger.clone();
            let entry = bucket(&format!("{run}-{number}"));
            runs.spawn(async move { ledger.intend(entry).await });
        }
    }
    assert!(runs.join_all().await.iter().all(Result::is_ok));
    let found = read(folder.path()).unwrap();
    let left = found.iter().map(|found| match found {
        Found::Dead(dead) => dead.left().count(),
        other => panic!("{other:?}"),
    });
    assert_eq!(left.collect::<Vec<_>>(), [20, 20, 20]);
}

#[test]
fn a_folder_that_is_not_there_holds_no_ledger() {
    assert!(read(&folder().path().join("none")).unwrap().is_empty());
}

#[rstest]
#[case::state(&[("XDG_STATE_HOME", "/state"), ("HOME", "/home")], Some("/state/bucketpair/ledger"))]
#[case::home(&[("HOME", "/home")], Some("/home/.local/state/bucketpair/ledger"))]
#[case::relative(&[("XDG_STATE_HOME", "state"), ("HOME", "/home")], Some("/home/.local/state/bucketpair/ledger"))]
#[case::neither(&[], None)]
fn the_default_folder_is_the_users_state_folder(
    #[case] set: &[(&str, &str)],
    #[case] expected: Option<&str>,
) {
    let environment = |name: &str| {
        let set = set.iter().find(|(known, _)| *known == name);
        set.map(|(_, value)| (*value).to_owned())
    };
    let folder = default_folder(&environment);
    assert_eq!(folder.ok().as_deref(), expected.map(Path::new));
}

#[test]
fn every_kind_of_entry_is_read_back_as_it_was_written() {
    let place = Place {
        url: "https://s3.us-east-1.amazonaws.com".to_owned(),
        region: "us-east-1".to_owned(),
        account: Some("123456789012".to_owned()),
    };
    let Entry::Bucket(placed) = bucket("a") else {
        unreachable!()
    };
    let entries = [
        Entry::Bucket(placed.clone()),
        Entry::Prefix {
            prefix: "bucketpair-run/tags/".to_owned(),
            buckets: vec![placed],
        },
        Entry::Stack {
            name: "s3-replication".to_owned(),
            place: place.clone(),
        },
        Entry::Denial {
            on: "s3-replication".to_owned(),
            place,
        },
    ];
    for entry in entries {
        let record = Record {
            state: State::Intended,
            at: 1,
            entry,
        };
        let text = serde_json::to_string(&record).unwrap();
        assert_eq!(
            serde_json::from_str::<Record>(&text).unwrap(),
            record,
            "{text}"
        );
    }
}
