//! A history of runs, for people at a terminal and for programs.

use super::wording::{bytes, measure, name, operation, range};
use crate::error::ExitCode;
use crate::lag::{Bounds, ChangePoint, Series, Trend};
use crate::report::Look;
use crate::report::wording::moment;

/// The version of the format.
pub const TREND_VERSION: u32 = 1;
/// At most so many runs are drawn, the latest ones.
const DRAWN: usize = 40;
/// Values closer together than this ratio are drawn as one height: they say nothing.
const FLAT: f64 = 1.25;

/// A history as one JSON document, with how the command line ends.
#[must_use]
pub fn trend_json(trend: &Trend, code: ExitCode) -> String {
    super::json::versioned("bucketpair_trend", TREND_VERSION, code, trend)
}

/// A history as text, at most 80 columns wide.
#[must_use]
pub fn trend_text(trend: &Trend, look: Look) -> String {
    let mut lines = vec![heading(trend)];
    for series in trend.series.chunk_by(|a, b| kind(a) == kind(b)) {
        lines.extend([String::new(), kind(&series[0])]);
        for series in series {
            lines.push(drawn(series));
            let changes = series.changes.iter();
            lines.extend(changes.map(|change| told(trend, change, look)));
        }
    }
    lines.extend([String::new(), ending(trend), look.dim(&chance(trend))]);
    lines.join("\n")
}

fn heading(trend: &Trend) -> String {
    let ends = trend.runs.first().zip(trend.runs.last());
    let ends = ends.map_or_else(String::new, |(first, last)| {
        format!(", {} to {}", day(first.started), day(last.started))
    });
    format!("{} runs{ends}", trend.runs.len())
}

/// A date without its time.
fn day(seconds: u64) -> String {
    let moment = moment(seconds);
    moment.split(' ').next().unwrap_or(&moment).to_owned()
}

fn kind(series: &Series) -> String {
    let what = match series.size {
        0 => operation(series.operation).to_owned(),
        size => format!("{}, {}", operation(series.operation), bytes(size)),
    };
    let (measure, side) = (measure(series.measure), series.side);
    format!("{what} · {measure} at the {side}")
}

/// `  p50    ▂▂▃▂▂▂▂▇▇▇▇  31.0 – 32.1 ms`.
fn drawn(series: &Series) -> String {
    let last = series.points.iter().rev().flatten().next();
    let last = last.map_or_else(String::new, |last| range(last.lower_ns, last.upper_ns));
    let from = series.points.len().saturating_sub(DRAWN);
    let bars = bars(&series.points[from..]);
    format!("  {:6} {bars}  {last}", name(series.quantile))
}

/// One block a run, as high as its upper bound lies between the lowest and the highest.
fn bars(points: &[Option<Bounds>]) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let known = points.iter().flatten().filter_map(|point| point.upper_ns);
    let (least, most) = known.fold((u64::MAX, 1), |(least, most), upper| {
        (least.min(upper), most.max(upper))
    });
    let (least, most) = (least.max(1) as f64, most as f64);
    let (low, span) = match most / least < FLAT {
        true => (least / FLAT.sqrt(), FLAT.ln()),
        false => (least, (most / least).ln()),
    };
    let bar = |point: &Option<Bounds>| match point {
        None => '·',
        Some(Bounds { upper_ns: None, .. }) => '∞',
        Some(Bounds {
            upper_ns: Some(upper),
            ..
        }) => {
            let height = (*upper.max(&1) as f64 / low).ln() / span;
            BLOCKS[((height * 7.0).round() as usize).min(7)]
        }
    };
    points.iter().map(bar).collect()
}

/// `         ▲ slower from 2026-11-13 on: 24.1 – 25.0 ms → 31.0 – 32.1 ms`.
fn told(trend: &Trend, change: &ChangePoint, look: Look) -> String {
    let run = &trend.runs[change.at];
    let bounds = |bounds: &Bounds| range(bounds.lower_ns, bounds.upper_ns);
    let words = format!(
        "from {} on: {} → {}",
        day(run.started),
        bounds(&change.before),
        bounds(&change.after)
    );
    match change.is_slower {
        true => look.red(&format!("         ▲ slower {words}")),
        false => look.green(&format!("         ▼ faster {words}")),
    }
}

fn ending(trend: &Trend) -> String {
    let changed = trend
        .series
        .iter()
        .filter(|series| !series.changes.is_empty());
    match (trend.series.len(), changed.count()) {
        (0, _) => "fewer than two runs have anything in common".to_owned(),
        (all, 0) => format!("no change in {all} series"),
        (all, changed) => format!("{changed} of {all} series changed"),
    }
}

fn chance(trend: &Trend) -> String {
    format!(
        "a history without a change shows one with a chance of at most {}",
        super::wording::percent(trend.alpha)
    )
}
