//! Stacks against written answers: no account, no network, no time.

pub(super) mod cloud;
mod policies;
mod removal;

use std::sync::Mutex;

use rstest::rstest;

use cloud::{Course, FakeStack, HOSTS, Regions, at, cloud};

use super::*;
use crate::error::ExitCode;
use crate::target::Target;

const SOURCE: &str = HOSTS[0];
const DESTINATION: &str = HOSTS[1];

fn request() -> Request {
    Request::new("archive").unwrap()
}

async fn raised(target: &Target, request: &Request) -> Result<(Raised, Vec<String>)> {
    let events = Mutex::new(Vec::new());
    let on_event = |event: &StackEvent| events.lock().unwrap().push(event.to_string());
    let raised = up(target, request, &on_event).await?;
    Ok((raised, events.into_inner().unwrap()))
}

async fn refused(target: &Target, request: &Request) -> Error {
    raised(target, request).await.unwrap_err()
}

fn calls(regions: &Regions, host: &str) -> Vec<String> {
    at(regions, host, |region| region.calls.clone())
}

fn stands(regions: &Regions, host: &str, status: &str) {
    at(regions, host, |region| {
        region.stack = Some(FakeStack {
            id: "arn:stack/archive/0".to_owned(),
            status: status.to_owned(),
            outputs: region.outputs.clone(),
            parameters: [("NoncurrentDays".to_owned(), "9".to_owned())].into(),
            ..FakeStack::default()
        });
    });
}

#[tokio::test(start_paused = true)]
async fn the_destination_comes_first_and_the_source_gets_its_outputs() {
    let (target, regions, _) = cloud();
    let (raised, events) = raised(&target, &request()).await.unwrap();
    assert_eq!(raised.pair, ("primary".to_owned(), "secondary".to_owned()));
    assert_eq!(
        (raised.source.1, raised.destination.1),
        (Change::Created, Change::Created)
    );
    let given = at(&regions, SOURCE, |region| region.given.clone());
    assert_eq!(given["DestinationBucketName"], "secondary");
    assert_eq!(given["DestinationRegion"], "us-east-1");
    assert!(
        !given.contains_key("DestinationAccountId"),
        "one account: {given:?}"
    );
    let given = at(&regions, DESTINATION, |region| region.given.clone());
    assert_eq!(given["SourceRegion"], "ap-northeast-1");
    let first = |region: &str| {
        events
            .iter()
            .position(|event| event.contains(region))
            .unwrap()
    };
    assert!(first("us-east-1") < first("ap-northeast-1"), "{events:#?}");
    assert_eq!(events.len(), 4, "each event once: {events:#?}");
}

