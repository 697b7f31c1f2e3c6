//! What a self-test found: which check catches which defect, with what evidence.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use super::Look;
use super::terminal::shortened;
use super::wording::visible;
use crate::check::Evidence;
use crate::error::ExitCode;

/// The version of the format.
const VERSION: u32 = 1;

/// One run of scenarios on a pair with one defect, or with none.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Trial {
    /// The defect; none for the pair that has none.
    pub defect: Option<String>,
    /// What is broken, as one line.
    pub describes: String,
    /// The checks that have to fail, by scenario. In these scenarios no other check may.
    pub owners: BTreeMap<String, BTreeSet<String>>,
    /// The checks that failed, by scenario, each with its first evidence.
    pub fired: BTreeMap<String, BTreeMap<String, Evidence>>,
    /// What was neither passed nor failed: checks without evidence, scenarios that could not run.
    pub unknown: BTreeSet<String>,
    /// How many scenarios were played.
    pub scenarios: usize,
}

impl Trial {
    /// A trial of which nothing is known yet.
    #[must_use]
    pub fn new(defect: Option<String>, describes: &str) -> Self {
        Self {
            defect,
            describes: describes.to_owned(),
            owners: BTreeMap::new(),
            fired: BTreeMap::new(),
            unknown: BTreeSet::new(),
            scenarios: 0,
        }
    }

    /// What went otherwise than the owners say: `bytes in replica-bytes does not fail`.
    #[must_use]
    pub fn wrong(&self) -> Vec<String> {
        match &self.defect {
            None => self.false_alarms(),
            Some(_) => self.unowned(),
        }
    }

    fn false_alarms(&self) -> Vec<String> {
        let fired = self.fired.iter().flat_map(|(scenario, checks)| {
            let line = move |check: &String| format!("{check} fails in {scenario}");
            checks.keys().map(line)
        });
        let unknown = self.unknown.iter();
        let unknown = unknown.map(|what| format!("{what} is not known"));
        let mut wrong: Vec<_> = fired.chain(unknown).collect();
        if self.scenarios == 0 {
            wrong.push("nothing was played".to_owned());
        }
        wrong
    }

    fn unowned(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for (scenario, owners) in &self.owners {
            let fired = self.fired.get(scenario);
            let fired: BTreeSet<_> = fired.into_iter().flat_map(BTreeMap::keys).collect();
            let missed = owners.iter().filter(|owner| !fired.contains(owner));
            wrong.extend(missed.map(|check| format!("{check} does not fail in {scenario}")));
            let astray = fired.iter().filter(|check| !owners.contains(**check));
            wrong.extend(astray.map(|check| format!("{check} fails in {scenario}, unowned")));
        }
        if self.owners.is_empty() {
            wrong.push("no check owns it".to_owned());
        }
        wrong
    }

    /// What a check came to, over all scenarios.
    fn cell(&self, check: &str) -> Cell {
        let fired = |scenario: &String| {
            let checks = self.fired.get(scenario);
            checks.is_some_and(|checks| checks.contains_key(check))
        };
        let mut owning = self
            .owners
            .iter()
            .filter(|(_, checks)| checks.contains(check));
        if let Some((first, _)) = owning.next() {
            let all = fired(first) && owning.all(|(scenario, _)| fired(scenario));
            return if all { Cell::Owner } else { Cell::Missed };
        }
        match self.fired.keys().any(fired) {
            true => Cell::Besides,
            false => Cell::Silent,
        }
    }
}

/// One cell of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    /// The check owns the defect and catches it.
    Owner,
    /// The check owns the defect and misses it.
    Missed,
    /// The check sees it too.
    Besides,
    /// It does not.
    Silent,
}

/// What a self-test found.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct SelfTest {
    /// The seed of payloads and delays.
    pub seed: u64,
    /// Whether every defect met the whole catalogue.
    pub all: bool,
    /// The trials: first the pair without a defect, then one a defect.
    pub trials: Vec<Trial>,
    /// How long it took.
    pub elapsed: Duration,
}

impl SelfTest {
    /// What found nothing yet.
    #[must_use]
    pub fn new(seed: u64, all: bool) -> Self {
        Self {
            seed,
            all,
            trials: Vec::new(),
            elapsed: Duration::ZERO,
        }
    }

