//! How servers replicate, rule by rule: a table of rules × servers.

use std::fmt::Write as _;

use super::markdown::escaped;
use super::wording::moment;
use super::{Row, RunReport, State};
use crate::check::{Expectation, Finding, Judgement, Verdict};

/// A rule, and the scenarios that prove it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ProvedRule {
    /// Its ID.
    pub id: String,
    /// What it says.
    pub rule: String,
    /// The names of the scenarios.
    pub scenarios: Vec<String>,
}

impl ProvedRule {
    /// A rule with the scenarios that prove it.
    #[must_use]
    pub fn new(id: String, rule: String, scenarios: Vec<String>) -> Self {
        Self {
            id,
            rule,
            scenarios,
        }
    }
}

/// What a server was seen to do about one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cell {
    state: State,
    /// The first thing that shows it, where the rule was not kept.
    why: Option<String>,
}

/// The table as one Markdown document: rules × servers, and below it what each server did instead.
///
/// A rule is judged by the checks that name it, in every scenario that proves it; where a scenario
/// has none, by the scenario. The worst of them counts.
#[must_use]
pub fn conformance(rules: &[ProvedRule], servers: &[(String, RunReport)]) -> String {
    let mut text = heading(servers);
    text.push_str(&table(rules, servers));
    for (name, report) in servers {
        text.push_str(&differences(rules, name, report));
    }
    text
}

fn heading(servers: &[(String, RunReport)]) -> String {
    let begun = servers.iter().map(|(_, report)| report.header.started);
    let date = begun.max().map(moment).unwrap_or_default();
    let date = date.split_whitespace().next().unwrap_or_default();
    format!(
        "# How S3 servers replicate, rule by rule\n\n\
         Surveyed on {date} with bucketpair {}; written by `bucketpair conformance`, not by hand.\n\n\
         ✓ kept · ✗ broken · ? no evidence either way · ! could not be set up · – not offered\n\n",
        env!("CARGO_PKG_VERSION"),
    )
}

fn table(rules: &[ProvedRule], servers: &[(String, RunReport)]) -> String {
    let names: Vec<_> = servers.iter().map(|(name, _)| escaped(name)).collect();
    let dashes = "---|".repeat(servers.len());
    let mut text = format!(
        "| rule | {} | what it says |\n|---|{dashes}---|\n",
        names.join(" | ")
    );
    for rule in rules {
        let cell = |(_, report): &(String, RunReport)| cell(report, rule).state.mark();
        let marks: Vec<_> = servers.iter().map(cell).collect();
        let (id, marks, rule) = (&rule.id, marks.join(" | "), escaped(&rule.rule));
        writeln!(text, "| {id} | {marks} | {rule} |").expect("a String takes every write");
    }
    let count = |(_, report): &(String, RunReport)| {
        let kept = rules
            .iter()
            .filter(|rule| cell(report, rule).state == State::Passed);
        kept.count().to_string()
    };
    let counts: Vec<_> = servers.iter().map(count).collect();
    let (counts, all) = (counts.join(" | "), rules.len());
    text + &format!("| kept | {counts} | of {all} |\n")
}

fn differences(rules: &[ProvedRule], name: &str, report: &RunReport) -> String {
    let (target, name) = (&report.header.target, escaped(name));
    let mut text = format!(
        "\n## {name}\n\n{} · seed {}\n\n",
        escaped(&target.engine),
        report.header.seed
    );
    for rule in rules {
        let cell = cell(report, rule);
        if let Some(why) = cell.why {
            let (mark, id, why) = (cell.state.mark(), &rule.id, escaped(&brief(&why)));
            writeln!(text, "- {mark} {id}: {why}").expect("a String takes every write");
        }
    }
    text
}

/// What fits two lines; the server's report has the rest.
fn brief(why: &str) -> String {
    const LONGEST: usize = 240;
    match why.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &why[..end]),
        None => why.to_owned(),
    }
}

/// What a report says of a rule; that nothing ran is not offered.
fn cell(report: &RunReport, rule: &ProvedRule) -> Cell {
    let proving = |row: &&Row| rule.scenarios.iter().any(|name| name == row.scenario());
    let cells = report.rows.iter().filter(proving);
    let cells = cells.map(|row| seen(row, &rule.id));
    let worst = cells.max_by_key(|cell| severity(cell.state));
    worst.unwrap_or(Cell {
        state: State::Ignored,
        why: None,
    })
}

fn severity(state: State) -> u8 {
    match state {
        State::Ignored => 0,
        State::Passed | State::Recorded => 1,
        State::Unknown => 2,
        State::Errored => 3,
        State::Failed => 4,
    }
}

fn seen(row: &Row, rule: &str) -> Cell {
    let Row::Judged(judgement) = row else {
        let why = row.reason().map(|why| format!("{}: {why}", row.scenario()));
        return Cell {
            state: row.state(),
            why,
        };
    };
    let findings = about(judgement, rule);
    let Some(verdict) = verdict(&findings) else {
        return Cell {
            state: State::Ignored,
            why: None,
        };
    };
    Cell {
        state: verdict.into(),
        why: shown(&findings, verdict).map(|why| format!("{}: {why}", judgement.scenario)),
    }
}