#[tokio::test(start_paused = true)]
async fn what_cloudformation_is_asked_is_counted_with_the_rest() {
    let (target, regions, _) = cloud();
    raised(&target, &request()).await.unwrap();
    let mut usage = target.meter.usage();
    for (host, of_source, region) in [
        (SOURCE, true, "ap-northeast-1"),
        (DESTINATION, false, "us-east-1"),
    ] {
        let asked = calls(&regions, host);
        for operation in ["CreateStack", "DescribeStacks", "DescribeStackEvents"] {
            let sent = asked.iter().filter(|call| *call == operation).count() as u64;
            let counted = usage.of(of_source, region, operation).attempts;
            assert_eq!(counted, sent, "{operation} in {region}: {asked:?}");
            assert!(sent > 0, "{operation} was never asked: {asked:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn two_accounts_are_told_of_each_other() {
    let (target, regions, _) = cloud();
    let mut request = request();
    request.accounts = Some(("111111111111".to_owned(), "222222222222".to_owned()));
    raised(&target, &request).await.unwrap();
    let given = |host, name: &str| at(&regions, host, |region| region.given[name].clone());
    assert_eq!(given(DESTINATION, "SourceAccountId"), "111111111111");
    assert_eq!(given(SOURCE, "DestinationAccountId"), "222222222222");
}

#[tokio::test(start_paused = true)]
async fn one_sides_own_parameter_comes_before_the_one_for_both_and_the_derived() {
    let (target, regions, _) = cloud();
    let mut request = request();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    request.parameters = vec![pair("Environment", "uat"), pair("NoncurrentDays", "7")];
    request.source.parameters = vec![
        pair("NoncurrentDays", "8"),
        pair("DestinationBucketName", "mine"),
    ];
    raised(&target, &request).await.unwrap();
    let given = at(&regions, SOURCE, |region| region.given.clone());
    assert_eq!(given["NoncurrentDays"], "8");
    assert_eq!(given["Environment"], "uat");
    assert_eq!(given["DestinationBucketName"], "mine");
    let given = at(&regions, DESTINATION, |region| region.given.clone());
    assert_eq!(given["NoncurrentDays"], "7");
}

#[tokio::test(start_paused = true)]
async fn a_parameter_that_no_template_has_is_refused_before_anything_is_made() {
    let (target, regions, _) = cloud();
    let pair = ("Enviroment".to_owned(), "prod".to_owned());
    let mut shared = request();
    shared.parameters.push(pair.clone());
    let mut own = request();
    // The destination's template has no such parameter.
    own.destination
        .parameters
        .push(("RuleSchema".to_owned(), "V1".to_owned()));
    for (request, word) in [
        (shared, "did you mean Environment"),
        (own, "--destination-parameter"),
    ] {
        let error = refused(&target, &request).await;
        assert_eq!(error.exit_code(), ExitCode::Usage);
        assert!(error.to_string().contains(word), "{error}");
    }
    for host in HOSTS {
        assert!(!calls(&regions, host).contains(&"CreateStack".to_owned()));
    }
}

#[rstest]
#[case("UPDATE_ROLLBACK_COMPLETE")]
#[case("UPDATE_COMPLETE")]
#[case("UPDATE_FAILED")]
#[tokio::test(start_paused = true)]
async fn stacks_that_are_there_are_brought_up_to_date_and_keep_their_parameters(
    #[case] status: &str,
) {
    let (target, regions, _) = cloud();
    for host in HOSTS {
        stands(&regions, host, status);
        at(&regions, host, |region| {
            region.course = Course::new("UPDATE_COMPLETE", &[]);
        });
    }
    let (raised, _) = raised(&target, &request()).await.unwrap();
    assert_eq!(
        (raised.source.1, raised.destination.1),
        (Change::Updated, Change::Updated)
    );
    let given = at(&regions, SOURCE, |region| region.given.clone());
    assert_eq!(given["NoncurrentDays"], "(as before)");
    assert!(!given.contains_key("Environment"), "{given:?}");
}

/// "No updates are to be performed." comes as a `ValidationError`:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html>
#[tokio::test(start_paused = true)]
async fn an_update_without_changes_is_no_failure() {
    let (target, regions, _) = cloud();
    for host in HOSTS {
        stands(&regions, host, "CREATE_COMPLETE");
        let nothing = (400, "ValidationError", "No updates are to be performed.");
        at(&regions, host, |region| {
            region.refusals.insert("UpdateStack", nothing);
        });
    }
    let (raised, events) = raised(&target, &request()).await.unwrap();
    assert_eq!(
        (raised.source.1, raised.destination.1),
        (Change::Unchanged, Change::Unchanged)
    );
    assert!(events.is_empty(), "{events:#?}");
}

/// The status codes of <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html>.
#[rstest]
#[case("ROLLBACK_COMPLETE", "stack down archive")]
#[case("ROLLBACK_FAILED", "stack down archive")]
#[case("CREATE_FAILED", "stack down archive")]
#[case("DELETE_FAILED", "stack down archive")]
#[case("UPDATE_ROLLBACK_FAILED", "continue-update-rollback")]
#[case("UPDATE_IN_PROGRESS", "wait until")]
#[case("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "wait until")]
#[case("DELETE_IN_PROGRESS", "wait until")]
#[case("REVIEW_IN_PROGRESS", "change set")]
#[tokio::test(start_paused = true)]
async fn a_stack_that_cannot_be_updated_is_refused_with_the_remedy(
    #[case] status: &str,
    #[case] remedy: &str,
    #[values(SOURCE, DESTINATION)] host: &str,
) {
    let (target, regions, _) = cloud();
    stands(&regions, host, status);
    let error = refused(&target, &request()).await;
    assert_eq!(error.exit_code(), ExitCode::Usage);
    let text = error.to_string();
    assert!(text.contains(status) && text.contains(remedy), "{text}");
    for host in HOSTS {
        assert_eq!(
            calls(&regions, host),
            ["DescribeStacks"],
            "nothing was begun"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_stack_that_is_no_pairs_is_not_touched() {
    let (target, regions, _) = cloud();
    stands(&regions, DESTINATION, "CREATE_COMPLETE");
    at(&regions, DESTINATION, |region| {
        region.stack.as_mut().unwrap().outputs.clear();
    });
    let error = refused(&target, &request()).await;
    let text = error.to_string();
    assert!(text.contains("no output DestinationBucketName"), "{text}");
    assert_eq!(calls(&regions, DESTINATION), ["DescribeStacks"]);
}

const FAILING: [&str; 4] = [
    "Role AWS::IAM::Role CREATE_COMPLETE ",
    "SourceBucket AWS::S3::Bucket CREATE_FAILED primary already exists",
    "Key AWS::KMS::Key CREATE_FAILED Resource creation cancelled",
    "archive AWS::CloudFormation::Stack CREATE_FAILED The following resource(s) failed",
];

#[rstest]
#[case::rolled_back(OnFailure::Rollback, "ROLLBACK_COMPLETE", "then try again")]
#[case::kept(OnFailure::Keep, "CREATE_FAILED", "it was kept to be looked at")]
#[tokio::test(start_paused = true)]
async fn a_failure_shows_the_first_resource_that_failed_and_its_reason(
    #[case] on_failure: OnFailure,
    #[case] status: &'static str,
    #[case] remedy: &str,
) {
    let (target, regions, _) = cloud();
    at(&regions, SOURCE, |region| {
        region.course = Course::new(status, &FAILING);
    });
    let mut request = request();
    request.on_failure = on_failure;
    let error = refused(&target, &request).await;
    assert_eq!(error.exit_code(), ExitCode::SetUp);
    let text = error.to_string();
    let start = format!(
        "stack up archive in ap-northeast-1: {status}: SourceBucket (AWS::S3::Bucket) \
         CREATE_FAILED: primary already exists"
    );
    assert!(text.starts_with(&start) && text.contains(remedy), "{text}");
    assert!(!text.contains("cancelled"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn an_update_that_was_changed_back_is_a_failure() {
    let (target, regions, _) = cloud();
    for host in HOSTS {
        stands(&regions, host, "UPDATE_COMPLETE");
    }
    let failing = "DestinationBucket AWS::S3::Bucket UPDATE_FAILED Access Denied";
    let course = Course::new("UPDATE_ROLLBACK_COMPLETE", &[failing]);
    at(&regions, DESTINATION, |region| region.course = course);
    let error = refused(&target, &request()).await;
    let text = error.to_string();
    assert!(
        text.contains("UPDATE_FAILED: Access Denied") && text.contains("changed back"),
        "{text}"
    );
    assert!(!calls(&regions, SOURCE).contains(&"UpdateStack".to_owned()));
}

/// The codes and texts of <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html>
/// and of the common errors beside it.
#[rstest]
#[case(
    400,
    "AlreadyExistsException",
    "Stack [archive] already exists",
    "stack status"
)]
#[case(
    400,
    "InsufficientCapabilitiesException",
    "Requires capabilities : [CAPABILITY_AUTO_EXPAND]",
    "--capability"
)]
#[case(400, "LimitExceededException", "Quota exceeded", "quota")]
#[case(
    400,
    "ValidationError",
    "Parameter Environment failed to satisfy constraint",
    "failed to satisfy"
)]
#[case(
    403,
    "AccessDenied",
    "User: arn:aws:iam::111111111111:user/u is not authorized to perform: cloudformation:CreateStack",
    "cloudformation:CreateStack"
)]
#[case(
    403,
    "ExpiredToken",
    "The security token included in the request is expired",
    "log in again"
)]
#[case(400, "Throttling", "Rate exceeded", "try again later")]
#[tokio::test(start_paused = true)]
async fn a_refused_creation_is_one_line_with_the_remedy(
    #[case] status: u16,
    #[case] code: &'static str,
    #[case] message: &'static str,
    #[case] remedy: &str,
) {
    let (target, regions, _) = cloud();
    let refusal = (status, code, message);
    at(&regions, DESTINATION, |region| {
        region.refusals.insert("CreateStack", refusal);
    });
    let error = refused(&target, &request()).await;
    assert_eq!(error.exit_code(), ExitCode::SetUp);
    let text = error.to_string();
    let start = format!("CreateStack archive in us-east-1: {code}: {message}");
    assert!(
        text.starts_with(&start) && text.contains(remedy) && !text.contains('\n'),
        "{text}"
    );
    assert!(!calls(&regions, SOURCE).contains(&"CreateStack".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn who_can_look_on_no_more_is_told_that_the_creation_goes_on() {
    let (target, regions, _) = cloud();
    let expired = (
        403,
        "ExpiredToken",
        "The security token included in the request is expired",
    );
    at(&regions, DESTINATION, |region| {
        region.refusals.insert("DescribeStackEvents", expired);
    });
    let error = refused(&target, &request()).await;
    assert_eq!(error.exit_code(), ExitCode::SetUp);
    let text = error.to_string();
    assert!(
        text.contains("ExpiredToken") && text.contains("log in again"),
        "{text}"
    );
    assert!(
        text.contains("archive in us-east-1, whose creation goes on by itself"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_stack_that_never_ends_meets_the_deadline() {
    let (mut target, regions, _) = cloud();
    target.costs_nothing = false;
    at(&regions, DESTINATION, |region| {
        region.course = Course::new("CREATE_IN_PROGRESS", &[]);
    });
    let text = refused(&target, &request()).await.to_string();
    assert!(text.contains("has not ended after 30 minutes"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_pair_is_found_by_its_stacks() {
    let (target, regions, _) = cloud();
    let missing = pair(&target, "archive").await.unwrap_err();
    assert_eq!(missing.exit_code(), ExitCode::Usage);
    assert!(
        missing
            .to_string()
            .contains("no stack archive in ap-northeast-1"),
        "{missing}"
    );
    for host in HOSTS {
        stands(&regions, host, "CREATE_COMPLETE");
    }
    let found = pair(&target, "archive").await.unwrap();
    assert_eq!(found, ("primary".to_owned(), "secondary".to_owned()));
}

#[rstest]
#[case("")]
#[case("1st")]
#[case("with space")]
#[case("under_score")]
#[case("a-name-that-is-longer-than-any-role-can-bear-with-its-region")]
fn a_name_that_no_stack_can_have_is_refused(#[case] name: &str) {
    assert_eq!(Request::new(name).unwrap_err().exit_code(), ExitCode::Usage);
}

#[tokio::test]
async fn one_region_has_no_room_for_both() {
    let (mut target, ..) = cloud();
    target.destination = target.source.clone();
    let error = refused(&target, &request()).await;
    assert!(error.to_string().contains("two regions"), "{error}");
}
