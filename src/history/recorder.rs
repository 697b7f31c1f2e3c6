//! Appending to a history, in memory and in the journal of the run.

use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant as Clock;

use super::versions::Versions;
use super::{
    Event, Failure, History, Instant, Line, ListedEntry, Operation, Outcome, Page, Plan, Seen,
    Side, Timed,
};
use crate::error::{Error, Result};
use crate::replication::VersionId;

/// The file of a run: every line is written as it happens, so that a killed run keeps it.
#[derive(Clone)]
pub struct Journal {
    epoch: Clock,
    /// How far the run was at the epoch.
    begun: Instant,
    file: Option<Arc<Mutex<Sink>>>,
}

struct Sink {
    path: std::path::PathBuf,
    out: Box<dyn Write + Send>,
    error: Option<std::io::Error>,
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal")
            .field("saved", &self.file.is_some())
            .finish_non_exhaustive()
    }
}

impl Journal {
    /// A journal that is kept in memory only. Its clock starts now.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            epoch: Clock::now(),
            begun: Instant(0),
            file: None,
        }
    }

    /// A journal that is also written to `out`, which `path` names in errors.
    pub fn saved(path: impl Into<std::path::PathBuf>, out: impl Write + Send + 'static) -> Self {
        Self::resumed(path, out, (Clock::now(), Instant(0)))
    }

    /// A journal that another process began: this moment of tokio's clock is that of the run's time.
    pub fn resumed(
        path: impl Into<std::path::PathBuf>,
        out: impl Write + Send + 'static,
        (epoch, begun): (Clock, Instant),
    ) -> Self {
        let sink = Sink {
            path: path.into(),
            out: Box::new(out),
            error: None,
        };
        Self {
            epoch,
            begun,
            file: Some(Arc::new(Mutex::new(sink))),
        }
    }

    /// Nanoseconds since the run began.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.at(Clock::now())
    }

    /// A moment of the same clock, in the history's terms.
    #[must_use]
    pub fn at(&self, clock: Clock) -> Instant {
        let since = clock.saturating_duration_since(self.epoch);
        Instant(self.begun.0 + since.as_nanos() as u64)
    }

    /// When something is on this clock; its beginning where it was before.
    #[must_use]
    pub fn clock(&self, at: Instant) -> Clock {
        self.epoch + Duration::from_nanos(at.0.saturating_sub(self.begun.0))
    }

    /// Writes one line. The first error is kept for [`Journal::finish`]; the run goes on.
    pub fn write(&self, line: &Line) {
        let Some(file) = &self.file else { return };
        let mut sink = file.lock().unwrap_or_else(PoisonError::into_inner);
        if sink.error.is_some() {
            return;
        }
        let written = serde_json::to_vec(line)
            .map_err(std::io::Error::from)
            .and_then(|mut text| {
                text.push(b'\n');
                sink.out.write_all(&text)
            });
        sink.error = written.err();
    }

    /// Flushes and closes the file: nothing is saved any more.
    ///
    /// # Errors
    /// [`Error::Report`] with the first write that failed, such as on a full disk.
    pub fn finish(&self) -> Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let mut sink = file.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = match sink.error.take() {
            Some(error) => Err(error),
            None => sink.out.flush(),
        };
        sink.out = Box::new(std::io::sink());
        outcome.map_err(|source| Error::Report {
            path: sink.path.clone(),
            source,
        })
    }
}

/// Appends the events of one scenario. Cheap to clone; every clone appends to the same history.
#[derive(Debug, Clone)]
pub struct Recorder {
    journal: Journal,
    scenario: Arc<str>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    history: History,
    operations: u32,
    versions: Versions,
}

impl Recorder {
    /// Begins a scenario's history.
    #[must_use]
    pub fn begin(journal: &Journal, plan: Plan) -> Self {
        journal.write(&Line::Scenario { plan: plan.clone() });
        Self {
            journal: journal.clone(),
            scenario: plan.scenario.as_str().into(),
            state: Arc::new(Mutex::new(State {
                history: History {
                    plan,
                    events: Vec::new(),
                },
                operations: 0,
                versions: Versions::default(),
            })),
        }
    }

