//! Many histories, side by side. `just model N SEED` runs as many as one likes, and goes on where it
//! was stopped.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use proptest::strategy::Strategy;
use proptest::test_runner::{TestCaseError, TestError};

use crate::disagreement;
use crate::generate::{Random, random, tree};

const HISTORIES: u64 = 1000;
const SEED: u64 = 7;
/// How often a long run says, and keeps, how far it is.
const TOLD: Duration = Duration::from_secs(10);

#[test]
fn the_embedded_pair_and_the_reference_agree_and_no_check_cries_wolf() {
    let (count, seed) = (
        variable("MODEL_HISTORIES", HISTORIES),
        variable("MODEL_SEED", SEED),
    );
    let progress = Progress::open(seed);
    let began = Instant::now();
    let (next, first) = (AtomicU64::new(progress.done), progress.done);
    let (told, wrong) = (Mutex::new((progress, Instant::now())), Mutex::new(None));
    let work = || {
        let strategy = random().boxed();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            if place >= count || wrong.lock().unwrap().is_some() {
                return;
            }
            if let Some(shrunk) = lived(&strategy, seed, place) {
                *wrong.lock().unwrap() = Some((place, shrunk));
            }
            let mut told = told.lock().unwrap();
            if told.1.elapsed() >= TOLD {
                // What the other threads hold is lived once more after a stop.
                told.0.keep(place.saturating_sub(threads() as u64));
                told.1 = Instant::now();
            }
        }
    };
    std::thread::scope(|scope| (0..threads()).for_each(|_| drop(scope.spawn(work))));
    if let Some((place, random)) = wrong.into_inner().unwrap() {
        let why = disagreement(&random, None).unwrap_or_else(|| "it does not repeat".to_owned());
        panic!("history {place} of seed {seed} is judged wrongly; shrunk:\n{random:#?}\n{why}");
    }
    told.into_inner().unwrap().0.keep(count);
    let (lived, elapsed) = (count.saturating_sub(first), began.elapsed());
    println!(
        "{count} histories of seed {seed}, {lived} of them now in {elapsed:.1?}: 0 false alarms"
    );
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The shrunk history, where the pair and the reference disagree.
fn lived(strategy: &impl Strategy<Value = Random>, seed: u64, place: u64) -> Option<Random> {
    let (mut runner, tree) = tree(strategy, seed, place);
    let outcome = runner.run_one(tree, |random| match disagreement(&random, None) {
        None => Ok(()),
        Some(why) => Err(TestCaseError::fail(why)),
    });
    match outcome {
        Ok(_) => None,
        Err(TestError::Fail(_, random)) => Some(random),
        Err(TestError::Abort(why)) => panic!("history {place} of seed {seed}: {why}"),
    }
}

fn variable(name: &str, default: u64) -> u64 {
    let Ok(text) = std::env::var(name) else {
        return default;
    };
    text.parse()
        .unwrap_or_else(|_| panic!("{name}={text:?} is no number"))
}

/// How many histories of a seed are behind us, kept in the file that `MODEL_PROGRESS` names.
struct Progress {
    file: Option<PathBuf>,
    seed: u64,
    done: u64,
}

impl Progress {
    fn open(seed: u64) -> Self {
        let file = std::env::var_os("MODEL_PROGRESS").map(PathBuf::from);
        let text = file
            .as_ref()
            .and_then(|file| std::fs::read_to_string(file).ok());
        let done = text.and_then(|text| {
            let (of, done) = text.trim().split_once(' ')?;
            (of.parse() == Ok(seed)).then(|| done.parse().ok())?
        });
        Self {
            file,
            seed,
            done: done.unwrap_or_default(),
        }
    }

    fn keep(&mut self, done: u64) {
        self.done = self.done.max(done);
        if let Some(file) = &self.file {
            std::fs::write(file, format!("{} {}\n", self.seed, self.done)).unwrap();
            println!("{} histories of seed {}", self.done, self.seed);
        }
    }
}
