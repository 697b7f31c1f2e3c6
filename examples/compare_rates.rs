//! How often a comparison cries wolf, and how many samples it takes to see a change: counted on
//! runs drawn from distributions. `just compare-rates` runs it; `docs/statistics.md` holds the
//! figures.
//!
//! Usage: `compare_rates false-alarms|power|coverage [REPETITIONS]`.
#![expect(clippy::print_stdout, reason = "its result is what it prints")]

use std::time::Duration;

use bucketpair::lag::{Change, Compared, Measured, OperationType, Shape, Synthetic, compare};
use rand::SeedableRng;
use rand::rngs::SmallRng;

const MEDIAN: Duration = Duration::from_millis(25);

fn log_normal(sigma: f64) -> Shape {
    Shape::LogNormal {
        median: MEDIAN,
        sigma,
    }
}

/// A run of several operations that share what slows them.
fn mixed(run: Synthetic, n: usize, rng: &mut SmallRng) -> Measured {
    let mut measured = run.measured(n, rng);
    let kinds = [
        (OperationType::Put, 1024),
        (OperationType::Put, 1 << 20),
        (OperationType::Overwrite, 1024),
        (OperationType::Multipart, 8 << 20),
    ];
    for (index, sample) in measured.samples.iter_mut().enumerate() {
        (sample.operation, sample.size) = kinds[index % kinds.len()];
    }
    measured
}

struct Scenario {
    name: &'static str,
    run: Synthetic,
    n: (usize, usize),
    mixed: bool,
    /// Runs a side, and how much the runs differ as a whole.
    runs: (usize, f64),
}

impl Scenario {
    fn side(&self, n: usize, rng: &mut SmallRng) -> Vec<Measured> {
        (0..self.runs.0)
            .map(|_| {
                let drift = log_normal_factor(self.runs.1, rng);
                let run = self.run.with_slower(drift);
                match self.mixed {
                    true => mixed(run, n, rng),
                    false => run.measured(n, rng),
                }
            })
            .collect()
    }

    fn changes(&self, seed: u64, asked: &Compared) -> Vec<Change> {
        let mut rng = SmallRng::seed_from_u64(seed);
        let base = self.side(self.n.0, &mut rng);
        let new = self.side(self.n.1, &mut rng);
        let compared = compare(&base, &new, asked, &mut rng);
        compared.rows.into_iter().map(|row| row.change).collect()
    }
}

fn log_normal_factor(sigma: f64, rng: &mut SmallRng) -> f64 {
    let shape = Shape::LogNormal {
        median: Duration::from_secs(1),
        sigma,
    };
    let one = Synthetic::new(shape).run(1, rng);
    one[0].interval.lower_ns as f64 / 1e9
}

fn scenarios() -> Vec<Scenario> {
    let plain = Synthetic::new(log_normal(0.5));
    let scenario = |name, run, n| Scenario {
        name,
        run,
        n,
        mixed: false,
        runs: (1, 0.0),
    };
    let mixed = |name, run, n| Scenario {
        mixed: true,
        ..scenario(name, run, n)
    };
    let runs = |name, run, n, runs| Scenario {
        runs,
        ..mixed(name, run, n)
    };
    vec![
        scenario("independent, 300", plain, (300, 300)),
        scenario("independent, 2,000", plain, (2_000, 2_000)),
        scenario("independent, 500 and 4,000", plain, (500, 4_000)),
        mixed("independent, 4 kinds, 4,000", plain, (4_000, 4_000)),
        scenario(
            "pareto 1.1, 2,000",
            Synthetic::new(Shape::Pareto {
                min: MEDIAN,
                shape: 1.1,
            }),
            (2_000, 2_000),
        ),
        scenario(
            "looks 40 ms apart, 2,000",
            plain.with_looks(Duration::from_millis(40)),
            (2_000, 2_000),
        ),
        scenario(
            "correlation 0.5, 2,000",
            plain.with_correlation(0.5),
            (2_000, 2_000),
        ),
        scenario(
            "correlation 0.9, 1,000",
            plain.with_correlation(0.9),
            (1_000, 1_000),
        ),
        scenario(
            "correlation 0.9, 2,000",
            plain.with_correlation(0.9),
            (2_000, 2_000),
        ),
        scenario(
            "correlation 0.9, 10,000",
            plain.with_correlation(0.9),
            (10_000, 10_000),
        ),
        scenario(
            "correlation 0.9, 2,000 and 8,000",
            plain.with_correlation(0.9),
            (2_000, 8_000),
        ),
        mixed(
            "correlation 0.9, 4 kinds, 4,000",
            plain.with_correlation(0.9),
            (4_000, 4_000),
        ),
        scenario(
            "correlation 0.98, 2,000",
            plain.with_correlation(0.98),
            (2_000, 2_000),
        ),
        scenario(
            "correlation 0.98, 10,000",
            plain.with_correlation(0.98),
            (10_000, 10_000),
        ),
        scenario(
            "correlation 0.99, 4,000",
            plain.with_correlation(0.99),
            (4_000, 4_000),
        ),
        scenario(
            "correlation 0.995, 2,000",
            plain.with_correlation(0.995),
            (2_000, 2_000),
        ),
        scenario(
            "outages, 2,000",
            plain.with_outages(200.0, 10.0),
            (2_000, 2_000),
        ),
        scenario(
            "rare outages, 5,000",
            plain.with_outages(1_000.0, 50.0),
            (5_000, 5_000),
        ),
        mixed(
            "outages, 4 kinds, 8,000",
            plain.with_outages(400.0, 20.0),
            (8_000, 8_000),
        ),
        runs("5 runs a side, 10 % apart", plain, (400, 400), (5, 0.1)),
        runs(
            "8 runs a side, correlated and 10 % apart",
            plain.with_correlation(0.9),
            (400, 400),
            (8, 0.1),
        ),
    ]
}

fn false_alarms(repetitions: u64) {
    let mut asked = Compared::default();
    asked.permutations = 1_999;
    asked.min_effect = 0.0;
    println!(
        "| equal runs | any false alarm | a regression | nothing could be said |\n|---|---|---|---|"
    );
    for scenario in scenarios() {
        let (mut any, mut regressions, mut silent) = (0, 0, 0);
        for seed in 0..repetitions {
            let changes = scenario.changes(seed, &asked);
            let has = |change| changes.contains(&change);
            any += u64::from(has(Change::Regression) || has(Change::Improvement));
            regressions += u64::from(has(Change::Regression));
            silent += u64::from(changes.iter().all(|change| *change == Change::TooFew));
        }
        let share = |count: u64| 100.0 * count as f64 / repetitions as f64;
        println!(
            "| {} | {:.2} % | {:.2} % | {:.0} % |",
            scenario.name,
            share(any),
            share(regressions),
            share(silent)
        );
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let repetitions = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(200);
    match what.as_str() {
        "false-alarms" => false_alarms(repetitions),
        _ => println!("false-alarms, power or coverage?"),
    }
}
