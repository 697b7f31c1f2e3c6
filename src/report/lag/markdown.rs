//! The lag as Markdown, for the summary of a CI step.

use std::fmt::Write as _;

use super::LagReport;
use super::facts::facts;
use super::text_chart::distribution;
use super::wording::{
    PARTIAL, because, censored, count, headline, kind, kinds, measure, name, observed, percent,
    quantile, shown, title, verdict,
};
use crate::lag::{Cell, Quantile, SloJudgement};
use crate::report::markdown::escaped;

/// The report as one Markdown document, whose heading is of the second level.
#[must_use]
pub fn markdown(report: &LagReport) -> String {
    let profile = &report.profile;
    let mut text = format!("## bucketpair lag: {}\n\n", headline(report));
    if report.partial {
        write!(text, "{PARTIAL}\n\n").expect("a String takes every write");
    }
    profile
        .slos
        .iter()
        .for_each(|slo| text.push_str(&level(slo)));
    for (_, line) in report.ended.lines() {
        writeln!(text, "- {}", escaped(&line)).expect("as above");
    }
    for warning in &profile.warnings {
        writeln!(text, "- note: {}", escaped(&warning.to_string())).expect("as above");
    }
    for caveat in profile.runs.iter().flat_map(|run| &run.caveats) {
        writeln!(text, "- note: {}", escaped(&caveat.to_string())).expect("as above");
    }
    text.push('\n');
    profile
        .totals()
        .for_each(|cell| text.push_str(&total(report, cell)));
    for run in &profile.runs {
        let facts = facts(run).into_iter();
        let facts: Vec<_> = facts
            .map(|(name, value)| format!("{name}: {}", escaped(&value)))
            .collect();
        write!(text, "{}\n\n", facts.join(" · ")).expect("as above");
    }
    text
}

fn level(slo: &SloJudgement) -> String {
    let (word, lag) = (verdict(slo.verdict), measure(slo.measure));
    format!(
        "- {} ({lag}, {}): **{word}**. {}\n",
        slo.slo,
        slo.side,
        because(slo)
    )
}

fn total(report: &LagReport, cell: &Cell) -> String {
    let mut text = format!("### Lag {}: {} samples\n\n", title(cell), count(cell.n));
    let apart = censored(cell);
    if !apart.is_empty() {
        write!(text, "{}\n\n", apart.join(", ")).expect("a String takes every write");
    }
    text.push_str(&table(cell));
    write!(text, "```text\n{}```\n\n", distribution(cell)).expect("as above");
    text.push_str("| operation | samples | not seen | p50 | p99 |\n|---|---|---|---|---|\n");
    for cell in kinds(&report.profile, cell) {
        let (n, never) = (count(cell.n), count(cell.right_censored));
        let (median, tail) = (shown(cell, 0.5), shown(cell, 0.99));
        let line = format!("| {} | {n} | {never} | {median} | {tail} |", kind(cell));
        writeln!(text, "{line}").expect("as above");
    }
    text + "\n"
}

fn table(cell: &Cell) -> String {
    let sure = cell.service.iter().find_map(Quantile::band);
    let sure = sure.map_or_else(String::new, |band| {
        format!("{} sure", percent(band.confidence))
    });
    let mut text = format!("| quantile | {sure} | of these samples |\n|---|---|---|\n");
    for known in &cell.service {
        let of_these = known.band().map(observed).unwrap_or_default();
        let line = format!(
            "| {} | {} | {of_these} |",
            name(known.quantile()),
            quantile(known)
        );
        writeln!(text, "{line}").expect("a String takes every write");
    }
    text + "\n"
}
