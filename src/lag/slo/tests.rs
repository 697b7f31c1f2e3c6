//! Service levels on hand-made bounds.

use rstest::rstest;

use super::*;

const MINUTE: u64 = 60_000_000_000;

fn cut(bounds: &[(u64, u64)]) -> Clusters {
    let uppers: Vec<_> = bounds.iter().map(|(_, upper)| *upper).collect();
    Clusters::cut(&[bounds.len()], &uppers)
}

/// So many in time, late, straddling and never seen, well mixed.
fn judged(in_time: usize, late: usize, straddling: usize, never: usize) -> SloJudgement {
    let rare = [
        (late, (20 * MINUTE, 21 * MINUTE)),
        (straddling, (14 * MINUTE, 16 * MINUTE)),
        (never, (48 * 60 * MINUTE, UNKNOWN)),
    ];
    let rare = rare
        .into_iter()
        .flat_map(|(n, bound)| std::iter::repeat_n(bound, n));
    let rare: Vec<_> = rare.collect();
    let n = in_time + rare.len();
    let mut bounds = vec![(MINUTE, 2 * MINUTE); n];
    let stride = (n / (rare.len() + 1)).max(1);
    for (index, bound) in rare.into_iter().enumerate() {
        bounds[index * stride] = bound;
    }
    let question = Question {
        slo: Slo::default(),
        measure: Measure::Visible,
        side: Side::Destination(0),
        confidence: 0.95,
    };
    judge(question, &bounds, &cut(&bounds))
}

#[rstest]
#[case::enough_without_a_late_one((2_995, 0, 0, 0), SloVerdict::Met)]
#[case::one_too_few((2_994, 0, 0, 0), SloVerdict::Undecided)]
#[case::nothing_at_all((0, 0, 0, 0), SloVerdict::Undecided)]
#[case::a_late_one_among_few((9, 1, 0, 0), SloVerdict::Missed)]
#[case::one_that_never_came_is_late((9, 0, 0, 1), SloVerdict::Missed)]
#[case::one_that_straddles_is_neither((9, 0, 1, 0), SloVerdict::Undecided)]
#[case::some_late_of_many_that_may_be_chance((10_000, 12, 0, 0), SloVerdict::Undecided)]
#[case::many_late((10_000, 40, 0, 0), SloVerdict::Missed)]
#[case::few_late_of_very_many((100_000, 20, 0, 0), SloVerdict::Met)]
fn a_service_level_is_met_missed_or_undecided(
    #[case] (in_time, late, straddling, never): (usize, usize, usize, usize),
    #[case] expected: SloVerdict,
) {
    let seen = judged(in_time, late, straddling, never);
    assert_eq!(seen.verdict, expected, "{seen:?}");
    assert_eq!(
        (seen.in_time, seen.late, seen.unclear),
        (in_time, late + never, straddling)
    );
    assert!(seen.share_at_least <= seen.share_at_most, "{seen:?}");
}

/// Wilks, and by `scipy.stats.binom.cdf`, one sample after another.
#[rstest]
#[case(0.999, 0.95, 0, 2_995)]
#[case(0.99, 0.95, 0, 299)]
#[case(0.9, 0.95, 0, 29)]
#[case(0.9999, 0.95, 0, 29_956)]
#[case(0.95, 0.95, 1, 93)]
#[case(0.9, 0.95, 1, 46)]
#[case(0.9, 0.95, 2, 61)]
#[case(0.5, 0.95, 0, 5)]
#[case(0.5, 0.95, 1, 8)]
#[case(0.99, 0.99, 0, 459)]
#[case(0.9, 0.9, 10, 152)]
#[case(0.5, 0.4, 0, 1)]
fn the_samples_it_takes_are_those_of_wilks(
    #[case] share: f64,
    #[case] confidence: f64,
    #[case] late: u64,
    #[case] expected: u64,
) {
    let slo = Slo::new(share, Duration::from_secs(1));
    assert_eq!(slo.samples_needed(confidence, late), expected);
}

