//! Words and numbers that every way to show a lag shares.

use super::LagReport;
use crate::lag::{
    Band, Cell, Measure, OperationType, Profile, Quantile, SignedQuantile, SloJudgement, SloVerdict,
};
use crate::report::wording::Tone;

/// Nanoseconds with three significant digits and one unit.
pub(super) fn time(nanoseconds: u64) -> String {
    let (value, unit) = in_unit(nanoseconds);
    format!("{} {unit}", digits(value))
}

/// A round value on an axis: as [`time`], without zeros that say nothing.
pub(super) fn tick(nanoseconds: u64) -> String {
    let text = time(nanoseconds);
    match text.split_once(' ') {
        Some((number, unit)) if number.contains('.') => {
            let number = number.trim_end_matches('0').trim_end_matches('.');
            format!("{number} {unit}")
        }
        _ => text,
    }
}

/// Two ends with one unit where they share it: `24.1 – 26.0 ms`, or `from 24.1 ms` without an end.
pub(super) fn range(lower: u64, upper: Option<u64>) -> String {
    let Some(upper) = upper else {
        return format!("from {}", time(lower));
    };
    let ((low, low_unit), (high, high_unit)) = (in_unit(lower), in_unit(upper));
    match low_unit == high_unit || lower == 0 {
        true => format!("{} – {} {high_unit}", digits(low), digits(high)),
        false => format!("{} – {}", time(lower), time(upper)),
    }
}

fn in_unit(nanoseconds: u64) -> (f64, &'static str) {
    let seconds = nanoseconds as f64 / 1e9;
    match seconds {
        ..0.9995 => (seconds * 1e3, "ms"),
        ..119.5 => (seconds, "s"),
        ..7170.0 => (seconds / 60.0, "min"),
        _ => (seconds / 3600.0, "h"),
    }
}

fn digits(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        ..9.995 => format!("{value:.2}"),
        ..99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// A count with its thousands apart.
pub(super) fn count(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().unwrap_or(u64::MAX).to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes in the largest unit that leaves a whole number.
pub(super) fn bytes(size: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let whole = |(unit, _): &&(u64, &str)| size > 0 && size.is_multiple_of(*unit);
    match UNITS.iter().find(whole) {
        Some((unit, name)) => format!("{} {name}", size / unit),
        None => format!("{} bytes", count(size)),
    }
}

/// `p99.9`.
pub(super) fn name(quantile: f64) -> String {
    // The share as it was typed, without the noise of a multiplication by 100.
    format!("p{}", (quantile * 1e6).round() / 1e4)
}

/// A share as a percentage, rounded down, with more digits where it is nearly all.
pub(super) fn percent(share: f64) -> String {
    let digits = if share < 0.999 { 1e2 } else { 1e4 };
    // Rounding down would make 99.89 of a share that is 0.9990 but for its last bit.
    format!("{}%", (share * 100.0 * digits + 1e-6).floor() / digits)
}

/// Where a quantile lies, or how many samples it needs.
pub(super) fn quantile(quantile: &Quantile) -> String {
    match quantile {
        Quantile::Band(band) => range(band.lower_ns, band.upper_ns),
        Quantile::Refused { needed, .. } => format!("needs {} samples", count(*needed)),
    }
}

/// Where a quantile of these very samples lies.
pub(super) fn observed(band: &Band) -> String {
    range(band.observed_lower_ns, band.observed_upper_ns)
}

/// What was measured, in a heading.
pub(super) fn title(cell: &Cell) -> String {
    match cell.measure {
        Measure::Visible => format!("until the replica is readable at the {}", cell.side),
        Measure::Status => "until the source says COMPLETED".to_owned(),
    }
}

/// The cells of each operation and size that belong to a total.
pub(super) fn kinds<'a>(profile: &'a Profile, of: &'a Cell) -> impl Iterator<Item = &'a Cell> {
    let same = |cell: &Cell| (cell.measure, cell.side) == (of.measure, of.side);
    let belongs = move |cell: &&Cell| !cell.is_total() && same(cell);
    profile.cells.iter().filter(belongs)
}

/// A quantile of a cell; none where it was not asked for.
pub(super) fn at(cell: &Cell, share: f64) -> Option<&Quantile> {
    let is_it = |known: &&Quantile| (known.quantile() - share).abs() < 1e-9;
    cell.service.iter().find(is_it)
}

/// A quantile of a cell in words; nothing where it was not asked for.
pub(super) fn shown(cell: &Cell, share: f64) -> String {
    at(cell, share).map(quantile).unwrap_or_default()
}

/// Operation and size of a cell that is not the total (`put, 1 KiB`).
pub(super) fn kind(cell: &Cell) -> String {
    let operation = cell.operation.map(operation);
    let size = cell.size.filter(|size| *size > 0).map(bytes);
    let words: Vec<_> = operation
        .map(str::to_owned)
        .into_iter()
        .chain(size)
        .collect();
    words.join(", ")
}

/// An operation in words.
pub(super) fn operation(operation: OperationType) -> &'static str {
    match operation {
        OperationType::Put => "put",
        OperationType::Overwrite => "overwrite",
        OperationType::Multipart => "multipart",
        OperationType::Copy => "copy",
        OperationType::DeleteMarker => "delete marker",
        OperationType::TagChange => "tag change",
    }
}

/// A lag as a label (`visible`).
pub(super) fn measure(measure: Measure) -> &'static str {
    match measure {
        Measure::Visible => "visible",
        Measure::Status => "status",
    }
}

