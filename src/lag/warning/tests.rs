//! Each warning in words, with its figures.

use rstest::rstest;

use super::*;

#[rstest]
#[case(Warning::NoSamples, "nothing was measured")]
#[case(Warning::NeverSeen { samples: 2 }, "2 replicas had not come at the last look")]
#[case(Warning::SeenAtOnce { samples: 3, of: 8 }, "3 of 8 replicas were there at the first look")]
#[case(Warning::Suspended { samples: 4 }, "a clock stood still during 4 samples")]
#[case(Warning::Anomalies { samples: 5 }, "5 replicas were lacking after they had been there")]
#[case(Warning::FailedLooks { looks: 6, of: 9 }, "6 of 9 looks failed")]
#[case(Warning::FewRuns { runs: 4 }, "of these 4 runs; from 5 runs on")]
fn a_warning_says_what_weakens_the_figures(#[case] warning: Warning, #[case] words: &str) {
    let seen = warning.to_string();
    assert!(seen.contains(words), "{seen}");
}