#[test]
fn late_ones_in_one_stretch_count_less_than_the_same_spread_out() {
    let mut bounds = vec![(0, MINUTE); 3_000];
    bounds[1_000..1_030].fill((20 * MINUTE, UNKNOWN));
    let question = Question {
        slo: Slo::new(0.995, Duration::from_secs(900)),
        measure: Measure::Visible,
        side: Side::Destination(0),
        confidence: 0.95,
    };
    let bunched = judge(question, &bounds, &cut(&bounds));
    for (index, bound) in bounds.iter_mut().enumerate() {
        *bound = (0, if index % 100 == 0 { UNKNOWN } else { MINUTE });
        bound.0 = if bound.1 == UNKNOWN { 20 * MINUTE } else { 0 };
    }
    let spread = judge(question, &bounds, &cut(&bounds));
    assert_eq!((bunched.late, spread.late), (30, 30));
    assert_eq!(bunched.verdict, SloVerdict::Undecided, "{bunched:?}");
    assert_eq!(spread.verdict, SloVerdict::Missed, "{spread:?}");
}

#[rstest]
#[case(Slo::default(), "99.9% within 15m")]
#[case(Slo::new(0.9999, Duration::from_millis(250)), "99.99% within 250ms")]
#[case(Slo::new(0.5, Duration::from_secs(7_200)), "50% within 2h")]
fn it_is_shown_as_it_is_typed(#[case] slo: Slo, #[case] text: &str) {
    assert_eq!(slo.to_string(), text);
    assert_eq!(text.parse::<Slo>().unwrap(), slo);
}

#[rstest]
#[case("99.9%")]
#[case("99.9 within 15m")]
#[case("100% within 15m")]
#[case("0% within 15m")]
#[case("NaN% within 15m")]
#[case("99.9% within 0s")]
#[case("99.9% within soon")]
fn what_is_no_service_level_is_refused_with_an_example(#[case] text: &str) {
    let error = text.parse::<Slo>().unwrap_err().to_string();
    assert!(
        error.contains(text) && error.contains("99.9% within 15m"),
        "{error}"
    );
}

const LIMIT: u64 = 100;

/// Five runs of ten. So many of each are not in time for certain, and so many of those are late.
fn of_five_runs(not_in_time: [usize; 5], late: [usize; 5]) -> Vec<(u64, u64)> {
    let run = |(not_in_time, late): (usize, usize)| {
        (0..10).map(move |index| match index {
            index if index < late => (LIMIT, UNKNOWN),
            index if index < not_in_time => (LIMIT - 1, LIMIT + 1),
            _ => (1, LIMIT),
        })
    };
    not_in_time.into_iter().zip(late).flat_map(run).collect()
}

