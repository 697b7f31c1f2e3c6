//! SIGKILL at points spread over a run, and a sweep after each: nothing of ours remains, and nothing
//! of anybody else is touched. `KILL_POINTS` and `KILL_SEED` say how many and which.

#[path = "kill/foreign.rs"]
mod foreign;
#[path = "kill/proxy.rs"]
mod proxy;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tempfile::TempDir;

use super::{Served, expect, with_keys};
use foreign::Foreign;
use proxy::{Kill, Proxy};

const POINTS: usize = 50;
const WORKERS: usize = 10;
/// How many of the first requests have a point of their own: they are set-up.
const DENSE: usize = 12;

/// A served pair that holds foreign buckets too, behind a proxy that counts.
struct World {
    served: Served,
    foreign: Foreign,
    proxy: Proxy,
    ledger: TempDir,
}

/// When a run is killed.
#[derive(Debug, Clone, Copy)]
enum Point {
    /// At the request of this number, before or after the server has it.
    Request(usize, Kill),
    /// After this time.
    Time(Duration),
}

/// What an unkilled run takes.
struct Whole {
    requests: usize,
    time: Duration,
}

impl World {
    fn new() -> Self {
        let served = Served::start(&[]);
        let foreign = Foreign::new(&served.source, &served.destination);
        let proxy = Proxy::new(&served.source, &served.destination);
        let ledger = tempfile::tempdir().unwrap();
        Self {
            served,
            foreign,
            proxy,
            ledger,
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = with_keys();
        command
            .env("BUCKETPAIR_LEDGER", self.ledger.path())
            .args(arguments)
            .args(["--target", &self.proxy.target()])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// A run on fresh pairs, or on somebody's.
    fn run(&self, on_theirs: bool) -> Child {
        let theirs = Foreign::PAIR.join(",");
        let pair = ["--pair", theirs.as_str()];
        let mut arguments = vec!["run", "version-id", "multipart"];
        match on_theirs {
            true => arguments.extend(pair),
            false => arguments.extend(["delete-marker-travels", "two-destinations"]),
        }
        self.command(&arguments).spawn().unwrap()
    }

    fn measure(&self, on_theirs: bool) -> Whole {
        let began = Instant::now();
        self.proxy.arm(None);
        let ended = self.run(on_theirs).wait_with_output().unwrap();
        expect(&ended, 0, &["passed"]);
        Whole {
            requests: self.proxy.requests(),
            time: began.elapsed(),
        }
    }

    /// Kills a run at the point, and says in which phase it was.
    fn kill(&self, point: Point, on_theirs: bool) -> &'static str {
        let child = Arc::new(Mutex::new(self.run(on_theirs)));
        if let Point::Request(number, kill) = point {
            self.proxy.arm(Some((number, kill, Arc::clone(&child))));
        }
        let began = Instant::now();
        loop {
            let mut child = child.lock().unwrap();
            if matches!(point, Point::Time(time) if began.elapsed() >= time) {
                child.kill().unwrap();
            }
            if child.try_wait().unwrap().is_some() {
                break;
            }
            drop(child);
            assert!(began.elapsed() < Duration::from_secs(120), "{point:?}");
            std::thread::sleep(Duration::from_millis(2));
        }
        self.proxy.arm(None);
        self.proxy.drain();
        phase(self.ledger.path())
    }

    fn sweep(&self) {
        let swept = self.command(&["sweep", "--yes"]).output().unwrap();
        expect(&swept, 0, &["0 stay"]);
    }
}

/// What the last line of the run's ledger says. Ledgers that hold intentions only which came to
/// nothing are left by earlier points.
fn phase(folder: &Path) -> &'static str {
    let files = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap());
    let newest = files.max_by_key(|entry| entry.metadata().unwrap().modified().unwrap());
    let text = newest.map(|newest| std::fs::read_to_string(newest.path()).unwrap());
    let text = text.unwrap_or_default();
    match text.lines().last() {
        Some(line) if line.contains("\"removed\"") => "tearing down",
        Some(line) if line.contains("\"tagged\"") => "writing",
        Some(line) if line.contains("\"prefix\"") => "in somebody's pair",
        Some(line) if line.contains("\"intended\"") => "creating",
        _ => "before or after",
    }
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |text| text.parse().expect("a whole number"))
}