    /// Goes on with a history that was saved.
    #[must_use]
    pub fn resume(journal: &Journal, history: History) -> Self {
        let (mut versions, mut operations) = (Versions::default(), 0);
        for timed in &history.events {
            versions.note(&timed.event);
            if let Event::Invoke { op, .. } = &timed.event {
                operations = operations.max(op + 1);
            }
        }
        Self {
            journal: journal.clone(),
            scenario: history.plan.scenario.as_str().into(),
            state: Arc::new(Mutex::new(State {
                history,
                operations,
                versions,
            })),
        }
    }

    /// Nanoseconds since the run began.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.journal.now()
    }

    /// When something is on tokio's clock.
    #[must_use]
    pub fn clock(&self, at: Instant) -> Clock {
        self.journal.clock(at)
    }

    /// A moment of tokio's clock, in the history's terms.
    #[must_use]
    pub fn at(&self, clock: Clock) -> Instant {
        self.journal.at(clock)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The history so far.
    #[must_use]
    pub fn history(&self) -> History {
        self.lock().history.clone()
    }

    /// Adds to `history` what was appended since it was this recorder's.
    pub fn catch_up(&self, history: &mut History) {
        let state = self.lock();
        history
            .events
            .extend_from_slice(&state.history.events[history.events.len()..]);
    }

    /// Appends an event that happened at `at`.
    pub fn append(&self, at: Instant, event: Event) {
        self.append_to(&mut self.lock(), at, event);
    }

    /// The file and the memory hold the events in one order, which pages depend on.
    fn append_to(&self, state: &mut State, at: Instant, event: Event) {
        let timed = Timed { at, event };
        state.versions.note(&timed.event);
        let line = Line::Event {
            scenario: self.scenario.to_string(),
            timed,
        };
        self.journal.write(&line);
        if let Line::Event { timed, .. } = line {
            state.history.events.push(timed);
        }
    }

    /// Records a page whose entries are `entries`; which operations wrote them is looked up here.
    ///
    /// An acknowledgement is appended either before the page, and then the page knows its
    /// operation, or behind it, and then the page says nothing about it.
    #[must_use]
    pub fn observe_page(&self, mut page: Page, entries: &[ListedEntry]) -> Page {
        let mut state = self.lock();
        let known = entries
            .iter()
            .filter_map(|entry| state.versions.op_of(entry));
        let known: Vec<u32> = known.collect();
        page.others = (entries.len() - known.len()) as u32;
        page.shown = Page::ranges(known);
        self.append_to(&mut state, page.received, Event::Page(page.clone()));
        page
    }

    /// Records that `operation` is about to be sent, and gives it its number.
    #[must_use]
    pub fn invoke(&self, operation: Operation) -> u32 {
        self.invoke_as_intended(operation, None)
    }

    /// The same for an operation whose moment was fixed beforehand.
    #[must_use]
    pub fn invoke_as_intended(&self, operation: Operation, intended: Option<Instant>) -> u32 {
        let at = self.now();
        let op = {
            let mut state = self.lock();
            state.operations += 1;
            state.operations - 1
        };
        let invoke = Event::Invoke {
            op,
            operation: Box::new(operation),
            intended,
        };
        self.append(at, invoke);
        op
    }

    /// Records an acknowledgement received at `at`.
    pub fn ok(&self, at: Instant, op: u32, outcome: Outcome) {
        self.append(at, Event::Ok { op, outcome });
    }

    /// Records that an operation was not acknowledged: it failed, or nobody knows.
    pub fn not_ok(&self, at: Instant, op: u32, failure: Failure, indeterminate: bool) {
        let event = match indeterminate {
            true => Event::Info { op, failure },
            false => Event::Fail { op, failure },
        };
        self.append(at, event);
    }

    /// Records what was seen by a request sent at `sent` whose answer is here now.
    pub fn observe(
        &self,
        side: Side,
        key: &str,
        version: Option<&VersionId>,
        sent: Instant,
        seen: Seen,
    ) {
        let received = self.now();
        let (key, version) = (key.to_owned(), version.cloned());
        self.append(
            received,
            Event::Observation {
                side,
                key,
                version,
                sent,
                received,
                seen,
            },
        );
    }
}
