//! Counts requests where the server would: every one that the client sends, whatever for.

use std::sync::{Arc, Mutex};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::SharedHttpClient;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use bucketpair::runner::Opened;
use tokio::time::Instant;

type Passed = Arc<Mutex<Vec<(Instant, String)>>>;

/// A door that requests pass on their way to the embedded pair.
#[derive(Debug, Clone, Default)]
pub(super) struct Door(Passed);

impl Door {
    /// Sends both clients of a target through it.
    pub(super) fn put_before(&self, opened: &mut Opened) {
        let emulator = opened.emulator.as_ref().unwrap().0.clone();
        let target = &mut opened.target;
        for endpoint in [&mut target.source, &mut target.destination] {
            let guarded = Guarded {
                http: emulator.http_client(&endpoint.region),
                door: self.clone(),
            };
            let config = endpoint.client.config().to_builder();
            let config = config.http_client(SharedHttpClient::new(guarded));
            endpoint.client = Client::from_conf(config.build());
        }
    }

    /// When each request was sent, without those that make buckets, prove that they are there, and
    /// remove them.
    pub(super) fn of_the_measurement(&self) -> Vec<(Instant, String)> {
        let passed = self.0.lock().unwrap();
        let is_canary = |(_, what): &&(Instant, String)| !what.contains("/lag-0");
        let canaries = passed.iter().take_while(is_canary).count();
        let (before, after) = passed.split_at(canaries);
        let before = before.iter().filter(|(_, what)| has_key(what));
        let after = after.iter().filter(|(_, what)| is_counted(what));
        before.chain(after).cloned().collect()
    }
}

fn has_key(what: &str) -> bool {
    let path = what.split_once('?').map_or(what, |(path, _)| path);
    // A bucket that was made is asked for an object of no pair's.
    let is_of_the_making = path.matches("/bucketpair-").count() > 1;
    path.trim_end_matches('/').matches('/').count() >= 2 && !is_of_the_making
}

/// `PUT /bucket/key?query`: what has a key and deletes no version, and pages below a prefix. The
/// source is only asked by the removal, which waits until nothing of it is on its way.
fn is_counted(what: &str) -> bool {
    let (path, query) = what.split_once('?').unwrap_or((what, ""));
    let is_of_a_version = query.contains("versionId");
    let removes = what.starts_with("DELETE") && is_of_a_version;
    let waits = what.starts_with("HEAD") && path.contains("-s/") && is_of_a_version;
    let is_page = query.contains("versions") && query.contains("prefix=lag-");
    (has_key(what) && !removes && !waits) || is_page
}

#[derive(Debug)]
struct Guarded {
    http: SharedHttpClient,
    door: Door,
}

impl HttpClient for Guarded {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Way {
            connector: self.http.http_connector(settings, components),
            door: self.door.clone(),
        })
    }
}

#[derive(Debug)]
struct Way {
    connector: SharedHttpConnector,
    door: Door,
}

impl HttpConnector for Way {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (method, uri) = (request.method(), request.uri());
        let path = uri.split_once("//").map_or(uri, |(_, rest)| rest);
        let path = path.split_once('/').map_or("", |(_, path)| path);
        let what = format!("{method} /{path}");
        self.door.0.lock().unwrap().push((Instant::now(), what));
        self.connector.call(request)
    }
}
