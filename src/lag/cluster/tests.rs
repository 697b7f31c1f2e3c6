//! How samples are cut, and what they are worth: against the formulas, worked out with `scipy.stats`.

use rstest::rstest;

use super::*;

/// Neighbours on different sides of the middle remember nothing: the correlation time is 1.
fn alternating(n: usize) -> Vec<u64> {
    (0..n as u64).map(|index| index % 2).collect()
}

/// A series that only drifts remembers a twentieth of itself, at least.
fn drift(n: usize) -> Vec<u64> {
    (0..n as u64).collect()
}

fn sizes(clusters: &Clusters) -> Vec<usize> {
    let of = clusters.of.chunk_by(|a, b| a == b);
    of.map(<[usize]>::len).collect()
}

#[rstest]
#[case::nothing(&[], Units::Samples)]
#[case::too_few_for_blocks(&[39], Units::Samples)]
#[case::enough_for_blocks(&[40], Units::Blocks { blocks: 5 })]
#[case::one_run_is_too_short(&[80, 39], Units::Samples)]
#[case::two_runs(&[40, 48], Units::Blocks { blocks: 5 + 6 })]
#[case::four_short_runs(&[3, 3, 3, 3], Units::Samples)]
#[case::five_short_runs(&[3, 3, 3, 3, 3], Units::Runs { runs: 5 })]
#[case::an_empty_run_is_none(&[3, 3, 0, 3, 3], Units::Samples)]
#[case::an_empty_run_beside_five(&[3, 3, 0, 3, 3, 3], Units::Runs { runs: 5 })]
#[case::an_empty_run_beside_one(&[0, 40], Units::Blocks { blocks: 5 })]
fn runs_are_cut_where_there_are_too_few_of_them(#[case] runs: &[usize], #[case] expected: Units) {
    let uppers: Vec<_> = runs.iter().flat_map(|n| alternating(*n)).collect();
    let clusters = Clusters::cut(runs, &uppers);
    assert_eq!(clusters.units, expected);
    assert_eq!(clusters.of.len(), uppers.len());
    assert_eq!(clusters.too_alike, None);
}

/// A block is eight correlation times long, and there are at most thirty.
#[rstest]
#[case(40, &[8; 5])]
#[case(43, &[9, 9, 8, 9, 8])]
#[case(47, &[10, 9, 10, 9, 9])]
#[case(48, &[8; 6])]
#[case(240, &[8; 30])]
#[case(480, &[16; 30])]
fn blocks_are_as_even_as_they_can_be(#[case] n: usize, #[case] expected: &[usize]) {
    let clusters = Clusters::cut(&[n], &alternating(n));
    assert_eq!(sizes(&clusters), expected);
    assert_eq!(clusters.stratum, vec![0; expected.len()]);
}

