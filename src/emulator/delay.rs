//! How long a replica takes: a distribution that the caller chooses.

use std::str::FromStr;
use std::time::Duration;

use rand::{Rng, RngExt};
use rand_distr::{Distribution, Exp1, LogNormal, Pareto, Uniform};

use crate::span;

/// The distribution of the delay between a write's acknowledgement and its replica.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Delay {
    /// Always the same.
    Constant(Duration),
    /// Anything between the two, equally likely.
    Uniform {
        /// The shortest.
        min: Duration,
        /// The longest.
        max: Duration,
    },
    /// Log-normal: most near the median, some much later.
    LogNormal {
        /// Half of the replicas take less.
        median: Duration,
        /// The standard deviation of the logarithm.
        sigma: f64,
    },
    /// Pareto: a heavy tail.
    Pareto {
        /// The shortest.
        min: Duration,
        /// The tail's exponent: the smaller, the heavier.
        shape: f64,
    },
    /// Exponential: what is waited for never becomes more likely.
    Exponential(
        /// How long replicas take on average.
        Duration,
    ),
    /// Two humps, each log-normal with a standard deviation of 0.1: most near the first, some near
    /// the second.
    Bimodal {
        /// The median of the first hump.
        first: Duration,
        /// The median of the second.
        second: Duration,
        /// How many of all replicas belong to the second, between 0 and 1.
        share: f64,
    },
}

/// How wide a hump of [`Delay::Bimodal`] is: the standard deviation of its logarithm.
const HUMP: f64 = 0.1;

impl Default for Delay {
    fn default() -> Self {
        Self::LogNormal {
            median: Duration::from_millis(25),
            sigma: 0.4,
        }
    }
}

/// No delay is longer: a heavy tail would overflow the clock otherwise.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

impl Delay {
    /// Draws one delay. A distribution whose parameters make no sense gives its shortest delay.
    pub(super) fn sample(self, random: &mut impl Rng) -> Duration {
        let seconds = match self {
            Self::Constant(delay) => return delay,
            Self::Uniform { min, max } => {
                Uniform::new_inclusive(min.as_secs_f64(), max.as_secs_f64())
                    .map_or(min.as_secs_f64(), |uniform| uniform.sample(random))
            }
            Self::LogNormal { median, sigma } => log_normal(median, sigma, random),
            Self::Pareto { min, shape } => Pareto::new(min.as_secs_f64(), shape)
                .map_or(min.as_secs_f64(), |pareto| pareto.sample(random)),
            Self::Exponential(mean) => {
                let times: f64 = Exp1.sample(random);
                mean.as_secs_f64() * times
            }
            Self::Bimodal {
                first,
                second,
                share,
            } => match random.random_bool(share.clamp(0.0, 1.0)) {
                true => log_normal(second, HUMP, random),
                false => log_normal(first, HUMP, random),
            },
        };
        Duration::try_from_secs_f64(seconds)
            .unwrap_or(LONGEST)
            .min(LONGEST)
    }
}

fn log_normal(median: Duration, sigma: f64, random: &mut impl Rng) -> f64 {
    LogNormal::new(median.as_secs_f64().ln(), sigma)
        .map_or(median.as_secs_f64(), |normal| normal.sample(random))
}

/// How a delay is written.
const FORMS: &str = "200ms, uniform:5ms..50ms, lognormal:25ms,0.5, pareto:5ms,1.5, \
                     exponential:25ms or bimodal:25ms,2s,0.1";

impl FromStr for Delay {
    type Err = String;

