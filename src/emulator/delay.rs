//! How long a replica takes: a distribution that the caller chooses.

use std::str::FromStr;
use std::time::Duration;

use rand::Rng;
use rand_distr::{Distribution, LogNormal, Pareto, Uniform};

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
}

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
            Self::LogNormal { median, sigma } => LogNormal::new(median.as_secs_f64().ln(), sigma)
                .map_or(median.as_secs_f64(), |normal| normal.sample(random)),
            Self::Pareto { min, shape } => Pareto::new(min.as_secs_f64(), shape)
                .map_or(min.as_secs_f64(), |pareto| pareto.sample(random)),
        };
        Duration::try_from_secs_f64(seconds)
            .unwrap_or(LONGEST)
            .min(LONGEST)
    }
}

impl FromStr for Delay {
    type Err = String;

    /// Reads `200ms`, `uniform:5ms..50ms`, `lognormal:25ms,0.5` or `pareto:5ms,1.5`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "no such delay: {text:?}; write 200ms, uniform:5ms..50ms, lognormal:25ms,0.5 or \
                 pareto:5ms,1.5"
            )
        };
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
            _ => None,
        };
        parsed.ok_or_else(wrong)
    }
}

fn two(text: &str) -> Option<(Duration, f64)> {
    let (first, second) = text.split_once(',')?;
    let number: f64 = second.trim().parse().ok()?;
    let first = span::parse(first)?;
    (number > 0.0 && number.is_finite() && !first.is_zero()).then_some((first, number))
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
            "gauss:1s,2"
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
    fn half_of_log_normal_delays_are_below_the_median() {
        let mut random = SmallRng::seed_from_u64(1);
        let delay: Delay = "lognormal:25ms,0.5".parse().unwrap();
        let below = (0..10_000)
            .filter(|_| delay.sample(&mut random) < Duration::from_millis(25))
            .count();
        assert!((4_800..5_200).contains(&below), "{below} of 10,000, seed 1");
    }
}
