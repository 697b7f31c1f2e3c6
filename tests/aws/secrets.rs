//! Nothing that is logged, and nothing that a panic could show, holds a key.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use bucketpair::error::ExitCode;
use bucketpair::report::RunReport;
use bucketpair::runner::{self, Settings};
use bucketpair::target::{CustomerKey, Keys};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::stand_in::{Aws, KEY};

const SECRET: &str = "not-a-secret";
const TOKEN: &str = "canary-session-token-5f0c";

/// Keeps everything that is logged at any level, by anybody.
#[derive(Debug, Clone, Default)]
struct Everything(Arc<Mutex<String>>);

impl Visit for Everything {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0.lock().unwrap(), " {field}={value:?}").unwrap();
    }
}

impl Everything {
    fn name(&self, metadata: &Metadata<'_>) {
        let (target, name) = (metadata.target(), metadata.name());
        write!(self.0.lock().unwrap(), "\n{target} {name}").unwrap();
    }
}

impl Subscriber for Everything {
    /// The server that stands for AWS is in this process: what it logs, AWS would log.
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        !metadata.target().starts_with("s3s")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.name(span.metadata());
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.name(event.metadata());
        event.record(&mut self.clone());
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

/// Objects under a key of the customer's, which goes in a header, on the embedded pair.
async fn with_a_customers_key() -> RunReport {
    let settings = Settings::default();
    let opened = runner::open_in_process(&settings).unwrap();
    let scenarios = runner::by_name(&["customer-key".to_owned()]).unwrap();
    let run = runner::run_on(
        &opened,
        scenarios,
        &settings,
        |_| {},
        std::future::pending(),
    );
    let report = Box::pin(run).await.unwrap();
    assert_eq!(report.exit_code(), ExitCode::Passed, "{report:#?}");
    report
}

#[tokio::test(start_paused = true)]
async fn what_is_logged_at_trace_holds_no_key() {
    let logged = Everything::default();
    // With one subscriber alone, what another test's thread logs first would be switched off for good:
    // tracing then asks that thread's, which has none.
    let _second = tracing::Dispatch::new(logged.clone());
    let _guard = tracing::subscriber::set_default(logged.clone());
    let mut settings = Aws::new("1s").settings();
    let mut keys = Keys::new(KEY, SECRET);
    keys.session_token = Some(TOKEN.to_owned());
    settings.connect.keys = Some(keys);
    settings.globs = vec!["version-id".to_owned()];
    let report = runner::run(settings.clone(), |_| {}, std::future::pending());
    let report = Box::pin(report).await.unwrap();
    let encrypted = with_a_customers_key().await;
    let customer = CustomerKey::seeded(0).key().to_owned();
    let text = logged.0.lock().unwrap().clone();
    assert!(
        text.contains("PutObject") && text.len() > 10_000,
        "the SDK logged {} bytes, so that nothing was looked at",
        text.len()
    );
    let opened = runner::open(&settings).await.unwrap();
    let shown = format!("{settings:?}{settings:#?}{opened:?}{opened:#?}{report:#?}{encrypted:#?}");
    for secret in [SECRET, TOKEN, &customer] {
        // The SDK signs the header with a customer's key, and logs what it signs: that key is made
        // from the seed. It hides its own secrets, and what we log is ours to answer for.
        let is_known = |line: &str| secret == customer && line.starts_with("aws_");
        let mut lines = text.lines().filter(|line| !is_known(line));
        let line = lines.find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} is logged");
        assert!(!shown.contains(secret), "a panic could show {secret}");
    }
    // An access key ID is no secret to AWS, and the SDK logs it; what is ours does not.
    assert!(!format!("{settings:#?}{report:#?}").contains(KEY));
}
