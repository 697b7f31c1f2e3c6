//! Many small objects at once: one that is lost among thousands is found in listings.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::Stage;
use crate::check::{Check, CheckKind};
use crate::error::Result;
use crate::history::Side;
use crate::probe::{Asked, Probe};
use crate::scenario::Scenario;
use crate::workload::{How, Object, Step, Write};

/// How many are written side by side.
const SIDE_BY_SIDE: usize = 64;
/// How large they are, in bytes.
const SIZE: u64 = 64;
/// A page of a listing holds as many entries at most (`ListObjectVersions`).
const ENTRIES: u32 = 1_000;

/// A scenario that writes so many small objects side by side.
pub(super) fn scenario(count: u32) -> Scenario {
    let summary = format!("{count} small objects written side by side all arrive");
    Scenario::new("load", &summary)
        .proves(["R-DATA-01"])
        .steps([Step::put_many("load", count)])
        .checks([Check::new(CheckKind::Arrives)])
}

/// What was acknowledged: keys with the operations that wrote them, and when the last was.
#[derive(Debug, Default)]
struct Acknowledged {
    keys: BTreeMap<String, u32>,
    ended: Option<Instant>,
}

/// As it is shared between who writes and who lists.
type Shared = Arc<Mutex<Acknowledged>>;

fn lock(shared: &Shared) -> MutexGuard<'_, Acknowledged> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Stage {
    /// Writes objects side by side, and lists every destination meanwhile, until it has shown them
    /// or the deadline of the last has passed.
    ///
    /// # Errors
    /// The first refusal, once the writes under way have ended.
    pub(super) async fn put_many(&mut self, label: &str, count: u32) -> Result<()> {
        let shared = Shared::default();
        let mut listers = JoinSet::new();
        for side in self.sides_but(self.driver.side()) {
            let lister = Lister {
                probe: self.probe.clone(),
                side,
                prefix: self.driver.full_key(&format!("{label}/")),
                deadline: self.pace().deadline,
                shared: Arc::clone(&shared),
                seen: HashSet::new(),
            };
            listers.spawn(lister.list());
        }
        self.write_side_by_side(label, count, &shared).await?;
        self.last = Instant::now();
        lock(&shared).ended = Some(self.last);
        listers.join_all().await;
        Ok(())
    }

    async fn write_side_by_side(&self, label: &str, count: u32, shared: &Shared) -> Result<()> {
        let slots = Arc::new(Semaphore::new(SIDE_BY_SIDE));
        let mut tasks = JoinSet::new();
        for number in 0..count {
            let slot = Arc::clone(&slots).acquire_owned().await;
            let (driver, shared) = (self.driver.clone(), Arc::clone(shared));
            let write = write(label, number);
            tasks.spawn(async move {
                let _slot = slot.expect("the semaphore is never closed");
                let applied = driver.write(&write).await?;
                lock(&shared).keys.insert(applied.key, applied.op);
                Ok(())
            });
        }
        tasks.join_all().await.into_iter().collect()
    }
}

/// Lists one destination until it has shown what was acknowledged.
struct Lister {
    probe: Probe,
    side: Side,
    prefix: String,
    deadline: Duration,
    shared: Shared,
    seen: HashSet<u32>,
}

impl Lister {
    /// Lists less and less often, but several times within a deadline, and once after the last.
    async fn list(mut self) {
        let mut pause = self.deadline / 100;
        loop {
            let until = lock(&self.shared).ended.map(|ended| ended + self.deadline);
            let is_last = until.is_some_and(|until| Instant::now() >= until);
            self.once().await;
            if is_last || until.is_some() && self.missing().is_empty() {
                return;
            }
            let next = Instant::now() + pause;
            sleep_until(until.map_or(next, |until| next.min(until))).await;
            pause = (pause * 2).min(self.deadline / 4);
        }
    }

    /// The keys that were acknowledged and not shown yet.
    fn missing(&self) -> BTreeSet<String> {
        let acknowledged = lock(&self.shared);
        let missing = acknowledged.keys.iter();
        let missing = missing.filter(|(_, op)| !self.seen.contains(op));
        missing.map(|(key, _)| key.clone()).collect()
    }

    /// Lists from the first key that is missing to the last.
    async fn once(&mut self) {
        let missing = self.missing();
        let (Some(first), Some(last)) = (missing.first(), missing.last()) else {
            return;
        };
        // Keys are ASCII; what they begin with is before them.
        let mut after = Some(first[..first.len() - 1].to_owned());
        while let Some(behind) = after.take() {
            let asked = Asked {
                side: self.side,
                prefix: self.prefix.clone(),
                after: Some(behind.clone()),
                entries: ENTRIES,
            };
            let Ok(page) = self.probe.page(&asked).await else {
                return;
            };
            let acknowledged = lock(&self.shared);
            let shown = acknowledged.keys.values().filter(|op| page.shows(**op));
            self.seen.extend(shown);
            after = page.until.filter(|until| *until > behind && until < last);
        }
    }
}

fn write(label: &str, number: u32) -> Write {
    Write {
        label: label.to_owned(),
        key: format!("{label}/{number:07}"),
        object: Object::sized(SIZE),
        how: How::Put,
    }
}
