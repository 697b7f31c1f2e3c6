//! The lag as one HTML file that needs nothing else.

use maud::{Markup, html};

use super::LagReport;
use super::chart::{Bands, bands, distribution};
use super::facts::facts;
use super::over_time::over_time;
use super::wording::{
    self, PARTIAL, at, because, censored, count, deciding, headline, kind, measure, name, observed,
    percent, quantile, range, shown, signed, time, title, tone, verdict,
};
use crate::lag::{Cell, Quantile, RunFacts, Sample, SloJudgement};
use crate::report::page::{class, page};
use crate::report::wording::{moment, visible};

/// How many of the slowest replicas are named.
const SLOWEST: usize = 10;

/// The report as one HTML document.
#[must_use]
pub fn html(report: &LagReport) -> String {
    let profile = &report.profile;
    let body = html! {
        main {
            (heading(report))
            @for (index, cell) in profile.totals().enumerate() { (total(report, cell, index)) }
            (difference(report))
            (levels(report))
            (slowest(report))
            @for run in &profile.runs { (environment(run)) }
        }
    };
    page(&format!("bucketpair lag: {}", headline(report)), &body)
}

fn heading(report: &LagReport) -> Markup {
    let profile = &report.profile;
    html! {
        header {
            h1 { (headline(report)) }
            @for run in &profile.runs { (subtitle(run)) }
            @if report.partial { p class="banner unsure" { (PARTIAL) } }
            @for (is_wrong, line) in report.ended.lines() {
                p class={ "banner " (if is_wrong { "unsure" } else { "" }) } { (line) }
            }
            @for slo in deciding(profile) {
                p class={ "banner " (tone(slo.verdict).map_or("good", class)) } { (because(slo)) }
            }
            @for warning in &profile.warnings { p class="banner unsure" { (warning) } }
            @for caveat in profile.runs.iter().flat_map(|run| &run.caveats) {
                p class="banner unsure" { (visible(&caveat.to_string())) }
            }
        }
    }
}

fn subtitle(run: &RunFacts) -> Markup {
    html! {
        p.soft {
            @if let Some(target) = &run.target {
                (visible(&target.engine)) ", " (target.source_region) " → " (target.destination_region) ", "
            }
            (moment(run.started))
        }
    }
}

fn total(report: &LagReport, cell: &Cell, index: usize) -> Markup {
    let same = |sample: &&Sample| (sample.measure, sample.side) == (cell.measure, cell.side);
    let samples = report.runs.iter().flat_map(|run| &run.samples).filter(same);
    let samples: Vec<_> = samples.collect();
    let id = |what: &str| format!("{what}-{index}");
    html! {
        section {
            h2 { "Lag " (title(cell)) }
            (figures(cell))
            div.charts {
                @if let Some(drawn) = distribution(&id("distribution"), cell) { (drawn) }
                @if let Some(drawn) = over_time(&id("time"), &samples) { (drawn) }
                @if let Some(drawn) = quantile_bands(&id("quantiles"), cell) { (drawn) }
                @if let Some(drawn) = by_kind(&id("kinds"), report, cell) { (drawn) }
            }
            (quantiles(cell))
            (kinds(report, cell))
        }
    }
}

/// The counts, and how good the measurement was.
fn figures(cell: &Cell) -> Markup {
    html! {
        ul.figures {
            li { b { (count(cell.n)) } "samples" }
            li { b class=[(cell.right_censored > 0).then_some("bad")] { (count(cell.right_censored)) } "not seen by the last look" }
            li { b { (count(cell.left_censored)) } "there at the first look" }
            @if let Some(width) = cell.width.median_ns { li { b { (time(width)) } "median width of an interval" } }
            @if let Some(width) = cell.width.p99_ns { li { b { (time(width)) } "p99 width of an interval" } }
        }
        @let apart = censored(cell);
        @if cell.anomalies + cell.suspended > 0 { p.unsure { (apart.join(", ")) } }
    }
}

fn quantile_bands(id: &str, cell: &Cell) -> Option<Markup> {
    let rows = cell
        .service
        .iter()
        .filter_map(Quantile::band)
        .map(|band| Bands {
            name: name(band.quantile),
            bands: vec![
                ("wide", band.lower_ns, band.upper_ns),
                ("narrow", band.observed_lower_ns, band.observed_upper_ns),
            ],
        });
    let text =
        "Where each quantile of all replicas lies, and, darker, that of these samples alone.";
    bands(id, "Quantiles", text, &rows.collect::<Vec<_>>())
}

fn by_kind(id: &str, report: &LagReport, of: &Cell) -> Option<Markup> {
    let row = |cell: &Cell| {
        let band = |class, share| {
            let band = at(cell, share)?.band()?;
            Some((class, band.lower_ns, band.upper_ns))
        };
        let bands = [band("wide", 0.99), band("narrow", 0.5)];
        Bands {
            name: kind(cell),
            bands: bands.into_iter().flatten().collect(),
        }
    };
    let rows: Vec<_> = wording::kinds(&report.profile, of).map(row).collect();
    let text = "The median, dark, and the 99th percentile, light, of each operation and size.";
    bands(id, "By operation and size", text, &rows)
}

