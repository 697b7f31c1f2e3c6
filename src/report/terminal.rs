//! The report for people.

use std::fmt::Write as _;
use std::time::Duration;

use super::{Row, RunReport};
use crate::check::{Evidence, Expectation, Finding, Judgement, Verdict};

/// How the terminal takes it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look {
    /// Whether colours are shown.
    pub colour: bool,
}

/// How much evidence is shown for each finding; the JSON report has all of it.
const SHOWN: usize = 3;

/// The report as text.
#[must_use]
pub fn terminal(report: &RunReport, look: Look) -> String {
    let mut text = heading(report);
    for row in &report.rows {
        text.push_str(&row_text(row, look));
    }
    text.push_str(&ending(report, look));
    text
}

fn heading(report: &RunReport) -> String {
    let (header, target) = (&report.header, &report.header.target);
    format!(
        "bucketpair {} · {} · {} → {} · seed {}\n\n",
        header.bucketpair,
        target.engine,
        target.source_region,
        target.destination_region,
        header.seed,
    )
}

fn row_text(row: &Row, look: Look) -> String {
    match row {
        Row::Judged(judgement) => judged(judgement, look),
        Row::Ignored {
            scenario, reason, ..
        } => {
            format!(
                "  {}  {scenario:22} {:10}  ignored: {reason}\n",
                look.dim("–"),
                ""
            )
        }
        Row::Errored {
            scenario, error, ..
        } => {
            format!("  {}  {scenario:22} {:10}  {error}\n", look.red("!"), "")
        }
    }
}

fn judged(judgement: &Judgement, look: Look) -> String {
    let mark = match judgement.verdict {
        Verdict::Pass => look.green("✓"),
        Verdict::Fail => look.red("✗"),
        Verdict::Unknown => look.yellow("?"),
    };
    let (name, summary) = (&judgement.scenario, &judgement.summary);
    let lag = judgement.lag.as_ref().and_then(|lag| lag.max_upper_ns);
    let lag = lag.map_or_else(String::new, |lag| format!("≤ {}", nanoseconds(lag)));
    let rules = look.dim(&judgement.rule_ids.join(" "));
    let mut text = format!(
        "  {mark}  {name:22} {lag:>10}  {summary}\n{:40}{rules}\n",
        ""
    );
    for finding in judgement.findings.iter().filter(|finding| is_told(finding)) {
        text.push_str(&told(finding, look));
    }
    text
}

/// A finding is told when something is to be said of it: it did not pass, or was only recorded.
fn is_told(finding: &Finding) -> bool {
    let required = matches!(finding.expectation, Expectation::Required);
    finding.verdict != Verdict::Pass || !required
}

fn told(finding: &Finding, look: Look) -> String {
    let verdict = outcome(finding, look);
    let rules = finding.check.kind.rule_ids().join(" ");
    let mut text = format!("       {} {verdict}  {}\n", finding.check, look.dim(&rules));
    for evidence in finding.evidence.iter().take(SHOWN) {
        text.push_str(&evidence_text(evidence));
    }
    let more = finding.evidence.len().saturating_sub(SHOWN) + finding.omitted;
    if more > 0 {
        writeln!(text, "         and {more} more").expect("a String takes every write");
    }
    text
}

fn outcome(finding: &Finding, look: Look) -> String {
    let reason = finding.expectation.reason().unwrap_or_default();
    match (&finding.expectation, finding.verdict) {
        (Expectation::Required, Verdict::Fail) => look.red("fails"),
        (Expectation::Required, _) => look.yellow("unknown"),
        (Expectation::KnownDifference { .. }, Verdict::Pass) => {
            look.red(&format!("passes, and is listed as different ({reason})"))
        }
        (Expectation::KnownDifference { .. }, verdict) => {
            look.dim(&format!("{} (known difference: {reason})", word(verdict)))
        }
        (Expectation::NotOffered { .. }, _) => look.dim(&format!("not offered ({reason})")),
        (_, verdict) => look.dim(&format!("{} (recorded: {reason})", word(verdict))),
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "passes",
        Verdict::Fail => "fails",
        Verdict::Unknown => "unknown",
    }
}