/// How many did not arrive while somebody looked, and what else is counted apart.
pub(super) fn censored(cell: &Cell) -> Vec<String> {
    let counts = [
        (cell.right_censored, "not seen by the last look"),
        (cell.left_censored, "there at the first look"),
        (cell.anomalies, "lacking after they had been there"),
        (cell.suspended, "with a clock that stood still"),
    ];
    let told = counts.into_iter().filter(|(number, _)| *number > 0);
    told.map(|(number, words)| format!("{} {words}", count(number)))
        .collect()
}

/// A verdict in a word.
pub(super) fn verdict(verdict: SloVerdict) -> &'static str {
    match verdict {
        SloVerdict::Met => "met",
        SloVerdict::Missed => "missed",
        SloVerdict::Undecided => "undecided",
    }
}

/// How loud a verdict is said; a level that is met is not said loud.
pub(super) fn tone(verdict: SloVerdict) -> Option<Tone> {
    match verdict {
        SloVerdict::Met => None,
        SloVerdict::Missed => Some(Tone::Bad),
        SloVerdict::Undecided => Some(Tone::Unsure),
    }
}

/// What a verdict rests on, as one line.
pub(super) fn because(slo: &SloJudgement) -> String {
    let sure = percent(slo.confidence);
    let shares = format!(
        "at least {} in time, at most {}, each {sure} sure",
        percent(slo.share_at_least),
        percent(slo.share_at_most)
    );
    let needed = match slo.verdict {
        SloVerdict::Undecided => {
            format!("; {} samples would show it met", count(slo.needed))
        }
        _ => String::new(),
    };
    let (in_time, n) = (count(slo.in_time), count(slo.n));
    format!(
        "{in_time} of {n} seen in time; {shares} ({}){needed}",
        slo.units
    )
}

/// The service levels that decide: those of the visible lag.
pub(super) fn deciding(profile: &Profile) -> impl Iterator<Item = &SloJudgement> {
    let visible = |slo: &&SloJudgement| slo.measure == Measure::Visible;
    profile.slos.iter().filter(visible)
}

/// The run in a sentence: the verdict where one was asked for, else how late replicas were.
pub(super) fn headline(report: &LagReport) -> String {
    match (report.is_recorded_only(), report.held) {
        (true, _) => recorded(report),
        (false, true) => verdicts(&report.profile),
        (false, false) => median(&report.profile).unwrap_or_else(|| verdicts(&report.profile)),
    }
}

fn recorded(report: &LagReport) -> String {
    let writes = report.runs.iter();
    let writes: u64 = writes.map(|run| run.facts.operations.acknowledged).sum();
    format!("{} writes recorded, nobody has looked yet", count(writes))
}

fn median(profile: &Profile) -> Option<String> {
    let is_visible = |cell: &&Cell| cell.measure == Measure::Visible;
    let cell = profile.totals().find(is_visible)?;
    let is_known = |share: f64| at(cell, share).is_some_and(|known| known.band().is_some());
    let shown = |share: f64| format!("{} {}", name(share), shown(cell, share));
    let figures: Vec<_> = [0.5, 0.99]
        .into_iter()
        .filter(|share| is_known(*share))
        .map(shown)
        .collect();
    (!figures.is_empty()).then(|| format!("Replication lag {}", figures.join(", ")))
}

fn verdicts(profile: &Profile) -> String {
    let mut slos = deciding(profile);
    match (slos.next(), slos.next()) {
        (None, _) => "Nothing was measured".to_owned(),
        (Some(slo), None) => format!("{} is {}", slo.slo, verdict(slo.verdict)),
        (Some(slo), Some(_)) => {
            let all: Vec<_> = deciding(profile)
                .map(|slo| format!("{} at {}", verdict(slo.verdict), slo.side))
                .collect();
            format!("{} is {}", slo.slo, all.join(", "))
        }
    }
}

/// What is still lacking in a report of a run that goes on.
pub(super) const PARTIAL: &str = "partial: written while the run went on; replicas that are still \
    looked for count as not seen";

/// A quantile of the difference between two lags: its name and where it lies.
pub(super) fn signed(quantile: &SignedQuantile) -> Option<(String, String)> {
    let SignedQuantile::Band {
        quantile,
        lower_ns,
        upper_ns,
        ..
    } = quantile
    else {
        return None;
    };
    let end = |bound: i64| {
        let sign = if bound < 0 { "−" } else { "" };
        format!("{sign}{}", time(bound.unsigned_abs()))
    };
    let range = match (lower_ns, upper_ns) {
        (Some(lower), Some(upper)) => format!("{} to {}", end(*lower), end(*upper)),
        (Some(lower), None) => format!("from {}", end(*lower)),
        (None, Some(upper)) => format!("up to {}", end(*upper)),
        (None, None) => "anything".to_owned(),
    };
    Some((name(*quantile), range))
}
