//! The checks can fail: each seeded defect of the embedded pair is caught by the check that owns
//! it, and a pair without a defect is not accused. No sockets; tokio's clock is paused.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

#[path = "teeth/canary.rs"]
mod canary;
#[path = "teeth/drill.rs"]
mod drill;
#[path = "teeth/load.rs"]
mod load;
#[path = "operations/mod.rs"]
mod operations;

use std::time::Duration;

use bucketpair::check::Verdict;
use bucketpair::emulator::Defect;
use bucketpair::error::ExitCode;
use bucketpair::report::{Look, Row, selftest};
use bucketpair::runner::{self, SelfTestSettings, Settings, open_in_process, self_test};

/// The table of owners is beside the defects, in `src/emulator/defects.rs`.
#[test]
fn every_defect_is_caught_by_the_checks_that_own_it_and_no_check_fires_without_one() {
    let mut settings = SelfTestSettings::default();
    // 10,000 are in a test of their own, which is quicker without HTTP.
    settings.objects = 300;
    let found = self_test(&settings, |_| {}).unwrap();
    assert_eq!(found.trials.len(), Defect::ALL.len() + 1);
    assert_eq!(
        found.exit_code(),
        ExitCode::Passed,
        "{}",
        selftest(&found, Look::default())
    );
}

#[tokio::test(start_paused = true)]
async fn a_pair_that_copies_nothing_is_found_by_its_canaries() {
    let mut settings = Settings::default();
    settings.defects = vec!["loses-replica".to_owned()];
    let opened = open_in_process(&settings).unwrap();
    let scenarios = runner::by_name(&["replica-bytes".to_owned()]).unwrap();
    let never = std::future::pending();
    let error = runner::run_on(&opened, scenarios, &settings, |_| {}, never)
        .await
        .unwrap_err();
    assert_eq!(error.exit_code(), ExitCode::SetUp);
    assert!(
        error.to_string().contains("rules without replicating"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_delay_of_15_minutes_is_waited_for_and_measured() {
    let mut settings = Settings::default();
    settings.delay = Some("900s".to_owned());
    settings.deadline = Some(Duration::from_secs(3600));
    let opened = open_in_process(&settings).unwrap();
    let scenarios = runner::by_name(&["version-id".to_owned()]).unwrap();
    let never = std::future::pending();
    let report = runner::run_on(&opened, scenarios, &settings, |_| {}, never)
        .await
        .unwrap();
    let Row::Judged(judgement) = &report.rows[0] else {
        panic!("{report:#?}")
    };
    assert_eq!(judgement.verdict, Verdict::Pass, "{judgement:#?}");
    let lag = judgement
        .lag
        .as_ref()
        .and_then(|lag| lag.max_upper_ns)
        .unwrap();
    assert!((900..901).contains(&(lag / 1_000_000_000)), "{lag} ns");
}
