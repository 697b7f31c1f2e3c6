//! Clocks that are set while a run goes on: dates jump, durations do not, and no verdict changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use bucketpair::emulator::Emulator;
use bucketpair::error::ExitCode;
use bucketpair::report::RunReport;
use bucketpair::runner::{self, Opened, Settings, open_in_process};
use bucketpair::target::Target;
use rstest::rstest;

use crate::connector::Phase;

/// By how much a clock is set, in seconds: more than any deadline, less than S3 calls skewed.
const STEPS: [i64; 5] = [600, -600, 0, -300, 300];

/// The wall clock of one side, and whether it was ever set.
#[derive(Debug, Clone, Default)]
struct Clock {
    set_by: Arc<AtomicI64>,
    steps: Arc<AtomicUsize>,
}

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        let by = self.set_by.load(Ordering::Relaxed);
        let steps = Duration::from_secs(by.unsigned_abs());
        match by < 0 {
            true => SystemTime::now() - steps,
            false => SystemTime::now() + steps,
        }
    }
}

/// Whose clock is set.
#[derive(Debug, Clone)]
enum Whose {
    Servers(Emulator),
    Harness,
}

/// Sets the clock before each write.
#[derive(Debug, Clone)]
struct Stepping {
    client: SharedHttpClient,
    clock: Clock,
    whose: Whose,
}

impl HttpClient for Stepping {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connecting {
            connector: self.client.http_connector(settings, components),
            stepping: self.clone(),
        })
    }
}

#[derive(Debug)]
struct Connecting {
    connector: SharedHttpConnector,
    stepping: Stepping,
}

impl HttpConnector for Connecting {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if Phase::Write.is_of(&request) {
            self.stepping.step();
        }
        self.connector.call(request)
    }
}

impl Stepping {
    fn step(&self) {
        let step = self.clock.steps.fetch_add(1, Ordering::Relaxed);
        let by = STEPS[step % STEPS.len()];
        match &self.whose {
            Whose::Servers(emulator) => emulator.set_clock(by),
            Whose::Harness => self.clock.set_by.store(by, Ordering::Relaxed),
        }
    }

    /// The same client behind this clock.
    fn before(&self, client: &Client, http: SharedHttpClient) -> Client {
        let stepping = Self {
            client: http,
            ..self.clone()
        };
        let config = client.config().to_builder();
        let config = config.time_source(self.clock.clone());
        Client::from_conf(config.http_client(stepping).build())
    }
}

/// The pair, with clocks that are set.
fn opened(settings: &Settings, of_servers: bool) -> (Opened, Clock) {
    let mut opened = open_in_process(settings).unwrap();
    let emulator = opened.emulator.as_ref().unwrap().0.clone();
    let clock = Clock::default();
    let whose = match of_servers {
        true => Whose::Servers(emulator.clone()),
        false => Whose::Harness,
    };
    let Target {
        source,
        destination,
        ..
    } = &mut opened.target;
    for endpoint in [source, destination] {
        let http = emulator.http_client(&endpoint.region);
        let stepping = Stepping {
            client: http.clone(),
            clock: clock.clone(),
            whose: whose.clone(),
        };
        endpoint.client = stepping.before(&endpoint.client, http);
    }
    (opened, clock)
}

async fn played(scenario: &str, of_servers: bool, defect: Option<&str>) -> (RunReport, Clock) {
    let mut settings = Settings::default();
    settings.seed = 7;
    settings.deadline = Some(Duration::from_secs(5));
    settings.defects = defect.into_iter().map(str::to_owned).collect();
    let (opened, clock) = opened(&settings, of_servers);
    let scenarios = runner::by_name(&[scenario.to_owned()]).unwrap();
    let never = std::future::pending();
    let report = runner::run_on(&opened, scenarios, &settings, |_| {}, never);
    (Box::pin(report).await.unwrap(), clock)
}

#[rstest]
#[case::of_the_servers(true)]
#[case::of_the_harness(false)]
#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_before_every_write_changes_no_verdict(#[case] of_servers: bool) {
    for scenario in [
        "overwrites",
        "last-modified",
        "burst-of-versions",
        "multipart",
        "delete-marker-travels",
        "tag-change",
        "object-lock",
        "paused",
        "existing-objects-stay",
        "two-way-concurrent",
        "lifecycle-noncurrent",
        "suspended-destination",
    ] {
        let (report, clock) = played(scenario, of_servers, None).await;
        assert!(
            clock.steps.load(Ordering::Relaxed) > 0,
            "{scenario}: no clock was set"
        );
        assert_eq!(
            report.exit_code(),
            ExitCode::Passed,
            "{scenario}: {report:#?}"
        );
    }
}

#[rstest]
#[case("stuck-pending", "status")]
#[case("loses-older-version", "overwrites")]
#[case("wrong-last-modified", "last-modified")]
#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_hides_no_defect(#[case] defect: &str, #[case] scenario: &str) {
    for of_servers in [true, false] {
        let (report, _) = played(scenario, of_servers, Some(defect)).await;
        assert_eq!(
            report.exit_code(),
            ExitCode::Failed,
            "{scenario} with {defect}: {report:#?}"
        );
    }
}
