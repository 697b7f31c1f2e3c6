//! A run on AWS, whole: guard, provision, canaries, scenarios, teardown.

use bucketpair::error::ExitCode;
use bucketpair::runner;

use crate::stand_in::Aws;

#[tokio::test(start_paused = true)]
async fn a_run_goes_from_the_guard_to_the_teardown() {
    let aws = Aws::new("lognormal:15s,0.5");
    let mut settings = aws.settings();
    settings.globs = vec!["replica-bytes".to_owned(), "delete-marker-*".to_owned()];
    let report = runner::run(settings, |_| {}, std::future::pending());
    let report = Box::pin(report).await.unwrap();
    assert_eq!(report.exit_code(), ExitCode::Passed, "seed 0: {report:#?}");
    let asked = aws.asked();
    assert!(asked[0].starts_with("sts."), "{asked:?}");
    assert!(asked.iter().any(|host| host.starts_with("bucketpair-")));
    assert_eq!(report.left_behind, Vec::<String>::new());
}
