//! What a doctor found, for people and for programs.

use std::fmt::Write as _;

use super::Look;
use crate::doctor::{BucketFacts, ConfiguredRule, Facts, Finding, Severity, exit_code};
use crate::replication::Schema;

/// The version of the format.
const VERSION: u32 = 1;

/// Where a line of prose ends.
const WIDTH: usize = 96;
const INDENT: usize = 13;

/// Facts and findings as text.
#[must_use]
pub fn diagnosis(facts: &Facts, findings: &[Finding], look: Look) -> String {
    let mut text = heading(facts, look);
    for finding in findings {
        text.push_str(&told(finding, look));
    }
    text + &counts(findings)
}

/// Facts and findings as one JSON document.
#[must_use]
pub fn diagnosis_json(facts: &Facts, findings: &[Finding]) -> String {
    let document = serde_json::json!({
        "bucketpair_doctor": VERSION,
        "exit_code": exit_code(findings) as u8,
        "findings": findings,
        "facts": facts,
    });
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

fn heading(facts: &Facts, look: Look) -> String {
    let (source, destination) = (&facts.source, &facts.destination);
    let width = source.name.len().max(destination.name.len());
    let mut text = String::new();
    for (side, bucket) in [("source", source), ("destination", destination)] {
        let (name, told) = (&bucket.name, described(bucket));
        writeln!(text, "  {side:11}  {name:width$}  {told}").expect("a String takes every write");
    }
    if let Some(configuration) = facts.configuration() {
        writeln!(text, "  {:11}  {}", "role", configuration.role).expect("as above");
        for configured in &configuration.rules {
            writeln!(text, "  {:11}  {}", "rule", rule(configured)).expect("as above");
        }
    }
    look.dim(text.trim_end()) + "\n\n"
}

fn described(bucket: &BucketFacts) -> String {
    let mut words = vec![bucket.region.clone()];
    if let Some(versioning) = bucket.versioning.known() {
        let status = versioning.status.as_deref().unwrap_or("off");
        words.push(format!("versioning {status}"));
    }
    if let Some(Some(encryption)) = bucket.encryption.known() {
        words.extend(encryption.algorithm.clone());
    }
    let days = bucket.lifecycle.known().into_iter().flatten();
    let days = days
        .filter(|rule| rule.enabled)
        .filter_map(|rule| rule.noncurrent_days);
    words.extend(
        days.min()
            .map(|days| format!("noncurrent versions {days} days")),
    );
    if let Some(Some(_)) = bucket.lock.known() {
        words.push("Object Lock".to_owned());
    }
    words.join(" · ")
}

fn rule(configured: &ConfiguredRule) -> String {
    let rule = &configured.rule;
    let schema = match rule.schema {
        Schema::V1 => "V1".to_owned(),
        Schema::V2 => format!("V2, priority {}", rule.priority),
    };
    let state = if rule.enabled { "" } else { ", disabled" };
    format!(
        "{:?} ({schema}{state}): {} → {}",
        rule.id, rule.filter, rule.destination
    )
}

fn told(finding: &Finding, look: Look) -> String {
    let word = format!("{:8}", finding.severity.to_string());
    let mark = match finding.severity {
        Severity::Error => look.red(&format!("✗ {word}")),
        Severity::Surprise => look.yellow(&format!("! {word}")),
        Severity::Unknown => look.yellow(&format!("? {word}")),
        Severity::Note => look.dim(&format!("· {word}")),
    };
    let rules = look.dim(&finding.rule_ids.join(" "));
    let mut text = format!("  {mark} {}  {rules}\n", finding.kind);
    for (name, prose) in [
        ("", &finding.what),
        ("where", &finding.place),
        ("remedy", &finding.remedy),
    ] {
        let name = if name.is_empty() {
            String::new()
        } else {
            format!("{name:6} ")
        };
        text.push_str(&wrapped(&name, prose));
    }
    text + "\n"
}

/// Prose behind a name, in lines that can be read, each below the other.
pub(super) fn wrapped(name: &str, prose: &str) -> String {
    let (mut text, mut line) = (String::new(), format!("{:INDENT$}{name}", ""));
    let hanging = line.chars().count();
    let mut is_empty = true;
    for word in prose.split(' ') {
        if !is_empty && line.chars().count() + word.chars().count() >= WIDTH {
            text.push_str(line.trim_end());
            text.push('\n');
            line = " ".repeat(hanging);
        }
        line.push_str(word);
        line.push(' ');
        is_empty = false;
    }
    text.push_str(line.trim_end());
    text + "\n"
}

/// `1 error, 2 surprises, 0 unknown, 3 notes`.
fn counts(findings: &[Finding]) -> String {
    let count = |severity| findings.iter().filter(|f| f.severity == severity).count();
    let plural = |number: usize, word: &str| match number {
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    };
    format!(
        "{}, {}, {} unknown, {}",
        plural(count(Severity::Error), "error"),
        plural(count(Severity::Surprise), "surprise"),
        count(Severity::Unknown),
        plural(count(Severity::Note), "note"),
    )
}
