//! Canaries: one that is FAILED is final and found at once, and all of them have a deadline of their
//! own. Tokio's clock is paused, so that the times are the clock's.

use std::time::Duration;

use bucketpair::emulator::Role;
use bucketpair::error::Result;
use bucketpair::provision::DEFAULT_ROLE;
use bucketpair::runner::{Opened, Settings, Stage, open_in_process};
use bucketpair::scenario::Scenario;
use serde_json::json;
use tokio::time::Instant;

const DEADLINE: Duration = Duration::from_secs(60);
/// What the teardown of a pair may take.
const TEARDOWN: Duration = Duration::from_secs(10);

fn opened(delay: &str, defects: &[&str]) -> (Opened, Settings) {
    let mut settings = Settings::default();
    settings.deadline = Some(DEADLINE);
    settings.delay = Some(delay.to_owned());
    settings.defects = defects.iter().map(|&name| name.to_owned()).collect();
    (open_in_process(&settings).unwrap(), settings)
}

/// How long canaries take to show that a pair is live, or that it is not.
async fn proved(opened: &Opened, settings: &Settings) -> (Result<Stage>, Duration) {
    let began = Instant::now();
    let scenario = Scenario::new("canaries", "a pair is live");
    let stage = Stage::set(opened, settings, &scenario).await;
    (stage, began.elapsed())
}

/// S3 may not assume the role.
fn break_trust(opened: &Opened) {
    let nobody = json!({"Version": "2012-10-17", "Statement": []});
    let emulator = &opened.emulator.as_ref().unwrap().0;
    let role = Role::default().with_trust(nobody);
    emulator.put_role(DEFAULT_ROLE, role).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_failed_canary_ends_its_round_at_once_and_a_fresh_one_follows() {
    let (opened, settings) = opened("10ms", &[]);
    break_trust(&opened);
    let emulator = opened.emulator.as_ref().unwrap().0.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(2)).await;
        emulator.put_role(DEFAULT_ROLE, Role::default()).unwrap();
    });
    let (stage, took) = proved(&opened, &settings).await;
    stage.unwrap();
    // The first round alone would have had an eighth of the deadline.
    assert!(took < DEADLINE / 8, "mended after 2 s, live after {took:?}");
}

#[tokio::test(start_paused = true)]
async fn canaries_that_stay_failed_end_at_their_deadline_and_the_error_says_so() {
    let (opened, settings) = opened("10ms", &[]);
    break_trust(&opened);
    let (stage, took) = proved(&opened, &settings).await;
    let line = stage.unwrap_err().to_string();
    assert!(
        line.contains("FAILED") && line.contains("bucketpair doctor"),
        "{line}"
    );
    assert!((DEADLINE..DEADLINE + TEARDOWN).contains(&took), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn canaries_that_never_arrive_end_at_their_deadline() {
    let (opened, settings) = opened("10ms", &["loses-replica"]);
    let (stage, took) = proved(&opened, &settings).await;
    let line = stage.unwrap_err().to_string();
    assert!(line.contains("rules without replicating"), "{line}");
    assert!((DEADLINE..DEADLINE + TEARDOWN).contains(&took), "{took:?}");
}

/// Replicas that take half of the deadline are late, and not lost.
#[tokio::test(start_paused = true)]
async fn a_slow_pair_is_live() {
    let (opened, settings) = opened("30s", &[]);
    let (stage, took) = proved(&opened, &settings).await;
    stage.unwrap();
    assert!(took < DEADLINE, "{took:?}");
}
