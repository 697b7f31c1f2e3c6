//! How wide intervals are by the plan alone: every look is answered at once, so that no figure
//! depends on the machine.

use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rstest::rstest;

use super::super::watched::Policy;
use super::tests::{MS, Made, made, planner};
use crate::history::Instant;

/// How long a replica takes, in milliseconds.
#[derive(Debug, Clone, Copy)]
enum Delay {
    Uniform(f64, f64),
    /// Median and sigma.
    LogNormal(f64, f64),
    /// Scale and shape.
    Pareto(f64, f64),
}

impl Delay {
    fn lag(self, random: &mut SmallRng) -> u64 {
        let share: f64 = random.random_range(1e-9..1.0);
        let ms = match self {
            Self::Uniform(from, to) => from + (to - from) * share,
            Self::LogNormal(median, sigma) => median * (sigma * normal(share, random)).exp(),
            Self::Pareto(scale, shape) => scale * share.powf(-1.0 / shape),
        };
        (ms * MS as f64) as u64
    }
}

/// Box and Muller.
fn normal(share: f64, random: &mut SmallRng) -> f64 {
    let turn = random.random_range(0.0..std::f64::consts::TAU);
    (-2.0 * share.ln()).sqrt() * turn.cos()
}

/// What was measured of so many objects that are written at this rate.
fn measured(delay: Delay, rate: u64, objects: usize) -> Made {
    let mut random = SmallRng::seed_from_u64(42);
    let lags: Vec<u64> = (0..objects).map(|_| delay.lag(&mut random)).collect();
    // As a canary that was written before.
    let first = Duration::from_nanos(delay.lag(&mut random));
    let (mut made, mut writes) = made(lags, 1_000 * MS / rate);
    for write in &mut writes {
        write.deadline = Instant(write.since.0 + 60_000 * MS);
    }
    let policy = Policy::near(rate as f64).with_rate(rate as f64);
    let mut planner = planner(policy);
    planner.expect((first.mul_f64(0.98), first.mul_f64(1.02)));
    made.run(&mut planner, writes);
    made
}

/// The width that this share of all intervals does not exceed, those without a bound included, and
/// the requests for each object.
fn width(made: &Made, share: f64) -> (Duration, f64) {
    let (widths, all) = (made.widths(), made.arrivals.len() as f64);
    let place = (share * all).ceil() as usize - 1;
    let width = widths.get(place).copied().unwrap_or(u64::MAX);
    (Duration::from_nanos(width), made.requests as f64 / all)
}

#[rstest]
#[case::constant(Delay::Uniform(40.0, 40.0))]
#[case::uniform(Delay::Uniform(5.0, 60.0))]
#[case::log_normal(Delay::LogNormal(25.0, 0.4))]
fn at_10_writes_a_second_half_of_the_intervals_are_at_most_2_ms_wide(#[case] delay: Delay) {
    let (width, each) = width(&measured(delay, 10, 300), 0.5);
    let held = width <= Duration::from_millis(2) && each <= 60.0;
    assert!(held, "{width:?} with {each} requests an object, {delay:?}");
}

#[rstest]
#[case::constant(Delay::Uniform(4_000.0, 4_000.0), 10)]
#[case::nearly_constant(Delay::Uniform(3_990.0, 4_010.0), 10)]
#[case::log_normal(Delay::LogNormal(3_500.0, 0.5), 250)]
#[case::pareto(Delay::Pareto(1_300.0, 1.5), 250)]
fn at_500_writes_a_second_99_percent_are_at_most_so_wide_for_1_5_requests_each(
    #[case] delay: Delay,
    #[case] most: u64,
) {
    let (width, each) = width(&measured(delay, 500, 4_000), 0.99);
    let held = width <= Duration::from_millis(most) && each <= 1.5;
    assert!(held, "{width:?} with {each} requests an object, {delay:?}");
}
