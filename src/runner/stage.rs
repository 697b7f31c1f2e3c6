//! The stage of one scenario: its pair, its history, and who acts and looks on it.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::{Opened, Pace, Settings, Shared, play};
use crate::check::{Check, Obstacles, PlannedCheck};
use crate::error::Result;
use crate::history::{History, Plan, Recorder, Side};
use crate::probe::Probe;
use crate::provision::{Denial, Pair, tear_down, tear_down_all};
use crate::replication::Rule;
use crate::scenario::Scenario;
use crate::target::Limiter;
use crate::workload::{Applied, Driver};

/// Everything a scenario needs while it runs.
#[derive(Debug)]
pub struct Stage {
    pub(super) shared: Shared,
    pub(super) pair: Pair,
    pub(super) plan: Plan,
    pub(super) recorder: Recorder,
    pub(super) driver: Driver,
    pub(super) probe: Probe,
    /// The rules in force, by the side whose configuration holds them.
    pub(super) rules: BTreeMap<Side, Vec<Rule>>,
    /// What is in replication's way.
    pub(super) obstacles: Obstacles,
    /// The role of its configuration.
    pub(super) role: String,
    /// The actions that are denied to the role.
    pub(super) denial: Option<Denial>,
    /// What each step did, by label.
    pub(super) applied: BTreeMap<String, Applied>,
    /// Who is looking for the replicas of each step.
    pub(super) watching: BTreeMap<String, JoinSet<()>>,
    /// The steps whose replicas are held up, and looked for once they are not.
    pub(super) held: Vec<String>,
    /// When the last operation was acknowledged.
    pub(super) last: Instant,
    pub(super) canaries: u32,
}

impl Stage {
    /// Sets the stage for a pair that is there.
    pub(crate) fn new(shared: &Shared, pair: Pair, plan: Plan) -> Self {
        let recorder = Recorder::begin(&shared.journal, plan.clone());
        Self::recorded(shared, pair, plan, recorder)
    }

    /// Sets the stage for a pair whose history is recorded already.
    pub(super) fn recorded(shared: &Shared, pair: Pair, plan: Plan, recorder: Recorder) -> Self {
        let (driver, probe) = actors(shared, &pair, &plan, &recorder);
        Self {
            shared: shared.clone(),
            pair,
            recorder,
            driver,
            probe,
            rules: BTreeMap::from([(Side::Source, plan.rules.clone())]),
            plan,
            obstacles: Obstacles::default(),
            role: shared.role.clone(),
            denial: None,
            applied: BTreeMap::new(),
            watching: BTreeMap::new(),
            held: Vec::new(),
            last: Instant::now(),
            canaries: 0,
        }
    }

    /// Every request from here on is sent once, and counted by a limiter.
    pub(super) fn measure(&mut self, limiter: &Limiter) {
        self.shared.target = self.shared.target.without_retries();
        let (driver, probe) = actors(&self.shared, &self.pair, &self.plan, &self.recorder);
        self.driver = driver.limited(limiter.clone());
        self.probe = probe.limited(limiter.clone());
    }

    /// Provisions the pair of a scenario on a target that is open, and proves that it is live.
    ///
    /// # Errors
    /// Whatever keeps the pair from being there; what was made until then is removed.
    pub async fn set(opened: &Opened, settings: &Settings, scenario: &Scenario) -> Result<Self> {
        let shared = Shared::new(opened, settings)?;
        let outcome = match Box::pin(play::stage(&shared, scenario)).await {
            Ok(mut stage) => Box::pin(stage.prove_live()).await.map(|_| stage),
            Err(error) => Err(error),
        };
        if outcome.is_err() {
            Box::pin(tear_down_all(&shared.target, &shared.ledger)).await;
        }
        outcome
    }

    /// The name of the bucket on this side.
    #[must_use]
    pub fn bucket(&self, side: Side) -> &str {
        self.pair.bucket(side)
    }

    /// What was done and seen so far.
    #[must_use]
    pub fn history(&self) -> History {
        self.recorder.history()
    }

    /// Checks as a plan holds them, all required.
    #[must_use]
    pub fn planned(checks: &[Check]) -> Vec<serde_json::Value> {
        let required = |check: &Check| (&PlannedCheck::required(check.clone())).into();
        checks.iter().map(required).collect()
    }

    /// Looks for the replica of what step `label` wrote, at most `within` from now.
    ///
    /// # Errors
    /// [`Error::Internal`](crate::error::Error::Internal) when no step of that name wrote a version.
    pub async fn look_for(&mut self, label: &str, within: Duration) -> Result<()> {
        self.watching.remove(label);
        let (key, version) = self.written(label)?;
        let deadline = Instant::now() + within;
        for side in self.destinations() {
            self.probe
                .until_present(side, &key, Some(&version), deadline)
                .await;
        }
        Ok(())
    }

    /// Removes the pair at once, and names what stayed.
    pub async fn remove(&mut self) -> Vec<String> {
        self.watching.clear();
        let left = tear_down(&self.shared.target, &self.pair, &self.shared.ledger).await;
        left.iter().map(ToString::to_string).collect()
    }

    /// Removes the pair, or what was written into one that was there. What stays is still in the
    /// ledger at the end of the run, and is gone at again.
    pub(super) async fn tear_down(&mut self) {
        self.watching.clear();
        tear_down(&self.shared.target, &self.pair, &self.shared.ledger).await;
    }

    /// How fast the target is expected to be.
    pub(super) fn pace(&self) -> Pace {
        self.shared.pace
    }

    /// The deadline of something that was acknowledged just now.
    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.pace().deadline
    }

    /// The sides that replicas can arrive at.
    pub(super) fn destinations(&self) -> Vec<Side> {
        let sides = self.pair.buckets.iter().map(|bucket| bucket.side);
        sides.filter(|side| *side != Side::Source).collect()
    }

    /// Every side but one.
    pub(super) fn sides_but(&self, origin: Side) -> Vec<Side> {
        let sides = self.pair.buckets.iter().map(|bucket| bucket.side);
        sides.filter(|side| *side != origin).collect()
    }

    /// Remembers what a step did.
    pub(super) fn remember(&mut self, label: &str, applied: Applied) {
        self.last = Instant::now();
        self.applied.insert(label.to_owned(), applied);
    }

    /// Waits until `window` has passed since the last operation.
    pub(super) async fn wait_out(&self, window: Duration) {
        tokio::time::sleep_until(self.last + window).await;
    }
}

/// Who acts and looks on a pair.
fn actors(shared: &Shared, pair: &Pair, plan: &Plan, recorder: &Recorder) -> (Driver, Probe) {
    let buckets = pair.buckets.iter();
    let buckets: BTreeMap<Side, String> = buckets
        .map(|bucket| (bucket.side, bucket.name.clone()))
        .collect();
    let target = &shared.target;
    let clients = || {
        (
            target.source.client.clone(),
            target.destination.client.clone(),
        )
    };
    let driver = Driver::new(
        recorder.clone(),
        clients(),
        buckets.clone(),
        &plan.prefix,
        shared.seed,
    );
    let probe = Probe::new(recorder.clone(), clients(), buckets, shared.pace.schedule);
    (driver, probe)
}
