//! Scenarios, measurements and drills in words.

use crate::replication::{Rule, Schema};
use crate::report::{Foreseen, Row, State};
use crate::runner::rehearsal::Verb;
use crate::runner::{LagSettings, Length};
use crate::scenario::Scenario;
use crate::workload::{How, Step};

/// What is done, in order.
pub(super) fn foreseen(verb: &Verb, scenarios: &[Scenario], rows: &[Row]) -> Vec<Foreseen> {
    match verb {
        Verb::Run => scenarios.iter().map(|s| scenario(s, rows)).collect(),
        Verb::Lag(asked) => vec![measurement(asked)],
        Verb::Drill(drill) => vec![
            Foreseen::new(
                "deny",
                format!("{} to the replication role, on its objects", drill.action),
            ),
            Foreseen::new(
                "write",
                "fresh objects until one is FAILED; they stay FAILED for ever",
            ),
            Foreseen::new("restore", "what was denied, whatever happens"),
            Foreseen::new("write", "fresh objects until one is COMPLETED"),
        ],
    }
}

fn scenario(scenario: &Scenario, rows: &[Row]) -> Foreseen {
    let row = rows.iter().find(|row| row.scenario() == scenario.name);
    let ignored = row.filter(|row| row.state() == State::Ignored);
    if let Some(why) = ignored.and_then(Row::reason) {
        return Foreseen::left_out(&scenario.name, why);
    }
    let rules: Vec<_> = scenario.rules.iter().map(rule).collect();
    let rules = match rules.is_empty() {
        true => "no rules".to_owned(),
        false => format!("rules: {}", rules.join("; ")),
    };
    let steps: Vec<_> = scenario.steps.iter().map(step).collect();
    Foreseen::new(&scenario.name, format!("{rules} · {}", steps.join(", ")))
}

fn rule(rule: &Rule) -> String {
    let with = [
        (!rule.enabled, " disabled"),
        (rule.schema == Schema::V1, " in schema V1"),
        (rule.delete_markers, " with delete markers"),
    ];
    let with: String = with
        .iter()
        .filter(|(is, _)| *is)
        .map(|(_, word)| *word)
        .collect();
    format!("{} to the {}{with}", rule.filter, rule.destination)
}

fn step(step: &Step) -> String {
    match step {
        Step::Write(write) => match &write.how {
            How::Put => format!("put {}", write.label),
            How::Multipart { .. } => format!("put {} in parts", write.label),
            How::Copy { from } => format!("copy {from} to {}", write.label),
        },
        Step::PutMany { count, .. } => format!("put {count} objects side by side"),
        Step::Delete { label, .. } => format!("delete for {label}"),
        Step::DeleteMany { keys, .. } => format!("delete {} keys at once", keys.len()),
        Step::Ask { label, ask, .. } => format!("ask {} for {label}", ask.call),
        Step::DeleteVersion { of, .. } => format!("delete the version of {of}"),
        Step::Tag { of, .. } => format!("tag {of}"),
        Step::Versioning {
            side,
            enabled: true,
        } => format!("enable versioning of the {side}"),
        Step::Versioning { side, .. } => format!("suspend versioning of the {side}"),
        Step::WhileRead { step: inner } => format!("{}, read meanwhile", self::step(inner)),
        Step::At { side, step: inner } => format!("{} at the {side}", self::step(inner)),
        Step::Trouble { side, trouble } => {
            format!("{} at the {side}", first_word(&format!("{trouble:?}")))
        }
        Step::DeleteBucket { side } => format!("delete the bucket of the {side}"),
        Step::CreateBucket { side } => format!("make the bucket of the {side} again"),
        Step::Advance { days } => format!("advance the clock by {days} days"),
        Step::Configure { rules } => format!("put {} rules", rules.len()),
        // `Await { of: …`, `Restore`: its own name says what it does.
        other => first_word(&format!("{other:?}")),
    }
}

fn first_word(text: &str) -> String {
    let is_end = |c: char| !c.is_alphanumeric();
    text.split(is_end).next().unwrap_or_default().to_lowercase()
}

fn measurement(asked: &LagSettings) -> Foreseen {
    let length = match asked.length {
        Length::Count(count) => format!("{count} writes"),
        Length::For(time) => format!("{} writes in {time:?}", asked.count()),
    };
    let operations: Vec<_> = asked
        .operations
        .iter()
        .map(|share| format!("{:?}", share.operation).to_lowercase())
        .collect();
    let sizes: Vec<_> = asked
        .sizes
        .iter()
        .map(|share| share.bytes.to_string())
        .collect();
    let how = format!(
        "{length}, {} a second ({}), of {} bytes; looks until each replica is there",
        asked.rate,
        operations.join(", "),
        sizes.join(", ")
    );
    Foreseen::new("measure", how)
}

#[cfg(test)]
mod tests {
    use super::step as in_words;
    use crate::scenario::catalogue;

    #[test]
    fn every_step_of_the_catalogue_has_words() {
        for scenario in catalogue() {
            for step in &scenario.steps {
                let words = in_words(step);
                assert!(words.len() >= 4, "{}: {step:?} is {words:?}", scenario.name);
            }
        }
    }
}
