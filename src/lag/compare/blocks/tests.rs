//! Cuts of runs whose memory is known.

use rstest::rstest;

use super::*;
use crate::lag::tests::sample;
use crate::lag::{OperationType, RunFacts};

/// A run of these upper bounds, in the order of time.
fn run(uppers: &[u64]) -> Measured {
    let samples = uppers.iter().zip(0..).map(|(upper, at)| {
        let mut sample = sample(Some(*upper));
        sample.acknowledged_ns = at;
        sample
    });
    Measured {
        facts: RunFacts::default(),
        samples: samples.collect(),
    }
}

/// Neighbours on different sides of the middle remember nothing: a block is eight samples.
fn alternating(n: usize) -> Measured {
    run(&(0..n as u64).map(|at| at % 2).collect::<Vec<_>>())
}

fn blocks(base: usize, new: usize, length: usize) -> Permuted {
    Permuted::Blocks {
        base,
        new,
        length,
        correlation_time: 1.0,
    }
}

#[rstest]
#[case::eight_samples_a_block(&[240], &[250], blocks(30, 31, 8))]
#[case::thirty_blocks_of_the_shortest(&[600], &[300], blocks(60, 30, 10))]
#[case::two_runs_a_side(&[40, 48], &[47, 40], blocks(11, 10, 8))]
#[case::eight_blocks_are_enough(&[64], &[64], blocks(8, 8, 8))]
#[case::seven_are_not(&[64], &[63], Permuted::Nothing { needed: 64 })]
#[case::four_runs_a_side(&[64; 5], &[64; 4], blocks(40, 32, 8))]
#[case::five_runs_a_side(&[3; 6], &[2; 5], Permuted::Runs { base: 6, new: 5 })]
#[case::an_empty_run_is_none(&[64, 64, 64, 64, 64], &[64, 64, 0, 64, 64], blocks(40, 32, 8))]
#[case::nothing(&[], &[], Permuted::Nothing { needed: 64 })]
fn runs_are_cut_into_blocks_or_permuted_whole(
    #[case] base: &[usize],
    #[case] new: &[usize],
    #[case] expected: Permuted,
) {
    let of = |runs: &[usize]| runs.iter().map(|n| alternating(*n)).collect::<Vec<_>>();
    let (base, new) = (of(base), of(new));
    let seen = cut(&base, &new);
    assert_eq!(seen.permuted, expected);
    if let Permuted::Blocks { base, new, .. } | Permuted::Runs { base, new } = expected {
        assert_eq!(seen.units, (base, new));
    }
}

#[test]
fn what_is_left_over_joins_the_last_block_and_new_is_numbered_after_base() {
    let (base, new) = ([alternating(64), alternating(67)], [alternating(71)]);
    let seen = cut(&base, &new);
    assert_eq!(seen.units, (16, 8));
    let sizes = |samples: &[(u32, &Sample)]| {
        let of = samples.chunk_by(|a, b| a.0 == b.0);
        of.map(|block| (block[0].0, block.len()))
            .collect::<Vec<_>>()
    };
    let mut of_base: Vec<_> = (0..16).map(|unit| (unit, 8)).collect();
    of_base[15].1 = 8 + 3;
    let mut of_new: Vec<_> = (16..24).map(|unit| (unit, 8)).collect();
    of_new[7].1 = 8 + 7;
    assert_eq!(sizes(&seen.base), of_base);
    assert_eq!(sizes(&seen.new), of_new);
}

/// Twenty of 400 are late, one after the other: the ranks forget at once, the tail does not. Its
/// correlation time is worked out with `numpy`.
#[test]
fn a_run_remembers_as_long_as_its_tail() {
    let late = |at: u64| {
        if (200..220).contains(&at) {
            1_000 + at
        } else {
            at % 2
        }
    };
    let run = run(&(0..400).map(late).collect::<Vec<_>>());
    let samples: Vec<_> = run.samples.iter().collect();
    let seen = memory(&samples);
    assert!((seen - 13.347_894_736_842_106).abs() < 1e-9, "{seen}");
    let [base, new] = [&run, &run].map(std::slice::from_ref);
    assert_eq!(
        cut(base, new).permuted,
        Permuted::Nothing { needed: 8 * 107 }
    );
}

/// Of thirty the largest alone lies above 95 %; the second is at it.
#[test]
fn the_tail_is_what_lies_above_95_percent() {
    let mut uppers: Vec<_> = (0..30).map(|at| at % 2).collect();
    (uppers[10], uppers[11]) = (50, 60);
    let run = run(&uppers);
    let seen = memory(&run.samples.iter().collect::<Vec<_>>());
    assert!((seen - 1.0).abs() < 1e-12, "{seen}");
}

#[test]
fn ranks_are_among_samples_of_the_same_kind() {
    let mut run = run(&[5, 100, 3, 200]);
    for at in [1, 3] {
        run.samples[at].operation = OperationType::Multipart;
    }
    let samples: Vec<_> = run.samples.iter().collect();
    assert_eq!(ranks_within_cells(&samples), [0.75, 0.25, 0.25, 0.75]);
}

#[rstest]
#[case(
    blocks(9, 8, 12),
    "9 and 8 blocks of 12 samples in time; the result is of these runs"
)]
#[case(Permuted::Runs { base: 5, new: 6 }, "5 and 6 whole runs")]
#[case(Permuted::Nothing { needed: 70 }, "at least 70 samples a run")]
fn what_was_permuted_is_said_in_words(#[case] permuted: Permuted, #[case] words: &str) {
    let seen = permuted.to_string();
    assert!(seen.ends_with(words), "{seen}");
}
