//! The distribution drawn in text: how many had arrived by when, and how many may have.

use std::fmt::Write as _;

use super::scale::Scale;
use super::wording::tick as tick_text;
use crate::lag::{Arrived, Cell};

/// How many moments are shown at most.
const LINES: usize = 10;
/// How many columns stand for all replicas.
const COLUMNS: usize = 48;

/// A line for each moment: the share that was seen by then (█), and what may have been there (░).
pub(super) fn distribution(cell: &Cell) -> String {
    let mut text = String::new();
    let moments = cell.arrived.iter().map(|arrived| arrived.by_ns);
    let Some(scale) = Scale::over(moments).filter(|_| cell.n > 0) else {
        return text;
    };
    for moment in scale.ticks(LINES) {
        let (certainly, possibly) = by(&cell.arrived, moment, cell.n);
        let columns = |number: usize| number * COLUMNS / cell.n;
        let (full, faint) = (columns(certainly), columns(possibly) - columns(certainly));
        let bar = "█".repeat(full) + &"░".repeat(faint);
        // Rounded down: 100 % is all of them.
        let share = format!(
            "{}.{} %",
            certainly * 100 / cell.n,
            certainly * 1000 / cell.n % 10
        );
        writeln!(
            text,
            "  {:>8}  {bar:COLUMNS$}  {share:>7}",
            tick_text(moment)
        )
        .expect("a String takes every write");
    }
    text
}

/// How many were certainly, and at most how many may have been there at a moment. The curve is a
/// selection of points, so the one before bounds the former, and the one behind the latter.
fn by(arrived: &[Arrived], moment: u64, n: usize) -> (usize, usize) {
    let behind = arrived.partition_point(|point| point.by_ns <= moment);
    let certainly = behind
        .checked_sub(1)
        .map_or(0, |before| arrived[before].certainly);
    let at = behind
        .checked_sub(1)
        .filter(|before| arrived[*before].by_ns == moment);
    let possibly = arrived
        .get(at.unwrap_or(behind))
        .map_or(n, |point| point.possibly);
    let possibly = match behind == arrived.len() {
        true => arrived.last().map_or(0, |point| point.possibly),
        false => possibly,
    };
    (certainly, possibly.max(certainly))
}
