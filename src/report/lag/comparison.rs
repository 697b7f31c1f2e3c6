//! Two sides compared, for people at a terminal and for programs.

use serde::Serialize;

use super::wording::{bytes, count, measure, name, operation, percent, range};
use crate::error::ExitCode;
use crate::lag::{Bounds, Change, Comparison, Comparisons, Effect, Measured, Permuted};
use crate::report::Look;
use crate::report::wording::moment;

/// The version of the format.
pub const COMPARE_VERSION: u32 = 1;

/// Two sides and what they say.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Compare {
    /// The runs of BASE.
    pub base: Vec<Compares>,
    /// The runs of NEW.
    pub new: Vec<Compares>,
    /// What they say.
    #[serde(flatten)]
    pub comparisons: Comparisons,
}

/// A run that was compared.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Compares {
    /// Its ID.
    pub run: String,
    /// When it began, in seconds since 1970.
    pub started: u64,
    /// How many samples it gave.
    pub samples: usize,
}

impl Compare {
    /// Names the runs beside what they say.
    #[must_use]
    pub fn of(base: &[Measured], new: &[Measured], comparisons: Comparisons) -> Self {
        let named = |runs: &[Measured]| runs.iter().map(Compares::of).collect();
        Self {
            base: named(base),
            new: named(new),
            comparisons,
        }
    }
}

impl Compares {
    fn of(run: &Measured) -> Self {
        Self {
            run: run.facts.run.clone(),
            started: run.facts.started,
            samples: run.samples.len(),
        }
    }
}

/// A comparison as one JSON document, with how the command line ends.
#[must_use]
pub fn comparison_json(compare: &Compare, code: ExitCode) -> String {
    super::json::versioned("bucketpair_compare", COMPARE_VERSION, code, compare)
}

/// A comparison as text, at most 80 columns wide.
#[must_use]
pub fn comparison(compare: &Compare, look: Look) -> String {
    let seen = &compare.comparisons;
    let mut lines = vec![side("BASE", &compare.base), side("NEW", &compare.new)];
    let kinds = seen.rows.chunk_by(|a, b| kind(a) == kind(b));
    for rows in kinds {
        lines.extend([String::new(), kind(&rows[0])]);
        for row in rows {
            lines.push(line(row, look));
            lines.extend(needs(row, seen.min_effect).map(|needs| look.dim(&needs)));
        }
    }
    lines.push(String::new());
    lines.extend(seen.notes.iter().map(|note| look.yellow(note)));
    lines.extend(ending(seen, look));
    lines.join("\n")
}

/// `BASE  4,000 samples in 1 run, 2026-11-24 01:00 UTC  9bc1f2d0`.
fn side(word: &str, runs: &[Compares]) -> String {
    let samples = count(runs.iter().map(|run| run.samples).sum::<usize>());
    let began = runs.iter().map(|run| run.started).min().unwrap_or(0);
    let first: String = runs
        .first()
        .map_or("", |run| &run.run)
        .chars()
        .take(8)
        .collect();
    let which = match runs.len() {
        1 => format!("run {first}, {}", moment(began)),
        several => format!("{several} runs from {}", moment(began)),
    };
    format!("{word:5} {samples} samples of {which}")
}

fn kind(row: &Comparison) -> String {
    let what = match row.size {
        0 => operation(row.operation).to_owned(),
        size => format!("{}, {}", operation(row.operation), bytes(size)),
    };
    let (base, new) = (count(row.base_n), count(row.new_n));
    let (measure, side) = (measure(row.measure), row.side);
    format!("{what} · {measure} at the {side} · {base} and {new} samples")
}

fn line(row: &Comparison, look: Look) -> String {
    let verdict = match row.change {
        Change::Regression => look.red("✗ regression"),
        Change::Improvement => look.green("✓ improvement"),
        Change::NoEvidence => look.green("✓ no evidence"),
        Change::TooFew => look.yellow("? n too small"),
        Change::TooCoarse => look.yellow("? too coarse"),
    };
    let bounds = |bounds: &Bounds| range(bounds.lower_ns, bounds.upper_ns);
    format!(
        "  {:5} {:>17} {:>17}  {:<20} {verdict}",
        name(row.quantile),
        bounds(&row.base),
        bounds(&row.new),
        effect(&row.effect),
    )
}

/// `+27% (+22 to +33%)`.
fn effect(effect: &Effect) -> String {
    let interval = match (effect.lower, effect.upper) {
        (Some(lower), Some(upper)) => format!("({} to {})", change(lower), change(upper)),
        (Some(lower), None) => format!("(from {})", change(lower)),
        (None, Some(upper)) => format!("(up to {})", change(upper)),
        (None, None) => return "unknown".to_owned(),
    };
    match effect.seen {
        Some(seen) => format!("{} {interval}", change(seen)),
        None => interval,
    }
}

/// A ratio as a change: `−4%`, `×12`.
fn change(ratio: f64) -> String {
    match ratio {
        5.0.. => format!("×{ratio:.0}"),
        1.0.. => format!("+{:.0}%", (ratio - 1.0) * 100.0),
        _ => format!("−{:.0}%", (1.0 - ratio) * 100.0),
    }
}

/// What it would take to see a change as large as asked.
fn needs(row: &Comparison, min_effect: f64) -> Option<String> {
    let asked = percent(min_effect);
    match (row.change, row.needed) {
        (Change::TooFew, Some(needed)) => {
            let needed = count(needed);
            Some(format!(
                "         a change of {asked} takes about {needed} samples a side"
            ))
        }
        (Change::TooCoarse, _) => Some(format!(
            "         a change of {asked} may lie between the looks; look more often"
        )),
        _ => None,
    }
}

fn ending(seen: &Comparisons, look: Look) -> Vec<String> {
    let number = |change| seen.rows.iter().filter(|row| row.change == change).count();
    let unseen = number(Change::TooFew) + number(Change::TooCoarse);
    let counts = format!(
        "{} regressions, {} improvements, {} without evidence, {unseen} unseen",
        number(Change::Regression),
        number(Change::Improvement),
        number(Change::NoEvidence),
    );
    let asked = format!(
        "a false alarm in any line has a chance of at most {}; intervals hold together",
        percent(seen.alpha)
    );
    let permuted = format!("permuted: {}", seen.permuted);
    let permuted = permuted.replace("; ", ";\n  ");
    let permuted = match seen.permuted {
        Permuted::Nothing { .. } => look.yellow(&permuted),
        _ => look.dim(&permuted),
    };
    vec![counts, look.dim(&asked), permuted]
}
