//! Denying actions to a pair's replication role while a scenario runs.

use std::collections::BTreeSet;

use super::Stage;
use crate::error::{Error, Result};
use crate::history::{Operation, OperationKind, Outcome, Side};
use crate::provision::{self, Denial};

impl Stage {
    /// Denies actions to the role of the pair, on the pair's keys.
    ///
    /// # Errors
    /// What the target refuses.
    pub(super) async fn deny(&mut self, actions: &BTreeSet<String>) -> Result<()> {
        let actions = actions.clone();
        let (operation, op) = self.invoke(
            "deny",
            OperationKind::Deny {
                actions: actions.clone(),
            },
        );
        let (target, pair) = (&self.shared.target, &self.pair);
        self.denial =
            Some(provision::deny(target, pair, &self.role, &actions, &self.shared.ledger).await?);
        self.acknowledge(&operation, op);
        Ok(())
    }

    /// Gives back what was denied.
    ///
    /// # Errors
    /// What the target refuses.
    pub(super) async fn restore(&mut self) -> Result<()> {
        let nothing = || Error::Internal("nothing is denied".to_owned());
        let denial: Denial = self.denial.take().ok_or_else(nothing)?;
        let (operation, op) = self.invoke("restore", OperationKind::Restore);
        provision::restore(&self.shared.target, &denial, &self.shared.ledger).await?;
        self.acknowledge(&operation, op);
        Ok(())
    }

    fn invoke(&self, label: &str, kind: OperationKind) -> (Operation, u32) {
        let operation = Operation {
            label: label.to_owned(),
            side: Side::Source,
            key: String::new(),
            kind,
        };
        let op = self.recorder.invoke(operation.clone());
        (operation, op)
    }

    fn acknowledge(&mut self, operation: &Operation, op: u32) {
        self.recorder
            .ok(self.recorder.now(), op, Outcome::default());
        self.obstacles.change(operation);
    }
}
