//! Counting what is asked of AWS, and stopping at a cap.
//!
//! An interceptor on every client counts. Where a cap is set, it looks before each attempt
//! whether that one would pass it; then nothing is sent any more until [`Meter::lift`], so that the
//! teardown can go on. What waits then is for the runner to drop.

mod sizes;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextRef,
    BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, Metadata};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use crate::cost::{Bill, Prices, Terms, Usage};
use sizes::Sizes;

/// The codes of keys that are no longer valid.
const EXPIRED: [&str; 4] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "TokenRefreshRequired",
    "RequestExpired",
];
/// The codes of what may not be done.
const DENIED: [&str; 3] = ["AccessDenied", "AccessDeniedException", "403"];
/// How long keys are trusted after they were looked into.
const TRUST: Duration = Duration::from_secs(10);

/// Why nothing is sent any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// The next request would have passed the cap.
    Spent,
    /// The session's keys are no longer valid: every further request would be refused.
    Expired,
}

/// Counts the requests of a target's clients. Clones share one count.
#[derive(Debug, Clone)]
pub struct Meter(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    state: Mutex<State>,
    stop: watch::Sender<Option<Stop>>,
    suspicion: Notify,
}

#[derive(Debug, Default)]
struct State {
    usage: Usage,
    cap: Option<Cap>,
    sizes: Sizes,
    lifted: bool,
    /// The operations that were denied, each with what was said first.
    denied: BTreeMap<String, (String, String)>,
    /// When and at which side a refusal was last suspected to hide expired keys.
    suspected: Option<(Instant, bool)>,
}

#[derive(Debug)]
struct Cap {
    usd: f64,
    prices: Prices,
    terms: Terms,
}

impl Default for Meter {
    fn default() -> Self {
        Self(Arc::new(Inner {
            state: Mutex::default(),
            stop: watch::Sender::new(None),
            suspicion: Notify::new(),
        }))
    }
}

impl Meter {
    /// What was asked so far.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.state().usage.clone()
    }

    /// The interceptor that counts what one side's clients ask.
    pub(super) fn counting(&self, of_source: bool, region: &str) -> Counting {
        Counting {
            meter: self.clone(),
            of_source,
            region: region.to_owned(),
        }
    }

    /// From now on, nothing is sent that would make everything cost more than `usd`.
    pub fn limit(&self, usd: f64, prices: Prices, terms: Terms) {
        self.state().cap = Some(Cap { usd, prices, terms });
    }

    /// Lets everything through again: what was made has to be removed, whatever it costs.
    pub fn lift(&self) {
        self.state().lifted = true;
    }

    /// Comes when nothing is sent any more, or when all further requests would be refused.
    pub async fn stopped(&self) -> Stop {
        let mut stop = self.0.stop.subscribe();
        let found = stop.wait_for(Option::is_some).await;
        match found.ok().and_then(|stop| *stop) {
            Some(stop) => stop,
            None => std::future::pending().await,
        }
    }

    /// Why nothing is sent any more, or all would be refused; none while all is well.
    #[must_use]
    pub fn why_stopped(&self) -> Option<Stop> {
        *self.0.stop.borrow()
    }

    /// The operations that were denied, each with the code and the message of its first denial.
    #[must_use]
    pub fn denied(&self) -> BTreeMap<String, (String, String)> {
        self.state().denied.clone()
    }

    /// Comes when a refusal without a code may be one of expired keys, with the side: whether it is
    /// the source.
    pub(super) async fn suspected(&self) -> bool {
        self.0.suspicion.notified().await;
        self.state()
            .suspected
            .is_none_or(|(_, of_source)| of_source)
    }

    /// Looks at a refusal.
    fn refused(&self, of_source: bool, operation: &str, code: &str, body: &[u8]) {
        if EXPIRED.contains(&code) {
            self.stop(Stop::Expired);
        }
        let mut state = self.state();
        if DENIED.contains(&code) {
            let message = element(body, "Message").unwrap_or_default();
            let first = || (code.to_owned(), message);
            let denied = state.denied.entry(operation.to_owned());
            denied.or_insert_with(first);
        }
        // HEAD's answer has no body, and so no code: expired keys are a mere 400.
        let now = Instant::now();
        let is_new = state.suspected.is_none_or(|(at, _)| now >= at + TRUST);
        if operation.starts_with("Head") && code == "400" && is_new {
            state.suspected = Some((now, of_source));
            self.0.suspicion.notify_one();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_shut(&self) -> bool {
        *self.0.stop.borrow() == Some(Stop::Spent) && !self.state().lifted
    }

    /// Counts an attempt, unless it would pass the cap.
    fn attempt(&self, side: &Counting, sent: &Sent<'_>) {
        let mut state = self.state();
        let moved = state.sizes.moved(sent.operation, sent.uri, sent.body);
        let largest = state.sizes.largest();
        let count = |usage: &mut Usage| {
            let requests = usage.of(side.of_source, &side.region, sent.operation);
            requests.attempts += 1;
            requests.sent += moved;
            requests.markers += sent.markers;
            sizes::resize_copies(usage, largest);
        };
        if let Some(cap) = state.cap.as_ref().filter(|_| !state.lifted) {
            let mut after = state.usage.clone();
            count(&mut after);
            if cap.is_passed_by(&after) {
                self.stop(Stop::Spent);
                return;
            }
        }
        count(&mut state.usage);
    }

    fn stop(&self, why: Stop) {
        self.0.stop.send_if_modified(|stop| {
            let first = stop.is_none();
            stop.get_or_insert(why);
            first
        });
    }
}

impl Cap {
    fn is_passed_by(&self, usage: &Usage) -> bool {
        Bill::new(&self.prices, usage, &self.terms).usd > self.usd
    }
}

/// One attempt, as it goes out.
#[derive(Debug)]
struct Sent<'a> {
    operation: &'a str,
    uri: &'a str,
    body: u64,
    markers: u64,
}

