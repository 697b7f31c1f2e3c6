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

#[rstest]
#[case(0.999, 0.95, 0, 2_995)]
#[case(0.99, 0.95, 0, 299)]
#[case(0.9, 0.95, 0, 29)]
#[case(0.9999, 0.95, 0, 29_956)]
#[case(0.95, 0.95, 1, 93)]
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
