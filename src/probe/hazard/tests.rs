//! Where looks are made, for lags of several shapes.

use super::*;

const FINEST: Duration = Duration::from_millis(1);
const MS: f64 = 1e6;

fn density(ages: impl IntoIterator<Item = f64>, looks: f64) -> Density {
    even_density(ages, looks, f64::INFINITY)
}

fn even_density(ages: impl IntoIterator<Item = f64>, looks: f64, widest: f64) -> Density {
    let mut known = Known::default();
    ages.into_iter().for_each(|age| known.arrived(age));
    let spending = Spending {
        requests: looks,
        rate: 0.0,
        entry: 0.0,
        finest: FINEST,
        widest,
    };
    known.density(Schedule::NEAR, spending)
}

/// The ages of the looks at something that arrives at `arrival`, the last of which has it.
fn looks(density: &Density, arrival: f64) -> Vec<f64> {
    let mut ages = vec![density.next(0.0, 1.0)];
    while let Some(last) = ages.last().copied().filter(|last| *last < arrival) {
        ages.push(density.next(last, 1.0));
    }
    ages
}

/// Expected looks and the median width over these arrivals.
fn cost_and_width(density: &Density, arrivals: &[f64]) -> (f64, f64) {
    let all: Vec<_> = arrivals
        .iter()
        .map(|arrival| looks(density, *arrival))
        .collect();
    let looks = all.iter().map(Vec::len).sum::<usize>() as f64 / all.len() as f64;
    let width = |ages: &Vec<f64>| ages.last().unwrap() - ages.iter().rev().nth(1).unwrap_or(&0.0);
    let mut widths: Vec<f64> = all.iter().map(width).collect();
    widths.sort_by(f64::total_cmp);
    (looks, widths[widths.len() / 2])
}

/// 400 quantiles of a log-normal lag, by the inverse of a logistic that is close to the normal.
fn heavy(median: f64) -> Vec<f64> {
    let quantile = |k: usize| {
        let share = (k as f64 + 0.5) / 400.0;
        median * ((share / (1.0 - share)).ln() * 0.6 * 0.5).exp()
    };
    (0..400).map(quantile).collect()
}

#[test]
fn nothing_known_is_looked_at_as_the_schedule_says() {
    let density = Density::prior(Schedule::NEAR);
    let first = density.next(0.0, 1.0);
    assert!((first - 2.0 * MS).abs() < 1.0, "{first}");
    let pause = density.next(first, 1.0) - first;
    assert!(
        (pause - Schedule::NEAR.pause_at(first)).abs() < 1.0,
        "{pause}"
    );
}

#[test]
fn a_constant_lag_takes_a_handful_of_looks_and_gives_narrow_intervals() {
    let arrivals: Vec<f64> = (0..400)
        .map(|k| 4_000.0 * MS + f64::from(k % 20) * MS / 10.0)
        .collect();
    let density = density(arrivals.clone(), 24.0);
    let (looks, width) = cost_and_width(&density, &arrivals);
    assert!(
        looks <= 8.0 && width <= 2.0 * MS,
        "{looks} looks, {width} ns wide"
    );
    assert!(
        self::looks(&density, arrivals[0])[0] < arrivals[0],
        "the first look comes before it"
    );
}

#[test]
fn one_arrival_says_roughly_where_to_look() {
    let density = density([4_000.0 * MS], 100.0);
    let ages = looks(&density, 4_200.0 * MS);
    let early = ages.iter().filter(|age| **age < 2_700.0 * MS).count();
    assert!(early <= 2, "{ages:?}");
    assert!(ages.len() > 20, "{ages:?}");
}

#[test]
fn a_spread_lag_takes_as_many_looks_as_it_may() {
    let arrivals = heavy(2_000.0 * MS);
    let (few, wide) = cost_and_width(&density(arrivals.clone(), 8.0), &arrivals);
    let (many, narrow) = cost_and_width(&density(arrivals.clone(), 80.0), &arrivals);
    assert!(
        (5.0..14.0).contains(&few),
        "{few} looks where 8 are paid for"
    );
    assert!(
        (50.0..110.0).contains(&many),
        "{many} looks where 80 are paid for"
    );
    assert!(narrow * 5.0 < wide, "{narrow} and {wide} ns wide");
}

#[test]
fn where_gaps_have_a_limit_what_is_late_is_looked_at_nearly_as_often() {
    let arrivals = heavy(2_000.0 * MS);
    let latest = arrivals[399];
    let widest = |density: &Density| {
        let ages = looks(density, latest);
        let gaps = ages.windows(2).filter(|pair| pair[0] > 1_000.0 * MS);
        gaps.map(|pair| pair[1] - pair[0]).fold(0.0, f64::max)
    };
    let free = widest(&density(arrivals.clone(), 20.0));
    let even = widest(&even_density(arrivals.clone(), 20.0, 1.5));
    assert!(
        even < 200.0 * MS && free > 1.5 * even,
        "{even} and {free} ns"
    );
}

#[test]
fn while_little_is_known_a_limit_of_gaps_holds_before_the_first_arrival_too() {
    let ages = looks(&even_density([4_000.0 * MS], 100.0, 1.5), 2_500.0 * MS);
    let gaps = ages.windows(2).map(|pair| pair[1] - pair[0]);
    let widest = gaps.fold(ages[0], f64::max);
    assert!(widest < 250.0 * MS, "{widest} ns");
}

#[test]
fn what_is_later_than_ever_is_still_looked_for() {
    let density = density((0..100).map(|k| 20.0 * MS + f64::from(k) * MS / 10.0), 24.0);
    let ages = looks(&density, 60_000.0 * MS);
    assert!(ages.len() < 250, "{} looks in a minute", ages.len());
    let gaps = ages.windows(2).map(|pair| (pair[1] - pair[0]) / pair[1]);
    let widest = gaps.fold(0.0, f64::max);
    assert!(widest < 0.5, "a gap of {widest} of the age");
}

#[test]
fn looks_only_ever_go_forward() {
    for arrivals in [
        heavy(20.0 * MS),
        vec![5.0 * MS; 40],
        vec![0.0; 40],
        heavy(1e14),
    ] {
        let density = density(arrivals, 24.0);
        let mut age = 0.0;
        for _ in 0..500 {
            let next = density.next(age, 0.75);
            assert!(
                next > age && next.is_finite(),
                "{next} after {age}: {density:?}"
            );
            age = next;
        }
    }
}
