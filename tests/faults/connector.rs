//! A connector that plays a fault on the requests of one phase, and lets the others through.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

use crate::names;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// 503 `SlowDown`.
    SlowDown,
    /// 500 `InternalError`.
    InternalError,
    /// The connection is reset before anything was sent.
    Reset,
    /// The request is carried out, and the connection is reset before the answer.
    LostAnswer,
    /// Nothing ever answers.
    Stall,
    /// The answer begins after five seconds, as behind a slow DNS.
    SlowStart,
    /// The name of the endpoint is not found.
    NoName,
    /// The lookup of the endpoint's name never answers.
    StalledName,
    /// The clocks differ: one of them was set.
    Skewed,
    /// The session's keys have expired.
    Expired,
}

impl Fault {
    /// Words of which one has to be among what the user is told; the answer to HEAD has no code.
    pub(crate) fn causes(self) -> &'static [&'static str] {
        match self {
            Self::SlowDown => &["SlowDown", "Http503"],
            Self::InternalError => &["InternalError", "Http500"],
            Self::Reset | Self::LostAnswer => &["Connection", "connection reset"],
            Self::Stall => &["Timeout", "no answer in time"],
            Self::SlowStart => &[],
            Self::NoName => &[names::NOT_FOUND],
            Self::StalledName => &["connect timeout", "timed out"],
            Self::Skewed => &["RequestTimeTooSkewed", "Http403"],
            Self::Expired => &["ExpiredToken", "Http400"],
        }
    }

    fn answer(self) -> Option<(u16, &'static str)> {
        match self {
            Self::SlowDown => Some((503, "SlowDown")),
            Self::InternalError => Some((500, "InternalError")),
            Self::Skewed => Some((403, "RequestTimeTooSkewed")),
            Self::Expired => Some((400, "ExpiredToken")),
            _ => None,
        }
    }
}

/// Which requests it hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Writes of objects, but for canaries.
    Write,
    /// Looks at objects, but for canaries.
    Observe,
    /// Replication configurations that are put.
    Configure,
    /// Deletions of buckets.
    TearDown,
}

impl Phase {
    pub(crate) fn is_of(self, request: &HttpRequest) -> bool {
        let (path, query) = request.uri().split_once('?').unwrap_or((request.uri(), ""));
        let path = path
            .trim_start_matches("http://localhost")
            .trim_matches('/');
        let object =
            path.contains('/') && !path.contains("canary") && !path.contains("_bucketpair");
        // Provisioning looks at a key that is missing.
        let object = object && !path.contains("/bucketpair-");
        let sets = |what: &str| {
            query
                .split('&')
                .any(|part| part.split('=').next() == Some(what))
        };
        match (self, request.method()) {
            (Self::Write, "PUT") => object && !sets("tagging"),
            (Self::Observe, "GET" | "HEAD") => object,
            (Self::Configure, "PUT") => sets("replication"),
            (Self::TearDown, "DELETE") => !path.contains('/') && query.is_empty(),
            _ => false,
        }
    }
}

/// A fault, the requests it hits, and how many of them.
#[derive(Debug, Clone)]
pub(crate) struct Script(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    fault: Fault,
    phase: Phase,
    times: usize,
    hit: AtomicUsize,
}

impl Script {
    pub(crate) fn new(fault: Fault, phase: Phase, times: usize) -> Self {
        let hit = AtomicUsize::new(0);
        Self(Arc::new(Inner {
            fault,
            phase,
            times,
            hit,
        }))
    }

    /// How often the fault was played.
    pub(crate) fn played(&self) -> usize {
        self.0.hit.load(Ordering::Relaxed).min(self.0.times)
    }

    /// The client behind the faults.
    pub(crate) fn before(&self, client: SharedHttpClient) -> SharedHttpClient {
        let script = self.clone();
        SharedHttpClient::new(Faulty { client, script })
    }

    fn hits(&self, request: &HttpRequest) -> bool {
        let Inner {
            phase, times, hit, ..
        } = &*self.0;
        phase.is_of(request) && hit.fetch_add(1, Ordering::Relaxed) < *times
    }
}

#[derive(Debug)]
struct Faulty {
    client: SharedHttpClient,
    script: Script,
}

impl HttpClient for Faulty {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let unnamed = names::client(self.script.0.fault == Fault::StalledName);
        SharedHttpConnector::new(Connecting {
            healthy: self.client.http_connector(settings, components),
            unnamed: unnamed.http_connector(settings, components),
            script: self.script.clone(),
        })
    }
}

#[derive(Debug)]
struct Connecting {
    healthy: SharedHttpConnector,
    /// One over sockets, that finds no name.
    unnamed: SharedHttpConnector,
    script: Script,
}

impl HttpConnector for Connecting {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if !self.script.hits(&request) {
            return self.healthy.call(request);
        }
        let fault = self.script.0.fault;
        match fault {
            Fault::Stall => HttpConnectorFuture::new(std::future::pending()),
            Fault::NoName | Fault::StalledName => self.unnamed.call(request),
            Fault::Reset => HttpConnectorFuture::ready(Err(reset())),
            Fault::LostAnswer => {
                let carried_out = self.healthy.call(request);
                HttpConnectorFuture::new(async move {
                    carried_out.await?;
                    Err(reset())
                })
            }
            Fault::SlowStart => {
                let connector = self.healthy.clone();
                HttpConnectorFuture::new(async move {
                    tokio::time::sleep(Duration::from_secs(5)).await;
                    connector.call(request).await
                })
            }
            _ => HttpConnectorFuture::ready(Ok(refusal(fault, request.method() == "HEAD"))),
        }
    }
}

fn reset() -> ConnectorError {
    ConnectorError::io("connection reset by peer".into())
}

/// An error of S3; the answer to HEAD has no body.
fn refusal(fault: Fault, is_head: bool) -> HttpResponse {
    let (status, code) = fault.answer().unwrap();
    let message = "seeded by the test";
    let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    let body = if is_head {
        SdkBody::empty()
    } else {
        SdkBody::from(body)
    };
    HttpResponse::new(status.try_into().unwrap(), body)
}
