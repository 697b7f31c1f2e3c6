//! What is expected of each target: a file of data for every target, and one of the user's.
//!
//! An entry names a rule (`R-DATA-15`), a scenario, or a check of one (`multipart/etag`). The
//! narrowest counts, the user's before the target's own. What no entry names is required; of rules
//! that AWS leaves open the file says for all of them whether they are required or recorded.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use super::rules::{is_unsure, rules};
use super::{Scenario, catalogue};
use crate::check::{CheckKind, Expectation};
use crate::error::{Error, Result};

/// What is expected of one target.
#[derive(Debug, Clone)]
pub struct Expectations {
    /// The files, the first before the others.
    layers: Vec<Layer>,
    unsure: BTreeSet<String>,
}

/// One file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Layer {
    /// What it is about, for people.
    #[serde(default)]
    about: String,
    /// What is expected where AWS leaves a rule open.
    unsure: Option<Unsure>,
    #[serde(default)]
    expectations: Vec<Entry>,
}

/// What is expected where AWS leaves a rule open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Unsure {
    Required,
    Recorded,
}

/// What is expected of one rule, scenario or check.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    of: String,
    state: State,
    #[serde(default)]
    reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Required,
    Recorded,
    KnownDifference,
    NotOffered,
}

/// The targets that have a file here, with it.
const FILES: [(&str, &str); 4] = [
    ("emulator", include_str!("expectations/emulator.json")),
    ("localstack", include_str!("expectations/localstack.json")),
    ("endpoint", include_str!("expectations/endpoint.json")),
    ("aws", include_str!("expectations/aws.json")),
];

impl Expectations {
    /// What is expected of the target with this name; of any other, what of a plain endpoint.
    ///
    /// # Panics
    /// Never: a test reads every file.
    #[must_use]
    pub fn of_target(name: &str) -> Self {
        let file = FILES.iter().find(|(target, _)| *target == name);
        let (_, text) = file.unwrap_or(&FILES[2]);
        let layer = serde_json::from_str(text).expect("the files are part of this crate");
        let unsure = rules().into_iter().filter(is_unsure).map(|rule| rule.id);
        Self {
            layers: vec![layer],
            unsure: unsure.collect(),
        }
    }

    /// The names of the targets that have expectations of their own.
    pub fn targets() -> impl Iterator<Item = &'static str> {
        FILES.iter().map(|(name, _)| *name)
    }

    /// The same with a user's file before it.
    ///
    /// # Errors
    /// [`Error::Usage`] for a file that cannot be read, or names what does not exist.
    pub fn with_file(mut self, path: &Path) -> Result<Self> {
        let wrong = |why: String| Error::Usage(format!("--expectations {}: {why}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let layer: Layer = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        layer.check().map_err(wrong)?;
        self.layers.insert(0, layer);
        Ok(self)
    }

    /// What is expected of a check of a scenario.
    #[must_use]
    pub fn of(&self, scenario: &Scenario, kind: CheckKind) -> Expectation {
        let relevant = relevant(scenario, kind);
        let layers = self.layers.iter();
        let mut stated = layers.filter_map(|layer| layer.of(&scenario.name, kind, &relevant));
        if let Some(stated) = stated.next() {
            return stated;
        }
        let unsure = self.layers.iter().find_map(|layer| layer.unsure);
        let open = !relevant.is_empty() && relevant.iter().all(|id| self.unsure.contains(id));
        match open && unsure == Some(Unsure::Recorded) {
            true => Expectation::Recorded {
                reason: format!("AWS does not promise it ({})", relevant.join(", ")),
            },
            false => Expectation::Required,
        }
    }

    /// Why a whole scenario is not offered.
    #[must_use]
    pub fn not_offered(&self, scenario: &str) -> Option<&str> {
        let entries = self.layers.iter().flat_map(|layer| &layer.expectations);
        let first = entries.filter(|entry| entry.of == scenario).map(|entry| {
            let not_offered = entry.state == State::NotOffered;
            not_offered.then_some(entry.reason.as_str())
        });
        first.flatten().next()
    }

    /// One line for each entry, and one for what is open.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for layer in &self.layers {
            match layer.unsure {
                Some(Unsure::Required) => lines.push("rules that AWS leaves open: required".into()),
                Some(Unsure::Recorded) => lines.push("rules that AWS leaves open: recorded".into()),
                None => {}
            }
            let entries = layer.expectations.iter();
            lines.extend(entries.map(|entry| {
                let (of, state) = (&entry.of, entry.state.word());
                format!("{of}: {state} ({})", entry.reason)
            }));
        }
        lines
    }

    /// What the target's own file says of itself.
    #[must_use]
    pub fn about(&self) -> &str {
        self.layers.last().map_or("", |layer| layer.about.as_str())
    }
}

