//! A measurement on AWS: what it asks is told before, its cap holds, and expired keys end it.

use std::time::Duration;

use bucketpair::error::ExitCode;
use bucketpair::lag::OperationShare;
use bucketpair::report::{DryRun, Phase, Stopped};
use bucketpair::runner::{
    self, LagSettings, Length, Measurement, Settings, Verb, dry_run, estimate,
};
use rstest::rstest;

use crate::expired::expires_after;
use crate::stand_in::Aws;

fn asked(operations: &str, count: u64) -> LagSettings {
    let mut asked = LagSettings::default();
    asked.length = Length::Count(count);
    asked.operations = OperationShare::mix(operations).unwrap();
    asked
}

async fn measured(settings: &Settings, asked: &LagSettings) -> Measurement {
    let lag = runner::lag(settings, asked, None, std::future::pending());
    Box::pin(lag).await.unwrap()
}

fn of(measurement: &Measurement, phase: impl Fn(Phase) -> bool) -> u64 {
    let requests = measurement.report.ended.usage.requests.iter();
    let wanted = requests.filter(|asked| phase(Phase::of(&asked.operation)));
    wanted.map(|asked| asked.attempts).sum()
}

fn told(seen: &DryRun, phase: impl Fn(Phase) -> bool) -> (u64, u64) {
    let wanted = seen.requests.iter().filter(|asked| phase(asked.phase));
    wanted.fold((0, 0), |(usual, most), asked| {
        (usual + asked.usual, most + asked.most)
    })
}

/// Fewer writes than are rehearsed are told exactly; more are reckoned, and not too few.
#[rstest]
#[case::puts("put", 60)]
#[case::all("put:2,overwrite,copy,delete-marker,tag-change,multipart", 60)]
#[case::reckoned("put", 450)]
#[tokio::test(start_paused = true)]
async fn a_dry_run_of_lag_calls_nothing_and_tells_what_it_then_asks(
    #[case] operations: &str,
    #[case] count: u64,
) {
    let aws = Aws::new("15s");
    let (settings, asked) = (aws.settings(), asked(operations, count));
    let verb = Verb::Lag(asked.clone());
    let seen = Box::pin(dry_run(&settings, &verb)).await.unwrap();
    assert_eq!(aws.asked(), Vec::<String>::new(), "something was called");
    let measurement = measured(&settings, &asked).await;
    let ended = &measurement.report.ended;
    assert_eq!(
        measurement.report.exit_code(),
        ExitCode::Passed,
        "{ended:#?}"
    );
    let writes = of(&measurement, |phase| phase == Phase::Write);
    let (usual, _) = told(&seen, |phase| phase == Phase::Write);
    match count <= 200 {
        true => assert_eq!(writes, usual, "{seen:#?}"),
        false => assert!(
            (writes..=writes * 3 / 2).contains(&usual),
            "{writes} {seen:#?}"
        ),
    }
    let made = of(&measurement, |phase| phase == Phase::Make);
    let told_made = told(&seen, |phase| phase == Phase::Make);
    assert_eq!((made, made), told_made, "one pair, however much is written");
    let looks = of(&measurement, |phase| phase == Phase::Look);
    let (_, most) = told(&seen, |phase| phase == Phase::Look);
    assert!(looks <= most, "{looks} looks of at most {most}: {ended:#?}");
    let (cost, bill) = (seen.cost.unwrap(), ended.bill.clone().unwrap());
    assert!(bill.usd <= cost.most.usd, "{bill:#?}\n{cost:#?}");
    let bill_is_told = ended.bill.is_some() && ended.usage.attempts() >= count;
    assert!(bill_is_told, "{ended:#?}");
}

#[rstest]
#[case::delete_markers("delete-marker", Some(("mine", "replica")))]
#[case::tag_changes("tag-change", None)]
#[tokio::test]
async fn what_a_pair_might_offer_is_rehearsed(
    #[case] operations: &str,
    #[case] pair: Option<(&str, &str)>,
) {
    let aws = Aws::new("15s");
    let mut settings = aws.settings();
    settings.pair = pair.map(|(source, destination)| (source.to_owned(), destination.to_owned()));
    let mut asked = asked(operations, 20);
    asked.write_only = true;
    let seen = Box::pin(dry_run(&settings, &Verb::Lag(asked)))
        .await
        .unwrap();
    assert!(
        told(&seen, |phase| phase == Phase::Write).0 >= 20,
        "{seen:#?}"
    );
    assert_eq!(aws.asked(), Vec::<String>::new(), "something was called");
}

#[tokio::test(start_paused = true)]
async fn a_measurement_ends_at_its_cap_with_what_it_has_and_removes_what_it_made() {
    let aws = Aws::new("15s");
    let (mut settings, asked) = (aws.settings(), asked("put", 200));
    let verb = Verb::Lag(asked.clone());
    let bill = Box::pin(estimate(&settings, &verb)).await.unwrap().unwrap();
    settings.max_usd = Some(bill.usd * 0.6);
    let refused = Box::pin(estimate(&settings, &verb)).await.unwrap_err();
    assert_eq!(refused.exit_code(), ExitCode::Inconclusive, "{refused}");
    let folder = tempfile::tempdir().unwrap();
    settings.spent = Some(folder.path().join("spent.json"));
    let measurement = measured(&settings, &asked).await;
    let ended = &measurement.report.ended;
    assert_eq!(ended.stopped, Some(Stopped::Budget), "{ended:#?}");
    assert_eq!(measurement.report.exit_code(), ExitCode::Inconclusive);
    assert!(ended.errors[0].contains("--max-usd"), "{ended:#?}");
    assert_eq!(ended.left_behind, Vec::<String>::new());
    let samples = measurement.report.runs[0].samples.len();
    assert!((1..200).contains(&samples), "{samples} of 200 writes");
    let lag = runner::lag(&settings, &asked, None, std::future::pending());
    let next = Box::pin(lag).await.map(|_| ());
    let left = next.map_or_else(|error| error.exit_code(), |()| ExitCode::Passed);
    assert_eq!(left, ExitCode::Inconclusive, "the night's cap is spent");
}

/// Pairs rest for 15 minutes and the canaries take a few more, before the writes of some minutes.
#[tokio::test(start_paused = true)]
async fn keys_that_expire_in_mid_measurement_end_it_with_what_was_measured() {
    let aws = expires_after(Aws::new("15s"), Duration::from_mins(20));
    let mut asked = asked("put", 3_000);
    asked.rate = 5.0;
    let began = tokio::time::Instant::now();
    let measurement = measured(&aws.settings(), &asked).await;
    let (ended, minutes) = (&measurement.report.ended, began.elapsed().as_secs() / 60);
    assert_eq!(ended.stopped, Some(Stopped::ExpiredKeys), "{ended:#?}");
    assert_eq!(
        measurement.report.exit_code(),
        ExitCode::SetUp,
        "{ended:#?}"
    );
    assert!(
        minutes < 23,
        "found at once, not at a deadline: {minutes} min"
    );
    let told = ended.errors.join("\n");
    assert!(told.contains("log in again"), "{told}");
    assert!(!ended.left_behind.is_empty(), "{ended:#?}");
    let samples = measurement.report.runs[0].samples.len();
    assert!((1..3_000).contains(&samples), "{samples} of 3,000 writes");
}
