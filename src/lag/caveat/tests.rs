//! Each caveat in words, with its figures.

use rstest::rstest;

use super::*;

#[rstest]
#[case(Caveat::Unfinished { planned: 9, sent: 7 }, "ended early: 7 of 9 writes were sent")]
#[case(Caveat::WritesFailed { writes: 3 }, "3 writes were not acknowledged")]
#[case(Caveat::NotFollowed { samples: 4 }, "4 replicas had not been seen")]
#[case(Caveat::Refused { versions: 5 }, "5 versions are FAILED")]
#[case(Caveat::BudgetSpent { budget: 6 }, "budget of 6 requests was spent")]
#[case(Caveat::AtTheFloor { round_trip_ns: 12_340_000 }, "mostly round trip (12.3 ms)")]
#[case(
    Caveat::Joined { uncertainty_ns: 1_234_000, by: Joined::Boot },
    "at most 1.234 ms apart (measured by the time since the boot)"
)]
#[case(
    Caveat::Joined { uncertainty_ns: 1_000, by: Joined::Server },
    "at most 0.001 ms apart (measured by the clock of the source's endpoint)"
)]
#[case(
    Caveat::Joined { uncertainty_ns: 2_000_000, by: Joined::Wall },
    "at most 2.000 ms apart (assumed of the wall clocks"
)]
fn a_caveat_says_what_bounds_the_run(#[case] caveat: Caveat, #[case] words: &str) {
    let seen = caveat.to_string();
    assert!(seen.contains(words), "{seen}");
}