/// The rules that a check judges in a scenario: those that both name, or else the scenario's.
fn relevant(scenario: &Scenario, kind: CheckKind) -> Vec<String> {
    let both = kind.rule_ids_in(&scenario.rule_ids);
    match both.is_empty() {
        true => scenario.rule_ids.clone(),
        false => both,
    }
}

impl Layer {
    fn of(&self, scenario: &str, kind: CheckKind, rules: &[String]) -> Option<Expectation> {
        let named = |name: &str| self.expectations.iter().find(|entry| entry.of == name);
        let check = named(&format!("{scenario}/{kind}"));
        let narrow = check.or_else(|| named(scenario));
        let entry = narrow.or_else(|| rules.iter().find_map(|id| named(id)))?;
        Some(entry.expectation())
    }

    /// What is wrong with the file.
    fn check(&self) -> Result<(), String> {
        let known = known();
        let mut seen = BTreeSet::new();
        for entry in &self.expectations {
            let of = &entry.of;
            if !known.contains(of) {
                let near = known
                    .iter()
                    .min_by_key(|name| strsim::damerau_levenshtein(name, of));
                let near = near.map_or("", String::as_str);
                return Err(format!(
                    "{of:?} is no rule, scenario or check; did you mean {near:?}?"
                ));
            }
            if !seen.insert(of) {
                return Err(format!("{of:?} stands there twice; keep one"));
            }
            if entry.reason.trim().is_empty() && entry.state != State::Required {
                return Err(format!(
                    "{of:?} is {} without a reason; give one",
                    entry.state.word()
                ));
            }
            let whole = !of.contains('/') && !of.starts_with("R-");
            if whole && entry.state == State::KnownDifference {
                return Err(format!(
                    "{of:?} cannot differ as a whole; name the check, as {of}/arrives"
                ));
            }
        }
        Ok(())
    }
}

/// Everything that an entry may name.
fn known() -> BTreeSet<String> {
    let mut known: BTreeSet<String> = rules().into_iter().map(|rule| rule.id).collect();
    for scenario in catalogue() {
        let checks = scenario.checks.iter();
        known.extend(checks.map(|check| format!("{}/{}", scenario.name, check.kind)));
        known.insert(scenario.name);
    }
    known
}

impl Entry {
    fn expectation(&self) -> Expectation {
        let reason = self.reason.clone();
        match self.state {
            State::Required => Expectation::Required,
            State::Recorded => Expectation::Recorded { reason },
            State::KnownDifference => Expectation::KnownDifference { reason },
            State::NotOffered => Expectation::NotOffered { reason },
        }
    }
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Recorded => "recorded",
            Self::KnownDifference => "a known difference",
            Self::NotOffered => "not offered",
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn scenario(name: &str) -> Scenario {
        let all = catalogue();
        let named = all.into_iter().find(|scenario| scenario.name == name);
        named.unwrap_or_else(|| panic!("no scenario {name}"))
    }

