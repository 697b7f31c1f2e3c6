//! Lag reports of runs that never happened, so that what they have to show is known.

use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;
use rstest::rstest;

use super::over_time::{Drawn, in_stretches, singly};
use super::*;
use crate::lag::{Censoring, OperationType, Sample, Shape, Synthetic};
use crate::report::{Look, Metric, Stability};

const HOSTILE: &str = "<script>alert(1)</script>\u{1b}[2J\",\n|x";

/// Log-normal lags around 800 ms, looked at every 90 ms; `never` of them never seen.
fn measured(n: usize, never: usize) -> Measured {
    let shape = Shape::LogNormal {
        median: Duration::from_millis(800),
        sigma: 0.7,
    };
    let run = Synthetic::new(shape).with_looks(Duration::from_millis(90));
    let mut rng = StdRng::seed_from_u64(7);
    let mut measured = run.measured(n, &mut rng);
    let large = run.with_kind(OperationType::Multipart, 16 << 20);
    measured.samples.extend(large.run(n / 2, &mut rng));
    for sample in measured.samples.iter_mut().take(never) {
        sample.interval.upper_ns = None;
        sample.interval.censoring = Censoring::Right;
        sample.key = HOSTILE.to_owned();
    }
    measured.facts.setup.rate = 10.0;
    measured.facts.requests.single = 1_234;
    measured
}

fn report(n: usize, never: usize) -> LagReport {
    LagReport::of(vec![measured(n, never)], &Asked::default())
}

fn plain(report: &LagReport) -> String {
    terminal(report, Look::default())
}

type Render = fn(&LagReport) -> String;

#[rstest]
fn every_form_tells_counts_censored_samples_and_the_verdict(
    #[values(plain as Render, html, markdown)] render: Render,
) {
    let text = render(&report(400, 3));
    for words in [
        "600",
        "99.9% within 15m",
        "undecided",
        "p50",
        "needs",
        "16 MiB",
        "1,234",
    ] {
        assert!(text.contains(words), "no {words:?} in:\n{text}");
    }
    assert!(text.contains("not seen by the last look"), "{text}");
}

#[rstest]
fn a_run_without_samples_is_inconclusive_in_every_form(
    #[values(plain as Render, html, markdown, csv, json, junit, prometheus)] render: Render,
) {
    let report = LagReport::of(Vec::new(), &Asked::default());
    assert_eq!(report.exit_code(), ExitCode::Inconclusive);
    assert!(!render(&report).contains("NaN"));
}

#[rstest]
fn a_partial_report_says_so(#[values(plain as Render, html, markdown)] render: Render) {
    let report = LagReport::so_far(measured(40, 0), &Asked::default());
    assert_eq!(report.exit_code(), ExitCode::Inconclusive);
    assert!(render(&report).contains("partial"));
    assert!(prometheus(&report).contains("bucketpair_lag_partial 1"));
    assert!(json(&report).contains("\"partial\": true"));
}

#[test]
fn a_level_that_nobody_asked_for_is_shown_and_decides_nothing() {
    let held = report(400, 0);
    assert_eq!(held.exit_code(), ExitCode::Inconclusive);
    assert!(junit(&held).contains("<error"), "{}", junit(&held));
    let shown = held.held(false);
    assert_eq!(shown.exit_code(), ExitCode::Passed);
    let text = junit(&shown);
    assert!(
        text.contains("<skipped") && text.contains("undecided") && !text.contains("<error"),
        "{text}"
    );
    assert!(plain(&shown).contains("Replication lag p50"));
}

#[test]
fn a_budget_that_was_spent_too_early_is_inconclusive() {
    let mut run = measured(400, 0);
    run.facts.caveats = vec![Caveat::BudgetSpent { budget: 10 }];
    let report = |run: &Measured| LagReport::of(vec![run.clone()], &Asked::default()).held(false);
    assert_eq!(report(&run).exit_code(), ExitCode::Passed);
    run.facts.caveats.push(Caveat::NotFollowed { samples: 3 });
    assert_eq!(report(&run).exit_code(), ExitCode::Inconclusive);
}

#[rstest]
fn what_stayed_and_what_went_wrong_is_in_every_form(
    #[values(plain as Render, html, markdown, json, junit)] render: Render,
) {
    let ended = Ended {
        left_behind: vec!["bucket one".to_owned()],
        interrupted: true,
        ..Ended::default()
    };
    let report = report(40, 0).held(false).ended(ended);
    assert_eq!(report.exit_code(), ExitCode::Interrupted);
    let text = render(&report);
    assert!(
        text.contains("bucket one") && text.contains("interrupted"),
        "{text}"
    );
}

#[test]
fn no_line_at_the_terminal_is_wider_than_80_columns() {
    let text = plain(&report(4_000, 3));
    for line in text.lines() {
        assert!(
            line.chars().count() <= 80,
            "{} columns: {line}",
            line.chars().count()
        );
    }
}

#[test]
fn a_key_is_text_in_the_page_and_whole_in_the_csv() {
    let report = report(40, 2);
    let page = html(&report);
    assert!(
        page.contains("&lt;script&gt;") && !page.contains("<script"),
        "{page}"
    );
    assert!(!page.contains('\u{1b}'));
    let text = csv(&report);
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 60);
    assert_eq!(
        (&rows[0][5], &rows[0][11], &rows[0][12]),
        (HOSTILE, "", "right")
    );
    let sample = &report.runs[0].samples[5];
    assert_eq!(rows[5][10], sample.interval.lower_ns.to_string());
}

