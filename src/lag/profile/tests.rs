//! Profiles of a few samples, and each warning at its threshold.

use std::time::Duration;

use rstest::rstest;

use super::*;
use crate::lag::tests::sample;
use crate::lag::{Censoring, Requests, SloVerdict};

/// Cells of samples of which so many are censored on the left.
fn totals(at_once: usize, others: usize) -> Vec<Sample> {
    let mut left = sample(Some(5));
    left.interval.censoring = Censoring::Left;
    let mut samples = vec![left; at_once];
    samples.extend(vec![sample(Some(5)); others]);
    samples
}

fn warned(samples: Vec<Sample>, requests: Requests, runs: usize) -> Vec<Warning> {
    let facts = RunFacts {
        requests,
        ..RunFacts::default()
    };
    let measured = Measured { facts, samples };
    let mut all = vec![measured];
    all.resize_with(runs, || Measured {
        facts: RunFacts::default(),
        samples: Vec::new(),
    });
    Profile::pooled(&all, &Asked::default()).warnings
}

#[rstest]
#[case::nothing(0, 0, vec![Warning::NoSamples])]
#[case::one_sample(0, 1, vec![])]
#[case::a_tenth_at_once(1, 9, vec![])]
#[case::more_than_a_tenth(2, 17, vec![Warning::SeenAtOnce { samples: 2, of: 19 }])]
fn more_than_a_tenth_at_the_first_look_is_warned_of(
    #[case] at_once: usize,
    #[case] others: usize,
    #[case] expected: Vec<Warning>,
) {
    let seen = warned(totals(at_once, others), Requests::default(), 1);
    assert_eq!(seen, expected);
}

#[rstest]
#[case::a_tenth(1, 6, 4, false)]
#[case::more_than_a_tenth(1, 6, 3, true)]
#[case::no_look(0, 0, 0, false)]
fn more_than_a_tenth_of_failed_looks_is_warned_of(
    #[case] failed: u64,
    #[case] single: u64,
    #[case] pages: u64,
    #[case] expected: bool,
) {
    let requests = Requests {
        single,
        pages,
        failed,
        ..Requests::default()
    };
    let warning = Warning::FailedLooks {
        looks: failed,
        of: single + pages,
    };
    let expected: Vec<_> = expected.then_some(warning).into_iter().collect();
    assert_eq!(warned(totals(0, 1), requests, 1), expected);
}

#[test]
fn what_never_came_what_slept_and_what_was_lost_again_are_warned_of_from_the_first_on() {
    let never = sample(None);
    let mut slept = sample(Some(5));
    slept.suspended = true;
    let mut lost = sample(Some(5));
    lost.anomaly = true;
    let of = |sample: &Sample| warned(vec![sample.clone()], Requests::default(), 1);
    assert_eq!(of(&never), [Warning::NeverSeen { samples: 1 }]);
    assert_eq!(of(&slept), [Warning::Suspended { samples: 1 }]);
    assert_eq!(of(&lost), [Warning::Anomalies { samples: 1 }]);
}

#[rstest]
#[case(1, false)]
#[case(2, true)]
#[case(4, true)]
#[case(5, false)]
fn two_to_four_runs_are_few(#[case] runs: usize, #[case] expected: bool) {
    let warning = Warning::FewRuns { runs };
    let expected: Vec<_> = expected.then_some(warning).into_iter().collect();
    assert_eq!(warned(totals(0, 1), Requests::default(), runs), expected);
}

/// One sample at once is enough for half at an even chance, and one that is late for the contrary.
fn judged(visible: u64, status: u64) -> Profile {
    let mut slo = sample(Some(status));
    slo.measure = Measure::Status;
    slo.interval.lower_ns = status;
    let mut seen = sample(Some(visible));
    seen.interval.lower_ns = visible;
    let asked = Asked {
        confidence: 0.4,
        ..Asked::default().with_slo(Slo::new(0.5, Duration::from_nanos(10)))
    };
    Profile::of(&RunFacts::default(), &[seen, slo], &asked)
}

#[rstest]
#[case::both_in_time(1, 1, ExitCode::Passed)]
#[case::the_status_is_late(1, 20, ExitCode::Passed)]
#[case::the_replica_is_late(20, 1, ExitCode::Failed)]
fn the_command_line_ends_by_when_the_replica_was_visible(
    #[case] visible: u64,
    #[case] status: u64,
    #[case] expected: ExitCode,
) {
    let seen = judged(visible, status);
    assert_eq!(seen.exit_code(), expected, "{:?}", seen.slos);
    let verdict = |late: u64| match late > 10 {
        true => SloVerdict::Missed,
        false => SloVerdict::Met,
    };
    let verdicts: Vec<_> = seen.slos.iter().map(|slo| slo.verdict).collect();
    assert_eq!(verdicts, [verdict(visible), verdict(status)]);
    assert_eq!(seen.totals().count(), 2);
    assert_eq!(seen.cells.len(), 4);
}

#[test]
fn without_a_sample_there_is_no_answer() {
    let seen = Profile::of(&RunFacts::default(), &[], &Asked::default());
    assert_eq!(seen.exit_code(), ExitCode::Inconclusive);
    let expected = Profile {
        bucketpair_profile: PROFILE_VERSION,
        runs: vec![RunFacts::default()],
        cells: vec![],
        status_after_visible: vec![],
        slos: vec![],
        warnings: vec![Warning::NoSamples],
    };
    assert_eq!(seen, expected);
}

#[test]
fn a_profile_of_both_lags_has_their_difference() {
    let seen = judged(1, 20);
    let quantiles = seen.status_after_visible.len();
    assert_eq!(quantiles, QUANTILES.len());
}
