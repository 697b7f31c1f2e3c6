//! One scenario, from its pair to its verdict.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinError;

use super::settling::Settling;
use super::{Shared, Stage, accepted, budget};
use crate::check::{Check, CheckKind, Expectation, PlannedCheck, judge};
use crate::error::{Error, Result};
use crate::history::{Operation, OperationKind, Outcome, Plan, Side};
use crate::provision::{self, Pair, Request};
use crate::replication::{BucketSetting, Capability, Rule};
use crate::report::Row;
use crate::scenario::Scenario;
use crate::target::CustomerKey;
use crate::workload::{Applied, Step, Until};

/// Runs one scenario on its stage. Whatever happens, its pair is removed, unless it is to be kept.
pub(super) async fn play(shared: &Shared, scenario: Scenario, stage: Result<Stage>) -> Row {
    let outcome = Box::pin(attempt(shared, &scenario, stage)).await;
    outcome.unwrap_or_else(|error| Row::errored(&scenario.name, &scenario.summary, &error))
}

/// What is reported of a scenario that panicked.
pub(super) fn panicked(panic: &JoinError) -> Row {
    let error = Error::Internal(format!("a scenario ended in a panic: {panic}"));
    Row::errored("?", "a scenario that panicked", &error)
}

/// One scenario beside others; none where the run was stopped before it began.
pub(super) async fn begun(
    shared: Shared,
    scenario: Scenario,
    slots: Arc<Semaphore>,
    settling: Option<Settling>,
) -> Option<Row> {
    let slot = || Arc::clone(&slots).acquire_owned();
    let set = async {
        let mut held = slot().await.expect("the semaphore is never closed");
        let stage = Box::pin(stage(&shared, &scenario)).await;
        if let Some(settling) = settling {
            drop(held);
            settling.over().await;
            held = slot().await.expect("the semaphore is never closed");
        }
        (held, stage)
    };
    let (_held, stage) = tokio::select! {
        set = set => set,
        _ = shared.target.stopped() => return None,
    };
    if stage.is_err() && shared.target.meter.why_stopped().is_some() {
        return None;
    }
    Some(Box::pin(play(&shared, scenario, stage)).await)
}

async fn attempt(shared: &Shared, scenario: &Scenario, stage: Result<Stage>) -> Result<Row> {
    let mut stage = stage?;
    let scenario = &super::ready_made::named(scenario.clone(), &stage.shared);
    let acted = tokio::select! {
        acted = act(&mut stage, scenario) => acted,
        why = shared.target.stopped() => Err(budget::error(why)),
    };
    let judged = judge(&stage.recorder.history());
    if let (Err(_), Some(why)) = (&acted, shared.target.meter.why_stopped()) {
        // The teardown of the whole run goes at the pair, once it may.
        return Ok(Row::Judged(judged?.cut_short(budget::cut_short(why))));
    }
    if !shared.keep {
        stage.tear_down().await;
    }
    acted?;
    Ok(Row::Judged(judged?))
}

/// Finds or makes the pair, and begins the history.
pub(super) async fn stage(shared: &Shared, scenario: &Scenario) -> Result<Stage> {
    let scenario = &super::ready_made::named(scenario.clone(), shared);
    let role = role(shared, scenario).await?;
    let (pair, rules) = Box::pin(find_pair(shared, scenario, &role)).await?;
    let plan = plan(shared, scenario, &pair, rules)?;
    let mut stage = Stage::new(shared, pair, plan);
    stage.role = role;
    Ok(stage)
}

async fn act(stage: &mut Stage, scenario: &Scenario) -> Result<()> {
    stage.prove_live().await?;
    for step in &scenario.steps {
        stage.step(step).await?;
    }
    stage.all_watched().await;
    let canary = stage.prove_live().await?.unwrap_or_default();
    stage.wait_out(stage.pace().window.max(canary * 2)).await;
    stage.survey().await;
    Ok(())
}

/// The role that replicates the pair. A scenario that takes something from it has one of its own,
/// so that nobody else's replicas fail.
async fn role(shared: &Shared, scenario: &Scenario) -> Result<String> {
    if !scenario.needs.contains(&Capability::DenyReplication) {
        return Ok(shared.role.clone());
    }
    match &shared.pair {
        Some((source, _)) => provision::role_of(&shared.target, source).await,
        None => Ok(format!("{}-{}", shared.role, uuid::Uuid::new_v4())),
    }
}

