//! How often a comparison cries wolf, how many samples it takes to see a change, and how often a
//! band holds its quantile: counted on runs drawn from distributions. `just compare-rates` runs it,
//! and `docs/statistics.md` holds the figures.
//!
//! Usage: `compare_rates false-alarms|power|coverage|trend REPETITIONS`. Every repetition is a seed, so
//! that the same command prints the same table.
#![expect(clippy::print_stdout, reason = "its result is what it prints")]

use std::fmt;
use std::time::Duration;

use bucketpair::lag::{
    Asked, Change, Compared, Measured, Night, OperationType, Profile, Quantile, Shape, Synthetic,
    Trended, compare, trend,
};
use rand::SeedableRng;
use rand::rngs::SmallRng;

const MEDIAN: Duration = Duration::from_millis(25);

const LOG_NORMAL: Shape = Shape::LogNormal {
    median: MEDIAN,
    sigma: 0.5,
};
const WIDE_LOG_NORMAL: Shape = Shape::LogNormal {
    median: MEDIAN,
    sigma: 1.0,
};
const EXPONENTIAL: Shape = Shape::Exponential(MEDIAN);
const PARETO: Shape = Shape::Pareto {
    min: MEDIAN,
    shape: 1.5,
};

/// What makes the lags of a run depend on each other, if anything.
#[derive(Clone, Copy)]
enum Series {
    Independent(Shape),
    /// The looks lie this many milliseconds apart.
    Looked(u64),
    /// The correlation of neighbours.
    Alike(f64),
    /// One in so many writes begins an outage, which lasts so many.
    Outages(f64, f64),
}

impl Series {
    fn run(self) -> Synthetic {
        let plain = Synthetic::new(LOG_NORMAL);
        match self {
            Self::Independent(shape) => Synthetic::new(shape),
            Self::Looked(apart) => plain.with_looks(Duration::from_millis(apart)),
            Self::Alike(correlation) => plain.with_correlation(correlation),
            Self::Outages(every, lasting) => plain.with_outages(every, lasting),
        }
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Independent(shape) => write!(f, "independent, {}", named(*shape)),
            Self::Looked(apart) => write!(f, "looks {apart} ms apart"),
            Self::Alike(correlation) => write!(f, "correlation {correlation}"),
            Self::Outages(every, lasting) => write!(f, "outages of {lasting} writes in {every}"),
        }
    }
}

fn named(shape: Shape) -> String {
    match shape {
        Shape::Exponential(_) => "exponential".to_owned(),
        Shape::LogNormal { sigma, .. } => format!("log-normal σ {sigma}"),
        Shape::Pareto { shape, .. } => format!("Pareto {shape}"),
        Shape::Constant(always) => format!("always {always:?}"),
    }
}

/// Two sides that are equal: how their lags come, samples a run of BASE and of NEW, kinds of
/// operation, runs a side and by how much whole runs differ.
type Equal = (Series, (usize, usize), usize, (usize, f64));

const ONE: (usize, f64) = (1, 0.0);

const EQUALS: [Equal; 20] = [
    (Series::Independent(LOG_NORMAL), (300, 300), 1, ONE),
    (Series::Independent(LOG_NORMAL), (2_000, 2_000), 1, ONE),
    (Series::Independent(LOG_NORMAL), (500, 4_000), 1, ONE),
    (Series::Independent(LOG_NORMAL), (4_000, 4_000), 4, ONE),
    (Series::Independent(PARETO), (2_000, 2_000), 1, ONE),
    (Series::Looked(40), (2_000, 2_000), 1, ONE),
    (Series::Alike(0.5), (2_000, 2_000), 1, ONE),
    (Series::Alike(0.9), (1_000, 1_000), 1, ONE),
    (Series::Alike(0.9), (2_000, 2_000), 1, ONE),
    (Series::Alike(0.9), (10_000, 10_000), 1, ONE),
    (Series::Alike(0.9), (2_000, 8_000), 1, ONE),
    (Series::Alike(0.9), (4_000, 4_000), 4, ONE),
    (Series::Alike(0.98), (2_000, 2_000), 1, ONE),
    (Series::Alike(0.98), (10_000, 10_000), 1, ONE),
    (Series::Alike(0.995), (2_000, 2_000), 1, ONE),
    (Series::Outages(200.0, 10.0), (2_000, 2_000), 1, ONE),
    (Series::Outages(1_000.0, 50.0), (5_000, 5_000), 1, ONE),
    (Series::Outages(400.0, 20.0), (8_000, 8_000), 4, ONE),
    (Series::Independent(LOG_NORMAL), (400, 400), 4, (5, 0.1)),
    (Series::Alike(0.9), (400, 400), 4, (8, 0.1)),
];

