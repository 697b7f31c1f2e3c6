//! The harness tested by itself: seeded defects of the embedded pair, and the checks that own them.
//!
//! Each trial has a world of its own, without sockets and under tokio's paused clock, so that what
//! waits for hours takes none.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Drill, Settings, by_name, drill_on, load, open_in_process, run_on};
use crate::check::{Evidence, Finding, Judgement, Verdict};
use crate::emulator::{Defect, Owner};
use crate::error::{Error, Result};
use crate::report::{Row, RunReport, SelfTest, Trial};

/// The scenario that stands for the canaries before every run.
const PREFLIGHT: &str = "preflight";
/// The check that the canaries are.
const CANARIES: &str = "canaries";
/// The scenario that a drill is.
const DRILL: &str = "drill";
/// The scenario that many objects at once are.
const LOAD: &str = "load";
/// How many, unless it is said.
const OBJECTS: u32 = 10_000;
/// By when a replica has to be there. The clock is paused, so that it costs nothing.
const DEADLINE: Duration = Duration::from_secs(5);

/// What a self-test is asked to do.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SelfTestSettings {
    /// Payloads and delays come from this.
    pub seed: u64,
    /// Plays the whole catalogue with each defect, instead of the scenarios that own it.
    pub all: bool,
    /// The defects; every one where none is named.
    pub defects: Vec<String>,
    /// How many objects are written at once where one of as many is lost.
    pub objects: u32,
    /// How many trials run side by side; one a processor where none is said.
    pub jobs: Option<usize>,
}

impl Default for SelfTestSettings {
    fn default() -> Self {
        Self {
            seed: 7,
            all: false,
            defects: Vec::new(),
            objects: OBJECTS,
            jobs: None,
        }
    }
}

/// One world, and what is played in it.
struct Plan {
    defect: Option<Defect>,
    /// The scenarios that are played; the drill and the load apart.
    scenarios: Vec<String>,
    drill: bool,
    load: bool,
}

/// Plays the catalogue on a pair without a defect, and the owners' scenarios on one for each defect.
///
/// # Errors
/// [`Error::Usage`] for a defect that does not exist, [`Error::Internal`] for a mistake of ours.
pub fn self_test(
    settings: &SelfTestSettings,
    on_trial: impl Fn(&Trial) + Sync,
) -> Result<SelfTest> {
    let began = Instant::now();
    let plans = plans(settings)?;
    let (next, done) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let work = || -> Result<()> {
        while let Some((place, plan)) = take(&plans, &next) {
            let trial = try_out(settings, plan)?;
            on_trial(&trial);
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.insert(place, trial);
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs(settings)).map(|_| scope.spawn(work)).collect();
        let ended = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(panicked));
        ended.collect::<Result<Vec<()>>>()
    })?;
    let mut found = SelfTest::new(settings.seed, settings.all);
    found.trials = done
        .into_inner()
        .unwrap_or_default()
        .into_values()
        .collect();
    found.elapsed = began.elapsed();
    Ok(found)
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Result<()> {
    Err(Error::Internal("a self-test ended in a panic".to_owned()))
}

fn take<'p>(plans: &'p [Plan], next: &AtomicUsize) -> Option<(usize, &'p Plan)> {
    let place = next.fetch_add(1, Ordering::Relaxed);
    Some((place, plans.get(place)?))
}

fn jobs(settings: &SelfTestSettings) -> usize {
    let processors = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    settings.jobs.unwrap_or_else(processors).max(1)
}

/// The pair without a defect comes first: it is the longest.
fn plans(settings: &SelfTestSettings) -> Result<Vec<Plan>> {
    let named = settings.defects.iter().map(|name| name.parse());
    let named: Result<Vec<Defect>, String> = named.collect();
    let mut defects = named.map_err(Error::Usage)?;
    if defects.is_empty() {
        defects = Defect::ALL.to_vec();
    }
    let all = || by_name(&[]).map(|all| all.into_iter().map(|s| s.name).collect::<Vec<_>>());
    let is_loaded = |defect: &Defect| defect.owners().iter().any(|owner| owner.scenario == LOAD);
    let mut plans = vec![Plan {
        defect: None,
        scenarios: all()?,
        drill: true,
        // It takes longer than everything else, and is played where a defect needs it.
        load: defects.iter().any(is_loaded),
    }];
    for defect in defects {
        let owners = defect
            .owners()
            .iter()
            .map(|owner| owner.scenario.to_owned());
        let owners: Vec<_> = owners.collect();
        plans.push(Plan {
            defect: Some(defect),
            load: is_loaded(&defect),
            drill: settings.all || owners.iter().any(|name| name == DRILL),
            scenarios: if settings.all {
                all()?
            } else {
                played(owners)?
            },
        });
    }
    Ok(plans)
}

/// The scenarios of the catalogue among the owners. Any of them begins with canaries.
fn played(owners: Vec<String>) -> Result<Vec<String>> {
    let apart = [PREFLIGHT, DRILL, LOAD];
    let mut names: Vec<_> = owners.into_iter().collect();
    if names.iter().any(|name| name == PREFLIGHT) {
        names.push(by_name(&[])?[0].name.clone());
    }
    names.retain(|name| !apart.contains(&name.as_str()));
    Ok(names)
}

