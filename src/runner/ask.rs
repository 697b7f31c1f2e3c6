//! Asking for something, and leaving the pair as it was.

use std::time::Duration;

use tokio::time::Instant;

use super::Stage;
use crate::check::is_answered;
use crate::error::Result;
use crate::history::{Ask, Call, Reply, Side};
use crate::provision;

/// When an answer that is not the expected one is asked for again: first, and at the latest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));

impl Stage {
    /// Asks until the answer is the expected one, for a share of the deadline: configurations are
    /// eventually consistent (R-CFG-11). What is accepted and should not be is undone at once.
    pub(super) async fn ask(&mut self, label: &str, side: Side, ask: &Ask) -> Result<()> {
        let (mut pause, longest) = PAUSES;
        let until = Instant::now() + self.pace().deadline / 4;
        let bucket = match ask.of_nowhere {
            true => provision::nowhere(&self.pair),
            false => self.pair.bucket(side).to_owned(),
        };
        let ask = self.resolved(ask)?;
        loop {
            let answer = self.driver.ask(label, side, &bucket, &ask).await;
            if answer.is_ok() {
                self.took_effect(&ask, side).await?;
            }
            if is_answered(&ask.expected, answer.as_ref()) || Instant::now() >= until {
                return Ok(());
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(longest);
        }
    }

    /// The ask with ARNs, and with the key and the version of an earlier step.
    fn resolved(&self, ask: &Ask) -> Result<Ask> {
        let mut ask = ask.clone();
        match &mut ask.call {
            Call::PutReplication { document } => {
                *document = provision::resolved(document, &self.pair, &self.role);
            }
            Call::HeadVersion { key, version } => {
                let (of, id) = self.written(key)?;
                (*key, *version) = (of, id.0);
            }
            _ => {}
        }
        Ok(ask)
    }

    /// Follows a call that was accepted. One that should have been refused is undone; one that may
    /// change the rules is followed by a [`Step::Configure`](crate::workload::Step::Configure).
    async fn took_effect(&mut self, ask: &Ask, side: Side) -> Result<()> {
        let wrongly = matches!(ask.expected, Reply::Refused { .. });
        match &ask.call {
            Call::DeleteReplication if !ask.of_nowhere => drop(self.rules.remove(&side)),
            Call::PutReplication { .. } if wrongly => {
                let rules = self.rules.get(&side).map_or(&[][..], Vec::as_slice);
                let target = &self.shared.target;
                provision::put_back(target, &self.pair, side, rules, &self.role).await?;
            }
            Call::PutVersioning { enabled } if wrongly => {
                self.driver.versioning(side, !enabled).await?;
            }
            _ => {}
        }
        Ok(())
    }
}
