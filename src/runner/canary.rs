//! Canaries: objects that must arrive, to show that replication is live.
//!
//! Without one, nothing that stays absent is evidence. FAILED is final (R-STATUS-10), so that
//! every round writes a fresh one.

use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Error, Result};
use crate::history::Side;
use crate::replication::Rule;
use crate::workload::{How, Object, Write};

use super::Stage;

/// How many rounds a configuration gets to become live (R-CFG-11), each with its share of the
/// deadline.
const ROUNDS: u32 = 4;

impl Stage {
    /// Writes canaries until as many in a row as the target's pace asks for have arrived at every
    /// destination that an enabled rule names. One that is late, or FAILED, which is final, begins
    /// the row anew.
    /// Returns how long the last one took; nothing where no rule is enabled. A survey goes on
    /// without: what stays absent is then no evidence of anything.
    ///
    /// # Errors
    /// [`Error::NotReplicating`] when none arrives before the deadline.
    pub(super) async fn prove_live(&mut self) -> Result<Option<Duration>> {
        match self.in_a_row().await {
            Err(Error::NotReplicating(_)) if self.shared.survey => Ok(None),
            other => other,
        }
    }

    async fn in_a_row(&mut self) -> Result<Option<Duration>> {
        let rules: Vec<Rule> = self.canary_rules();
        if rules.is_empty() {
            return Ok(None);
        }
        let (mut missed, mut in_a_row) = (0, 0);
        while missed < ROUNDS {
            let began = Instant::now();
            let wait = self.pace().deadline / ROUNDS * (missed + 1) / 2;
            if !self.round(&rules, began + wait).await? {
                (missed, in_a_row) = (missed + 1, 0);
                continue;
            }
            in_a_row += 1;
            if in_a_row >= self.pace().canaries {
                return Ok(Some(began.elapsed()));
            }
        }
        Err(self.not_replicating())
    }

    /// One enabled rule for each destination with nothing in its way.
    fn canary_rules(&self) -> Vec<Rule> {
        let mut rules: Vec<Rule> = Vec::new();
        for rule in self.rules.iter().filter(|rule| rule.enabled) {
            let open = Side::try_from(rule.destination.clone())
                .is_ok_and(|side| self.obstacles.leave_open(side));
            if open
                && rules
                    .iter()
                    .all(|other| other.destination != rule.destination)
            {
                rules.push(rule.clone());
            }
        }
        rules
    }

    async fn round(&mut self, rules: &[Rule], deadline: Instant) -> Result<bool> {
        for rule in rules {
            let Ok(side) = Side::try_from(rule.destination.clone()) else {
                continue;
            };
            let applied = self.driver.write(&self.next_canary(rule)).await?;
            self.canaries += 1;
            if applied.outcome.version.is_none() {
                return Err(self.unversioned());
            }
            // Any version will do: whether it has the right ID is a check's matter.
            if !self
                .probe
                .until_present(side, &applied.key, None, deadline)
                .await
            {
                return Ok(false);
            }
        }
        Ok(true)
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

    fn not_replicating(&self) -> Error {
        let source = self.pair.bucket(Side::Source);
        let waited = self.pace().deadline;
        Error::NotReplicating(format!(
            "{source}: the replication configuration is stored, but of {} canaries none arrived \
             within {waited:?}; this server seems to store replication rules without replicating",
            self.canaries,
        ))
    }

    fn unversioned(&self) -> Error {
        let source = self.pair.bucket(Side::Source);
        Error::NotReplicating(format!(
            "{source}: a write was answered without a version ID; versioning is not in force"
        ))
    }
}
