//! An HTTP client that stands for AWS: the embedded pair for S3's regions, written answers for STS.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_s3::config::SharedHttpClient;
use aws_sdk_s3::primitives::SdkBody;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use bucketpair::emulator::{self, Delay, Emulator};
use bucketpair::runner::Settings;
use bucketpair::target::{Choice, Keys};

use crate::asked::Asked;

/// The embedded pair's own.
pub(crate) const ACCOUNT: &str = emulator::ACCOUNT;
pub(crate) const ROLE: &str = "arn:aws:iam::000000000000:role/replication";
/// Shaped like AWS's, and nobody's.
pub(crate) const KEY: &str = "AKIA0000000000000000";
const SECRET: &str = "not-a-secret";

/// A written answer instead of the embedded pair's: status and body.
type Refusal = dyn Fn(&Asked<'_>) -> Option<(u16, String)> + Send + Sync;

/// What stands for AWS.
#[derive(Clone)]
pub(crate) struct Aws {
    source: SharedHttpClient,
    destination: SharedHttpClient,
    regions: (String, String),
    log: Arc<Mutex<Vec<String>>>,
    operations: Arc<Mutex<BTreeSet<&'static str>>>,
    refusal: Arc<Refusal>,
}

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Aws")
    }
}

impl Aws {
    /// Replicas take as long as `delay` says.
    pub(crate) fn new(delay: &str) -> Self {
        let settings = Settings::default().connect;
        let (source, destination) = (settings.source_region, settings.destination_region);
        let world = emulator::Settings::default()
            .with_keys(KEY, SECRET)
            .with_delay(delay.parse::<Delay>().unwrap());
        let emulator = Emulator::new(world);
        Self {
            source: emulator.http_client(&source),
            destination: emulator.http_client(&destination),
            regions: (source, destination),
            log: Arc::default(),
            operations: Arc::default(),
            refusal: Arc::new(|_| None),
        }
    }

    /// Answers so instead, where the function answers. To HEAD no body is sent.
    pub(crate) fn with_refusal(
        mut self,
        refusal: impl Fn(&Asked<'_>) -> Option<(u16, String)> + Send + Sync + 'static,
    ) -> Self {
        self.refusal = Arc::new(refusal);
        self
    }

    /// Settings of a run on it, as `--target aws --account ID --role ARN` makes them.
    pub(crate) fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        settings.choice = Choice::Aws;
        settings.role = Some(ROLE.to_owned());
        settings.connect.keys = Some(Keys::new(KEY, SECRET));
        settings.connect.accounts.source = Some(ACCOUNT.to_owned());
        settings.connect.http_client = Some(SharedHttpClient::new(self.clone()));
        settings
    }

    /// The operations that were asked for.
    pub(crate) fn operations(&self) -> BTreeSet<&'static str> {
        let operations = self.operations.lock();
        operations.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets what was asked for so far.
    pub(crate) fn forget(&self) {
        let operations = self.operations.lock();
        operations.unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The hosts that were asked, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        let log = self.log.lock();
        log.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl HttpClient for Aws {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let connector = |client: &SharedHttpClient| client.http_connector(settings, components);
        SharedHttpConnector::new(Router {
            aws: self.clone(),
            source: connector(&self.source),
            destination: connector(&self.destination),
        })
    }
}

#[derive(Debug)]
struct Router {
    aws: Aws,
    source: SharedHttpConnector,
    destination: SharedHttpConnector,
}

impl HttpConnector for Router {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let uri = request.uri().to_owned();
        let host = uri.strip_prefix("https://").expect("AWS is asked by TLS");
        let host = host.split('/').next().unwrap_or_default();
        let log = self.aws.log.lock();
        log.unwrap_or_else(PoisonError::into_inner)
            .push(host.to_owned());
        // What is locked so can be removed by nobody until its time has come.
        assert!(!asks_for_compliance(&request), "{uri} asks for COMPLIANCE");
        let asked = Asked::new(&request, host);
        if !asked.operation.is_empty() {
            let operations = self.aws.operations.lock();
            let mut operations = operations.unwrap_or_else(PoisonError::into_inner);
            operations.insert(asked.operation);
        }
        if let Some((status, body)) = (self.aws.refusal)(&asked) {
            let body = match asked.operation {
                _ if request.method() == "HEAD" => String::new(),
                "GetCallerIdentity" => format!("<ErrorResponse>{body}</ErrorResponse>"),
                _ => body,
            };
            let answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
            return HttpConnectorFuture::ready(Ok(answer));
        }
        let of_s3 = |region: &str| host.ends_with(&format!("s3.{region}.amazonaws.com"));
        match host {
            _ if asked.operation.is_empty() => HttpConnectorFuture::ready(Ok(denied())),
            _ if host.starts_with("sts.") => HttpConnectorFuture::ready(Ok(identity())),
            _ if of_s3(&self.aws.regions.0) => self.source.call(request),
            _ if of_s3(&self.aws.regions.1) => self.destination.call(request),
            _ => panic!("{host} is neither S3 nor STS"),
        }
    }
}

/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
fn identity() -> HttpResponse {
    let xml = format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <GetCallerIdentityResult><Arn>arn:aws:iam::{ACCOUNT}:user/tester</Arn>\
         <UserId>AIDACKCEVSQ6C2EXAMPLE</UserId><Account>{ACCOUNT}</Account>\
         </GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>\
         </GetCallerIdentityResponse>"
    );
    HttpResponse::new(200.try_into().unwrap(), SdkBody::from(xml))
}

/// Whether a lock is asked for that even the account's root could not lift.
fn asks_for_compliance(request: &HttpRequest) -> bool {
    let mode = request.headers().get("x-amz-object-lock-mode");
    let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default());
    mode == Some("COMPLIANCE") || body.contains(">COMPLIANCE<")
}

/// IAM and KMS tell nothing here.
fn denied() -> HttpResponse {
    let body = format!(
        "<ErrorResponse>{}</ErrorResponse>",
        error("AccessDenied", "no")
    );
    HttpResponse::new(403.try_into().unwrap(), SdkBody::from(body))
}

/// An error as S3 writes it.
pub(crate) fn error(code: &str, message: &str) -> String {
    format!(
        "<Error><Code>{code}</Code><Message>{message}</Message><RequestId>1</RequestId></Error>"
    )
}