fn evidence_text(evidence: &Evidence) -> String {
    let since = evidence.since.map_or_else(String::new, |since| {
        format!(" (since {} into the run)", nanoseconds(since.0))
    });
    format!(
        "         {}\n           expected  {}\n           seen      {}{since}\n",
        evidence.subject, evidence.expected, evidence.seen,
    )
}

fn ending(report: &RunReport, look: Look) -> String {
    let mut lines = vec![String::new(), counts(report)];
    lines.extend(lag_line(report));
    if report.interrupted {
        lines.push(look.yellow("interrupted before the end"));
    }
    lines.extend(report.errors.iter().map(|note| format!("note: {note}")));
    let left = report.left_behind.iter();
    lines.extend(left.map(|left| format!("{} {left}", look.red("left behind:"))));
    lines.extend(report.kept.iter().map(|kept| format!("kept: {kept}")));
    if report.rows.iter().any(is_worth_repeating) {
        let seed = report.header.seed;
        lines.push(format!("to repeat it: the same command with --seed {seed}"));
    }
    lines.join("\n")
}

fn is_worth_repeating(row: &Row) -> bool {
    match row {
        Row::Judged(judgement) => judgement.verdict != Verdict::Pass,
        Row::Errored { .. } => true,
        Row::Ignored { .. } => false,
    }
}

/// `22 passed, 1 failed, 0 unknown, 2 ignored in 1.8 s`.
fn counts(report: &RunReport) -> String {
    let count = |is: &dyn Fn(&Row) -> bool| report.rows.iter().filter(|row| is(row)).count();
    let judged = |wanted| count(&|row| matches!(row, Row::Judged(j) if j.verdict == wanted));
    let (passed, failed) = (judged(Verdict::Pass), judged(Verdict::Fail));
    let unknown = judged(Verdict::Unknown);
    let mut text = format!("{passed} passed, {failed} failed, {unknown} unknown");
    let errored = count(&|row| matches!(row, Row::Errored { .. }));
    let ignored = count(&|row| matches!(row, Row::Ignored { .. }));
    for (number, word) in [(errored, "could not run"), (ignored, "ignored")] {
        if number > 0 {
            write!(text, ", {number} {word}").expect("a String takes every write");
        }
    }
    if report.elapsed > Duration::ZERO {
        write!(text, " in {:.1} s", report.elapsed.as_secs_f64()).expect("a String takes it");
    }
    text
}

/// The lag of the whole run. Percentiles are never averaged: only the largest bound is joined.
fn lag_line(report: &RunReport) -> Option<String> {
    let lags = report.rows.iter().filter_map(|row| match row {
        Row::Judged(judgement) => judgement.lag.as_ref(),
        _ => None,
    });
    let (mut samples, mut censored, mut longest) = (0, 0, None);
    for lag in lags {
        samples += lag.samples;
        censored += lag.censored;
        longest = longest.max(lag.max_upper_ns);
    }
    let longest = longest?;
    let replicas = if samples == 1 { "replica" } else { "replicas" };
    let never = match censored {
        0 => String::new(),
        _ => format!(", {censored} of them not by the deadline"),
    };
    Some(format!(
        "{samples} {replicas}{never}; the longest lag is at most {}",
        nanoseconds(longest)
    ))
}

fn nanoseconds(nanoseconds: u64) -> String {
    let seconds = Duration::from_nanos(nanoseconds).as_secs_f64();
    match seconds {
        ..0.9995 => format!("{:.0} ms", seconds * 1e3),
        ..120.0 => format!("{seconds:.1} s"),
        _ => format!("{:.1} min", seconds / 60.0),
    }
}

impl Look {
    fn paint(self, code: &str, text: &str) -> String {
        match self.colour {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }

    pub(super) fn red(self, text: &str) -> String {
        self.paint("31", text)
    }

    pub(super) fn green(self, text: &str) -> String {
        self.paint("32", text)
    }

    pub(super) fn yellow(self, text: &str) -> String {
        self.paint("33", text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }
}
