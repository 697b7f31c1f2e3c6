//! Canaries: objects that must arrive, to show that replication is live.
//!
//! Without one, nothing that stays absent is evidence. FAILED is final (R-STATUS-10), so that
//! every round writes a fresh one, and one that is FAILED ends its round at once.

use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Error, Result};
use crate::history::Side;
use crate::replication::{ReplicationStatus, Rule, VersionId};
use crate::workload::{Applied, How, Object, Write};

use super::Stage;

/// How long each round gets, in parts of the deadline; the last one has what is left of it (R-CFG-11:
/// the configuration and the role's policy take their time, and so do replicas).
const ROUNDS: [f64; 2] = [1.0 / 8.0, 1.0 / 4.0];

/// How long to wait after a canary that is FAILED, in parts of the deadline: twice as long each time,
/// up to eight times this.
const PAUSE: u32 = 100;

/// How a round of canaries ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Round {
    /// All of them arrived.
    Arrived,
    /// One was not there in time.
    Late,
    /// One is FAILED.
    Failed,
}

impl Stage {
    /// Writes canaries until as many in a row as the target's pace asks for have arrived at every
    /// destination that an enabled rule names. One that is late, or FAILED, which is final, begins
    /// the row anew. All of it takes at most the deadline of a replica, or as many of them as are
    /// asked for in a row once one has arrived.
    /// Returns how long the last one took; nothing where no rule is enabled. A survey goes on
    /// without: what stays absent is then no evidence of anything.
    ///
    /// # Errors
    /// [`Error::NotReplicating`] when they do not arrive before the deadline.
    pub(super) async fn prove_live(&mut self) -> Result<Option<Duration>> {
        match self.in_a_row().await {
            Err(Error::NotReplicating(_)) if self.shared.survey => Ok(None),
            other => other,
        }
    }

    async fn in_a_row(&mut self) -> Result<Option<Duration>> {
        let rules = self.canary_rules();
        if rules.is_empty() {
            return Ok(None);
        }
        let (began, each) = (Instant::now(), self.pace().deadline);
        let (mut late, mut failed, mut in_a_row, mut last) = (0, 0_u32, 0, Round::Late);
        let mut end = began + each;
        while Instant::now() < end {
            let round = Instant::now();
            let until = ROUNDS
                .get(late)
                .map_or(end, |part| round + each.mul_f64(*part));
            last = Box::pin(self.round(&rules, until.min(end))).await?;
            match last {
                Round::Arrived => {
                    (in_a_row, end) = (in_a_row + 1, began + each * self.pace().canaries);
                    if in_a_row >= self.pace().canaries {
                        return Ok(Some(round.elapsed()));
                    }
                }
                Round::Late => (late, in_a_row) = (late + 1, 0),
                Round::Failed => {
                    // What made it FAILED may be about to be mended.
                    let pause = each / PAUSE * 2_u32.pow(failed.min(3));
                    tokio::time::sleep_until((Instant::now() + pause).min(end)).await;
                    (failed, in_a_row) = (failed + 1, 0);
                }
            }
        }
        Err(self.not_replicating(last, began.elapsed()))
    }

    /// One enabled rule for each way with nothing in it, with the side whose rule it is.
    fn canary_rules(&self) -> Vec<(Side, Rule)> {
        let mut rules: Vec<(Side, Rule)> = Vec::new();
        let all = self.rules.iter().flat_map(|(origin, rules)| {
            let enabled = rules.iter().filter(|rule| rule.enabled);
            enabled.map(|rule| (*origin, rule))
        });
        for (origin, rule) in all {
            let open = Side::try_from(rule.destination.clone())
                .is_ok_and(|side| self.obstacles.leave_open(origin, side));
            let is_new = rules
                .iter()
                .all(|(other, one)| *other != origin || one.destination != rule.destination);
            if open && is_new {
                rules.push((origin, rule.clone()));
            }
        }
        rules
    }

    async fn round(&mut self, rules: &[(Side, Rule)], deadline: Instant) -> Result<Round> {
        for (origin, rule) in rules {
            let Ok(side) = Side::try_from(rule.destination.clone()) else {
                continue;
            };
            let canary = self.next_canary(rule);
            let applied = self.driver.at(*origin).write(&canary).await?;
            self.canaries += 1;
            let Some(version) = applied.outcome.version.clone() else {
                return Err(self.unversioned());
            };
            let ended = self.await_canary(side, &applied, &version, deadline).await;
            if ended != Round::Arrived {
                return Ok(ended);
            }
        }
        Ok(Round::Arrived)
    }

    /// Looks for a canary until it is there, or FAILED, or the deadline has passed. Any version of
    /// it will do: whether it has the right ID is a check's matter.
    async fn await_canary(
        &self,
        side: Side,
        applied: &Applied,
        version: &VersionId,
        deadline: Instant,
    ) -> Round {
        let (probe, key) = (&self.probe, applied.key.as_str());
        let late = |there: bool| if there { Round::Arrived } else { Round::Late };
        // The status is of all destinations together: FAILED may be another one's (R-STATUS-07).
        if self.is_one_of_several(applied.side) {
            return late(probe.until_present(side, key, None, deadline).await);
        }
        let final_status = [ReplicationStatus::Failed];
        tokio::select! {
            there = probe.until_present(side, key, None, deadline) => late(there),
            failed = probe.until_status(applied.side, key, version, &final_status, deadline) => match failed {
                true => Round::Failed,
                // The last look decides.
                false => late(probe.until_present(side, key, None, deadline).await),
            },
        }
    }

    /// Whether enabled rules of one side name more than one destination.
    fn is_one_of_several(&self, origin: Side) -> bool {
        let rules = || self.rules.get(&origin).into_iter().flatten();
        let enabled = || rules().filter(|rule| rule.enabled);
        let first = enabled().next().map(|rule| &rule.destination);
        enabled().any(|rule| Some(&rule.destination) != first)
    }

    fn next_canary(&self, rule: &Rule) -> Write {
        let label = format!("canary-{}", self.canaries);
        let prefix = rule.filter.prefix.strip_prefix(&self.pair.prefix);
        let key = format!("{}{label}", prefix.unwrap_or_default());
        let mut object = Object::sized(64);
        object.tags.clone_from(&rule.filter.tags);
        Write {
            label,
            key,
            object,
            how: How::Put,
        }
    }

    fn not_replicating(&self, last: Round, waited: Duration) -> Error {
        let source = self.pair.bucket(Side::Source);
        let canaries = self.canaries;
        Error::NotReplicating(match last {
            Round::Failed => format!(
                "{source}: the replication configuration is stored, and of {canaries} canaries the \
                 last one is FAILED after {waited:.0?}; look at the role, its trust and the \
                 destination: `bucketpair doctor --pair` says what is wrong with a pair"
            ),
            _ => format!(
                "{source}: the replication configuration is stored, but of {canaries} canaries not \
                 enough arrived within {waited:.0?}; this server seems to store replication rules \
                 without replicating"
            ),
        })
    }

    fn unversioned(&self) -> Error {
        let source = self.pair.bucket(Side::Source);
        Error::NotReplicating(format!(
            "{source}: a write was answered without a version ID; versioning is not in force"
        ))
    }
}