#[test]
fn the_blocks_of_a_second_run_follow_those_of_the_first_in_a_stratum_of_their_own() {
    let uppers = [alternating(40), alternating(48)].concat();
    let clusters = Clusters::cut(&[40, 48], &uppers);
    assert_eq!(sizes(&clusters), [8; 11]);
    assert_eq!(clusters.of.last(), Some(&10));
    assert_eq!(clusters.stratum, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
    assert!((clusters.freedom() - 9.0).abs() < 1e-12);
}

#[test]
fn whole_runs_are_one_stratum() {
    let clusters = Clusters::cut(&[2, 1, 3, 1, 2], &[0; 9]);
    assert_eq!(clusters.of, [0, 0, 1, 2, 2, 2, 3, 4, 4]);
    assert_eq!(clusters.stratum, [0; 5]);
    assert!((clusters.freedom() - 4.0).abs() < 1e-12);
}

/// `(t² + t) mod 25` has ranks with the correlation time 1.17, so that 40 of it are four blocks of
/// eight correlation times and a quarter.
#[test]
fn four_blocks_are_enough_to_tell_how_blocks_vary() {
    let series: Vec<_> = (0..40).map(|t: u64| (t * t + t) % 25).collect();
    let clusters = Clusters::cut(&[40], &series);
    assert_eq!(clusters.units, Units::Blocks { blocks: 4 });
    assert_eq!(clusters.too_alike, None);
}

/// Of 40 samples of a drift the correlation time is at least 2, of 80 at least 4.
#[rstest]
#[case::a_drift([drift(40), alternating(0)], 2.0)]
#[case::the_longer_of_two([drift(40), drift(80)], 4.0)]
#[case::in_either_order([drift(80), drift(40)], 4.0)]
#[case::one_of_two([alternating(80), drift(40)], 2.0)]
fn runs_of_less_than_four_blocks_are_too_alike(#[case] runs: [Vec<u64>; 2], #[case] expected: f64) {
    let clusters = Clusters::cut(&[runs[0].len(), runs[1].len()], &runs.concat());
    let time = clusters.too_alike.unwrap();
    assert!((time - expected).abs() < 1e-9, "{time}");
    // As few as one in every so many samples is then a new one, whatever the share.
    let n = runs.concat().len();
    let half: Vec<_> = (0..n).map(|index| index % 2 == 0).collect();
    let worth = clusters.effective(&half, 0.05);
    assert!((worth - n as f64 / expected).abs() < 1e-9, "{worth}");
}

/// Samples of which some hold, cluster by cluster, and how large each is.
fn marks(holding: &[usize], sizes: &[usize]) -> Vec<bool> {
    let clusters = holding.iter().zip(sizes);
    clusters
        .flat_map(|(holding, size)| (0..*size).map(move |index| index < *holding))
        .collect()
}

/// The design effect of Kish by the linearised variance (Cochran, section 11.8), and the correction
/// of Korn and Graubard with Student's quantiles, from `numpy` and `scipy.stats.t.ppf`.
#[rstest]
#[case::runs_that_differ(&[1, 2, 3, 4, 5], &[10; 5], 0.05, 22.002_886_022_096_99)]
#[case::runs_that_do_not(&[3; 5], &[10; 5], 0.05, 26.193_911_931_067_81)]
#[case::runs_of_several_lengths(&[0, 4, 9, 6, 1], &[6, 8, 10, 12, 14], 0.1, 5.497_547_388_421_151)]
fn runs_are_worth_their_samples_divided_by_the_design_effect(
    #[case] holding: &[usize],
    #[case] sizes: &[usize],
    #[case] alpha: f64,
    #[case] expected: f64,
) {
    let clusters = Clusters::cut(sizes, &vec![0; sizes.iter().sum()]);
    let worth = clusters.effective(&marks(holding, sizes), alpha);
    assert!((worth - expected).abs() < 1e-6, "{worth}");
}

/// The same formulas, summed over two runs: what the runs differ by as a whole is left out.
#[test]
fn blocks_vary_within_their_run() {
    let uppers = [alternating(40), alternating(48)].concat();
    let clusters = Clusters::cut(&[40, 48], &uppers);
    let is = marks(&[0, 0, 4, 8, 8, 0, 2, 2, 6, 8, 8], &[8; 11]);
    let worth = clusters.effective(&is, 0.05);
    assert!((worth - 9.864_415_975_472_314).abs() < 1e-6, "{worth}");
}

#[rstest]
#[case::for_none(0)]
#[case::for_all(50)]
fn a_share_that_does_not_vary_takes_nothing_away(#[case] holding: usize) {
    let clusters = Clusters::cut(&[10; 5], &[0; 50]);
    let is: Vec<_> = (0..50).map(|index| index < holding).collect();
    assert!((clusters.effective(&is, 0.05) - 50.0).abs() < 1e-12);
}

#[test]
fn samples_taken_as_independent_are_worth_themselves() {
    let is = marks(&[30, 0], &[30, 9]);
    assert!((Clusters::apart(39).effective(&is, 0.05) - 39.0).abs() < 1e-12);
}

#[rstest]
#[case::worth_half_as_many(Clusters::apart(10), 100, 5.0, 200)]
#[case::a_part_of_a_sample_is_one(Clusters::apart(10), 7, 4.0, 18)]
#[case::worth_more_is_worth_the_same(Clusters::apart(10), 100, 20.0, 100)]
#[case::four_blocks_of_eight_times_four(Clusters::cut(&[80], &drift(80)), 1, 80.0, 128)]
#[case::more_than_four_blocks(Clusters::cut(&[80], &drift(80)), 100, 20.0, 400)]
fn what_is_needed_grows_with_how_alike_the_samples_are(
    #[case] clusters: Clusters,
    #[case] independent: u64,
    #[case] worth: f64,
    #[case] expected: u64,
) {
    assert_eq!(clusters.needed(independent, worth), expected);
}

/// The sum of squares over `(n − 1) / n`: of 1 and 3 it is 2 · 2, of 1, 2 and 6 it is 14 · 3 / 2.
#[rstest]
#[case(&[1.0, 3.0], 4.0)]
#[case(&[1.0, 2.0, 6.0], 21.0)]
#[case(&[5.0, 5.0], 0.0)]
fn the_scatter_is_that_of_independent_draws(#[case] values: &[f64], #[case] expected: f64) {
    assert!((scatter(values) - expected).abs() < 1e-12);
}

#[rstest]
#[case(Units::Samples, "samples taken as independent")]
#[case(Units::Blocks { blocks: 7 }, "by 7 blocks in time")]
#[case(Units::Runs { runs: 5 }, "by 5 runs")]
fn what_varies_independently_is_said_in_words(#[case] units: Units, #[case] text: &str) {
    assert_eq!(units.to_string(), text);
}