impl<'a> Sent<'a> {
    fn new(operation: &'a str, uri: &'a str, body: u64) -> Self {
        Self {
            operation,
            uri,
            body,
            markers: 0,
        }
    }
}

/// The interceptor of one side's clients.
#[derive(Debug, Clone)]
pub(super) struct Counting {
    meter: Meter,
    of_source: bool,
    region: String,
}

impl Counting {
    /// The same HTTP client, which sends nothing more once the cap is reached.
    pub(super) fn gate(&self, http: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(Gate {
            http,
            meter: self.meter.clone(),
        })
    }
}

/// The operation's name. It is there from the serialization on.
fn operation(cfg: &ConfigBag) -> &str {
    cfg.load::<Metadata>().map_or("", Metadata::name)
}

impl Intercept for Counting {
    fn name(&self) -> &'static str {
        "Counting"
    }

    fn read_before_serialization(
        &self,
        _context: &BeforeSerializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut state = self.meter.state();
        let requests = state.usage.of(self.of_source, &self.region, operation(cfg));
        requests.calls += 1;
        Ok(())
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let (request, operation) = (context.request(), operation(cfg));
        let body = request.body().content_length().unwrap_or(0);
        let sent = Sent {
            markers: sizes::markers(operation, request.body().bytes()),
            ..Sent::new(operation, request.uri(), body)
        };
        self.meter.attempt(self, &sent);
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let (response, operation) = (context.response(), operation(cfg));
        let length = response.headers().get("content-length");
        // The answer to HEAD has the length of a body that is not sent.
        let length = length.filter(|_| !operation.starts_with("Head"));
        let length = length.and_then(|text| text.parse::<u64>().ok());
        let body = response.body().bytes().unwrap_or_default();
        let code = code(response.status().as_u16(), body);
        if let Some(code) = &code {
            self.meter.refused(self.of_source, operation, code, body);
        }
        let mut state = self.meter.state();
        let requests = state.usage.of(self.of_source, &self.region, operation);
        requests.received += length.unwrap_or(body.len() as u64);
        if let Some(code) = code {
            *state.usage.refusals.entry(code).or_default() += 1;
        }
        Ok(())
    }
}

/// The code of a refusal: S3's, or the HTTP status where the answer has no body.
fn code(status: u16, body: &[u8]) -> Option<String> {
    if status < 400 {
        return None;
    }
    let code = element(body, "Code").filter(|code| !code.is_empty());
    code.or_else(|| Some(status.to_string()))
}

/// The text of an element of an error's body.
fn element(body: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    rest.split('<').next().map(str::to_owned)
}

#[derive(Debug)]
struct Gate {
    http: SharedHttpClient,
    meter: Meter,
}

impl HttpClient for Gate {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Gated {
            connector: self.http.http_connector(settings, components),
            meter: self.meter.clone(),
        })
    }
}

#[derive(Debug)]
struct Gated {
    connector: SharedHttpConnector,
    meter: Meter,
}

impl HttpConnector for Gated {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        match self.meter.is_shut() {
            true => HttpConnectorFuture::new(std::future::pending()),
            false => self.connector.call(request),
        }
    }
}

#[cfg(test)]
mod tests;