#[test]
fn the_drawing_in_text_rises_to_what_was_seen() {
    let text = plain(&report(400, 60));
    let bars: Vec<_> = text.lines().filter(|line| line.ends_with(" %")).collect();
    let lengths: Vec<_> = bars.iter().map(|bar| bar.matches('█').count()).collect();
    assert!(lengths.is_sorted() && lengths.len() >= 5, "{text}");
    // A tenth was never seen: no bar is full, and what may have been there is.
    let last = bars.last().unwrap();
    assert!(
        last.ends_with("89.8 %") || last.ends_with("90.0 %"),
        "{text}"
    );
    assert!(last.contains('░'), "{text}");
}

#[test]
fn a_long_run_is_drawn_in_stretches_that_hold_every_sample() {
    let samples = measured(2_000, 1).samples;
    let samples: Vec<&Sample> = samples.iter().collect();
    let (single, stretches) = (singly(&samples), in_stretches(&samples));
    assert!(stretches.len() <= 120, "{}", stretches.len());
    let lowest = |drawn: &[Drawn]| drawn.iter().map(|line| line.lower).min();
    let highest = |drawn: &[Drawn]| drawn.iter().filter_map(|line| line.upper).max();
    assert_eq!(lowest(&single), lowest(&stretches));
    assert!(highest(&stretches) <= highest(&single));
    assert_eq!(
        stretches.iter().filter(|line| line.upper.is_none()).count(),
        1
    );
}

#[test]
fn every_drawing_has_a_title_and_a_description() {
    let page = html(&report(400, 3));
    let drawings = page.matches("<svg role=\"img\"").count();
    assert_eq!(drawings, 4, "{page}");
    for part in ["<title id=", "<desc id=", "aria-labelledby="] {
        assert_eq!(page.matches(part).count(), drawings, "{part}");
    }
}

#[test]
fn every_metric_is_documented_with_unit_and_stability() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reports.md");
    let documented = std::fs::read_to_string(path).unwrap();
    for Metric {
        name,
        unit,
        stability,
        help,
    } in LAG_METRICS
    {
        assert_eq!(stability, Stability::Stable, "{name}");
        let line = format!("| `{name}` | {unit} | stable | {help} |");
        assert!(
            documented.lines().any(|known| known == line),
            "missing: {line}"
        );
    }
    let written = prometheus(&report(4_000, 3));
    let told = |metric: &Metric| written.contains(&format!("# HELP {} ", metric.name));
    assert!(LAG_METRICS.iter().all(told), "{written}");
}

#[rstest]
#[case::one_run(report(400, 3))]
#[case::several(LagReport::of(vec![measured(400, 0); 6], &Asked::default()))]
#[case::nothing(LagReport::of(Vec::new(), &Asked::default()))]
fn the_json_fits_its_schema(#[case] report: LagReport) {
    let document = serde_json::from_str(&json(&report)).unwrap();
    crate::report::fits::fits(&document, "profile-v1.json");
}

#[test]
fn the_files_of_a_folder_are_all_written() {
    let folder = tempfile::tempdir().unwrap();
    save(folder.path(), &report(40, 0)).unwrap();
    for name in [
        "lag.json",
        "lag.html",
        "lag.md",
        "lag.junit.xml",
        "lag.csv",
        "lag.prom",
        "lag.hlog",
    ] {
        assert!(
            folder.path().join(name).metadata().unwrap().len() > 100,
            "{name}"
        );
    }
}

#[rstest]
#[case(0, "0 ms")]
#[case(340_000, "0.34 ms")]
#[case(24_100_000, "24.1 ms")]
#[case(999_900_000, "1.00 s")]
#[case(900_000_000_000, "15.0 min")]
#[case(172_800_000_000_000, "48.0 h")]
fn times_have_three_digits_and_one_unit(#[case] nanoseconds: u64, #[case] text: &str) {
    assert_eq!(super::wording::time(nanoseconds), text);
}

#[rstest]
#[case(0.95, "95%")]
#[case(0.999, "99.9%")]
#[case(0.9999, "99.99%")]
#[case(0.983_844, "98.38%")]
#[case(0.999_999, "99.9999%")]
fn shares_are_rounded_down(#[case] share: f64, #[case] text: &str) {
    assert_eq!(super::wording::percent(share), text);
}

#[test]
fn the_histogram_log_is_read_back_with_every_sample() {
    use hdrhistogram::Histogram;
    use hdrhistogram::serialization::Deserializer;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

    let log = hdr(&report(400, 3));
    assert!(
        log.contains("visible/destination/put/1024/upper: 3 of run"),
        "{log}"
    );
    let mut read = Vec::new();
    for entry in IntervalLogIterator::new(log.as_bytes()) {
        let Ok(LogEntry::Interval(interval)) = entry else {
            continue;
        };
        let encoded = base64::Engine::decode(
            &base64::engine::general_purpose::STANDARD,
            interval.encoded_histogram(),
        );
        let mut encoded = std::io::Cursor::new(encoded.unwrap());
        let histogram: Histogram<u64> = Deserializer::new().deserialize(&mut encoded).unwrap();
        let tag = interval.tag().unwrap().as_str().to_owned();
        read.push((tag, histogram.len()));
    }
    let expected = [
        ("visible/destination/put/1024/lower", 400),
        ("visible/destination/put/1024/upper", 397),
        ("visible/destination/multipart/16777216/lower", 200),
        ("visible/destination/multipart/16777216/upper", 200),
    ];
    assert_eq!(read, expected.map(|(tag, n)| (tag.to_owned(), n)));
}
