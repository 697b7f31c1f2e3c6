//! The report for people at a terminal, at most 80 columns wide where names allow it.

use std::fmt::Write as _;

use super::wording::{
    SHOWN, Tone, besides, cost_line, counts, lag_line, longest, more, nanoseconds, outcome, repeat,
    told, unfinished, visible,
};
use super::{Row, RunReport, State};
use crate::check::{Evidence, Finding};

/// How the terminal takes it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look {
    /// Whether colours are shown.
    pub colour: bool,
}

/// A digest is shown to so many of its digits; the files of `--report` have all of them.
const DIGITS: usize = 12;

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
        "bucketpair {} on {}\n{} → {} · seed {} · {}\n\n",
        header.bucketpair,
        visible(&target.engine),
        target.source_region,
        target.destination_region,
        header.seed,
        super::wording::moment(header.started),
    )
}

/// Sign, name, longest lag and rules on a line; what it shows, and what is to be told, below.
fn row_text(row: &Row, look: Look) -> String {
    let mark = look.state(row.state(), row.state().mark());
    let (name, lag) = (visible(row.scenario()), longest(row).unwrap_or_default());
    let rules = look.dim(&row.rule_ids().join(" "));
    let line = format!("  {mark}  {name:22} {lag:>10}  {rules}");
    let mut text = format!(
        "{}\n     {}\n",
        line.trim_end(),
        look.dim(&visible(row.summary()))
    );
    if let Some(reason) = row.reason() {
        let word = row.state().word();
        writeln!(text, "       {word}: {}", visible(reason)).expect("a String takes every write");
    }
    if let Row::Judged(judgement) = row {
        told(judgement).for_each(|finding| text.push_str(&finding_text(finding, look)));
    }
    text
}

fn finding_text(finding: &Finding, look: Look) -> String {
    let (tone, outcome) = outcome(finding);
    let rules = look.dim(&finding.rule_ids.join(" "));
    let outcome = look.tone(tone, &visible(&outcome));
    let mut text = format!("       {} {outcome}  {rules}\n", finding.check);
    for evidence in finding.evidence.iter().take(SHOWN) {
        text.push_str(&evidence_text(evidence));
    }
    if let Some(more) = more(finding, SHOWN) {
        writeln!(text, "         {more}").expect("a String takes every write");
    }
    text
}

fn evidence_text(evidence: &Evidence) -> String {
    let shown = |text: &str| shortened(&visible(text));
    let since = evidence.since.map_or_else(String::new, |since| {
        format!(
            "           since     {} into the run\n",
            nanoseconds(since.0)
        )
    });
    format!(
        "         {}\n           expected  {}\n           seen      {}\n{since}",
        visible(&evidence.subject),
        shown(&evidence.expected),
        shown(&evidence.seen),
    )
}

/// The text with its digests cut short, as far as whole words of hexadecimal go.
pub(super) fn shortened(text: &str) -> String {
    let is_digest = |word: &str| word.len() > 32 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let cut = |word: &str| match is_digest(word) {
        true => format!("{}…", &word[..DIGITS]),
        false => word.to_owned(),
    };
    text.split(' ').map(cut).collect::<Vec<_>>().join(" ")
}

fn ending(report: &RunReport, look: Look) -> String {
    let mut lines = vec![String::new(), counts(report)];
    lines.extend(lag_line(report));
    lines.extend(cost_line(&report.usage, report.bill.as_ref()));
    lines.extend(unfinished(report).map(|line| look.yellow(&line)));
    for (what, text) in besides(report) {
        let text = visible(text);
        lines.push(match what {
            "left behind" => format!("{} {text}", look.red("left behind:")),
            _ => format!("{what}: {text}"),
        });
    }
    lines.extend(repeat(report));
    lines.join("\n")
}

impl Look {
    fn state(self, state: State, text: &str) -> String {
        match state {
            State::Passed => self.green(text),
            State::Failed | State::Errored => self.red(text),
            State::Unknown => self.yellow(text),
            State::Recorded | State::Ignored => self.dim(text),
        }
    }

    pub(super) fn tone(self, tone: Tone, text: &str) -> String {
        match tone {
            Tone::Bad => self.red(text),
            Tone::Unsure => self.yellow(text),
            Tone::Quiet => self.dim(text),
        }
    }

    fn paint(self, code: &str, text: &str) -> String {
        match self.colour && !text.is_empty() {
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
