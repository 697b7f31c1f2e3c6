//! Drawings as SVG inside the page. Colours come from the page's styles, so they follow its scheme;
//! each has a title and a description for whoever cannot see it.

use std::fmt::Write as _;

use maud::{Markup, PreEscaped, html};

use super::scale::Scale;
use super::wording::{count, tick as tick_text};
use crate::lag::{Arrived, Cell};

/// The width of every drawing, in its own units; the page scales it.
pub(super) const WIDTH: f64 = 480.0;
/// The room left of a drawing's area, for its labels.
pub(super) const LEFT: f64 = 64.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 44.0;

/// The area of a drawing, inside its axes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) height: f64,
    pub(super) left: f64,
}

impl Area {
    pub(super) fn x(self, share: f64) -> f64 {
        self.left + share * (WIDTH - RIGHT - self.left)
    }

    /// From 0 at the bottom to 1 at the top.
    pub(super) fn y(self, share: f64) -> f64 {
        self.height - BOTTOM - share * (self.height - BOTTOM - TOP)
    }
}

/// A drawing with its words.
pub(super) fn figure(
    id: &str,
    height: f64,
    title: &str,
    description: &str,
    inside: &str,
) -> Markup {
    let (title_id, described) = (format!("{id}-title"), format!("{id}-text"));
    html! {
        figure {
            svg role="img" viewBox=(format!("0 0 {WIDTH} {height}")) aria-labelledby=(format!("{title_id} {described}")) {
                title id=(title_id) { (title) }
                desc id=(described) { (description) }
                (PreEscaped(inside))
            }
            figcaption { b { (title) ". " } (description) }
        }
    }
}

/// A label of an axis.
pub(super) fn label(svg: &mut String, x: f64, y: f64, anchor: &str, text: &str) {
    let text = maud::html!((text)).into_string();
    writeln!(
        svg,
        r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}">{text}</text>"#
    )
    .expect("a String takes every write");
}

pub(super) fn line(svg: &mut String, class: &str, from: (f64, f64), to: (f64, f64)) {
    let ((x1, y1), (x2, y2)) = (from, to);
    writeln!(
        svg,
        r#"<line class="{class}" x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}"/>"#
    )
    .expect("a String takes every write");
}

/// A horizontal axis of lags below an area, with its grid.
pub(super) fn lag_axis(svg: &mut String, area: Area, scale: &Scale, most: usize) {
    for tick in scale.ticks(most) {
        let x = area.x(scale.place(tick));
        line(svg, "grid", (x, area.y(0.0)), (x, area.y(1.0)));
        // A label at the very edge would be cut off.
        let anchor = if x > WIDTH - 30.0 { "end" } else { "middle" };
        label(svg, x, area.y(0.0) + 18.0, anchor, &tick_text(tick));
    }
}

/// How many had arrived by when: a band between what was seen and what may have been there.
pub(super) fn distribution(id: &str, cell: &Cell) -> Option<Markup> {
    let scale = Scale::over(cell.arrived.iter().map(|arrived| arrived.by_ns))?;
    let area = Area {
        height: 300.0,
        left: LEFT,
    };
    let mut svg = String::new();
    lag_axis(&mut svg, area, &scale, 6);
    for percent in [0, 25, 50, 75, 100] {
        let y = area.y(f64::from(percent) / 100.0);
        line(&mut svg, "grid", (area.x(0.0), y), (area.x(1.0), y));
        label(
            &mut svg,
            LEFT - 8.0,
            y + 4.5,
            "end",
            &format!("{percent} %"),
        );
    }
    label(&mut svg, area.x(0.5), 296.0, "middle", "lag");
    let steps = |of: fn(&Arrived) -> usize| steps(cell, area, &scale, of);
    let (certainly, possibly) = (steps(|a| a.certainly), steps(|a| a.possibly));
    let back = certainly.iter().rev().copied();
    let band: Vec<_> = possibly.iter().copied().chain(back).collect();
    writeln!(svg, r#"<polygon class="band" points="{}"/>"#, points(&band)).expect("as above");
    for edge in [&possibly, &certainly] {
        writeln!(svg, r#"<polyline class="edge" points="{}"/>"#, points(edge)).expect("as above");
    }
    let never = match cell.right_censored {
        0 => String::new(),
        never => format!(" {} were never seen.", count(never)),
    };
    let text = format!(
        "How many of {} replicas had arrived by when: the lower edge counts those that were seen, \
         the upper those that may have been there.{never}",
        count(cell.n)
    );
    Some(figure(id, 300.0, "Distribution", &text, &svg))
}

fn steps(cell: &Cell, area: Area, scale: &Scale, of: fn(&Arrived) -> usize) -> Vec<(f64, f64)> {
    let at = |number: usize| area.y(number as f64 / cell.n as f64);
    let mut path = vec![(area.x(0.0), at(0))];
    for arrived in &cell.arrived {
        let x = area.x(scale.place(arrived.by_ns));
        let before = path.last().map_or(at(0), |(_, y)| *y);
        path.extend([(x, before), (x, at(of(arrived)))]);
    }
    let last = path.last().map_or(at(0), |(_, y)| *y);
    path.push((area.x(1.0), last));
    path
}

fn points(path: &[(f64, f64)]) -> String {
    let mut text = String::new();
    for (x, y) in path {
        write!(text, "{x:.1},{y:.1} ").expect("a String takes every write");
    }
    text
}

/// A name, and bands from wide to narrow, each with its class.
#[derive(Debug)]
pub(super) struct Bands {
    pub(super) name: String,
    pub(super) bands: Vec<(&'static str, u64, Option<u64>)>,
}

/// Rows of bands above one axis.
pub(super) fn bands(id: &str, title: &str, description: &str, rows: &[Bands]) -> Option<Markup> {
    const ROW: f64 = 28.0;
    let all = || rows.iter().flat_map(|row| &row.bands);
    let ends = all().flat_map(|(_, lower, upper)| [Some(*lower), *upper]);
    let scale = Scale::over(ends.flatten())?;
    let longest = rows.iter().map(|row| row.name.chars().count()).max();
    let area = Area {
        height: ROW * rows.len() as f64 + BOTTOM + TOP,
        left: (longest.unwrap_or(0) as f64 * 7.6 + 14.0).max(40.0),
    };
    let mut svg = String::new();
    lag_axis(&mut svg, area, &scale, 5);
    for (index, row) in rows.iter().enumerate() {
        let middle = TOP + ROW * (index as f64 + 0.5);
        label(&mut svg, area.left - 8.0, middle + 4.5, "end", &row.name);
        for (class, lower, upper) in &row.bands {
            let from = area.x(scale.place(*lower));
            let to = upper.map_or(WIDTH, |upper| area.x(scale.place(upper)));
            line(
                &mut svg,
                class,
                (from - 1.0, middle),
                (to.max(from) + 1.0, middle),
            );
        }
    }
    Some(figure(id, area.height, title, description, &svg))
}