/// The design effect by `numpy`, the bounds by `scipy.stats.beta.ppf`, and what is needed by
/// `scipy.stats.binom.cdf`, each for the samples' worth rounded down.
#[rstest]
#[case::half_in_time_at_95(
    (0.5, 0.95), [1, 2, 3, 4, 5], [0, 1, 1, 2, 2], (35, 6, 9),
    (0.496_358_437_620_496_36, 0.972_184_450_260_250_4, 25.975_911_410_289_932), 51,
)]
#[case::all_that_are_not_in_time_are_late(
    (0.9, 0.9), [1, 2, 3, 4, 5], [1, 2, 3, 4, 5], (35, 15, 0),
    (0.568_133_092_619_023_6, 0.810_135_007_734_872_1, 30.151_742_073_255_12), 253,
)]
#[case::one_is_unclear(
    (0.9, 0.95), [0, 0, 0, 1, 0], [0; 5], (49, 0, 1),
    (0.851_403_931_340_886_9, 1.0, 30.305_229_978_671_587), 76,
)]
#[case::all_are_in_time(
    (0.9, 0.95), [0; 5], [0; 5], (50, 0, 0), (0.941_844_920_883_027_7, 1.0, 50.0), 29,
)]
fn a_judgement_holds_all_that_it_was_made_of(
    #[case] (share, confidence): (f64, f64),
    #[case] not_in_time: [usize; 5],
    #[case] late: [usize; 5],
    #[case] counts: (usize, usize, usize),
    #[case] (at_least, at_most, effective_n): (f64, f64, f64),
    #[case] needed: u64,
) {
    let slo = Slo::new(share, Duration::from_nanos(LIMIT));
    let question = Question {
        slo,
        measure: Measure::Status,
        side: Side::Source,
        confidence,
    };
    let bounds = of_five_runs(not_in_time, late);
    let clusters = Clusters::cut(&[10; 5], &[0; 50]);
    let seen = judge(question, &bounds, &clusters);
    assert_eq!((seen.in_time, seen.late, seen.unclear), counts);
    for (seen, expected) in [
        (seen.share_at_least, at_least),
        (seen.share_at_most, at_most),
        (seen.effective_n, effective_n),
    ] {
        assert!((seen - expected).abs() < 1e-6, "{seen} and {expected}");
    }
    let expected = SloJudgement {
        slo,
        measure: Measure::Status,
        side: Side::Source,
        verdict: match at_least >= share {
            true => SloVerdict::Met,
            false if at_most < share => SloVerdict::Missed,
            false => SloVerdict::Undecided,
        },
        n: 50,
        in_time: counts.0,
        late: counts.1,
        unclear: counts.2,
        confidence,
        // Nobody counted the neighbours of a miss where there was none.
        units: match counts.0 {
            50 => Units::Samples,
            _ => Units::Runs { runs: 5 },
        },
        needed,
        ..seen
    };
    assert_eq!(seen, expected);
}

#[rstest]
#[case::as_much_as_asked(0.9, 0.9, 0.95, SloVerdict::Met)]
#[case::hardly_less(0.9, 0.899, 0.95, SloVerdict::Undecided)]
#[case::perhaps_as_much(0.9, 0.8, 0.9, SloVerdict::Undecided)]
#[case::certainly_less(0.9, 0.8, 0.899, SloVerdict::Missed)]
fn a_bound_that_reaches_the_share_decides(
    #[case] asked: f64,
    #[case] at_least: f64,
    #[case] at_most: f64,
    #[case] expected: SloVerdict,
) {
    assert_eq!(verdict(asked, at_least, at_most), expected);
}

/// `scipy.stats.beta.ppf`, of the samples' worth rounded down and a count that is rounded up.
#[rstest]
#[case::half_a_worth(10, 100, 50.0, 0.05, 0.198_833_002_5)]
#[case::a_part_of_a_sample_is_none(10, 100, 50.9, 0.05, 0.198_833_002_5)]
#[case::a_part_of_a_miss_is_one(9, 100, 50.0, 0.05, 0.198_833_002_5)]
#[case::no_miss(0, 100, 30.0, 0.025, 0.115_703_308)]
#[case::less_than_a_sample(0, 100, 0.9, 0.05, 1.0)]
#[case::just_a_sample(0, 100, 1.0, 0.05, 0.95)]
#[case::nothing(0, 0, 0.0, 0.05, 1.0)]
fn a_share_is_at_most_the_bound_of_so_many_independent_samples(
    #[case] count: usize,
    #[case] n: usize,
    #[case] worth: f64,
    #[case] alpha: f64,
    #[case] expected: f64,
) {
    let seen = bound(count, n, worth, alpha);
    assert!((seen - expected).abs() < 1e-6, "{seen}");
}

/// A share of everything is never shown: the search ends.
#[test]
fn no_number_of_samples_shows_a_share_of_all() {
    let slo = Slo::new(1.0, Duration::from_secs(1));
    assert_eq!(slo.samples_needed(0.95, 0), 1 << 40);
}

#[rstest]
#[case(SloVerdict::Met, ExitCode::Passed)]
#[case(SloVerdict::Missed, ExitCode::Failed)]
#[case(SloVerdict::Undecided, ExitCode::Inconclusive)]
fn the_command_line_ends_by_the_verdict(#[case] verdict: SloVerdict, #[case] code: ExitCode) {
    assert_eq!(verdict.exit_code(), code);
}
