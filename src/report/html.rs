//! The report as one HTML file that needs nothing else: what did not pass comes first.

use maud::{Markup, html};

use super::page::{class, environment, page};
use super::wording::{
    SHOWN, besides, counts, duration, lag_line, longest, moment, nanoseconds, outcome, repeat,
    told, unfinished, visible,
};
use super::{Row, RunReport, State};
use crate::check::{Evidence, Finding};

/// The report as one HTML document.
#[must_use]
pub fn html(report: &RunReport) -> String {
    let title = format!("bucketpair: {}", counts(report));
    let body = html! {
        main {
            (heading(report))
            (besides_it(report))
            (loud(report))
            (table(report))
            (pending(report))
            (environment(&report.header, &[("took", duration(report.elapsed))]))
        }
    };
    page(&title, &body)
}

fn heading(report: &RunReport) -> Markup {
    html! {
        header {
            h1 { (headline(report)) }
            p.soft { (visible(&report.header.target.engine)) ", " (report.header.target.source_region) " → " (report.header.target.destination_region) ", " (moment(report.header.started)) }
            @if let Some(unfinished) = unfinished(report) { p class="banner unsure" { (unfinished) } }
            ul.figures {
                @for state in State::ALL {
                    @let count = report.count(state);
                    @if count > 0 || matches!(state, State::Passed | State::Failed | State::Unknown) {
                        li { b class=[(count > 0).then(|| colour(state))] { (state.mark()) " " (count) } (state.word()) }
                    }
                }
            }
            @if let Some(lag) = lag_line(report) { p { (lag) "." } }
        }
    }
}

/// The run in a sentence.
fn headline(report: &RunReport) -> String {
    let all = report.rows.len();
    let [passed, failed, ..] = State::ALL.map(|state| report.count(state));
    match (passed, failed) {
        _ if all == 0 => "No scenario was judged".to_owned(),
        (_, 1..) => format!("{failed} of {all} scenarios failed"),
        (0, 0) => format!("None of {all} scenarios passed"),
        (_, 0) if passed == all => format!("All {all} scenarios passed"),
        (_, 0) => format!("{passed} of {all} scenarios passed, none failed"),
    }
}

fn colour(state: State) -> &'static str {
    match state {
        State::Passed => "good",
        State::Failed | State::Errored => "bad",
        State::Unknown => "unsure",
        State::Recorded | State::Ignored => "soft",
    }
}

fn besides_it(report: &RunReport) -> Markup {
    let tone = |what| if what == "left behind" { "bad" } else { "soft" };
    html! {
        @for (what, text) in besides(report) { p class=(tone(what)) { (what) ": " (visible(text)) } }
    }
}

/// Every scenario that neither passed nor was ignored, with its evidence.
fn loud(report: &RunReport) -> Markup {
    let loud = |row: &&Row| !row.state().is_quiet();
    let rows: Vec<_> = report.rows.iter().filter(loud).collect();
    html! {
        @if !rows.is_empty() {
            h2 { "What did not pass" }
            @for row in rows { (card(row)) }
            @if let Some(repeat) = repeat(report) { p.soft { (repeat) } }
        }
    }
}

fn card(row: &Row) -> Markup {
    let state = row.state();
    html! {
        article.card {
            h3 { span class=(colour(state)) { (state.mark()) " " (state.word()) } " · " (visible(row.scenario())) }
            p { (visible(row.summary())) }
            @if let Some(reason) = row.reason() { p { (visible(reason)) } }
            (findings(row))
        }
    }
}

fn findings(row: &Row) -> Markup {
    html! {
        @if let Row::Judged(judgement) = row {
            @for finding in told(judgement) { (finding_markup(finding)) }
        }
    }
}

fn finding_markup(finding: &Finding) -> Markup {
    let (tone, outcome) = outcome(finding);
    let rules = finding.rule_ids.join(" ");
    html! {
        section {
            p {
                b { (finding.check) } " " span class=(class(tone)) { (outcome) } " "
                span class="soft rules" { (rules) }
                br;
                span.soft { (finding.check.kind.describes()) }
            }
            (evidence(finding))
        }
    }
}

/// The first pieces of evidence, and the others behind a click.
fn evidence(finding: &Finding) -> Markup {
    let (first, rest) = finding.evidence.split_at(finding.evidence.len().min(SHOWN));
    let list = |evidence: &[Evidence]| {
        html! {
            ul.plain { @for evidence in evidence { li { (evidence_markup(evidence)) } } }
        }
    };
    html! {
        (list(first))
        @if !rest.is_empty() { details { summary { (rest.len()) " more" } (list(rest)) } }
        @if finding.omitted > 0 { p.soft { "and " (finding.omitted) " more, which the run did not keep" } }
    }
}

fn evidence_markup(evidence: &Evidence) -> Markup {
    html! {
        div.mono { (visible(&evidence.subject)) }
        dl {
            dt { "expected" } dd.mono { (visible(&evidence.expected)) }
            dt { "seen" } dd.mono { (visible(&evidence.seen)) }
            @if let Some(since) = evidence.since { dt { "since" } dd { (nanoseconds(since.0)) " into the run" } }
        }
    }
}

fn table(report: &RunReport) -> Markup {
    html! {
        @if !report.rows.is_empty() {
            h2 { "Scenarios" }
            table.stack {
                thead { tr {
                    th scope="col" { "scenario" } th scope="col" { "what it shows" }
                    th.number scope="col" { "longest lag" } th scope="col" { "rules" }
                } }
                tbody { @for row in &report.rows { (line(row)) } }
            }
        }
    }
}

fn line(row: &Row) -> Markup {
    let state = row.state();
    html! {
        tr {
            th scope="row" {
                span class=(colour(state)) title=(state.word()) { (state.mark()) } " " (visible(row.scenario()))
            }
            td {
                (visible(row.summary()))
                @if let (State::Ignored, Some(reason)) = (state, row.reason()) { div.soft { "ignored: " (visible(reason)) } }
                @if matches!(state, State::Passed | State::Recorded) { (findings(row)) }
            }
            td.number data-name="longest lag" { @if let Some(longest) = longest(row) { (longest) } }
            td class="soft rules" { (row.rule_ids().join(" ")) }
        }
    }
}

fn pending(report: &RunReport) -> Markup {
    html! {
        @if !report.pending.is_empty() {
            h2 { "Not judged" }
            p { (report.pending.join(", ")) }
        }
    }
}
