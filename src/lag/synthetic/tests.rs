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

/// The inverse distribution functions, with `scipy.stats`: `expon`, `lognorm` and `pareto`.
#[rstest]
#[case(Shape::Constant(MEAN), 0.9, 100_000_000.0)]
#[case(Shape::Exponential(MEAN), 0.5, 69_314_718.055_994_53)]
#[case(Shape::Exponential(MEAN), 0.99, 460_517_018.598_809_1)]
#[case(Shape::LogNormal { median: MEAN, sigma: 0.7 }, 0.5, 100_000_000.0)]
#[case(Shape::LogNormal { median: MEAN, sigma: 0.7 }, 0.9, 245_244_649.543_061)]
#[case(Shape::Pareto { min: MEAN, shape: 1.5 }, 0.5, 158_740_105.196_819_9)]
#[case(Shape::Pareto { min: MEAN, shape: 1.5 }, 0.9, 464_158_883.361_277_8)]
fn a_quantile_of_a_shape_is_that_of_its_distribution(
    #[case] shape: Shape,
    #[case] share: f64,
    #[case] expected: f64,
) {
    let seen = shape.quantile(share);
    assert!((seen / expected - 1.0).abs() < 1e-7, "{seen}");
}

#[test]
fn a_run_without_looks_knows_its_lags_exactly() {
    let run = Synthetic::new(Shape::Constant(MEAN)).with_slower(1.5);
    let seen = run.measured(3, &mut SmallRng::seed_from_u64(4));
    assert_eq!(seen.facts.run, "synthetic");
    for (index, sample) in seen.samples.iter().enumerate() {
        let expected = Interval {
            lower_ns: 150_000_000,
            upper_ns: Some(150_000_000),
            censoring: Censoring::None,
            start_uncertainty_ns: 0,
        };
        let at = index as u64 * 100_000_000;
        assert_eq!((sample.interval, sample.op), (expected, index as u32));
        assert_eq!((sample.sent_ns, sample.acknowledged_ns), (at, at));
    }
}

#[test]
fn what_is_there_at_the_first_look_is_censored_on_the_left() {
    let run = Synthetic::new(Shape::Exponential(MEAN)).with_looks(MEAN);
    let samples = run.run(500, &mut SmallRng::seed_from_u64(5));
    let left = |sample: &&Sample| sample.interval.lower_ns == 0;
    for sample in &samples {
        let expected = match left(&sample) {
            true => Censoring::Left,
            false => Censoring::None,
        };
        assert_eq!(sample.interval.censoring, expected);
    }
    let n = samples.iter().filter(left).count();
    assert!((50..450).contains(&n), "{n}");
}

#[test]
fn looks_begin_anywhere_between_two_of_them() {
    let run = Synthetic::new(Shape::Constant(MEAN)).with_looks(MEAN);
    let mut rng = SmallRng::seed_from_u64(6);
    let firsts: Vec<_> = (0..1_000).map(|_| run.seen(0.0, &mut rng)).collect();
    assert!(
        firsts
            .iter()
            .all(|(lower, first)| *lower <= 0.0 && *first < 1e8)
    );
    let mean = firsts.iter().map(|(_, first)| first).sum::<f64>() / 1e3;
    assert!((4.5e7..5.5e7).contains(&mean), "{mean}");
}
