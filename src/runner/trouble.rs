//! Holding replication up and advancing clocks while a scenario runs, and looking at what waits.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::Stage;
use crate::error::Result;
use crate::history::{Operation, OperationKind, Outcome, Side, Trouble};
use crate::provision;
use crate::workload::Step;

impl Stage {
    /// Begins or ends to hold replication up.
    ///
    /// # Errors
    /// What the target refuses.
    pub(super) async fn trouble(&mut self, side: Side, trouble: Trouble) -> Result<()> {
        let (operation, op) = self.on_bucket(side, OperationKind::Trouble { trouble });
        provision::trouble(&self.shared.target, &self.pair, side, trouble).await?;
        self.done(&operation, op);
        if !self.is_held() {
            self.watch_what_was_held();
        }
        Ok(())
    }

    /// Advances the clocks of the pair's buckets.
    ///
    /// # Errors
    /// What the target refuses.
    pub(super) async fn advance(&mut self, days: u32) -> Result<()> {
        let (operation, op) = self.on_bucket(Side::Source, OperationKind::Advance { days });
        provision::advance(&self.shared.target, &self.pair, days).await?;
        self.done(&operation, op);
        Ok(())
    }

    /// Deletes a destination, with everything in it.
    ///
    /// # Errors
    /// What the target refuses.
    pub(super) async fn delete_bucket(&mut self, side: Side) -> Result<()> {
        let (operation, op) = self.on_bucket(side, OperationKind::DeleteBucket);
        let (target, pair, ledger) = (&self.shared.target, &self.pair, &self.shared.ledger);
        Box::pin(provision::delete_bucket(target, pair, side, ledger)).await?;
        self.done(&operation, op);
        Ok(())
    }

    /// Creates it again.
    ///
    /// # Errors
    /// What the target refuses.
    pub(super) async fn create_bucket(&mut self, side: Side) -> Result<()> {
        let (operation, op) = self.on_bucket(side, OperationKind::CreateBucket);
        let (target, pair, ledger) = (&self.shared.target, &self.pair, &self.shared.ledger);
        let scenario = &self.plan.scenario;
        Box::pin(provision::create_bucket(
            target, pair, side, scenario, ledger,
        ))
        .await?;
        self.done(&operation, op);
        Ok(())
    }

    fn on_bucket(&self, side: Side, kind: OperationKind) -> (Operation, u32) {
        let operation = Operation {
            label: "bucket".to_owned(),
            side,
            key: String::new(),
            kind,
        };
        let op = self.recorder.invoke(operation.clone());
        (operation, op)
    }

    fn done(&mut self, operation: &Operation, op: u32) {
        let now = self.recorder.now();
        self.recorder.ok(now, op, Outcome::default());
        self.last = Instant::now();
        self.obstacles.change(operation);
    }

    fn watch_what_was_held(&mut self) {
        for label in std::mem::take(&mut self.held) {
            let Some(applied) = self.applied.get(&label).cloned() else {
                continue;
            };
            match applied.content {
                Some(_) => self.watch_write(&label, &applied),
                None => self.watch_marker(&label, &applied),
            }
        }
    }

    /// Whether anything is held up now.
    pub(super) fn is_held(&self) -> bool {
        let origin = self.driver.side();
        let hold = |side: Side| self.obstacles.hold(origin, side);
        self.sides_but(origin).into_iter().any(hold)
    }

    /// Waits a window's time after the last operation, then looks at both sides.
    ///
    /// # Errors
    /// [`Error::Internal`](crate::error::Error::Internal) when no step of that name wrote a version.
    pub(super) async fn window_passed(&mut self, of: &str) -> Result<()> {
        let (key, version) = self.written(of)?;
        self.wait_out(self.pace().window).await;
        let origin = self.side_of(of);
        self.probe.head(origin, &key, Some(&version)).await;
        another_moment().await;
        for side in self.sides_but(origin) {
            self.probe.head(side, &key, Some(&version)).await;
        }
        Ok(())
    }

    /// Writes an object while its key is read at every other side, again and again.
    ///
    /// # Errors
    /// What S3 refuses.
    pub(super) async fn while_read(&mut self, step: &Step) -> Result<()> {
        let Step::Write(write) = step else {
            return Box::pin(self.step(step)).await;
        };
        let (probe, key) = (self.probe.clone(), self.driver.full_key(&write.key));
        let (sides, written) = (self.sides_but(self.driver.side()), AtomicBool::new(false));
        let reading = async {
            while !written.load(Ordering::Relaxed) {
                for side in &sides {
                    probe.get(*side, &key, None).await;
                }
            }
        };
        let writing = async {
            let outcome = Box::pin(self.step(step)).await;
            written.store(true, Ordering::Relaxed);
            outcome
        };
        tokio::join!(reading, writing).1
    }

    /// Reads each replica again and again while it arrives, until it is whole.
    ///
    /// # Errors
    /// [`Error::Internal`](crate::error::Error::Internal) when no step of that name wrote an object.
    pub(super) async fn read_whole(&mut self, of: &str) -> Result<()> {
        let (key, version) = self.written(of)?;
        let content = self.applied.get(of).and_then(|of| of.content.clone());
        let (content, deadline) = (content.unwrap_or_default(), self.deadline());
        for side in self.sides_but(self.side_of(of)) {
            self.probe
                .until_whole(side, &key, &version, &content, deadline)
                .await;
        }
        Ok(())
    }
}

/// Waits until the clock shows another moment, so that what is asked next is told apart from what was
/// answered: a paused clock moves in milliseconds.
async fn another_moment() {
    let now = Instant::now();
    sleep_until(now + Duration::from_millis(1)).await;
}