async fn find_pair(shared: &Shared, scenario: &Scenario, role: &str) -> Result<(Pair, Vec<Rule>)> {
    if let Some((source, destination)) = &shared.pair {
        let prefix = format!("bucketpair-{}/{}/", shared.run, scenario.name);
        let target = &shared.target;
        let adopted = provision::adopt(target, source, destination, &shared.run, &prefix).await?;
        accepted::must_be_accepted(shared).await?;
        provision::intend_writes(target, &adopted.0, &shared.ledger).await?;
        return Ok(adopted);
    }
    let mut request = Request::new(&scenario.name);
    request.destinations = scenario.destinations;
    request.rules.clone_from(&scenario.rules);
    role.clone_into(&mut request.role);
    let pair = provision::provision(&shared.target, &request, &shared.ledger).await?;
    Ok((pair, scenario.rules.clone()))
}

fn plan(shared: &Shared, scenario: &Scenario, pair: &Pair, rules: Vec<Rule>) -> Result<Plan> {
    Ok(Plan {
        scenario: scenario.name.clone(),
        summary: scenario.summary.clone(),
        rule_ids: scenario.rule_ids.clone(),
        buckets: pair.buckets.clone(),
        prefix: pair.prefix.clone(),
        rules,
        deadline_ns: shared.pace.deadline.as_nanos() as u64,
        window_ns: shared.pace.window.as_nanos() as u64,
        checks: planned(scenario, shared)?,
    })
}

/// A scenario's checks as a plan holds them, with what is expected of this target.
pub(super) fn planned(scenario: &Scenario, shared: &Shared) -> Result<Vec<serde_json::Value>> {
    let planned = scenario.checks.iter().map(|check| PlannedCheck {
        check: check.clone(),
        expectation: expectation(scenario, check, shared),
    });
    let values = planned.map(serde_json::to_value).collect::<Result<_, _>>();
    values.map_err(|error| Error::Internal(error.to_string()))
}

fn expectation(scenario: &Scenario, check: &Check, shared: &Shared) -> Expectation {
    let told = shared.target.offers(Capability::FailureReasons);
    if check.kind == CheckKind::FailureReason && !told {
        return Expectation::NotOffered {
            reason: "the target tells no failure reasons".to_owned(),
        };
    }
    shared.expectations.of(scenario, check.kind)
}

impl Stage {
    /// Carries out one step. A refused operation ends the scenario: what it needs did not happen.
    ///
    /// # Errors
    /// What S3 refuses.
    pub async fn step(&mut self, step: &Step) -> Result<()> {
        match step {
            Step::Write(write) => {
                if write.object.customer_key {
                    let key = CustomerKey::seeded(self.shared.seed);
                    self.probe.show(&key, &self.driver.full_key(&write.key));
                }
                let applied = self.driver.write(write).await?;
                self.watch_write(&write.label, &applied);
                self.remember(&write.label, applied);
            }
            Step::PutMany { label, count } => self.put_many(label, *count).await?,
            Step::Delete { label, key } => {
                let applied = self.driver.delete(label, key).await?;
                self.watch_marker(label, &applied);
                self.remember(label, applied);
            }
            Step::DeleteMany { label, keys } => {
                for applied in self.driver.delete_many(label, keys).await? {
                    self.watch_marker(label, &applied);
                    self.remember(label, applied);
                }
            }
            Step::DeleteVersion { label, of } => {
                let (key, version) = self.written(of)?;
                let applied = self.driver.delete_version(label, &key, &version).await?;
                // What is held up is lost by that (R-NOT-11): nobody needs to look for it.
                self.held.retain(|held| held != of);
                self.remember(label, applied);
            }
            Step::Tag { label, of, tags } => {
                let (key, version) = self.written(of)?;
                let applied = self.driver.tag(label, &key, &version, tags).await?;
                let of = self.applied.get(of).cloned();
                if let Some(of) = of {
                    self.watch_tags(label, &of, tags);
                }
                self.remember(label, applied);
            }
            Step::Versioning { side, enabled } => self.versioning(*side, *enabled).await?,
            Step::Retain { label, of, days } => {
                let (key, version) = self.written(of)?;
                let applied = self.driver.retain(label, &key, &version, *days).await?;
                self.remember(label, applied);
            }
            Step::Grant { label, of, readers } => {
                let (key, version) = self.written(of)?;
                let granted = self.driver.grant(label, &key, &version, readers);
                self.remember(label, granted.await?);
            }
            Step::BeginUpload { label, key } => {
                let applied = self.driver.begin_upload(label, key).await?;
                self.remember(label, applied);
            }
            Step::Hold { label, of, held } => {
                let (key, version) = self.written(of)?;
                let applied = self.driver.hold(label, &key, &version, *held).await?;
                self.remember(label, applied);
            }
            Step::Setting { side, setting } => self.set_bucket(*side, setting).await?,
            Step::Deny { actions } => self.deny(actions).await?,
            Step::DenyAt { side, actions } => self.deny_at(*side, actions).await?,
            Step::Restore => self.restore().await?,
            Step::DeleteBucket { side } => self.delete_bucket(*side).await?,
            Step::CreateBucket { side } => self.create_bucket(*side).await?,
            Step::Lifecycle { lifecycle } => {
                self.driver.lifecycle(*lifecycle).await?;
            }
            Step::Advance { days } => self.advance(*days).await?,
            Step::Trouble { side, trouble } => self.trouble(*side, *trouble).await?,
            Step::Configure { rules } => self.configure(rules).await?,
            Step::Ask { label, side, ask } => self.ask(label, *side, ask).await?,
            Step::At { side, step } => self.at(*side, step).await?,
            Step::WhileRead { step } => self.while_read(step).await?,
            Step::Await { of, until } => self.wait_for(of, *until).await?,
        }
        Ok(())
    }

