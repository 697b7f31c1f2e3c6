//! What the guard refuses, and that nothing is called before it agrees.

use bucketpair::error::Result;
use bucketpair::report::RunReport;
use bucketpair::runner::{self, Settings};
use bucketpair::target::Keys;
use rstest::rstest;

use crate::stand_in::{ACCOUNT, Aws, KEY};

async fn run(settings: Settings) -> Result<RunReport> {
    runner::run(settings, |_| {}, std::future::pending()).await
}

fn no_account(settings: &mut Settings) {
    settings.connect.accounts.source = None;
}

fn never(settings: &mut Settings) {
    settings.connect.accounts.never = vec!["0000*".to_owned()];
}

fn documentation_keys(settings: &mut Settings) {
    settings.connect.keys = Some(Keys::new("AKIAIOSFODNN7EXAMPLE", "secret"));
}

fn emulator_keys(settings: &mut Settings) {
    settings.connect.keys = Some(Keys::new("test", "test"));
}

fn no_profile(settings: &mut Settings) {
    settings.connect.destination_profile = Some("bucketpair-no-such-profile".to_owned());
}

#[rstest]
#[case::no_account(no_account, "BUCKETPAIR_ACCOUNT")]
#[case::never(never, "never touched")]
#[case::documentation_keys(documentation_keys, "an example")]
#[case::emulator_keys(emulator_keys, "an emulator's")]
#[case::no_profile(no_profile, "bucketpair-no-such-profile")]
#[tokio::test(start_paused = true)]
async fn a_refused_configuration_ends_with_2_before_anything_is_called(
    #[case] change: fn(&mut Settings),
    #[case] word: &str,
) {
    let aws = Aws::new("1s");
    let mut settings = aws.settings();
    change(&mut settings);
    let error = run(settings).await.unwrap_err();
    let line = error.to_string();
    assert_eq!(error.exit_code() as u8, 2, "{line}");
    assert!(line.contains(word) && !line.contains('\n'), "{line}");
    assert!(!line.contains(KEY), "{line}");
    assert_eq!(aws.asked(), Vec::<String>::new());
}

fn other_account(settings: &mut Settings) {
    settings.connect.accounts.source = Some("999988887777".to_owned());
}

fn other_destination(settings: &mut Settings) {
    settings.connect.accounts.destination = Some("999988887777".to_owned());
}

fn never_this_user(settings: &mut Settings) {
    settings.connect.accounts.never = vec!["arn:*:user/tester".to_owned()];
}

fn no_role(settings: &mut Settings) {
    settings.role = None;
}

fn role_of_another_account(settings: &mut Settings) {
    settings.role = Some("arn:aws:iam::999988887777:role/theirs".to_owned());
}

#[rstest]
#[case::account(other_account, ACCOUNT)]
#[case::destination(other_destination, "--destination-account")]
#[case::never(never_this_user, "never touched")]
#[case::no_role(no_role, "stack up")]
#[case::other_role(role_of_another_account, "999988887777")]
#[tokio::test(start_paused = true)]
async fn what_sts_has_to_say_ends_with_2_before_s3_is_called(
    #[case] change: fn(&mut Settings),
    #[case] word: &str,
) {
    let aws = Aws::new("1s");
    let mut settings = aws.settings();
    change(&mut settings);
    let error = run(settings).await.unwrap_err();
    let line = error.to_string();
    assert_eq!(error.exit_code() as u8, 2, "{line}");
    assert!(line.contains(word) && !line.contains('\n'), "{line}");
    let asked = aws.asked();
    assert!(
        asked.iter().all(|host| host.starts_with("sts.")),
        "{asked:?}"
    );
}
