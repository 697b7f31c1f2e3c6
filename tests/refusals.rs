//! Servers that refuse, with answers written from S3's documented errors: each gives one line that
//! names the thing and the remedy, and nothing is left behind.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

use aws_sdk_s3::config::SharedHttpClient;
use aws_sdk_s3::primitives::SdkBody;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use bucketpair::error::{Error, ExitCode};
use bucketpair::provision::{Ledger, Request, provision};
use bucketpair::target::{Keys, Target, in_process, preflight};

/// Status and body for a method and what stands behind the `?`.
type Answer = fn(&str, &str) -> (u16, String);

#[derive(Debug, Clone)]
struct Written(Answer);

impl HttpClient for Written {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Written {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let query = request.uri().split_once('?').map_or("", |(_, query)| query);
        let (status, body) = self.0(request.method(), query);
        let answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        HttpConnectorFuture::ready(Ok(answer))
    }
}

fn target(answer: Answer) -> Target {
    let client = || Some(SharedHttpClient::new(Written(answer)));
    let urls = ("http://localhost".to_owned(), "http://localhost".to_owned());
    let regions = ("ap-northeast-1".to_owned(), "us-east-1".to_owned());
    in_process(
        "written",
        client(),
        client(),
        urls,
        regions,
        &Keys::new("id", "secret"),
        "none",
    )
}

fn error(code: &str, message: &str) -> String {
    format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>")
}

async fn refusal(answer: Answer) -> (Error, Ledger) {
    let (ledger, request) = (
        Ledger::in_memory("run", "2100-01-01T00:00:00Z"),
        Request::new("test"),
    );
    let refused = provision(&target(answer), &request, &ledger)
        .await
        .unwrap_err();
    (refused, ledger)
}

fn assert_says(error: &Error, words: &[&str]) {
    let text = error.to_string();
    assert_eq!(error.exit_code(), ExitCode::SetUp, "{text}");
    assert!(!text.contains('\n'), "{text:?} is more than a line");
    for word in words {
        assert!(text.contains(word), "expected {word:?} in {text:?}");
    }
}

/// HEAD says that the name is free, and somebody else is quicker.
#[tokio::test(start_paused = true)]
async fn a_bucket_name_that_is_taken_is_named() {
    let (refused, _) = refusal(|method, _| match method {
        "HEAD" => (404, String::new()),
        _ => (
            409,
            error(
                "BucketAlreadyExists",
                "The requested bucket name is not available.",
            ),
        ),
    })
    .await;
    assert_says(&refused, &["BucketAlreadyExists", "bucketpair-test-"]);
}

/// In us-east-1 `CreateBucket` answers 200 for one's own bucket: HEAD has to say 404 first.
#[tokio::test(start_paused = true)]
async fn a_bucket_that_is_there_is_never_taken_over() {
    let (refused, ledger) = refusal(|_, _| (200, String::new())).await;
    assert_says(&refused, &["bucketpair-test-"]);
    assert!(ledger.is_empty(), "{ledger:?}");
}

/// The tags of a bucket that a run of ours has made.
fn tagged(run: &str) -> String {
    format!(
        "<Tagging><TagSet><Tag><Key>bucketpair:run</Key><Value>{run}</Value></Tag></TagSet></Tagging>"
    )
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_cannot_be_versioned_is_named() {
    let (refused, _) = refusal(|method, query| match (method, query) {
        ("HEAD", _) => (404, String::new()),
        ("GET", query) if query.contains("tagging") => (200, tagged("run")),
        (_, query) if query.contains("versioning") => (
            501,
            error(
                "NotImplemented",
                "A header you provided implies functionality",
            ),
        ),
        _ => (200, String::new()),
    })
    .await;
    assert_says(&refused, &["bucketpair-test-", "version"]);
}

#[tokio::test(start_paused = true)]
async fn access_that_is_denied_is_told_with_its_code() {
    let denied = target(|_, _| (403, error("AccessDenied", "Access Denied")));
    assert_says(
        &preflight(&denied).await.unwrap_err(),
        &["AccessDenied", "http://localhost"],
    );
}
