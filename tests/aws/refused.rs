//! What AWS refuses for a while, and what it refuses for good: each ends in one clear line.
//!
//! The codes and messages are of
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>.

use std::collections::BTreeMap;
use std::sync::Mutex;

use bucketpair::error::ExitCode;
use bucketpair::runner;
use rstest::rstest;

use crate::denied::said;
use crate::stand_in::{Aws, error};

const ABORTED: (u16, &str, &str) = (
    409,
    "OperationAborted",
    "A conflicting conditional operation is currently in progress against this resource. Try again.",
);
const SLOW_DOWN: (u16, &str, &str) = (503, "SlowDown", "Reduce your request rate.");
const NO_SUCH_KEY: (u16, &str, &str) = (404, "NoSuchKey", "The specified key does not exist.");

/// Refuses an operation so often at each bucket, then no more.
fn refuses(
    operation: &'static str,
    refusal: (u16, &'static str, &'static str),
    times: usize,
) -> Aws {
    let so_far = Mutex::new(BTreeMap::<String, usize>::new());
    Aws::new("1s").with_refusal(move |asked| {
        if asked.operation != operation {
            return None;
        }
        let mut so_far = so_far.lock().unwrap();
        let count = so_far.entry(asked.host.to_owned()).or_default();
        *count += 1;
        let (status, code, message) = refusal;
        (*count <= times).then(|| (status, error(code, message)))
    })
}

/// Another change of the bucket is under way; the name was free a moment ago; throttling; an object
/// that is not known yet after versioning was enabled (R-CFG-12).
#[rstest]
#[case::create("CreateBucket", ABORTED, "tags")]
#[case::version("PutBucketVersioning", ABORTED, "tags")]
#[case::encrypt("PutBucketEncryption", ABORTED, "tags")]
#[case::configure("PutBucketReplication", ABORTED, "tags")]
#[case::stop("DeleteBucketReplication", ABORTED, "tags")]
#[case::slow("PutObject", SLOW_DOWN, "tags")]
#[case::slow_look("HeadObject", SLOW_DOWN, "tags")]
#[case::tag("PutObjectTagging", NO_SUCH_KEY, "tag-change")]
#[case::copy("CopyObject", NO_SUCH_KEY, "copy")]
#[tokio::test(start_paused = true)]
async fn what_is_refused_for_a_while_is_asked_again(
    #[case] operation: &'static str,
    #[case] refusal: (u16, &'static str, &'static str),
    #[case] scenario: &str,
) {
    let aws = refuses(operation, refusal, 2);
    let mut settings = aws.settings();
    settings.globs = vec![scenario.to_owned()];
    let report = runner::run(settings, |_| {}, std::future::pending());
    let report = Box::pin(report).await.unwrap();
    assert_eq!(
        report.exit_code(),
        ExitCode::Passed,
        "{operation}: {report:#?}"
    );
    assert_eq!(report.left_behind, Vec::<String>::new());
    let told = report
        .usage
        .refusals
        .keys()
        .any(|code| code == refusal.1 || code == "503");
    assert!(
        told,
        "the report says that it was refused: {:#?}",
        report.usage.refusals
    );
}

#[rstest]
#[case::aborted("PutBucketReplication", ABORTED, "tags", "try again in a few minutes")]
#[case::name_reuse("CreateBucket", ABORTED, "tags", "its name was free a moment ago")]
#[case::slow("PutObject", SLOW_DOWN, "tags", "fewer --jobs")]
#[case::unknown("PutObjectTagging", NO_SUCH_KEY, "tag-change", "--settle 15m")]
#[case::taken(
    "CreateBucket",
    (409, "BucketAlreadyExists", "The requested bucket name is not available."),
    "tags",
    "run again for a new name"
)]
#[case::constraint(
    "CreateBucket",
    (400, "InvalidLocationConstraint", "The specified location constraint is not valid."),
    "tags",
    "enabled for this account"
)]
#[case::region(
    "CreateBucket",
    (400, "IllegalLocationConstraintException",
     "The me-south-1 location constraint is incompatible for the region specific endpoint this request was sent to."),
    "tags",
    "enabled for this account"
)]
#[case::token(
    "ListBuckets",
    (400, "InvalidToken", "The provided token is malformed or otherwise invalid."),
    "tags",
    "regional STS endpoint"
)]
#[case::sts(
    "GetCallerIdentity",
    (403, "InvalidClientTokenId", "The security token included in the request is invalid."),
    "tags",
    "is the region enabled for this account"
)]
#[case::too_many(
    "CreateBucket",
    (400, "TooManyBuckets", "You have attempted to create more buckets than allowed."),
    "tags",
    "ask for a higher quota"
)]
#[tokio::test(start_paused = true)]
async fn what_is_refused_for_good_is_one_line_with_the_remedy(
    #[case] operation: &'static str,
    #[case] refusal: (u16, &'static str, &'static str),
    #[case] scenario: &str,
    #[case] remedy: &str,
) {
    let aws = refuses(operation, refusal, usize::MAX);
    let (said, code) = said(&aws, scenario).await;
    assert_eq!(code, ExitCode::SetUp, "{said:#?}");
    let line = said.iter().find(|line| line.contains(refusal.1));
    let line = line.unwrap_or_else(|| panic!("{} is not named in {said:#?}", refusal.1));
    assert!(line.contains(remedy) && !line.contains('\n'), "{line}");
}