fn quantiles(cell: &Cell) -> Markup {
    let sure = cell.service.iter().find_map(Quantile::band);
    html! {
        h3 { "Quantiles" }
        @if let Some(sure) = sure {
            p.soft { "Each band holds the quantile of all replicas with " (percent(sure.confidence)) " confidence, " (sure.units) "; \"from the intended start\" also holds what the write itself waited." }
        }
        table.stack {
            thead { tr {
                th scope="col" { "quantile" } th.number scope="col" { "lag" }
                th.number scope="col" { "of these samples" } th.number scope="col" { "from the intended start" }
            } }
            tbody {
                @for (service, intended) in cell.service.iter().zip(&cell.intended) {
                    tr {
                        th scope="row" { (name(service.quantile())) }
                        td.number data-name="lag" { (quantile(service)) }
                        td.number data-name="of these samples" { @if let Some(band) = service.band() { (observed(band)) } }
                        td.number data-name="from the intended start" { @if intended.band().is_some() { (quantile(intended)) } }
                    }
                }
            }
        }
    }
}

fn kinds(report: &LagReport, of: &Cell) -> Markup {
    html! {
        h3 { "By operation and size" }
        table.stack {
            thead { tr {
                th scope="col" { "operation" } th.number scope="col" { "samples" } th.number scope="col" { "not seen" }
                th.number scope="col" { "p50" } th.number scope="col" { "p99" }
            } }
            tbody {
                @for cell in wording::kinds(&report.profile, of) {
                    tr {
                        th scope="row" { (kind(cell)) }
                        td.number data-name="samples" { (count(cell.n)) }
                        td.number data-name="not seen" { (count(cell.right_censored)) }
                        td.number data-name="p50" { (shown(cell, 0.5)) }
                        td.number data-name="p99" { (shown(cell, 0.99)) }
                    }
                }
            }
        }
    }
}

fn difference(report: &LagReport) -> Markup {
    let bands: Vec<_> = report
        .profile
        .status_after_visible
        .iter()
        .filter_map(signed)
        .collect();
    html! {
        @if !bands.is_empty() {
            h2 { "COMPLETED after readable" }
            p.soft { "From the replica's being readable to the source's saying COMPLETED; negative where the status came first. With several destinations the status speaks of the slowest only." }
            dl { @for (name, range) in bands { dt { (name) } dd { (range) } } }
        }
    }
}

fn levels(report: &LagReport) -> Markup {
    let line = |slo: &SloJudgement| {
        html! {
            tr {
                th scope="row" { (slo.slo) }
                td data-name="lag" { (measure(slo.measure)) ", " (slo.side) }
                td { span class=(tone(slo.verdict).map_or("good", class)) { b { (verdict(slo.verdict)) } } }
                td { (because(slo)) }
            }
        }
    };
    html! {
        @if !report.profile.slos.is_empty() {
            h2 { "Service level" }
            table.stack {
                thead { tr { th scope="col" { "level" } th scope="col" { "lag" } th scope="col" { "verdict" } th scope="col" { "because" } } }
                tbody { @for slo in &report.profile.slos { (line(slo)) } }
            }
        }
    }
}

fn slowest(report: &LagReport) -> Markup {
    let samples = report.runs.iter().flat_map(|run| &run.samples);
    let mut samples: Vec<_> = samples.collect();
    let lag = |sample: &Sample| {
        (
            sample.interval.upper_ns.unwrap_or(u64::MAX),
            sample.interval.lower_ns,
        )
    };
    samples.sort_by_key(|sample| std::cmp::Reverse(lag(sample)));
    html! {
        @if !samples.is_empty() {
            h2 { "The slowest" }
            table.stack {
                thead { tr { th scope="col" { "key" } th scope="col" { "lag" } th scope="col" { "operation" } th.number scope="col" { "acknowledged" } } }
                tbody { @for sample in samples.iter().take(SLOWEST) { (slow(sample)) } }
            }
        }
    }
}

fn slow(sample: &Sample) -> Markup {
    let interval = &sample.interval;
    let lag = match interval.upper_ns {
        Some(upper) => range(interval.lower_ns, Some(upper)),
        None => format!("not seen in {}", time(interval.lower_ns)),
    };
    let operation = super::wording::operation(sample.operation);
    html! {
        tr {
            th scope="row" { span.mono { (visible(&sample.key)) } }
            td data-name="lag" { (lag) " (" (measure(sample.measure)) ", " (sample.side) ")" }
            td { (operation) ", " (super::wording::bytes(sample.size)) }
            td.number data-name="acknowledged" { "at " (time(sample.acknowledged_ns)) }
        }
    }
}

fn environment(run: &RunFacts) -> Markup {
    html! {
        h2 { "Environment and requests" }
        dl { @for (name, value) in facts(run) { dt { (name) } dd { (value) } } }
    }
}