/// What was seen, whether it counts or is only recorded; none where nothing of it is offered.
fn verdict(findings: &[&Finding]) -> Option<Verdict> {
    let offered = findings.iter().filter(|finding| is_offered(finding));
    let verdicts: Vec<_> = offered.map(|finding| finding.verdict).collect();
    (!verdicts.is_empty()).then(|| Verdict::merge(verdicts))
}

fn is_offered(finding: &Finding) -> bool {
    !matches!(finding.expectation, Expectation::NotOffered { .. })
}

/// The findings that judge this rule; all of the scenario's where none names it.
fn about<'a>(judgement: &'a Judgement, rule: &str) -> Vec<&'a Finding> {
    let names = |finding: &&Finding| finding.check.kind.rule_ids().contains(&rule);
    let named: Vec<_> = judgement.findings.iter().filter(names).collect();
    match named.is_empty() {
        true => judgement.findings.iter().collect(),
        false => named,
    }
}

/// The first evidence of a verdict that is no pass.
fn shown(findings: &[&Finding], verdict: Verdict) -> Option<String> {
    let is_it = |finding: &&&Finding| is_offered(finding) && finding.verdict == verdict;
    let finding = findings
        .iter()
        .find(is_it)
        .filter(|_| verdict != Verdict::Pass)?;
    let Some(first) = finding.evidence.first() else {
        return Some(finding.check.to_string());
    };
    let (check, subject) = (&finding.check, &first.subject);
    Some(format!(
        "{check}: {subject}: expected {}, seen {}",
        first.expected, first.seen
    ))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::tests::{finding, judged, report};
    use super::*;

    fn rules() -> Vec<ProvedRule> {
        let rule = |id: &str, scenario: &str| {
            ProvedRule::new(
                id.to_owned(),
                format!("rule {id}"),
                vec![scenario.to_owned()],
            )
        };
        vec![
            rule("R-DATA-01", "replica-bytes"),
            rule("R-OTHER-01", "replica-bytes"),
            rule("R-DATA-06", "tags"),
        ]
    }

    #[test]
    fn a_long_reason_is_cut_off_between_characters() {
        assert_eq!(brief("ü"), "ü");
        assert_eq!(brief(&"ü".repeat(240)), "ü".repeat(240));
        assert_eq!(brief(&"ü".repeat(241)), format!("{}…", "ü".repeat(240)));
    }

    fn row_of<'a>(text: &'a str, id: &str) -> &'a str {
        let start = format!("| {id} |");
        text.lines().find(|line| line.starts_with(&start)).unwrap()
    }

    fn table_of(row: Row) -> String {
        conformance(&rules(), &[("server".to_owned(), report(vec![row]))])
    }

    #[rstest]
    #[case(Verdict::Pass, "✓")]
    #[case(Verdict::Fail, "✗")]
    #[case(Verdict::Unknown, "?")]
    fn a_rule_is_judged_by_the_checks_that_name_it_or_by_the_scenario(
        #[case] verdict: Verdict,
        #[case] mark: &str,
    ) {
        let row = judged(verdict, vec![finding(Expectation::Required, verdict)]);
        let text = table_of(row);
        for id in ["R-DATA-01", "R-OTHER-01"] {
            assert_eq!(row_of(&text, id), format!("| {id} | {mark} | rule {id} |"));
        }
        let told = text.contains("expected SHA-256 11aa, seen SHA-256 22bb");
        assert_eq!(told, verdict != Verdict::Pass, "{text}");
    }

    #[test]
    fn a_rule_that_nothing_was_run_for_is_not_offered() {
        let text = table_of(judged(Verdict::Pass, Vec::new()));
        assert_eq!(
            row_of(&text, "R-DATA-06"),
            "| R-DATA-06 | – | rule R-DATA-06 |"
        );
    }

    #[test]
    fn what_is_only_recorded_is_shown_as_it_was_seen_and_what_is_not_offered_is_not() {
        let reason = String::new;
        let recorded = finding(Expectation::Recorded { reason: reason() }, Verdict::Fail);
        let text = table_of(judged(Verdict::Pass, vec![recorded]));
        assert!(row_of(&text, "R-DATA-01").contains('✗'), "{text}");
        let absent = finding(
            Expectation::NotOffered { reason: reason() },
            Verdict::Unknown,
        );
        let text = table_of(judged(Verdict::Pass, vec![absent]));
        assert!(row_of(&text, "R-DATA-01").contains('–'), "{text}");
    }

    #[test]
    fn a_scenario_that_could_not_be_set_up_says_why() {
        let row = Row::Errored {
            scenario: "tags".to_owned(),
            summary: String::new(),
            error: "no such operation".to_owned(),
            internal: false,
        };
        let text = table_of(row);
        assert!(row_of(&text, "R-DATA-06").contains('!'), "{text}");
        assert!(
            text.contains("- ! R-DATA-06: tags&#58; no such operation"),
            "{text}"
        );
    }
}
