//! A folder of reports that is up to date while the run goes on: a run that is killed keeps what
//! it measured.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::error::Result;

/// Between two writes at least so many times as long as the last one took, so that reports, which
/// grow, take a small part of the time only.
const PAUSE: u32 = 20;

/// Writes a report into a folder.
type Save<R> = fn(&Path, &R) -> Result<()>;

/// A report that changes, and a thread that writes it into a folder soon after every change.
#[derive(Debug)]
pub struct Exports<R> {
    folder: Option<PathBuf>,
    save: Save<R>,
    shared: Arc<Shared<R>>,
    writer: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared<R> {
    state: Mutex<State<R>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<R> {
    report: R,
    stale: bool,
    ended: bool,
}

impl<R: Clone + Send + 'static> Exports<R> {
    /// Begins with a report that is written at once, so that what an earlier run left in the
    /// folder is not taken for this one's. Without a folder nothing is ever written.
    #[must_use]
    pub fn begin(folder: Option<&Path>, report: R, save: Save<R>) -> Self {
        let state = State {
            report,
            stale: false,
            ended: false,
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            changed: Condvar::new(),
        });
        let folder = folder.map(Path::to_owned);
        let writer = folder.clone().map(|folder| {
            // What cannot be written now is told at the end, when all of it is written again.
            save(&folder, &shared.locked().report).ok();
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || keep_up(&shared, &folder, save))
        });
        Self {
            folder,
            save,
            shared,
            writer,
        }
    }

    /// Changes the report; it is written soon.
    pub fn change(&self, change: impl FnOnce(&mut R)) {
        let mut state = self.shared.locked();
        change(&mut state.report);
        state.stale = true;
        self.shared.changed.notify_all();
    }

    /// The report as it is now.
    #[must_use]
    pub fn report(&self) -> R {
        self.shared.locked().report.clone()
    }

    /// Writes the last word in place of the report that changed.
    ///
    /// # Errors
    /// [`Error::Report`](crate::error::Error::Report) when it cannot be written.
    pub fn end(mut self, report: &R) -> Result<()> {
        self.stop();
        match &self.folder {
            Some(folder) => (self.save)(folder, report),
            None => Ok(()),
        }
    }
}

impl<R> Exports<R> {
    /// Lets the writer finish what is still to be written.
    fn stop(&mut self) {
        self.shared.locked().ended = true;
        self.shared.changed.notify_all();
        if let Some(writer) = self.writer.take() {
            writer.join().ok();
        }
    }
}

impl<R> Drop for Exports<R> {
    fn drop(&mut self) {
        self.stop();
    }
}

impl<R> Shared<R> {
    fn locked(&self) -> MutexGuard<'_, State<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a change or the end; none at the end, once nothing is left to be written.
    fn next(&self) -> Option<R>
    where
        R: Clone,
    {
        let idle = |state: &mut State<R>| !state.stale && !state.ended;
        let waited = self.changed.wait_while(self.locked(), idle);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut state.stale).then(|| state.report.clone())
    }

    /// Waits for this long, or until the end.
    fn rest(&self, pause: Duration) {
        let goes_on = |state: &mut State<R>| !state.ended;
        drop(
            self.changed
                .wait_timeout_while(self.locked(), pause, goes_on),
        );
    }
}

fn keep_up<R: Clone>(shared: &Shared<R>, folder: &Path, save: Save<R>) {
    while let Some(report) = shared.next() {
        let began = Instant::now();
        save(folder, &report).ok();
        shared.rest(began.elapsed() * PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    struct Report(String);

    fn report(number: u32) -> Report {
        Report(number.to_string())
    }

    fn save(folder: &Path, report: &Report) -> Result<()> {
        crate::report::save::replace(&folder.join("number"), &report.0)
    }

    fn read(folder: &Path) -> String {
        std::fs::read_to_string(folder.join("number")).unwrap_or_default()
    }

    #[test]
    fn what_an_earlier_run_left_is_replaced_before_anything_else() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("number"), "of yesterday").unwrap();
        let _exports = Exports::begin(Some(folder.path()), report(1), save);
        assert_eq!(read(folder.path()), "1");
    }

    #[test]
    fn a_change_is_written_without_another_and_without_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let exports = Exports::begin(Some(folder.path()), report(1), save);
        for number in 2..=100 {
            exports.change(|kept| *kept = report(number));
        }
        let deadline = Instant::now() + Duration::from_secs(30);
        while read(folder.path()) != "100" {
            assert!(Instant::now() < deadline, "seen {:?}", read(folder.path()));
            std::thread::yield_now();
        }
    }

    #[test]
    fn the_end_is_the_last_word() {
        let folder = tempfile::tempdir().unwrap();
        let exports = Exports::begin(Some(folder.path()), report(1), save);
        exports.change(|kept| *kept = report(2));
        assert_eq!(exports.report(), report(2));
        exports.end(&report(3)).unwrap();
        assert_eq!(read(folder.path()), "3");
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_told_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let exports = Exports::begin(Some(&file), report(1), save);
        let error = exports.end(&report(2)).unwrap_err();
        assert!(error.to_string().contains("number"), "{error}");
    }

    #[test]
    fn without_a_folder_nothing_is_written() {
        let exports = Exports::begin(None, report(1), save);
        exports.change(|kept| *kept = report(2));
        exports.end(&report(3)).unwrap();
    }
}
