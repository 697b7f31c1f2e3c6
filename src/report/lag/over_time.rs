//! Lag over the run: each sample as a line from its lower to its upper bound, or, where there are
//! too many, what each stretch of the run held.

use std::fmt::Write as _;

use maud::Markup;

use super::chart::{Area, LEFT, WIDTH, figure, label, line};
use super::scale::Scale;
use super::wording::{count, tick as tick_text};
use crate::lag::Sample;

/// Up to so many samples each has a line of its own.
const SINGLE: usize = 600;
/// Into so many stretches a longer run is cut.
const STRETCHES: usize = 120;
const HEIGHT: f64 = 300.0;

/// A line that is drawn, in nanoseconds: when, from, and to, where it has an upper end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Drawn {
    pub(super) at: u64,
    pub(super) lower: u64,
    pub(super) upper: Option<u64>,
}

/// The drawing; none where nothing was measured.
pub(super) fn over_time(id: &str, samples: &[&Sample]) -> Option<Markup> {
    let lines = match samples.len() {
        ..=SINGLE => singly(samples),
        _ => in_stretches(samples),
    };
    let ends = lines.iter().flat_map(|line| [Some(line.lower), line.upper]);
    let scale = Scale::over(ends.flatten())?;
    let last = lines.iter().map(|line| line.at).max()?;
    let mut svg = String::new();
    let area = Area {
        height: HEIGHT,
        left: LEFT,
    };
    axes(&mut svg, area, &scale, last);
    draw(&mut svg, area, &scale, &lines, last);
    Some(figure(
        id,
        HEIGHT,
        "Lag over the run",
        &description(samples),
        &svg,
    ))
}

fn description(samples: &[&Sample]) -> String {
    let never = samples
        .iter()
        .filter(|sample| sample.interval.upper_ns.is_none())
        .count();
    let what = match samples.len() {
        ..=SINGLE => {
            "Each line is a replica, from the last look that lacked it to the first that had it."
        }
        _ => {
            "Each line is a stretch of the run, from the smallest lower to the largest upper bound in it."
        }
    };
    let open = match never {
        0 => String::new(),
        _ => format!(
            " A line that is open above holds replicas never seen, {} in all.",
            count(never)
        ),
    };
    format!("{what}{open}")
}

pub(super) fn singly(samples: &[&Sample]) -> Vec<Drawn> {
    let drawn = |sample: &&Sample| Drawn {
        at: sample.acknowledged_ns,
        lower: sample.interval.lower_ns,
        upper: sample.interval.upper_ns,
    };
    samples.iter().map(drawn).collect()
}

pub(super) fn in_stretches(samples: &[&Sample]) -> Vec<Drawn> {
    let last = samples.iter().map(|sample| sample.acknowledged_ns).max();
    let width = last.unwrap_or(0) / STRETCHES as u64 + 1;
    let mut stretches: Vec<Option<Drawn>> = vec![None; STRETCHES];
    for sample in singly(samples) {
        let index = ((sample.at / width) as usize).min(STRETCHES - 1);
        stretches[index] = Some(match stretches[index] {
            None => sample,
            Some(held) => Drawn {
                at: held.at,
                lower: held.lower.min(sample.lower),
                // Of a replica that was never seen the stretch is open above.
                upper: held.upper.zip(sample.upper).map(|(a, b)| a.max(b)),
            },
        });
    }
    stretches.into_iter().flatten().collect()
}

fn axes(svg: &mut String, area: Area, scale: &Scale, last: u64) {
    for tick in scale.ticks(7) {
        let y = area.y(scale.place(tick));
        line(svg, "grid", (area.x(0.0), y), (area.x(1.0), y));
        label(svg, LEFT - 8.0, y + 4.5, "end", &tick_text(tick));
    }
    for tick in Scale::from_zero(last).ticks(6) {
        let x = area.x(tick as f64 / last.max(1) as f64);
        let anchor = if x > WIDTH - 30.0 { "end" } else { "middle" };
        label(svg, x, area.y(0.0) + 18.0, anchor, &tick_text(tick));
    }
    label(
        svg,
        area.x(0.5),
        HEIGHT - 4.0,
        "middle",
        "acknowledged, since the run began",
    );
}

fn draw(svg: &mut String, area: Area, scale: &Scale, lines: &[Drawn], last: u64) {
    let (mut seen, mut open) = (String::new(), String::new());
    for drawn in lines {
        let x = area.x(drawn.at as f64 / (last.max(1)) as f64);
        let low = area.y(scale.place(drawn.lower));
        let high = drawn.upper.map_or(0.0, |upper| area.y(scale.place(upper)));
        let path = if drawn.upper.is_some() {
            &mut seen
        } else {
            &mut open
        };
        write!(path, "M{x:.1} {:.1}V{:.1}", low + 0.75, high - 0.75).expect("a String takes it");
    }
    let thin = if lines.len() > 200 {
        1.5
    } else {
        WIDTH / 240.0
    };
    for (class, path) in [("seen", seen), ("open", open)] {
        if !path.is_empty() {
            writeln!(
                svg,
                r#"<path class="{class}" stroke-width="{thin:.1}" d="{path}"/>"#
            )
            .expect("a String takes every write");
        }
    }
}
