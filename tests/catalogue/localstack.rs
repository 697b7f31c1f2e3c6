//! The trials on `LocalStack`, and the one container that serves them.

use std::sync::Arc;

use bucketpair::config::{Variables, environment};
use bucketpair::runner::Settings;
use bucketpair::target::{Choice, Container};
use libtest_mimic::{Failed, Trial};
use tokio::runtime::Runtime;
use tokio::sync::Mutex;

use super::{names, passes, trial_name};

#[path = "differential.rs"]
mod differential;

/// What the trials share.
pub(super) struct Shared {
    runtime: Arc<Runtime>,
    settings: Settings,
    /// Why the trials cannot run here.
    missing: Option<String>,
    required: bool,
    slot: Arc<Slot>,
}

/// The container, once a trial has started it.
type Slot = Mutex<Option<Container>>;

impl Shared {
    pub(super) fn new(runtime: &Arc<Runtime>) -> Self {
        let variables = Variables::read(environment()).expect("the variables make sense");
        let mut settings = variables.settings().expect("the variables make sense");
        settings.choice = Choice::Localstack;
        let named = |name| {
            std::env::var(name)
                .ok()
                .filter(|url: &String| !url.is_empty())
        };
        let endpoint = named("LOCALSTACK_ENDPOINT").or_else(|| named("AWS_ENDPOINT_URL"));
        settings.localstack.endpoint = endpoint;
        let missing = match settings.localstack.endpoint {
            Some(_) => None,
            None => runtime
                .block_on(Container::can_start(&settings.localstack))
                .err(),
        };
        let slot = Arc::new(Slot::default());
        remove_on_a_signal(runtime, &slot);
        Self {
            runtime: Arc::clone(runtime),
            settings,
            missing: missing.map(|error| error.to_string()),
            required: variables.requires("localstack"),
            slot,
        }
    }

    /// A trial for each scenario. Where they cannot run they are ignored with the reason, or fail
    /// with it under `BUCKETPAIR_REQUIRE=localstack`.
    pub(super) fn trials(&self) -> Vec<Trial> {
        let ignored = self.missing.is_some() && !self.required;
        if let Some(missing) = &self.missing {
            let what = if ignored { "ignored" } else { "required" };
            say(&format!("the trials on LocalStack are {what}: {missing}"));
        }
        let trial = |name: String| {
            let (runtime, settings) = (Arc::clone(&self.runtime), self.settings.clone());
            let (slot, missing) = (Arc::clone(&self.slot), self.missing.clone());
            Trial::test(trial_name("localstack", &name), move || match missing {
                Some(missing) => Err(missing.into()),
                None => passes(
                    &runtime,
                    on_the_shared_one(&runtime, &slot, settings)?,
                    &name,
                ),
            })
            .with_ignored_flag(ignored)
        };
        let mut trials: Vec<Trial> = names().map(trial).collect();
        trials.push(self.differential(ignored));
        trials
    }

    fn differential(&self, ignored: bool) -> Trial {
        let (runtime, settings) = (Arc::clone(&self.runtime), self.settings.clone());
        let (slot, missing) = (Arc::clone(&self.slot), self.missing.clone());
        let run = move || {
            if let Some(missing) = missing {
                return Err(missing.into());
            }
            let settings = on_the_shared_one(&runtime, &slot, settings)?;
            let mut seeds = 1..=3;
            seeds.try_for_each(|seed| runtime.block_on(differential::same(settings.clone(), seed)))
        };
        let name = "localstack::seeded_writes_end_as_on_the_embedded_pair";
        Trial::test(name, run).with_ignored_flag(ignored)
    }

    /// Removes the container, if a trial has started one.
    pub(super) fn remove(&self) {
        self.runtime.block_on(remove(&self.slot));
    }
}

/// The settings with the address of the shared container, which the first trial starts.
fn on_the_shared_one(
    runtime: &Runtime,
    slot: &Slot,
    mut settings: Settings,
) -> Result<Settings, Failed> {
    if settings.localstack.endpoint.is_none() {
        // An async lock: a blocked worker would keep the start itself from going on.
        let mut slot = runtime.block_on(slot.lock());
        settings.localstack.delay = settings.delay.take();
        if slot.is_none() {
            let token = std::env::var("LOCALSTACK_AUTH_TOKEN").ok();
            *slot = Some(runtime.block_on(Container::start(&settings.localstack, token))?);
        }
        settings.localstack.endpoint = slot.as_ref().map(|container| container.url.clone());
    }
    Ok(settings)
}

async fn remove(slot: &Slot) {
    let container = slot.lock().await.take();
    if let Some(container) = container
        && let Some(left) = container.remove().await
    {
        say(&format!("left behind: {left}"));
    }
}

/// Ctrl-C and SIGTERM end the process with 130, and the container with it.
fn remove_on_a_signal(runtime: &Runtime, slot: &Arc<Slot>) {
    let slot = Arc::clone(slot);
    runtime.spawn(async move {
        let interrupted = tokio::signal::ctrl_c();
        #[cfg(unix)]
        {
            let kind = tokio::signal::unix::SignalKind::terminate();
            let mut terminated = tokio::signal::unix::signal(kind).expect("signals can be heard");
            tokio::select! {
                _ = interrupted => (),
                _ = terminated.recv() => (),
            }
        }
        #[cfg(not(unix))]
        let _ = interrupted.await;
        remove(&slot).await;
        std::process::exit(130);
    });
}

/// What the harness itself has no place for.
#[expect(clippy::print_stderr, reason = "a reason that nobody sees is none")]
fn say(line: &str) {
    eprintln!("{line}");
}
