//! Words that every way to show a run shares.

use std::fmt::Write as _;
use std::time::Duration;

use super::{Row, RunReport, State, Stopped};
use crate::check::{Expectation, Finding, Judgement, Verdict};
use crate::cost::{Bill, Usage};

/// How much evidence is shown to people for each finding; the JSON report has all of it.
pub(super) const SHOWN: usize = 3;

/// How loud something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// It went wrong.
    Bad,
    /// Nobody knows.
    Unsure,
    /// It counts for nothing.
    Quiet,
}

/// A finding is told when something is to be said of it: it did not pass, or was only recorded.
pub(super) fn is_told(finding: &Finding) -> bool {
    let required = matches!(finding.expectation, Expectation::Required);
    finding.verdict != Verdict::Pass || !required
}

/// The findings of a scenario that are told.
pub(super) fn told(judgement: &Judgement) -> impl Iterator<Item = &Finding> {
    judgement.findings.iter().filter(|finding| is_told(finding))
}

/// What a finding came to, as its expectation has it.
pub(super) fn outcome(finding: &Finding) -> (Tone, String) {
    let reason = finding.expectation.reason().unwrap_or_default();
    let word = word(finding.verdict);
    match (&finding.expectation, finding.verdict) {
        (Expectation::Required, Verdict::Fail) => (Tone::Bad, word.to_owned()),
        (Expectation::Required, _) => (Tone::Unsure, word.to_owned()),
        (Expectation::KnownDifference { .. }, Verdict::Pass) => (
            Tone::Bad,
            format!("passes, and is listed as different ({reason})"),
        ),
        (Expectation::KnownDifference { .. }, _) => {
            (Tone::Quiet, format!("{word} (known difference: {reason})"))
        }
        (Expectation::NotOffered { .. }, _) => (Tone::Quiet, format!("not offered ({reason})")),
        (_, _) => (Tone::Quiet, format!("{word} (recorded: {reason})")),
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "passes",
        Verdict::Fail => "fails",
        Verdict::Unknown => "unknown",
    }
}

/// How many pieces of evidence are not shown of a finding when `shown` are.
pub(super) fn more(finding: &Finding, shown: usize) -> Option<String> {
    let more = finding.evidence.len().saturating_sub(shown) + finding.omitted;
    (more > 0).then(|| format!("and {more} more"))
}

/// The upper bound of a scenario's longest lag (`≤ 34 ms`).
pub(super) fn longest(row: &Row) -> Option<String> {
    let Row::Judged(judgement) = row else {
        return None;
    };
    let lag = judgement.lag.as_ref()?.max_upper_ns?;
    Some(format!("≤ {}", nanoseconds(lag)))
}

/// `22 passed, 1 failed, 0 unknown, 2 ignored in 1.8 s`.
pub(super) fn counts(report: &RunReport) -> String {
    let mut parts = Vec::new();
    for state in State::ALL {
        let number = report.count(state);
        let always = matches!(state, State::Passed | State::Failed | State::Unknown);
        if always || number > 0 {
            parts.push(format!("{number} {}", state.word()));
        }
    }
    let mut text = parts.join(", ");
    if report.elapsed > Duration::ZERO {
        write!(text, " in {}", duration(report.elapsed)).expect("a String takes every write");
    }
    text
}

/// The lag of the whole run. Percentiles are never averaged: only the largest bound is joined.
pub(super) fn lag_line(report: &RunReport) -> Option<String> {
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

/// What a report lacks, where the run did not come to its end.
pub(super) fn unfinished(report: &RunReport) -> Option<String> {
    let pending = report.pending.len();
    let left = match pending {
        0 => String::new(),
        1 => "; 1 scenario was not judged".to_owned(),
        _ => format!("; {pending} scenarios were not judged"),
    };
    match (report.partial, report.interrupted, report.stopped) {
        (true, ..) => Some(format!("partial: written while the run went on{left}")),
        (false, true, _) => Some(format!("interrupted before the end{left}")),
        (false, false, Some(Stopped::Budget)) => Some(format!("stopped at the budget{left}")),
        (false, false, Some(Stopped::ExpiredKeys)) => Some(format!("the keys expired{left}")),
        (false, false, None) => None,
    }
}

/// `1204 requests; at most 0.0123 USD by the list prices of 2026-05`, where the target costs
/// something.
pub(super) fn cost_line(usage: &Usage, bill: Option<&Bill>) -> Option<String> {
    let bill = bill?;
    let (requests, usd, date) = (usage.attempts(), bill.usd, &bill.prices_of);
    let refused = usage.refusals.iter();
    let throttled = refused.filter(|(code, _)| ["SlowDown", "503"].contains(&code.as_str()));
    let throttled = match throttled.map(|(_, times)| times).sum::<u64>() {
        0 => String::new(),
        times => format!(", {times} of them throttled"),
    };
    let allowance = match bill.allowed_for.is_empty() {
        true => String::new(),
        false => format!(", for {} an allowance", bill.allowed_for.join(", ")),
    };
    Some(format!(
        "{requests} requests{throttled}; at most {usd:.4} USD by the list prices of {date}{allowance}"
    ))
}

/// What the user should know besides the verdicts: notes, what was left behind, what was kept.
pub(super) fn besides(report: &RunReport) -> Vec<(&'static str, &str)> {
    let notes = report.errors.iter().map(|note| ("note", note));
    let left = report.left_behind.iter().map(|left| ("left behind", left));
    let kept = report.kept.iter().map(|kept| ("kept", kept));
    let all = notes.chain(left).chain(kept);
    all.map(|(what, text)| (what, text.as_str())).collect()
}

/// How to see it again, where there is something to see again.
pub(super) fn repeat(report: &RunReport) -> Option<String> {
    let worth = |row: &Row| !row.state().is_quiet();
    let seed = report.header.seed;
    let line = || format!("to repeat it: the same command with --seed {seed}");
    report.rows.iter().any(worth).then(line)
}

/// A length of time with one unit.
pub(super) fn nanoseconds(nanoseconds: u64) -> String {
    duration(Duration::from_nanos(nanoseconds))
}

/// As [`nanoseconds`].
pub(super) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match seconds {
        ..0.9995 => format!("{:.0} ms", seconds * 1e3),
        ..120.0 => format!("{seconds:.1} s"),
        ..7200.0 => format!("{:.1} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3600.0),
    }
}

/// When a run began, as `2026-05-04 03:02:01 UTC`.
pub(super) fn moment(seconds: u64) -> String {
    let moment = i64::try_from(seconds).ok();
    let moment = moment.and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0));
    moment.map_or_else(String::new, |moment| {
        moment.format("%Y-%m-%d %H:%M:%S UTC").to_string()
    })
}

/// Text of others, such as a key, with what would steer a terminal or a parser made visible.
pub(super) fn visible(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let shown = |c: char| match steers(c) {
        true => c.escape_default().collect::<String>(),
        false => c.to_string(),
    };
    text.chars().map(shown).collect()
}
