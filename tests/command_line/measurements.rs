//! `compare`, `merge` and `trend`, on saved histories whose lags are drawn from a distribution.

use std::path::Path;
use std::time::Duration;

use bucketpair::history::{
    Content, Event, Header, Instant, Journal, Line, Operation, OperationKind, Outcome, Plan,
    Recorder, Seen, Side, TargetDescription, VERSION,
};
use bucketpair::lag::{Sample, Shape, Synthetic};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rstest::rstest;
use serde_json::Value;

use super::{bucketpair, expect, told};

/// Saves a run whose lags are multiplied by `slower`.
fn save(path: &Path, night: u64, slower: f64, n: usize) {
    let shape = Shape::LogNormal {
        median: Duration::from_millis(25),
        sigma: 0.4,
    };
    let run = Synthetic::new(shape).with_slower(slower);
    let run = run.with_looks(Duration::from_millis(2));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let journal = Journal::saved(
        path,
        std::io::BufWriter::new(std::fs::File::create(path).unwrap()),
    );
    journal.write(&Line::Header(header(night)));
    let recorder = Recorder::begin(&journal, Plan::of_rules(&[]));
    for sample in run.run(n, &mut SmallRng::seed_from_u64(night)) {
        record(&recorder, &sample);
    }
    journal.finish().unwrap();
}

fn header(night: u64) -> Header {
    let none = String::new;
    Header {
        bucketpair_history: VERSION,
        bucketpair: none(),
        run: format!("night-{night}"),
        seed: night,
        started: 1_790_000_000 + night * 86_400,
        target: TargetDescription {
            name: none(),
            source: none(),
            destination: none(),
            source_region: none(),
            destination_region: none(),
            engine: none(),
        },
    }
}

/// A write, the last look that lacked its replica and the first that had it.
fn record(recorder: &Recorder, sample: &Sample) {
    let zero = sample.acknowledged_ns;
    let (op, key) = (sample.op, format!("k{}", sample.op));
    let content = Content {
        size: sample.size,
        ..Content::default()
    };
    let operation = Operation {
        label: String::new(),
        side: Side::Source,
        key: key.clone(),
        kind: OperationKind::Put(content),
    };
    let outcome = Outcome {
        version: Some(key.as_str().into()),
        etag: None,
        answered: None,
    };
    let intended = None;
    recorder.append(
        Instant(zero),
        Event::Invoke {
            op,
            operation: Box::new(operation),
            intended,
        },
    );
    recorder.append(Instant(zero), Event::Ok { op, outcome });
    let upper = sample.interval.upper_ns.unwrap();
    for (after, seen) in [
        (sample.interval.lower_ns, Seen::Absent),
        (upper, Seen::Present(Box::default())),
    ] {
        let at = Instant(zero + after);
        let look = Event::Observation {
            side: Side::Destination(0),
            key: key.clone(),
            version: Some(key.as_str().into()),
            sent: at,
            received: at,
            seen,
        };
        recorder.append(at, look);
    }
}

fn run(verb: &[&str], paths: &[&Path]) -> std::process::Output {
    let mut command = bucketpair();
    command.args(verb).args(paths).output().unwrap()
}

#[rstest]
#[case::slower(1.5, &["--fail-on", "regression"], 1, "✗ regression")]
#[case::slower_where_nobody_minds(1.5, &[], 0, "✗ regression")]
#[case::faster(0.6, &["--fail-on", "regression"], 0, "✓ improvement")]
#[case::equal(1.0, &["--fail-on", "regression"], 0, "0 regressions, 0 improvements")]
#[case::equal_and_too_few_for_the_tail(1.0, &["--fail-on", "unseen"], 3, "? n too small")]
fn compare_says_what_changed(
    #[case] slower: f64,
    #[case] flags: &[&str],
    #[case] code: i32,
    #[case] words: &str,
) {
    let folder = tempfile::tempdir().unwrap();
    let (base, new) = (
        folder.path().join("base.jsonl"),
        folder.path().join("new.jsonl"),
    );
    save(&base, 1, 1.0, 2_000);
    save(&new, 2, slower, 2_000);
    let output = run(&[&["compare"], flags].concat(), &[&base, &new]);
    expect(
        &output,
        code,
        &[words, "put, 1 KiB", "2,000 and 2,000 samples"],
    );
    let wide = told(&output)
        .1
        .lines()
        .map(|line| line.chars().count())
        .max();
    assert!(wide <= Some(80), "{}", told(&output).1);
}

#[test]
fn compare_prints_json_with_its_version_and_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.jsonl");
    save(&path, 1, 1.0, 300);
    let output = run(
        &["compare", "--format", "json", "--quantiles", "p50"],
        &[&path, &path],
    );
    let document: Value = serde_json::from_slice(&output.stdout).expect("one document");
    assert_eq!(document["bucketpair_compare"], 1);
    assert_eq!(document["exit_code"], 0);
    assert_eq!(document["rows"][0]["quantile"], 0.5);
    assert_eq!(document["base"][0]["samples"], 300);
}

#[test]
fn what_is_no_measurement_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(&["compare"], &[folder.path(), folder.path()]);
    expect(&output, 2, &["holds no history", "lag --report"]);
}

#[test]
fn merge_keeps_every_history_and_its_figures_are_of_all_samples() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    save(&at("tokyo/history.jsonl"), 1, 1.0, 400);
    save(&at("osaka/history.jsonl"), 2, 1.2, 500);
    let (tokyo, osaka, both) = (at("tokyo"), at("osaka"), at("both"));
    let output = run(&["merge", "--into"], &[&both, &tokyo, &osaka]);
    expect(&output, 0, &["900 samples"]);
    let original = std::fs::read(at("tokyo/history.jsonl")).unwrap();
    assert_eq!(
        std::fs::read(both.join("runs/night-1.jsonl")).unwrap(),
        original
    );
    assert!(both.join("lag.html").is_file());
    let output = run(&["compare"], &[&tokyo, &both]);
    expect(&output, 0, &["400 and 900 samples"]);
}

#[test]
fn trend_shows_the_night_from_which_on_it_was_slower() {
    let folder = tempfile::tempdir().unwrap();
    for night in 1..=14 {
        let slower = if night > 8 { 1.6 } else { 1.0 };
        save(
            &folder.path().join(format!("{night}/history.jsonl")),
            night,
            slower,
            150,
        );
    }
    let output = run(&["trend", "--fail-on", "regression"], &[folder.path()]);
    expect(
        &output,
        1,
        &["14 runs", "▲ slower from", "p50", "put, 1 KiB"],
    );
    let wide = told(&output)
        .1
        .lines()
        .map(|line| line.chars().count())
        .max();
    assert!(wide <= Some(80), "{}", told(&output).1);
    let output = run(&["trend", "--format", "json"], &[folder.path()]);
    let document: Value = serde_json::from_slice(&output.stdout).expect("one document");
    assert_eq!(document["bucketpair_trend"], 1);
    assert_eq!(document["series"][0]["changes"][0]["at"], 8);
}

#[test]
fn one_night_is_no_trend() {
    let folder = tempfile::tempdir().unwrap();
    save(&folder.path().join("history.jsonl"), 1, 1.0, 100);
    expect(
        &run(&["trend"], &[folder.path()]),
        4,
        &["fewer than two runs"],
    );
}
