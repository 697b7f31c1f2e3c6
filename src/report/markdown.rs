//! The report as Markdown, for the summary of a CI step: what did not pass comes first.

use std::fmt::Write as _;

use super::wording::{
    SHOWN, besides, counts, lag_line, longest, moment, more, outcome, repeat, told, unfinished,
    visible,
};
use super::{Row, RunReport, State};
use crate::check::{Evidence, Finding};

/// The report as one Markdown document, whose heading is of the second level.
#[must_use]
pub fn markdown(report: &RunReport) -> String {
    let mut text = format!("## bucketpair: {}\n\n", counts(report));
    text.push_str(&ending(report));
    let loud = |row: &&Row| !row.state().is_quiet();
    report
        .rows
        .iter()
        .filter(loud)
        .for_each(|row| section(&mut text, row));
    if !report.rows.is_empty() {
        text.push_str(
            "|  | scenario | longest lag | what it shows | rules |\n|---|---|---|---|---|\n",
        );
        report.rows.iter().for_each(|row| line(&mut text, row));
        text.push('\n');
    }
    text.push_str(&environment(report));
    text
}

/// What is to be said of the run as a whole.
fn ending(report: &RunReport) -> String {
    let mut text = String::new();
    for said in unfinished(report).into_iter().chain(lag_line(report)) {
        write!(text, "{said}\n\n").expect("a String takes every write");
    }
    for (what, said) in besides(report) {
        writeln!(text, "- {what}: {}", escaped(said)).expect("a String takes every write");
    }
    if let Some(said) = repeat(report) {
        writeln!(text, "- {said}").expect("a String takes every write");
    }
    text.push('\n');
    text
}

fn environment(report: &RunReport) -> String {
    let (header, target) = (&report.header, &report.header.target);
    format!(
        "bucketpair {} on {} · {} → {} · seed {} · {} · run {}\n",
        header.bucketpair,
        escaped(&target.engine),
        target.source_region,
        target.destination_region,
        header.seed,
        moment(header.started),
        header.run,
    )
}

fn line(text: &mut String, row: &Row) {
    let (mark, name, summary) = (row.state().mark(), row.scenario(), row.summary());
    let lag = longest(row).unwrap_or_default();
    let reason = row.reason().filter(|_| row.state() == State::Ignored);
    let reason = reason.map_or_else(String::new, |why| format!(" (ignored: {})", escaped(why)));
    let (name, summary, rules) = (escaped(name), escaped(summary), row.rule_ids().join(" "));
    let line = format!("| {mark} | {name} | {lag} | {summary}{reason} | {rules} |\n");
    text.push_str(&line);
}

fn section(text: &mut String, row: &Row) {
    let (mark, word) = (row.state().mark(), row.state().word());
    let (name, summary) = (escaped(row.scenario()), escaped(row.summary()));
    write!(text, "### {mark} {name}: {word}\n\n{summary}\n\n").expect("a String takes every write");
    if let Some(reason) = row.reason() {
        write!(text, "{}\n\n", escaped(reason)).expect("a String takes every write");
    }
    if let Row::Judged(judgement) = row {
        told(judgement).for_each(|finding| finding_text(text, finding));
        text.push('\n');
    }
}

fn finding_text(text: &mut String, finding: &Finding) {
    let ((_, outcome), rules) = (outcome(finding), finding.rule_ids.join(" "));
    let check = escaped(&finding.check.to_string());
    writeln!(text, "- **{check} {}** ({rules})", escaped(&outcome)).expect("a String takes it");
    let evidence = finding.evidence.iter().take(SHOWN);
    evidence.for_each(|evidence| evidence_text(text, evidence));
    if let Some(more) = more(finding, SHOWN) {
        writeln!(text, "  - {more}").expect("a String takes every write");
    }
}

fn evidence_text(text: &mut String, evidence: &Evidence) {
    let subject = escaped(&evidence.subject);
    let (expected, seen) = (escaped(&evidence.expected), escaped(&evidence.seen));
    write!(
        text,
        "  - {subject}\n    - expected {expected}\n    - seen {seen}\n"
    )
    .expect("a String takes every write");
}

/// Text of others, with everything escaped that Markdown or HTML would read as its own.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for c in visible(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '@' | ':' => {
                write!(safe, "&#{};", c as u32).expect("a String takes every write");
            }
            _ => safe.push(c),
        }
    }
    safe
}
