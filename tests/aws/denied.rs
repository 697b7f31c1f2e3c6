//! `AccessDenied` to each call that a run makes: one line that names the action to grant.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html>

use bucketpair::error::ExitCode;
use bucketpair::policy::Actions;
use bucketpair::report::Row;
use bucketpair::runner;

use crate::stand_in::{Aws, error};

/// What a run on this AWS says, a line each, and how it ends.
pub(crate) async fn said(aws: &Aws, scenario: &str) -> (Vec<String>, ExitCode) {
    let mut settings = aws.settings();
    settings.globs = vec![scenario.to_owned()];
    let report = runner::run(settings, |_| {}, std::future::pending());
    match Box::pin(report).await {
        Err(error) => (vec![error.to_string()], error.exit_code()),
        Ok(report) => {
            let code = report.exit_code();
            let rows = report.rows.iter().filter_map(Row::reason);
            let mut said: Vec<_> = rows.map(str::to_owned).collect();
            said.extend(report.errors);
            said.extend(report.left_behind);
            (said, code)
        }
    }
}

/// A scenario that makes the call.
fn scenario(operation: &str) -> &'static str {
    match operation {
        "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload" => "multipart",
        "CopyObject" => "copy",
        "PutObjectTagging" => "tag-change",
        "DeleteObject" => "delete-marker-stays",
        "GetBucketEncryption" | "GetBucketLifecycleConfiguration" => "bucket-configuration",
        "GetObject" => "replica-bytes",
        _ => "tags",
    }
}

/// The first denial of a permission is final; the SDK sends it once.
#[tokio::test(start_paused = true)]
async fn each_call_that_is_denied_is_one_line_with_the_action_to_grant() {
    let table = Actions::built_in();
    // STS asks for no permission; the list of buckets is not needed; the others are only made after
    // something failed, or across accounts.
    let not_made = [
        "GetCallerIdentity",
        "ListBuckets",
        "AbortMultipartUpload",
        "PutBucketTagging",
        "PutBucketPolicy",
    ];
    let operations = table.verbs["run"].clone();
    for operation in operations
        .iter()
        .filter(|name| !not_made.contains(&name.as_str()))
    {
        let denied = operation.clone();
        let aws = Aws::new("1s").with_refusal(move |asked| {
            (asked.operation == denied).then(|| (403, error("AccessDenied", "Access Denied")))
        });
        let (said, code) = said(&aws, scenario(operation)).await;
        assert_ne!(
            code,
            ExitCode::Passed,
            "{operation} was denied, and nobody minded"
        );
        let line = said.iter().find(|line| line.contains(operation.as_str()));
        let line = line.unwrap_or_else(|| panic!("{operation} is not named in {said:#?}"));
        for action in table.of_operation(operation).unwrap() {
            let is_named = said.iter().any(|line| line.contains(action.as_str()));
            assert!(is_named, "{operation} needs {action}; said {said:#?}");
        }
        assert!(said.iter().all(|line| !line.contains('\n')), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_list_of_buckets_may_be_denied() {
    let aws = Aws::new("1s").with_refusal(|asked| {
        let denied = asked.operation == "ListBuckets";
        denied.then(|| (403, error("AccessDenied", "Access Denied")))
    });
    let (said, code) = said(&aws, "tags").await;
    assert_eq!(code, ExitCode::Passed, "{said:#?}");
}

/// Without `s3:ListBucket` a missing key is 403, and what is there answers all the same.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html>
#[tokio::test(start_paused = true)]
async fn a_missing_key_that_is_forbidden_is_found_before_anything_is_judged() {
    let aws = Aws::new("1s").with_refusal(|asked| {
        let missing = asked.operation == "HeadObject" && asked.key.starts_with("bucketpair-");
        missing.then(|| (403, String::new()))
    });
    let (said, code) = said(&aws, "tags").await;
    assert_eq!(code, ExitCode::SetUp, "{said:#?}");
    assert!(
        said[0].contains("s3:ListBucket") && said[0].contains("404"),
        "{said:#?}"
    );
}

/// A denial of the organisation: granting these keys anything would not help.
#[tokio::test(start_paused = true)]
async fn a_denial_of_the_organisation_says_so() {
    let aws = Aws::new("1s").with_refusal(|asked| {
        let message = "User: arn:aws:iam::111122223333:user/MaryMajor is not authorized to perform: \
                       s3:CreateBucket on resource: \"arn:aws:s3:::bucketpair-x\" with an explicit \
                       deny in a service control policy";
        (asked.operation == "CreateBucket").then(|| (403, error("AccessDenied", message)))
    });
    let (said, code) = said(&aws, "tags").await;
    assert_eq!(code, ExitCode::SetUp, "{said:#?}");
    assert!(said[0].contains("the organisation denies it"), "{said:#?}");
    assert!(said[0].contains("s3:CreateBucket"), "{said:#?}");
}