/// Half of the points by requests, the first ones close together, half by time.
fn point(index: usize, points: usize, whole: &Whole, random: &mut StdRng) -> Point {
    let kill = match index % 4 < 2 {
        true => Kill::Before,
        false => Kill::After,
    };
    if index < DENSE {
        return Point::Request(index + 1, kill);
    }
    match index.is_multiple_of(2) {
        true => {
            let spread = whole.requests * index / points;
            let jitter = random.random_range(0..=whole.requests / points + 1);
            Point::Request((spread + jitter).max(1), kill)
        }
        false => Point::Time(whole.time.mul_f64(random.random_range(0.02..1.0))),
    }
}

#[expect(
    clippy::print_stdout,
    reason = "the seed and the phases belong in the test's output"
)]
#[test]
fn after_a_sigkill_anywhere_a_sweep_leaves_nothing_of_ours_and_all_of_theirs() {
    let (points, seed) = (number("KILL_POINTS", POINTS), number("KILL_SEED", 7));
    let next = Arc::new(Mutex::new(0..points));
    let phases = Arc::new(Mutex::new(BTreeMap::<&str, usize>::new()));
    println!("{points} points, KILL_SEED={seed}");
    let world = World::new();
    let whole = [world.measure(false), world.measure(true)];
    std::thread::scope(|scope| {
        for _ in 0..WORKERS.min(points) {
            scope.spawn(|| work(&next, points, seed, &whole, &phases));
        }
    });
    let phases = phases.lock().unwrap();
    println!("killed: {phases:?}");
    assert_eq!(phases.values().sum::<usize>(), points);
    for phase in ["creating", "writing", "tearing down", "in somebody's pair"] {
        assert!(
            phases.contains_key(phase),
            "no point hit {phase:?} with KILL_SEED={seed}: {phases:?}"
        );
    }
}

fn work(
    next: &Mutex<std::ops::Range<usize>>,
    points: usize,
    seed: usize,
    whole: &[Whole; 2],
    phases: &Mutex<BTreeMap<&'static str, usize>>,
) {
    let world = World::new();
    let before = world.foreign.snapshot();
    loop {
        let Some(index) = next.lock().unwrap().next() else {
            return;
        };
        // Every fourth run is on the pair that is somebody's.
        let on_theirs = index >= DENSE && index % 4 == 1 || index == DENSE;
        let mut random = StdRng::seed_from_u64((seed * 1_000_003 + index) as u64);
        let whole = &whole[usize::from(on_theirs)];
        let point = point(index, points, whole, &mut random);
        let phase = world.kill(point, on_theirs);
        world.sweep();
        let after = world.foreign.snapshot();
        assert_eq!(
            before, after,
            "point {index} ({point:?}, {phase}) with KILL_SEED={seed}"
        );
        *phases.lock().unwrap().entry(phase).or_default() += 1;
    }
}

#[test]
fn a_sweep_leaves_a_run_that_lives_alone() {
    let world = World::new();
    let mut run = world.run(false);
    let began = Instant::now();
    let is_there = || {
        std::fs::read_dir(world.ledger.path())
            .unwrap()
            .next()
            .is_some()
    };
    while !is_there() && began.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(2));
    }
    let swept = world.command(&["sweep", "--yes"]).output().unwrap();
    let ended = run.try_wait().unwrap();
    assert!(ended.is_none(), "the run was over too soon");
    expect(&swept, 0, &["runs", "0 removed, 0 stay"]);
    expect(&run.wait_with_output().unwrap(), 0, &["4 passed"]);
    drop(world.served);
}
