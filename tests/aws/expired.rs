//! Keys that expire in the middle of a run, and refusals that only look like it.
//!
//! `ExpiredToken` is a 400. HEAD's answer has no body, so that nothing but the status tells of it:
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html>.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bucketpair::error::ExitCode;
use bucketpair::report::{Row, RunReport, State, Stopped};
use bucketpair::runner;
use tokio::time::Instant;

use crate::stand_in::{Aws, error};

async fn run_of(aws: &Aws, scenario: &str) -> RunReport {
    let mut settings = aws.settings();
    settings.globs = vec![scenario.to_owned()];
    let report = runner::run(settings, |_| {}, std::future::pending());
    Box::pin(report).await.unwrap()
}

/// Keys are valid for so long from the first request on.
pub(crate) fn expires_after(aws: Aws, valid: Duration) -> Aws {
    let began = OnceLock::new();
    aws.with_refusal(move |asked| {
        let began = began.get_or_init(Instant::now);
        let is_s3 = asked.operation != "GetCallerIdentity";
        (is_s3 && began.elapsed() >= valid).then(|| {
            (
                400,
                error("ExpiredToken", "The provided token has expired."),
            )
        })
    })
}

/// Three canaries of two minutes each follow the rest of 15 minutes; then the object is on its way,
/// and nothing but HEAD is sent, when the keys expire.
#[tokio::test(start_paused = true)]
async fn keys_that_expire_while_one_looks_end_the_run_with_what_was_measured() {
    let aws = expires_after(Aws::new("2m"), Duration::from_mins(22));
    let report = run_of(&aws, "version-id").await;
    assert_eq!(report.stopped, Some(Stopped::ExpiredKeys), "{report:#?}");
    assert_eq!(report.exit_code(), ExitCode::SetUp, "{report:#?}");
    let minutes = report.elapsed.as_secs_f64() / 60.0;
    assert!(
        minutes < 24.0,
        "found at once, not at a deadline: {minutes} min"
    );
    let [row] = &report.rows[..] else {
        panic!("{report:#?}")
    };
    assert_eq!(row.state(), State::Unknown, "{row:#?}");
    assert!(row.reason().unwrap().contains("ExpiredToken"), "{row:#?}");
    assert!(
        matches!(row, Row::Judged(judgement) if judgement.elapsed_ns > 0),
        "{row:#?}"
    );
    let told = report.errors.join("\n");
    assert!(
        told.contains("log in again") && told.contains("sweep"),
        "{told}"
    );
    assert!(!report.left_behind.is_empty(), "{report:#?}");
}

/// Before anything was measured there is nothing to judge.
#[tokio::test(start_paused = true)]
async fn keys_that_expire_while_pairs_rest_end_the_run_when_they_are_used_again() {
    let aws = expires_after(Aws::new("1s"), Duration::from_mins(5));
    let report = run_of(&aws, "version-id").await;
    assert_eq!(report.stopped, Some(Stopped::ExpiredKeys), "{report:#?}");
    assert_eq!(report.exit_code(), ExitCode::SetUp, "{report:#?}");
    assert!(
        report.rows.iter().all(|row| row.state() != State::Passed),
        "{report:#?}"
    );
}

/// A HEAD that is refused for another reason, such as a key of the customer's that is missing, is
/// looked into once, and stops nothing.
#[tokio::test(start_paused = true)]
async fn a_head_that_is_refused_with_400_for_another_reason_stops_nothing() {
    let refused = AtomicUsize::new(0);
    let aws = Aws::new("15s").with_refusal(move |asked| {
        let is_look = asked.operation == "HeadObject" && !asked.key.starts_with("bucketpair-");
        let refuses = is_look && refused.fetch_add(1, Ordering::Relaxed) < 5;
        refuses.then(|| (400, String::new()))
    });
    let report = run_of(&aws, "version-id").await;
    assert_eq!(report.stopped, None, "{report:#?}");
    assert_eq!(report.exit_code(), ExitCode::Passed, "{report:#?}");
    assert_eq!(report.usage.refusals["400"], 5, "{:#?}", report.usage);
}
