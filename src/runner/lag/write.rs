//! The open loop: every write is sent at its moment, whether earlier ones were answered or not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::schedule::Intended;
use super::{LagSettings, is_measured};
use crate::error::Result;
use crate::lag::{Measure, OperationType};
use crate::probe::{Wanted, Watched};
use crate::replication::{Tags, VersionId};
use crate::runner::Stage;
use crate::target::Limiter;
use crate::workload::{Applied, Driver, Object, Write};

/// More writes are not under way at once; a write that waits for its turn is sent late, and its
/// intended start says so.
const UNDER_WAY: usize = 1_024;

/// Sends the writes, gives what they were acknowledged with to `things`, and counts them in
/// `written`.
pub(super) async fn write(
    stage: &Stage,
    writes: &[Intended],
    asked: &LagSettings,
    limiter: &Limiter,
    things: mpsc::UnboundedSender<Watched>,
    written: &Arc<AtomicU64>,
) {
    let (began, slots) = (Instant::now(), Arc::new(Semaphore::new(UNDER_WAY)));
    let deadline = stage.pace().deadline;
    let mut tasks = JoinSet::new();
    for write in writes {
        let moment = began + write.after;
        sleep_until(moment).await;
        let intended = stage.recorder.at(moment);
        let driver = stage.driver.intended(intended).limited(limiter.clone());
        let (write, slots, things) = (write.clone(), Arc::clone(&slots), things.clone());
        let written = Arc::clone(written);
        let looks = !asked.write_only;
        let status = is_measured(asked, Measure::Status);
        let tagged = tagged(stage, &write);
        tasks.spawn(async move {
            let _slot = slots
                .acquire_owned()
                .await
                .expect("the semaphore is never closed");
            let Ok(applied) = send(&driver, &write, tagged.as_ref()).await else {
                return;
            };
            written.fetch_add(1, Ordering::Relaxed);
            for thing in watched(&write, &applied, tagged, status, deadline)
                .into_iter()
                .flatten()
            {
                looks.then(|| things.send(thing).ok());
            }
        });
        while tasks.try_join_next().is_some() {}
    }
    tasks.join_all().await;
}

/// The version whose tags a write changes.
fn tagged(stage: &Stage, write: &Intended) -> Option<VersionId> {
    let is_tag = write.operation == OperationType::TagChange;
    is_tag.then(|| stage.driver.version(&write.key)).flatten()
}

fn tags(write: &Intended) -> Tags {
    Tags::from([("bucketpair".to_owned(), write.label.clone())])
}

async fn send(driver: &Driver, write: &Intended, tagged: Option<&VersionId>) -> Result<Applied> {
    match write.operation {
        OperationType::DeleteMarker => return driver.delete(&write.label, &write.key).await,
        OperationType::TagChange => {
            let key = driver.full_key(&write.key);
            let version = tagged.cloned().unwrap_or_else(|| "null".into());
            return driver.tag(&write.label, &key, &version, &tags(write)).await;
        }
        _ => {}
    }
    let step = Write {
        label: write.label.clone(),
        key: write.key.clone(),
        object: Object::sized(write.size),
        how: write.how(),
    };
    driver.write(&step).await
}

/// What is looked for after a write: its effect at the destination, and the source's status.
pub(super) fn watched(
    write: &Intended,
    applied: &Applied,
    tagged: Option<VersionId>,
    status: bool,
    deadline: std::time::Duration,
) -> [Option<Watched>; 2] {
    let wanted = match write.operation {
        OperationType::DeleteMarker => Wanted::Marker,
        OperationType::TagChange => Wanted::Tags(tags(write)),
        _ => Wanted::Version,
    };
    let Some(version) = tagged.or_else(|| applied.outcome.version.clone()) else {
        return [None, None];
    };
    let has_status = status && wanted == Wanted::Version;
    let before = applied.key.len() - write.key.len();
    let since = applied.acknowledged;
    let thing = |wanted, class| Watched {
        op: applied.op,
        key: applied.key.clone(),
        prefix: before + write.prefix,
        version: version.clone(),
        wanted,
        since,
        deadline: crate::history::Instant(since.0.saturating_add(deadline.as_nanos() as u64)),
        class,
    };
    // The status is another lag, and so another class.
    let of_status = has_status.then(|| thing(Wanted::Status, 0x4000 | write.class));
    [Some(thing(wanted, write.class)), of_status]
}