    /// 0 where every defect is caught by its owners and nothing else fires, 1 otherwise.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self.trials.iter().all(|trial| trial.wrong().is_empty()) {
            true if self.trials.is_empty() => ExitCode::NothingRan,
            true => ExitCode::Passed,
            false => ExitCode::Failed,
        }
    }

    /// The checks that own something or fired.
    fn checks(&self) -> BTreeSet<&str> {
        let trials = self.trials.iter();
        let owners = trials
            .clone()
            .flat_map(|trial| trial.owners.values().flatten());
        let fired = trials.flat_map(|trial| trial.fired.values().flat_map(BTreeMap::keys));
        owners.chain(fired).map(String::as_str).collect()
    }
}

/// The self-test as one JSON document.
#[must_use]
pub fn selftest_json(found: &SelfTest) -> String {
    let trial = |trial: &Trial| {
        let mut entry = serde_json::json!(trial);
        entry["wrong"] = trial.wrong().into();
        entry
    };
    let document = serde_json::json!({
        "bucketpair_selftest": VERSION,
        "bucketpair": env!("CARGO_PKG_VERSION"),
        "seed": found.seed,
        "all": found.all,
        "elapsed": found.elapsed,
        "exit_code": found.exit_code() as u8,
        "trials": found.trials.iter().map(trial).collect::<Vec<_>>(),
    });
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

/// The self-test as text: each defect with its evidence, then the matrix.
#[must_use]
pub fn selftest(found: &SelfTest, look: Look) -> String {
    let mut text = format!(
        "bucketpair {} · self-test on embedded pairs · seed {}\n\n",
        env!("CARGO_PKG_VERSION"),
        found.seed
    );
    for trial in &found.trials {
        text.push_str(&told(trial, look));
    }
    text + &matrix(found, look) + "\n" + &ending(found)
}

fn told(trial: &Trial, look: Look) -> String {
    let wrong = trial.wrong();
    let mark = match wrong.is_empty() {
        true => look.green("✓"),
        false => look.red("✗"),
    };
    let describes = look.dim(&trial.describes);
    let mut text = format!("  {mark} {}  {describes}\n", name(trial));
    for wrong in wrong {
        writeln!(text, "      {}", look.red(&wrong)).expect("a String takes every write");
    }
    for (scenario, owners) in &trial.owners {
        let fired = trial.fired.get(scenario).into_iter().flatten();
        for (check, evidence) in fired.filter(|(check, _)| owners.contains(*check)) {
            text.push_str(&seen(scenario, check, evidence));
        }
    }
    text
}

fn name(trial: &Trial) -> &str {
    trial.defect.as_deref().unwrap_or("no defect")
}

fn seen(scenario: &str, check: &str, evidence: &Evidence) -> String {
    let shown = |text: &str| shortened(&visible(text));
    format!(
        "      {check} in {scenario}: {}\n        expected  {}\n        seen      {}\n",
        visible(&evidence.subject),
        shown(&evidence.expected),
        shown(&evidence.seen)
    )
}

/// Defects down, checks across, their names read from top to bottom.
fn matrix(found: &SelfTest, look: Look) -> String {
    let checks: Vec<&str> = found.checks().into_iter().collect();
    let width = found.trials.iter().map(|trial| name(trial).len()).max();
    let width = width.unwrap_or_default();
    let height = checks
        .iter()
        .map(|check| check.len())
        .max()
        .unwrap_or_default();
    let mut text = String::from("\n");
    for line in 0..height {
        let letter = |check: &&str| {
            let above = height - check.len();
            let letter = line
                .checked_sub(above)
                .and_then(|at| check.as_bytes().get(at));
            format!(" {}", letter.map_or(' ', |letter| char::from(*letter)))
        };
        let letters: String = checks.iter().map(letter).collect();
        writeln!(text, "  {:width$} {}", "", letters.trim_end()).expect("as above");
    }
    for trial in &found.trials {
        let sign = |check: &&str| match trial.cell(check) {
            Cell::Owner => format!(" {}", look.green("●")),
            Cell::Missed => format!(" {}", look.red("✗")),
            Cell::Besides => " ○".to_owned(),
            Cell::Silent => format!(" {}", look.dim("·")),
        };
        let signs: String = checks.iter().map(sign).collect();
        writeln!(text, "  {:width$} {signs}", name(trial)).expect("as above");
    }
    text + "\n  ● caught by its owner  ✗ missed by its owner  ○ seen by another check too  · silent\n"
}

fn ending(found: &SelfTest) -> String {
    let right = |trial: &&Trial| trial.wrong().is_empty();
    let (clean, broken): (Vec<_>, Vec<_>) = found
        .trials
        .iter()
        .partition(|trial| trial.defect.is_none());
    let caught = broken.iter().copied().filter(right).count();
    let alarms: usize = clean.iter().map(|trial| trial.wrong().len()).sum();
    let scenarios: usize = clean.iter().map(|trial| trial.scenarios).sum();
    format!(
        "{caught} of {} defects caught by the checks that own them; {alarms} false alarms in {scenarios} \
         scenarios without a defect; {:.1} s",
        broken.len(),
        found.elapsed.as_secs_f64()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(owner: Option<&str>, fired: &[&str]) -> Trial {
        let mut trial = Trial::new(owner.map(|_| "wrong-byte".to_owned()), "a byte differs");
        trial.scenarios = 1;
        if let Some(owner) = owner {
            let owners = BTreeSet::from([owner.to_owned()]);
            trial.owners.insert("replica-bytes".to_owned(), owners);
        }
        let checks = fired.iter();
        let checks: BTreeMap<_, _> = checks
            .map(|check| ((*check).to_owned(), Evidence::default()))
            .collect();
        if !checks.is_empty() {
            trial.fired.insert("replica-bytes".to_owned(), checks);
        }
        trial
    }

    fn of(trials: Vec<Trial>) -> SelfTest {
        SelfTest {
            trials,
            ..SelfTest::new(7, false)
        }
    }

    #[test]
    fn a_defect_is_caught_when_its_owner_fails_and_no_other_check_of_that_scenario() {
        let right = trial(Some("bytes"), &["bytes"]);
        let missed = trial(Some("bytes"), &[]);
        let astray = trial(Some("bytes"), &["bytes", "etag"]);
        assert_eq!(of(vec![right]).exit_code(), ExitCode::Passed);
        assert_eq!(missed.wrong(), ["bytes does not fail in replica-bytes"]);
        assert_eq!(astray.wrong(), ["etag fails in replica-bytes, unowned"]);
        assert_eq!(of(vec![missed]).exit_code(), ExitCode::Failed);
    }

    #[test]
    fn a_pair_without_a_defect_is_right_when_something_was_played_and_all_of_it_passed() {
        assert_eq!(trial(None, &[]).wrong(), Vec::<String>::new());
        assert_eq!(
            trial(None, &["bytes"]).wrong(),
            ["bytes fails in replica-bytes"]
        );
        let mut unseen = trial(None, &[]);
        unseen.unknown.insert("etag in multipart".to_owned());
        assert_eq!(unseen.wrong(), ["etag in multipart is not known"]);
        let nothing = Trial::new(None, "");
        assert_eq!(nothing.wrong(), ["nothing was played"]);
    }

    #[test]
    fn a_defect_that_no_check_owns_is_not_caught() {
        let lonely = Trial::new(Some("wrong-byte".to_owned()), "");
        assert_eq!(lonely.wrong(), ["no check owns it"]);
        assert_eq!(of(Vec::new()).exit_code(), ExitCode::NothingRan);
    }

    #[test]
    fn the_matrix_has_the_checks_across_and_marks_owners_and_others() {
        let mut both = trial(Some("bytes"), &["bytes"]);
        let besides = BTreeMap::from([("etag".to_owned(), Evidence::default())]);
        both.fired.insert("multipart".to_owned(), besides);
        let text = selftest(&of(vec![trial(None, &[]), both]), Look::default());
        let rows: Vec<_> = text
            .lines()
            .filter(|line| line.contains("  no defect  "))
            .collect();
        assert!(text.contains("  wrong-byte  ● ○"), "{text}");
        assert!(text.contains("  no defect   · ·"), "{rows:?}\n{text}");
        assert!(text.contains("1 of 1 defects caught"), "{text}");
    }
}
