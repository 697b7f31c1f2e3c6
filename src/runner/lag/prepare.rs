//! What has to be there before the measured writes: objects to overwrite, copy, delete and tag.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::schedule::Intended;
use crate::error::{Error, Result};
use crate::history::{Event, History, Seen, Side, Timed};
use crate::lag::{OperationType, PREPARED};
use crate::runner::Stage;
use crate::target::Limiter;
use crate::workload::{How, Object, Write};

/// How many are written, or looked for, side by side.
const SIDE_BY_SIDE: usize = 16;

/// Writes what the writes need, and waits for the replicas of what will be tagged, which are
/// expected to take about as long as `lag`.
pub(super) async fn prepare(
    stage: &Stage,
    writes: &[Intended],
    limiter: &Limiter,
    lag: Duration,
) -> Result<()> {
    let needed: BTreeMap<String, (u64, bool)> = writes
        .iter()
        .filter_map(|write| {
            let (key, size) = write.needs()?;
            Some((key, (size, write.operation == OperationType::TagChange)))
        })
        .collect();
    let awaiting = stage.probe.clone().expecting(lag);
    let slots = Arc::new(tokio::sync::Semaphore::new(SIDE_BY_SIDE));
    let mut tasks = JoinSet::new();
    for (number, (key, (size, is_awaited))) in needed.into_iter().enumerate() {
        let (slots, limiter) = (Arc::clone(&slots), limiter.clone());
        let (driver, probe) = (stage.driver.clone(), awaiting.clone());
        let deadline = stage.pace().deadline;
        let write = Write {
            label: format!("{PREPARED}{number}"),
            key,
            object: Object::sized(size),
            how: How::Put,
        };
        tasks.spawn(async move {
            let _slot = slots.acquire_owned().await.expect("the semaphore is never closed");
            let applied = driver.write(&write).await?;
            let until = tokio::time::Instant::now() + deadline;
            let side = Side::Destination(0);
            let version = applied.outcome.version.as_ref();
            let there = !is_awaited || probe.until_present(side, &applied.key, version, until).await;
            there.then_some(()).ok_or_else(|| match limiter.left() {
                Some(0) => Error::Budget(format!(
                    "the request budget was spent while the replica of {} was waited for; raise it",
                    applied.key
                )),
                _ => Error::NotReplicating(format!(
                    "{}: an object whose tags were to be changed did not replicate within {deadline:?}; \
                     leave tag-change out, or raise --deadline",
                    applied.key
                )),
            })
        });
    }
    while let Some(prepared) = tasks.join_next().await {
        prepared.map_err(|panic| Error::Internal(panic.to_string()))??;
    }
    Ok(())
}

/// How long the last canary before the first session took: more than the first, and less than the
/// second.
pub(super) fn canary_lag(history: &History) -> Option<(Duration, Duration)> {
    let (mut written, mut lower, mut upper) = (None, None, None);
    let is_before = |timed: &&Timed| !matches!(timed.event, Event::Session(_));
    for timed in history.events.iter().take_while(is_before) {
        match &timed.event {
            Event::Ok { .. } => (written, lower, upper) = (Some(timed.at), None, None),
            Event::Observation {
                side: Side::Destination(_),
                sent,
                received,
                seen,
                ..
            } => match seen {
                Seen::Absent => lower = Some(*sent),
                Seen::Present(_) => upper = upper.or(Some(*received)),
                _ => {}
            },
            _ => {}
        }
    }
    let since =
        |at: crate::history::Instant| Some(Duration::from_nanos(at.0.saturating_sub(written?.0)));
    Some((lower.and_then(since).unwrap_or_default(), since(upper?)?))
}
