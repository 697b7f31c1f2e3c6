//! The lag for people at a terminal, at most 80 columns wide.

use std::fmt::Write as _;

use super::LagReport;
use super::facts::requests;
use super::text_chart::distribution;
use super::wording::{
    self, PARTIAL, because, censored, count, headline, kind, name, observed, percent, quantile,
    shown, time, title, tone, verdict,
};
use crate::lag::{Cell, Quantile, RunFacts, SignedQuantile, SloJudgement};
use crate::report::Look;
use crate::report::wording::{moment, visible};

/// The report as text.
#[must_use]
pub fn terminal(report: &LagReport, look: Look) -> String {
    let profile = &report.profile;
    let mut text = String::new();
    profile
        .runs
        .iter()
        .for_each(|run| text.push_str(&heading(run)));
    for cell in profile.totals() {
        text.push_str(&total(cell, look));
        text.push_str(&kinds(report, cell, look));
    }
    text.push_str(&difference(&profile.status_after_visible));
    profile
        .slos
        .iter()
        .for_each(|slo| text.push_str(&level(slo, look)));
    text.push_str(&ending(report, look));
    text
}

fn heading(run: &RunFacts) -> String {
    let (engine, regions) = match &run.target {
        Some(target) => (
            format!(" on {}", visible(&target.engine)),
            format!(
                "{} → {} · ",
                target.source_region, target.destination_region
            ),
        ),
        None => (String::new(), String::new()),
    };
    let (began, seed) = (moment(run.started), run.seed);
    format!(
        "bucketpair {} lag{engine}\n{regions}seed {seed} · {began}\n\n",
        run.bucketpair
    )
}

fn total(cell: &Cell, look: Look) -> String {
    let mut text = format!("{} · {} samples\n", title(cell), count(cell.n));
    let sure = cell.service.iter().find_map(Quantile::band);
    if let Some(sure) = sure {
        let (sure, units) = (percent(sure.confidence), sure.units);
        let columns = format!("{:10}{:25}of these samples", "", format!("{sure} sure"));
        let line = look.dim(&format!("{columns} ({units})"));
        writeln!(text, "{line}").expect("a String takes every write");
    }
    cell.service
        .iter()
        .for_each(|known| text.push_str(&line(known, look)));
    let apart = censored(cell);
    if !apart.is_empty() {
        writeln!(text, "  {}", look.yellow(&apart.join(", "))).expect("a String takes it");
    }
    text.push_str(&widths(cell));
    let drawn = distribution(cell);
    if !drawn.is_empty() {
        let legend = "  by then   █ were seen, ░ may have been there";
        writeln!(text, "\n{}\n{drawn}", look.dim(legend)).expect("a String takes every write");
    }
    text
}

fn line(known: &Quantile, look: Look) -> String {
    let name = name(known.quantile());
    let text = match known.band() {
        Some(band) => format!("  {name:8}{:25}{}", quantile(known), observed(band)),
        None => look.dim(&format!("  {name:8}{}", quantile(known))),
    };
    text.trim_end().to_owned() + "\n"
}

fn widths(cell: &Cell) -> String {
    let of = |spread: &crate::lag::Spread| {
        let (median, p99) = spread.median_ns.zip(spread.p99_ns)?;
        Some(format!("{} median, {} p99", time(median), time(p99)))
    };
    let width = of(&cell.width).map_or_else(String::new, |text| {
        format!("  width of an interval: {text}\n")
    });
    let start = of(&cell.start_uncertainty).map_or_else(String::new, |text| {
        format!("  from sending to acknowledgement: {text}\n")
    });
    width + &start
}

/// Median and p99 of each operation and size, where there are several.
fn kinds(report: &LagReport, of: &Cell, look: Look) -> String {
    let cells: Vec<_> = wording::kinds(&report.profile, of).collect();
    if cells.len() < 2 {
        return String::new();
    }
    let head = format!("  {:24}{:>8}  {:22}p99", "", "samples", "p50");
    let mut text = look.dim(&head) + "\n";
    for cell in cells {
        let (median, tail) = (shown(cell, 0.5), shown(cell, 0.99));
        let line = format!("  {:24}{:>8}  {median:22}{tail}", kind(cell), count(cell.n));
        writeln!(text, "{}", line.trim_end()).expect("a String takes every write");
    }
    text + "\n"
}

fn difference(quantiles: &[SignedQuantile]) -> String {
    let bands: Vec<_> = quantiles
        .iter()
        .filter_map(super::wording::signed)
        .collect();
    if bands.is_empty() {
        return String::new();
    }
    let mut text = "COMPLETED after readable\n".to_owned();
    for (name, range) in bands {
        writeln!(text, "  {name:8}{range}").expect("a String takes every write");
    }
    text + "\n"
}

fn level(slo: &SloJudgement, look: Look) -> String {
    let word = verdict(slo.verdict);
    let word = tone(slo.verdict).map_or_else(|| look.green(word), |tone| look.tone(tone, word));
    let lag = super::wording::measure(slo.measure);
    format!(
        "{} ({lag}, {}): {word}\n{}\n",
        slo.slo,
        slo.side,
        wrapped(&because(slo))
    )
}

/// Prose in lines of at most 78 columns, indented.
fn wrapped(prose: &str) -> String {
    let mut lines = vec![String::from(" ")];
    for word in prose.split(' ') {
        let last = lines
            .last_mut()
            .expect("there is a line from the beginning");
        if last.chars().count() + word.chars().count() > 77 {
            lines.push(format!("  {word}"));
        } else {
            last.push(' ');
            last.push_str(word);
        }
    }
    lines.join("\n")
}

fn ending(report: &LagReport, look: Look) -> String {
    let mut text = String::new();
    for run in &report.profile.runs {
        let requests = wrapped(&format!("requests: {}", requests(&run.requests)));
        writeln!(text, "{}", requests.trim_start()).expect("a String takes every write");
        for caveat in &run.caveats {
            let caveat = wrapped(&format!("note: {}", visible(&caveat.to_string())));
            writeln!(text, "{}", caveat.trim_start()).expect("a String takes every write");
        }
    }
    for warning in &report.profile.warnings {
        let warning = wrapped(&format!("note: {warning}"));
        writeln!(text, "{}", look.yellow(warning.trim_start())).expect("as above");
    }
    for (is_wrong, line) in report.ended.lines() {
        let line = wrapped(&line);
        let line = match is_wrong {
            true => look.yellow(line.trim_start()),
            false => line.trim_start().to_owned(),
        };
        writeln!(text, "{line}").expect("as above");
    }
    if report.partial {
        writeln!(text, "{}", look.yellow(PARTIAL)).expect("as above");
    }
    format!("\n{text}\n{}", headline(report))
}