    fn with(user: &str) -> Result<Expectations> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.json");
        std::fs::write(&path, user).unwrap();
        Expectations::of_target("endpoint").with_file(&path)
    }

    #[test]
    fn every_targets_file_names_what_exists_and_gives_reasons() {
        for (name, text) in FILES {
            let layer: Layer = serde_json::from_str(text).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(layer.check(), Ok(()), "{name}");
            assert!(layer.unsure.is_some() && !layer.about.is_empty(), "{name}");
        }
    }

    #[rstest]
    #[case::emulator("emulator", true)]
    #[case::localstack("localstack", true)]
    #[case::endpoint("endpoint", false)]
    #[case::aws("aws", false)]
    #[case::another("a-server", false)]
    fn open_rules_are_required_of_emulators_only(#[case] target: &str, #[case] required: bool) {
        let expected = Expectations::of_target(target).of(&scenario("multipart"), CheckKind::Etag);
        assert_eq!(expected == Expectation::Required, required, "{expected:?}");
        let sure = Expectations::of_target(target).of(&scenario("tags"), CheckKind::Tags);
        assert_eq!(sure, Expectation::Required);
    }

    #[test]
    fn a_scenario_of_open_rules_alone_is_open_as_a_whole() {
        let open = scenario("rules-change-under-load");
        let expected = Expectations::of_target("aws").of(&open, CheckKind::Arrives);
        assert!(
            matches!(expected, Expectation::Recorded { .. }),
            "{expected:?}"
        );
    }

    #[rstest]
    #[case::of_a_rule("R-DATA-06")]
    #[case::of_a_scenario("tags")]
    #[case::of_a_check("tags/tags")]
    fn a_users_file_comes_first(#[case] of: &str) {
        let entry = format!(r#"{{"of": "{of}", "state": "not-offered", "reason": "no tags"}}"#);
        let expectations = with(&format!(r#"{{"expectations": [{entry}]}}"#)).unwrap();
        let expected = expectations.of(&scenario("tags"), CheckKind::Tags);
        assert_eq!(expected.reason(), Some("no tags"));
        let other = expectations.of(&scenario("status"), CheckKind::SourceStatus);
        assert_eq!(other, Expectation::Required);
        let whole = expectations.not_offered("tags");
        assert_eq!(whole, (of == "tags").then_some("no tags"));
    }

    #[test]
    fn the_narrower_entry_counts() {
        let text = r#"{"unsure": "required", "expectations": [
            {"of": "R-DATA-06", "state": "not-offered", "reason": "no tags"},
            {"of": "tags/tags", "state": "known-difference", "reason": "loses them"}
        ]}"#;
        let expectations = with(text).unwrap();
        let expected = expectations.of(&scenario("tags"), CheckKind::Tags);
        assert_eq!(expected.reason(), Some("loses them"));
        let etag = expectations.of(&scenario("multipart"), CheckKind::Etag);
        assert_eq!(etag, Expectation::Required);
    }

    #[rstest]
    #[case::nothing_of_that_name(r#"{"of": "tagz", "state": "required"}"#, "did you mean \"tags\"")]
    #[case::no_reason(r#"{"of": "tags", "state": "not-offered"}"#, "without a reason")]
    #[case::no_such_state(r#"{"of": "tags", "state": "skipped"}"#, "skipped")]
    #[case::another_field(r#"{"of": "tags", "state": "required", "why": ""}"#, "why")]
    #[case::a_whole_scenario(
        r#"{"of": "tags", "state": "known-difference", "reason": "r"}"#,
        "tags/arrives"
    )]
    #[case::twice(
        r#"{"of": "tags", "state": "required"}, {"of": "tags", "state": "required"}"#,
        "twice"
    )]
    fn a_file_that_makes_no_sense_is_refused(#[case] entry: &str, #[case] text: &str) {
        let error = with(&format!(r#"{{"expectations": [{entry}]}}"#)).unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
        assert!(error.to_string().contains("mine.json"), "{error}");
    }
}
