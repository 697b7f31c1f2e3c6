//! A pair that is somebody's is only looked at until its writes are accepted.

use bucketpair::error::{ExitCode, Result};
use bucketpair::report::RunReport;
use bucketpair::runner::{self, LagSettings, Opened, Settings};
use rstest::rstest;

use crate::stand_in::Aws;

/// A pair at AWS's place, with a lifecycle rule on each side, and the settings of a run on it.
async fn pair(aws: &Aws, is_somebodys: bool) -> (Opened, Settings) {
    let mut settings = aws.settings();
    settings.globs = vec!["bucket-configuration".to_owned()];
    settings.keep = true;
    let made = run(settings.clone()).await.unwrap();
    let side = |end: &str| made.kept.iter().find(|name| name.ends_with(end)).unwrap();
    let pair = (side("-s").clone(), side("-d").clone());
    let mut opened = runner::open(&settings).await.unwrap();
    if is_somebodys {
        retag(&opened, &pair.0).await;
    }
    (settings.keep, settings.role) = (false, None);
    settings.globs = vec!["version-id".to_owned()];
    opened.pair = Some(pair.clone());
    settings.pair = Some(pair);
    (opened, settings)
}

/// The tags of a team, in the place of a run's.
async fn retag(opened: &Opened, bucket: &str) {
    use aws_sdk_s3::types::{Tag, Tagging};
    let tag = Tag::builder().key("team").value("data").build().unwrap();
    let tags = Tagging::builder().tag_set(tag).build().unwrap();
    let put = opened.target.source.client.put_bucket_tagging();
    put.bucket(bucket).tagging(tags).send().await.unwrap();
}

async fn run(settings: Settings) -> Result<RunReport> {
    Box::pin(runner::run(settings, |_| {}, std::future::pending())).await
}

async fn lag(settings: Settings) -> Result<()> {
    let asked = LagSettings::default();
    let lag = runner::lag(&settings, &asked, None, std::future::pending());
    Box::pin(lag).await.map(|_| ())
}

/// How many versions and markers both buckets hold.
async fn versions(opened: &Opened) -> usize {
    let (source, destination) = opened.pair.clone().unwrap();
    let mut count = 0;
    for (endpoint, bucket) in [
        (&opened.target.source, source),
        (&opened.target.destination, destination),
    ] {
        let list = endpoint.client.list_object_versions().bucket(bucket);
        let listed = list.send().await.unwrap();
        count += listed.versions().len() + listed.delete_markers().len();
    }
    count
}

#[rstest]
#[tokio::test(start_paused = true)]
async fn run_and_lag_refuse_a_pair_that_is_somebodys_and_say_what_writes_set_off(
    #[values("run", "lag")] verb: &str,
) {
    let aws = Aws::new("1s");
    let (opened, settings) = pair(&aws, true).await;
    let (source, _) = settings.pair.clone().unwrap();
    let before = versions(&opened).await;
    let error = match verb {
        "run" => run(settings).await.map(|_| ()).unwrap_err(),
        _ => lag(settings).await.unwrap_err(),
    };
    let line = error.to_string();
    assert_eq!(error.exit_code(), ExitCode::Usage, "{line}");
    for word in [&source, "--accept-writes", "deletes noncurrent versions"] {
        assert!(line.contains(word), "expected {word:?} in {line}");
    }
    assert!(!line.contains('\n'), "{line}");
    assert_eq!(versions(&opened).await, before, "something was written");
}

#[rstest]
#[case::accepted(true, true)]
#[case::made_by_a_run(false, false)]
#[tokio::test(start_paused = true)]
async fn what_is_accepted_or_our_own_is_written_into_and_left_as_it_was(
    #[case] is_somebodys: bool,
    #[case] accepts: bool,
) {
    let aws = Aws::new("1s");
    let (opened, mut settings) = pair(&aws, is_somebodys).await;
    let before = versions(&opened).await;
    settings.accept_writes = accepts;
    let report = run(settings).await.unwrap();
    assert_eq!(report.exit_code(), ExitCode::Passed, "{report:#?}");
    assert_eq!(versions(&opened).await, before, "something stayed");
}