fn side((series, _, kinds, (runs, apart)): Equal, n: usize, rng: &mut SmallRng) -> Vec<Measured> {
    let factor = Synthetic::new(Shape::LogNormal {
        median: Duration::from_secs(1),
        sigma: apart,
    });
    let mut run = || {
        let slower = factor.run(1, rng)[0].interval.lower_ns as f64 / 1e9;
        mixed(series.run().with_slower(slower).measured(n, rng), kinds)
    };
    (0..runs).map(|_| run()).collect()
}

/// Spreads a run over several operations, which share what slows them.
fn mixed(mut run: Measured, kinds: usize) -> Measured {
    const KINDS: [(OperationType, u64); 4] = [
        (OperationType::Put, 1024),
        (OperationType::Put, 1 << 20),
        (OperationType::Overwrite, 1024),
        (OperationType::Multipart, 8 << 20),
    ];
    for (index, sample) in run.samples.iter_mut().enumerate() {
        (sample.operation, sample.size) = KINDS[index % kinds];
    }
    run
}

fn asked(min_effect: f64) -> Compared {
    let mut asked = Compared::default();
    (asked.permutations, asked.min_effect) = (1_999, min_effect);
    asked
}

fn percent(count: u64, of: u64) -> String {
    format!("{:.2} %", 100.0 * count as f64 / of as f64)
}

fn false_alarms(repetitions: u64) {
    println!(
        "| equal runs | n | kinds × quantiles | runs a side | false alarm of any | a regression | too short to say |"
    );
    println!("|---|---|---|---|---|---|---|");
    for equal in EQUALS {
        let (series, (base_n, new_n), kinds, (runs, _)) = equal;
        let (mut any, mut regressions, mut silent) = (0, 0, 0);
        for seed in 0..repetitions {
            let mut rng = SmallRng::seed_from_u64(seed);
            let (base, new) = (side(equal, base_n, &mut rng), side(equal, new_n, &mut rng));
            let seen = compare(&base, &new, &asked(0.0), &mut rng);
            let regression = seen.has(Change::Regression);
            any += u64::from(regression || seen.has(Change::Improvement));
            regressions += u64::from(regression);
            silent += u64::from(matches!(
                seen.permuted,
                bucketpair::lag::Permuted::Nothing { .. }
            ));
        }
        let [any, regressions, silent] =
            [any, regressions, silent].map(|count| percent(count, repetitions));
        println!(
            "| {series} | {base_n}, {new_n} | {kinds} × 4 | {runs} | {any} | {regressions} | {silent} |"
        );
    }
}

const LADDER: [usize; 10] = [
    100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000,
];
/// A change counts as seen from the n on that shows it in this share of the repetitions.
const POWER: f64 = 0.8;

/// The first n of the ladder that shows each quantile slower in 8 of 10 repetitions.
fn samples_to_see(
    shape: Shape,
    correlation: f64,
    slower: f64,
    repetitions: u64,
) -> [Option<usize>; 4] {
    let mut found = [None; 4];
    let run = Synthetic::new(shape).with_correlation(correlation);
    for n in LADDER {
        let mut seen = [0_u64; 4];
        for seed in 0..repetitions {
            let mut rng = SmallRng::seed_from_u64(seed);
            let base = run.measured(n, &mut rng);
            let new = run.with_slower(slower).measured(n, &mut rng);
            let compared = compare(&[base], &[new], &asked(0.1), &mut rng);
            for (seen, row) in seen.iter_mut().zip(&compared.rows) {
                *seen += u64::from(row.change == Change::Regression);
            }
        }
        for (found, seen) in found.iter_mut().zip(seen) {
            let is_enough = seen as f64 >= POWER * repetitions as f64;
            *found = found.or(is_enough.then_some(n));
        }
        if found.iter().all(Option::is_some) {
            break;
        }
    }
    found
}

fn power(repetitions: u64) {
    println!("| distribution | slower by | p50 | p90 | p99 | p99.9 |\n|---|---|---|---|---|---|");
    let rows = [
        (LOG_NORMAL, 0.0),
        (WIDE_LOG_NORMAL, 0.0),
        (EXPONENTIAL, 0.0),
        (PARETO, 0.0),
        (LOG_NORMAL, 0.9),
    ];
    for (shape, correlation) in rows {
        for slower in [1.1, 1.25, 1.5, 2.0] {
            let needed = samples_to_see(shape, correlation, slower, repetitions);
            let [a, b, c, d] = needed.map(|n| n.map_or("> 100000".to_owned(), |n| n.to_string()));
            let alike = match correlation > 0.0 {
                true => format!(", correlation {correlation}"),
                false => String::new(),
            };
            let by = (slower - 1.0) * 100.0;
            println!(
                "| {}{alike} | {by:.0} % | {a} | {b} | {c} | {d} |",
                named(shape)
            );
        }
    }
}

