//! An HTTP client that answers from a function, for tests.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_s3::config::SharedHttpClient;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;

use super::{Keys, Target, in_process};

/// What is asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The host, without its port.
    pub(crate) host: String,
    /// `GET`, …
    pub(crate) method: String,
    /// The path, without the first slash.
    pub(crate) path: String,
    /// The query.
    pub(crate) query: String,
    /// The body, where it is text.
    pub(crate) body: String,
    /// `X-Amz-Target`, by which KMS names its operation.
    pub(crate) operation: String,
    /// Whether `x-amz-expected-bucket-owner` is sent.
    pub(crate) expects_owner: bool,
}

type Answer = Arc<dyn Fn(&Asked) -> (u16, String) + Send + Sync>;

struct Fake {
    answer: Answer,
    log: Arc<Mutex<Vec<Asked>>>,
}

impl std::fmt::Debug for Fake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fake")
    }
}

impl HttpConnector for Fake {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let uri = request.uri().to_owned();
        let after = uri.split_once("://").map_or(uri.as_str(), |(_, rest)| rest);
        let (host, path) = after.split_once('/').unwrap_or((after, ""));
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let asked = Asked {
            host: host.to_owned(),
            method: request.method().to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            body: String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned(),
            operation: request
                .headers()
                .get("x-amz-target")
                .unwrap_or_default()
                .to_owned(),
            expects_owner: request
                .headers()
                .contains_key("x-amz-expected-bucket-owner"),
        };
        let (status, body) = (self.answer)(&asked);
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(asked);
        let status = status.try_into().unwrap();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
    }
}

/// A client that answers so, and the log of what it was asked.
pub(crate) fn http(
    answer: impl Fn(&Asked) -> (u16, String) + Send + Sync + 'static,
) -> (SharedHttpClient, Arc<Mutex<Vec<Asked>>>) {
    let log = Arc::new(Mutex::new(Vec::new()));
    let (answer, shared): (Answer, _) = (Arc::new(answer), Arc::clone(&log));
    let client = http_client_fn(move |_, _| {
        SharedHttpConnector::new(Fake {
            answer: Arc::clone(&answer),
            log: Arc::clone(&shared),
        })
    });
    (client, log)
}

/// A target whose both sides answer so.
pub(crate) fn target(client: &SharedHttpClient) -> Target {
    in_process(
        "emulator",
        Some(client.clone()),
        Some(client.clone()),
        (
            "http://source.test".to_owned(),
            "http://destination.test".to_owned(),
        ),
        ("ap-northeast-1".to_owned(), "us-east-1".to_owned()),
        &Keys::new("test", "test"),
        "a fake",
    )
}

/// An error as S3 writes it.
pub(crate) fn error(code: &str, message: &str) -> String {
    format!(
        "<Error><Code>{code}</Code><Message>{message}</Message><RequestId>1</RequestId></Error>"
    )
}
