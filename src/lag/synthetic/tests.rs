//! What is drawn has the distribution that it says.

use rand::SeedableRng;
use rand::rngs::SmallRng;
use rstest::rstest;

use super::*;

const MEAN: Duration = Duration::from_millis(100);

#[rstest]
fn the_quantiles_of_what_is_drawn_are_those_of_the_shape(
    #[values(
        Shape::Constant(MEAN),
        Shape::Exponential(MEAN),
        Shape::LogNormal { median: MEAN, sigma: 0.7 },
        Shape::Pareto { min: MEAN, shape: 1.5 },
    )]
    shape: Shape,
    #[values(0.0, 0.8)] correlation: f64,
) {
    let run = Synthetic::new(shape).with_correlation(correlation);
    let mut lags = run.lags(40_000, &mut SmallRng::seed_from_u64(1));
    lags.sort_by(f64::total_cmp);
    for share in [0.1, 0.5, 0.9] {
        let (seen, expected) = (lags[(share * 4e4) as usize], shape.quantile(share));
        assert!(
            (seen / expected).ln().abs() < 0.06,
            "{share}: {seen} and {expected}"
        );
    }
}

#[test]
fn looks_enclose_what_they_look_for() {
    let shape = Shape::Exponential(MEAN);
    let exact = Synthetic::new(shape);
    let looked = exact.with_looks(Duration::from_millis(30));
    let lags = exact.lags(500, &mut SmallRng::seed_from_u64(2));
    for lag in lags {
        let (lower, upper) = looked.seen(lag, &mut SmallRng::seed_from_u64(lag as u64));
        assert!(lower <= lag && lag <= upper && upper - lower <= 30_000_001.0);
    }
}

#[test]
fn what_is_written_in_an_outage_arrives_when_it_is_over() {
    let calm = Synthetic::new(Shape::Constant(Duration::from_millis(1)));
    let lags = calm
        .with_outages(50.0, 10.0)
        .lags(5_000, &mut SmallRng::seed_from_u64(3));
    let late = lags.iter().filter(|lag| **lag > 2e6).count();
    assert!((500..1_400).contains(&late), "{late}");
}
