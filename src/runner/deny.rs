//! Denying actions to a pair's replication role while a scenario runs.

use std::collections::BTreeSet;

use super::Stage;
use crate::error::{Error, Result};
use crate::history::{Operation, OperationKind, Outcome, Side};
use crate::provision::{self, Denial, Whose};

impl Stage {
    /// Denies actions to the role of the pair, on the pair's keys.
    ///
    /// # Errors
    /// What the target refuses.
    pub(super) async fn deny(&mut self, actions: &BTreeSet<String>) -> Result<()> {
        let actions = actions.clone();
        let kind = OperationKind::Deny {
            actions: actions.clone(),
        };
        let (operation, op) = self.invoke("deny", Side::Source, kind);
        let (target, pair, ledger) = (&self.shared.target, &self.pair, &self.shared.ledger);
        let whose = match &self.shared.stack {
            Some(name) => Whose::Stack(name),
            None => Whose::Role(&self.role),
        };
        let denial = Box::pin(provision::deny(target, pair, whose, &actions, ledger)).await?;
        self.denial = Some(denial);
        self.acknowledge(&operation, op);
        Ok(())
    }

    /// Denies actions to the role of the pair by the policy of a destination.
    ///
    /// # Errors
    /// What the target refuses.
    pub(super) async fn deny_at(&mut self, side: Side, actions: &BTreeSet<String>) -> Result<()> {
        let kind = OperationKind::DenyAt {
            actions: actions.clone(),
        };
        let (operation, op) = self.invoke("deny", side, kind);
        let (target, pair, ledger) = (&self.shared.target, &self.pair, &self.shared.ledger);
        let whose = Whose::Destination(side, &self.role);
        let denial = Box::pin(provision::deny(target, pair, whose, actions, ledger)).await?;
        self.denial = Some(denial);
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
        let (operation, op) = self.invoke("restore", Side::Source, OperationKind::Restore);
        Box::pin(provision::restore(
            &self.shared.target,
            &denial,
            &self.shared.ledger,
        ))
        .await?;
        self.acknowledge(&operation, op);
        Ok(())
    }

    fn invoke(&self, label: &str, side: Side, kind: OperationKind) -> (Operation, u32) {
        let operation = Operation {
            label: label.to_owned(),
            side,
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
