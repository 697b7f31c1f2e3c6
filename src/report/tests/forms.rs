//! The forms of a report for programs and browsers, with text that would break out of them.

use rstest::rstest;

use super::*;

/// A key that is markup, a Markdown link, a label's end and a terminal's command at once.
const HOSTILE: &str = "<script>alert(1)</script>&\"']|`[x](y)\u{1b}[2J\u{202e}\n# h\\";

fn hostile() -> RunReport {
    let mut finding = finding(Expectation::Required, Verdict::Fail);
    finding.evidence[0].subject = HOSTILE.to_owned();
    finding.evidence[0].seen = HOSTILE.to_owned();
    let mut report = report(vec![
        judged(Verdict::Fail, vec![finding]),
        Row::ignored(HOSTILE, HOSTILE, &[], HOSTILE.to_owned()),
        errored(&Error::Deadline(HOSTILE.to_owned())),
    ]);
    report.header.target.engine = HOSTILE.to_owned();
    report.left_behind.push(HOSTILE.to_owned());
    report
}

type Render = fn(&RunReport) -> String;

#[rstest]
#[case::html(html)]
#[case::markdown(markdown)]
#[case::terminal(plain)]
#[case::junit(junit)]
fn what_others_wrote_is_shown_and_never_obeyed(#[case] render: Render) {
    let text = render(&hostile());
    assert!(text.contains("alert(1)"), "{text}");
    for obeyed in ["\u{1b}", "\u{202e}", "\n# h"] {
        assert!(!text.contains(obeyed), "{obeyed:?} in:\n{text}");
    }
}

#[rstest]
#[case::html(html)]
#[case::markdown(markdown)]
#[case::junit(junit)]
fn markup_in_a_key_does_not_become_markup(#[case] render: Render) {
    let text = render(&hostile());
    assert!(!text.contains("<script"), "{text}");
    assert!(text.contains("&lt;script&gt;"), "{text}");
}

#[test]
fn a_table_of_markdown_keeps_its_columns() {
    let text = markdown(&hostile());
    let rows: Vec<_> = text.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(rows.len(), 5, "{text}");
    for row in rows {
        assert_eq!(row.matches('|').count(), 6, "{row}");
    }
    assert!(!text.contains("[x](y)"), "{text}");
}

#[test]
fn a_label_of_prometheus_ends_where_it_should() {
    let text = prometheus(&hostile());
    let line = |text: &str| {
        text.lines()
            .find(|line| line.contains("alert(1)"))
            .map(str::to_owned)
    };
    let line = line(&text).unwrap();
    assert!(
        line.contains(r#"&\"']|"#) && line.contains(r"\n# h\\"),
        "{line}"
    );
    for line in text.lines() {
        let is_comment = line.starts_with("# HELP ") || line.starts_with("# TYPE ");
        let value = line.rsplit(' ').next().unwrap_or_default();
        assert!(is_comment || value.parse::<f64>().is_ok(), "{line}");
    }
}

#[test]
fn every_metric_that_is_written_is_a_constant_with_its_help() {
    let text = prometheus(&report(vec![all(Verdict::Pass), ignored()]));
    let written: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# HELP "))
        .collect();
    let known: Vec<_> = RUN_METRICS
        .iter()
        .map(|m| format!("{} {}", m.name, m.help))
        .collect();
    assert_eq!(written, known);
    let passed = r#"bucketpair_scenario_state{scenario="replica-bytes",state="passed"} 1"#;
    assert!(text.lines().any(|line| line == passed), "{text}");
}

#[rstest]
#[case::passed(
    all(Verdict::Pass),
    r#"failures="0" errors="0""#,
    "lag_max_upper_seconds"
)]
#[case::failed(all(Verdict::Fail), r#"failures="1" errors="0""#, "<failure")]
#[case::unknown(
    all(Verdict::Unknown),
    r#"failures="0" errors="1""#,
    r#"type="unknown""#
)]
#[case::errored(set_up(), r#"failures="0" errors="1""#, "no canary")]
#[case::ignored(ignored(), r#"skipped="1""#, r#"<skipped message="not here""#)]
fn junit_counts_what_is_unknown_as_an_error(
    #[case] row: Row,
    #[case] counted: &str,
    #[case] word: &str,
) {
    let text = junit(&report(vec![row]));
    assert!(text.contains(counted) && text.contains(word), "{text}");
}

#[rstest]
#[case::left_behind(|report: &mut RunReport| report.left_behind.push("bucket a".to_owned()), "left behind: bucket a")]
#[case::interrupted(|report: &mut RunReport| report.interrupted = true, "interrupted before the end")]
#[case::partial(|report: &mut RunReport| report.partial = true, "partial")]
fn what_is_wrong_with_the_run_itself_is_in_every_form(
    #[case] happen: fn(&mut RunReport),
    #[case] words: &str,
    #[values(plain as Render, markdown, html, junit)] render: Render,
) {
    let mut report = report(vec![all(Verdict::Pass)]);
    happen(&mut report);
    let text = render(&report);
    assert!(text.contains(words), "no {words:?} in:\n{text}");
    assert!(junit(&report).contains(r#"errors="1""#));
}

#[test]
fn a_partial_report_is_inconclusive_and_names_what_is_to_come() {
    let mut report = report(vec![all(Verdict::Pass)]);
    report.partial = true;
    report.pending = vec!["tags".to_owned(), "copy".to_owned()];
    assert_eq!(report.exit_code(), ExitCode::Inconclusive);
    assert!(plain(&report).contains("2 scenarios were not judged"));
    assert!(html(&report).contains("tags, copy"));
}

#[test]
fn no_line_at_the_terminal_is_wider_than_80_columns() {
    let digest = format!("1 bytes, SHA-256 {}", "27abdedd".repeat(8));
    let mut finding = finding(Expectation::Required, Verdict::Fail);
    finding.evidence[0].expected.clone_from(&digest);
    finding.evidence[0].seen = digest;
    let text = plain(&report(vec![
        judged(Verdict::Fail, vec![finding]),
        ignored(),
        set_up(),
    ]));
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert!(text.contains("SHA-256 27abdedd27ab…"), "{text}");
}

#[test]
fn the_page_fetches_nothing_and_runs_nothing() {
    let text = html(&hostile());
    for outside in [
        "src=",
        "http-equiv=\"refresh\"",
        "url(",
        "@import",
        "<script",
        "javascript:",
    ] {
        assert!(!text.contains(outside), "{outside} in:\n{text}");
    }
    assert!(text.contains("default-src 'none'"));
}