/// In how many runs a band did not hold the true quantile, and in how many there was one.
fn coverage(repetitions: u64) {
    println!("| lags | n | p50 | p90 | p99 | p99.9 |\n|---|---|---|---|---|---|");
    let shapes = [
        (LOG_NORMAL, 0.0),
        (PARETO, 0.0),
        (LOG_NORMAL, 0.5),
        (LOG_NORMAL, 0.8),
        (LOG_NORMAL, 0.95),
    ];
    for (shape, correlation) in shapes {
        for n in [100, 500, 2_000, 10_000] {
            let run = Synthetic::new(shape).with_correlation(correlation);
            let cells = held(shape, run, n, repetitions).map(|(held, of)| match of {
                0 => "refused".to_owned(),
                _ => format!(
                    "{} ({})",
                    percent(of - held, repetitions),
                    percent(of, repetitions)
                ),
            });
            println!(
                "| {}, correlation {correlation} | {n} | {} |",
                named(shape),
                cells.join(" | ")
            );
        }
    }
}

/// How often the band held the true quantile, and of how many bands.
fn held(shape: Shape, run: Synthetic, n: usize, repetitions: u64) -> [(u64, u64); 4] {
    let mut asked = Asked::default();
    asked.quantiles = vec![0.5, 0.9, 0.99, 0.999];
    let mut counts = [(0, 0); 4];
    for seed in 0..repetitions {
        let measured = run.measured(n, &mut SmallRng::seed_from_u64(seed));
        let profile = Profile::of(&measured.facts, &measured.samples, &asked);
        for (count, quantile) in counts.iter_mut().zip(&profile.cells[0].service) {
            let Quantile::Band(band) = quantile else {
                continue;
            };
            let truth = shape.quantile(band.quantile);
            let below = band
                .upper_ns
                .is_none_or(|upper| truth <= upper as f64 + 1.0);
            count.0 += u64::from(band.lower_ns as f64 <= truth && below);
            count.1 += 1;
        }
    }
    counts
}

/// Samples a night, and by how much whole nights differ: the deviation of the logarithm.
const NIGHT: (usize, f64) = (500, 0.1);

/// In how many histories a change of the last nights is seen, and one where there is none.
fn trends(repetitions: u64) {
    println!(
        "| nights before | nights after | slower by | p50 | p90 | p99 | any series |\n|---|---|---|---|---|---|---|"
    );
    let changes = [(7, 7, 1.0), (15, 15, 1.0), (45, 45, 1.0)].into_iter();
    let slower = [1.25, 1.5, 2.0];
    let after = [3, 5, 7, 14];
    let seen = after
        .into_iter()
        .flat_map(|after| slower.map(|slower| (30, after, slower)));
    for (before, after, slower) in changes.chain(seen) {
        let counts = trend_seen(before, after, slower, repetitions);
        let shares = counts.map(|count| percent(count, repetitions)).join(" | ");
        let by = (slower - 1.0) * 100.0;
        println!("| {before} | {after} | {by:.0} % | {shares} |");
    }
}

/// In how many histories p50, p90, p99 and any of them changed.
fn trend_seen(before: usize, after: usize, slower: f64, repetitions: u64) -> [u64; 4] {
    let mut asked = Trended::default();
    asked.permutations = 1_999;
    let (samples, apart) = NIGHT;
    let factor = Synthetic::new(Shape::LogNormal {
        median: Duration::from_secs(1),
        sigma: apart,
    });
    let mut counts = [0; 4];
    for seed in 0..repetitions {
        let mut rng = SmallRng::seed_from_u64(seed);
        let nights = (0..before + after).map(|night| {
            let alike = factor.run(1, &mut rng)[0].interval.lower_ns as f64 / 1e9;
            let slower = if night < before {
                alike
            } else {
                alike * slower
            };
            let mut run = Synthetic::new(LOG_NORMAL)
                .with_slower(slower)
                .measured(samples, &mut rng);
            (run.facts.started, run.facts.run) = (night as u64, night.to_string());
            Night::of(&run)
        });
        let nights: Vec<_> = nights.collect();
        let seen = trend(nights, &asked, &mut rng);
        let changed: Vec<_> = seen.series.iter().map(|s| !s.changes.is_empty()).collect();
        for (count, changed) in counts.iter_mut().zip(&changed) {
            *count += u64::from(*changed);
        }
        counts[3] += u64::from(changed.contains(&true));
    }
    counts
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let repetitions = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(200);
    match what.as_str() {
        "false-alarms" => false_alarms(repetitions),
        "power" => power(repetitions),
        "coverage" => coverage(repetitions),
        "trend" => trends(repetitions),
        _ => println!("usage: compare_rates false-alarms|power|coverage|trend REPETITIONS"),
    }
}