    async fn versioning(&mut self, side: Side, enabled: bool) -> Result<()> {
        self.driver.versioning(side, enabled).await?;
        self.changed(side, OperationKind::Versioning { enabled });
        Ok(())
    }

    async fn set_bucket(&mut self, side: Side, setting: &BucketSetting) -> Result<()> {
        self.driver.set(side, setting).await?;
        let setting = setting.clone();
        self.changed(side, OperationKind::Setting { setting });
        Ok(())
    }

    fn changed(&mut self, side: Side, kind: OperationKind) {
        self.obstacles.change(&Operation {
            label: String::new(),
            side,
            key: String::new(),
            kind,
        });
    }

    async fn at(&mut self, side: Side, step: &Step) -> Result<()> {
        let there = self.driver.at(side);
        let here = std::mem::replace(&mut self.driver, there);
        let outcome = Box::pin(self.step(step)).await;
        self.driver = here;
        outcome
    }

    async fn configure(&mut self, rules: &[Rule]) -> Result<()> {
        let side = self.driver.side();
        let kind = OperationKind::Configure {
            rules: rules.to_vec(),
        };
        let (label, key) = ("configure".to_owned(), String::new());
        let op = self.recorder.invoke(Operation {
            label,
            side,
            key,
            kind,
        });
        provision::configure(&self.shared.target, &self.pair, side, rules, &self.role).await?;
        self.recorder
            .ok(self.recorder.now(), op, Outcome::default());
        self.rules.insert(side, rules.to_vec());
        self.prove_live().await.map(|_| ())
    }

    async fn wait_for(&mut self, of: &str, until: Until) -> Result<()> {
        match until {
            Until::Replicated => self.watched(of).await,
            Until::WindowPassed => self.window_passed(of).await?,
            Until::ReadWhole => self.read_whole(of).await?,
            Until::Status(status) => {
                let (key, version) = self.written(of)?;
                let (side, deadline) = (self.side_of(of), self.deadline());
                self.probe
                    .until_status(side, &key, &version, &[status], deadline)
                    .await;
            }
        }
        Ok(())
    }

    /// The side that an earlier step wrote to.
    pub(super) fn side_of(&self, of: &str) -> Side {
        self.applied
            .get(of)
            .map_or(Side::Source, |applied| applied.side)
    }

    /// Key and version that an earlier step wrote.
    pub(super) fn written(&self, of: &str) -> Result<(String, crate::replication::VersionId)> {
        let applied: Option<&Applied> = self.applied.get(of);
        let version = applied.and_then(|applied| applied.outcome.version.clone());
        let named = || Error::Internal(format!("no earlier step {of:?} wrote a version"));
        Ok((
            applied.ok_or_else(named)?.key.clone(),
            version.ok_or_else(named)?,
        ))
    }
}