fn try_out(asked: &SelfTestSettings, plan: &Plan) -> Result<Trial> {
    let mut trial = begun(plan);
    let settings = world(asked, plan.defect);
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().start_paused(true).build();
    let runtime = runtime.map_err(|error| Error::Internal(error.to_string()))?;
    runtime.block_on(async {
        if !plan.scenarios.is_empty() {
            add(
                &mut trial,
                Box::pin(catalogue_on(&settings, &plan.scenarios)).await,
            )?;
        }
        if plan.load {
            add(&mut trial, Box::pin(under_load(&settings)).await)?;
        }
        if plan.drill {
            add(&mut trial, Box::pin(drilled(&settings)).await)?;
        }
        Ok(trial)
    })
}

fn begun(plan: &Plan) -> Trial {
    let Some(defect) = plan.defect else {
        return Trial::new(None, "a pair that keeps every rule");
    };
    let mut trial = Trial::new(Some(defect.to_string()), defect.describes());
    let owned = |owner: &Owner| {
        let checks = owner.checks.iter().map(|check| (*check).to_owned());
        (owner.scenario.to_owned(), checks.collect())
    };
    trial.owners = defect.owners().iter().map(owned).collect();
    trial
}

fn world(asked: &SelfTestSettings, defect: Option<Defect>) -> Settings {
    Settings {
        seed: asked.seed,
        objects: Some(asked.objects),
        deadline: Some(DEADLINE),
        defects: defect.iter().map(ToString::to_string).collect(),
        ..Settings::default()
    }
}

async fn catalogue_on(settings: &Settings, scenarios: &[String]) -> Result<RunReport> {
    let opened = open_in_process(settings)?;
    let scenarios = by_name(scenarios)?;
    run_on(&opened, scenarios, settings, |_| {}, std::future::pending()).await
}

async fn under_load(settings: &Settings) -> Result<RunReport> {
    let opened = open_in_process(settings)?;
    let load = vec![load::scenario(settings.objects.unwrap_or(OBJECTS))];
    run_on(&opened, load, settings, |_| {}, std::future::pending()).await
}

async fn drilled(settings: &Settings) -> Result<RunReport> {
    let opened = open_in_process(settings)?;
    let drill = Drill::new("s3:ReplicateObject");
    let found = drill_on(&opened, settings, &drill, std::future::pending()).await?;
    Ok(found.report)
}

/// Adds what a run found. One that its canaries ended has caught something too.
fn add(trial: &mut Trial, outcome: Result<RunReport>) -> Result<()> {
    let report = match outcome {
        Ok(report) => report,
        Err(Error::NotReplicating(why)) => {
            not_live(trial, PREFLIGHT, &why);
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    for row in &report.rows {
        trial.scenarios += 1;
        match row {
            Row::Judged(judgement) => judged(trial, judgement),
            Row::Ignored { scenario, .. } => {
                trial.unknown.insert(scenario.clone());
            }
            Row::Errored {
                scenario, error, ..
            } => not_live(trial, scenario, error),
        }
    }
    let left = report.left_behind.into_iter().chain(report.errors);
    trial.unknown.extend(left);
    Ok(())
}

fn not_live(trial: &mut Trial, scenario: &str, why: &str) {
    let evidence = Evidence {
        subject: "the pair".to_owned(),
        expected: "a pair that can be set up, and canaries that arrive".to_owned(),
        seen: why.to_owned(),
        since: None,
    };
    let checks = trial.fired.entry(scenario.to_owned()).or_default();
    checks.insert(CANARIES.to_owned(), evidence);
}

fn judged(trial: &mut Trial, judgement: &Judgement) {
    let scenario = &judgement.scenario;
    for finding in &judgement.findings {
        let check = finding.check.kind.name();
        match finding.verdict {
            Verdict::Pass => {}
            Verdict::Unknown => {
                trial.unknown.insert(format!("{check} in {scenario}"));
            }
            Verdict::Fail => {
                let checks = trial.fired.entry(scenario.clone()).or_default();
                checks
                    .entry(check.to_owned())
                    .or_insert_with(|| first(finding));
            }
        }
    }
}

fn first(finding: &Finding) -> Evidence {
    finding.evidence.first().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::check::CheckKind;

    #[test]
    fn every_owner_names_a_scenario_and_checks_of_it() {
        let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for scenario in by_name(&[]).unwrap() {
            let checks = scenario
                .checks
                .iter()
                .map(|check| check.kind.name().to_owned());
            known.insert(scenario.name.clone(), checks.collect());
        }
        let kinds = CheckKind::ALL.iter().map(|kind| kind.name().to_owned());
        known.insert(DRILL.to_owned(), kinds.collect());
        known.insert(
            LOAD.to_owned(),
            [CheckKind::Arrives.name().to_owned()].into(),
        );
        known.insert(PREFLIGHT.to_owned(), [CANARIES.to_owned()].into());
        for defect in Defect::ALL {
            assert!(!defect.owners().is_empty(), "nothing owns {defect}");
            for owner in defect.owners() {
                let checks = known.get(owner.scenario);
                let checks = checks.unwrap_or_else(|| panic!("{defect}: {owner:?}"));
                let has = |check: &&str| checks.contains(*check);
                assert!(owner.checks.iter().all(has), "{defect}: {owner:?}");
            }
        }
    }

    #[test]
    fn a_defect_that_does_not_exist_is_refused() {
        let settings = SelfTestSettings {
            defects: vec!["wrong-bite".to_owned()],
            ..SelfTestSettings::default()
        };
        let error = self_test(&settings, |_| {}).unwrap_err();
        assert!(error.to_string().contains("wrong-bite"), "{error}");
    }
}