    /// Reads `200ms`, `uniform:5ms..50ms`, `lognormal:25ms,0.5`, `pareto:5ms,1.5`,
    /// `exponential:25ms` or `bimodal:25ms,2s,0.1`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("no such delay: {text:?}; write {FORMS}");
        let Some((name, rest)) = text.split_once(':') else {
            return span::parse(text).map(Self::Constant).ok_or_else(wrong);
        };
        let parsed = match name {
            "uniform" => rest.split_once("..").and_then(|(min, max)| {
                let (min, max) = (span::parse(min)?, span::parse(max)?);
                (min <= max).then_some(Self::Uniform { min, max })
            }),
            "lognormal" => two(rest).map(|(median, sigma)| Self::LogNormal { median, sigma }),
            "pareto" => two(rest).map(|(min, shape)| Self::Pareto { min, shape }),
            "exponential" => longer_than_nothing(rest).map(Self::Exponential),
            "bimodal" => bimodal(rest),
            _ => None,
        };
        parsed.ok_or_else(wrong)
    }
}

fn longer_than_nothing(text: &str) -> Option<Duration> {
    span::parse(text).filter(|duration| !duration.is_zero())
}

fn two(text: &str) -> Option<(Duration, f64)> {
    let (first, second) = text.split_once(',')?;
    let number: f64 = second.trim().parse().ok()?;
    let first = longer_than_nothing(first)?;
    (number > 0.0 && number.is_finite()).then_some((first, number))
}

fn bimodal(text: &str) -> Option<Delay> {
    let (first, rest) = text.split_once(',')?;
    let (second, share) = two(rest)?;
    let first = longer_than_nothing(first)?;
    (share < 1.0).then_some(Delay::Bimodal {
        first,
        second,
        share,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::SmallRng;
    use rstest::rstest;

    #[rstest]
    #[case("200ms", Delay::Constant(Duration::from_millis(200)))]
    #[case("uniform:5ms..1s", Delay::Uniform { min: Duration::from_millis(5), max: Duration::from_secs(1) })]
    #[case("lognormal:25ms,0.5", Delay::LogNormal { median: Duration::from_millis(25), sigma: 0.5 })]
    #[case("pareto:5ms,1.5", Delay::Pareto { min: Duration::from_millis(5), shape: 1.5 })]
    #[case("exponential:25ms", Delay::Exponential(Duration::from_millis(25)))]
    #[case("bimodal:25ms,2s,0.1", Delay::Bimodal { first: Duration::from_millis(25), second: Duration::from_secs(2), share: 0.1 })]
    fn delays_are_read(#[case] text: &str, #[case] delay: Delay) {
        assert_eq!(text.parse(), Ok(delay));
    }

    #[rstest]
    fn nonsense_is_refused_with_the_forms(
        #[values(
            "",
            "fast",
            "5",
            "uniform:9s..1s",
            "lognormal:1s",
            "pareto:0s,2",
            "gauss:1s,2",
            "exponential:0s",
            "bimodal:1s,2s",
            "bimodal:1s,2s,1"
        )]
        text: &str,
    ) {
        assert!(
            text.parse::<Delay>()
                .unwrap_err()
                .contains("pareto:5ms,1.5")
        );
    }

    #[test]
    fn the_second_hump_holds_its_share_and_the_exponential_its_mean() {
        let mut random = SmallRng::seed_from_u64(1);
        let humps: Delay = "bimodal:25ms,2s,0.1".parse().unwrap();
        let late = (0..10_000).filter(|_| humps.sample(&mut random) > Duration::from_secs(1));
        let late = late.count();
        assert!((900..1_100).contains(&late), "{late} of 10,000, seed 1");
        let waiting: Delay = "exponential:25ms".parse().unwrap();
        let all: Duration = (0..10_000).map(|_| waiting.sample(&mut random)).sum();
        let mean = all / 10_000;
        let near = Duration::from_millis(24)..Duration::from_millis(26);
        assert!(near.contains(&mean), "{mean:?}, seed 1");
    }

    #[test]
    fn half_of_log_normal_delays_are_below_the_median() {
        let mut random = SmallRng::seed_from_u64(1);
        let delay: Delay = "lognormal:25ms,0.5".parse().unwrap();
        let below = (0..10_000)
            .filter(|_| delay.sample(&mut random) < Duration::from_millis(25))
            .count();
        assert!((4_800..5_200).contains(&below), "{below} of 10,000, seed 1");
    }
}
