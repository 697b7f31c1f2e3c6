//! The trials on `LocalStack`, and the one container that serves them.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bucketpair::cli::ended;
use bucketpair::config::{Variables, environment};
use bucketpair::runner::{self, Opened, Settings};
use bucketpair::scenario::{Expectations, Scenario, catalogue};
use bucketpair::target::{Choice, Container, Localstack, offered_by_localstack};
use libtest_mimic::{Failed, Trial};
use tokio::runtime::Runtime;
use tokio::sync::Mutex;

use super::{passes, trial_name};

#[cfg(feature = "stacks")]
#[path = "article.rs"]
mod article;
#[path = "differential.rs"]
mod differential;
#[path = "doctor.rs"]
mod doctor;

/// What the trials share.
pub(super) struct Shared {
    runtime: Arc<Runtime>,
    settings: Settings,
    /// Why the trials cannot run here.
    missing: Option<String>,
    required: bool,
    is_started_here: bool,
    slot: Arc<Slot>,
}

/// The `LocalStack`, once a trial has opened it.
type Slot = Mutex<Option<Opened>>;

impl Shared {
    pub(super) fn new(runtime: &Arc<Runtime>) -> Self {
        let variables = Variables::read(environment()).expect("the variables make sense");
        let mut settings = variables.settings().expect("the variables make sense");
        let required = variables.requires_localstack();
        let required = required.expect("the variables make sense");
        settings.choice = Choice::Localstack;
        let is_started_here = Localstack::named(&|name| std::env::var(name).ok()).is_none();
        let missing = match is_started_here {
            true => runtime
                .block_on(Container::can_start(&settings.localstack))
                .err(),
            false => None,
        };
        let slot = Arc::new(Slot::default());
        remove_on_a_signal(runtime, &slot);
        Self {
            runtime: Arc::clone(runtime),
            settings,
            required,
            missing: missing.map(|error| error.to_string()),
            is_started_here,
            slot,
        }
    }

    /// A trial for each scenario. Where they cannot run they are ignored with the reason, or fail
    /// with it under `BUCKETPAIR_REQUIRE=localstack`.
    pub(super) fn trials(&self) -> Vec<Trial> {
        if let (Some(missing), false) = (&self.missing, self.required) {
            say(&format!("the trials on LocalStack are ignored: {missing}"));
        }
        let differential = "localstack::seeded_writes_end_as_on_the_embedded_pair";
        let differential = self.trial(differential, |runtime, settings| {
            let same = |seed| runtime.block_on(differential::same(settings.clone(), seed));
            (1..=3).try_for_each(same)
        });
        let doctor = "localstack::a_doctor_reads_a_pair_and_its_role";
        let doctor = self.trial(doctor, |runtime, settings| {
            runtime.block_on(Box::pin(doctor::reads_a_pair(settings)))
        });
        let scenarios = catalogue();
        let scenarios = scenarios.into_iter().map(|one| self.trial_of(one));
        let trials = scenarios.chain([differential, doctor]);
        let trials = trials.chain(self.trials_of_containers());
        #[cfg(feature = "stacks")]
        let trials = trials.chain([self.trial_of_stacks()]);
        trials.collect()
    }

    /// A scenario whose needs the extension does not offer is ignored, whatever is required.
    fn trial_of(&self, scenario: Scenario) -> Trial {
        let trial = trial_name("localstack", &scenario.name);
        let offered = offered_by_localstack();
        let missing = scenario.needs.iter().find(|need| !offered.contains(need));
        let expected = Expectations::of_target("localstack");
        match (missing, expected.not_offered(&scenario.name)) {
            (Some(need), reason) => {
                let why = format!("LocalStack does not offer {need}");
                say(&format!("{trial} is ignored: {}", reason.unwrap_or(&why)));
                return Trial::test(trial, || Ok(())).with_ignored_flag(true);
            }
            (None, Some(reason)) => {
                let excuse = format!("LocalStack offers what it needs, so why {reason:?}?");
                return Trial::test(trial, || Err(excuse.into()));
            }
            (None, None) => {}
        }
        self.trial(&trial, move |runtime, settings| {
            passes(runtime, settings, &scenario.name)
        })
    }

    /// The article's own commands need the AWS CLI beside.
    #[cfg(feature = "stacks")]
    fn trial_of_stacks(&self) -> Trial {
        let name = "localstack::the_articles_commands_and_the_tool_leave_nothing_behind";
        let missing = self.missing.clone().or_else(article::missing);
        if let (None, Some(missing), false) = (&self.missing, &missing, self.required) {
            say(&format!("{name} is ignored: {missing}"));
        }
        self.trial_unless(missing, name, |_, settings| {
            let url = settings.localstack.endpoint.unwrap_or_default();
            article::walk(&url)
        })
    }

    /// What needs containers of its own; with a `LocalStack` that runs there are none.
    fn trials_of_containers(&self) -> Vec<Trial> {
        if !self.is_started_here {
            return Vec::new();
        }
        let signal = "localstack::a_signal_during_the_start_leaves_no_container";
        let bare = "localstack::one_without_the_extension_is_recognised_with_the_remedy";
        let image = self.settings.localstack.image.clone();
        vec![
            self.trial(signal, |_, _| interrupted()),
            self.trial(bare, move |_, _| without_the_extension(&image)),
        ]
    }

    fn trial(
        &self,
        name: &str,
        body: impl FnOnce(&Runtime, Settings) -> Result<(), Failed> + Send + 'static,
    ) -> Trial {
        self.trial_unless(self.missing.clone(), name, body)
    }

    /// A trial that cannot run where something is missing.
    fn trial_unless(
        &self,
        missing: Option<String>,
        name: &str,
        body: impl FnOnce(&Runtime, Settings) -> Result<(), Failed> + Send + 'static,
    ) -> Trial {
        let (runtime, settings) = (Arc::clone(&self.runtime), self.settings.clone());
        let (slot, ignored) = (Arc::clone(&self.slot), missing.is_some() && !self.required);
        let run = move || match missing {
            Some(missing) => Err(missing.into()),
            None => body(
                &runtime,
                runtime.block_on(on_the_shared_one(&slot, settings))?,
            ),
        };
        Trial::test(name, run).with_ignored_flag(ignored)
    }

    /// Removes the container, if a trial has started one.
    pub(super) fn remove(&self) {
        self.runtime.block_on(remove(&self.slot, || ()));
    }
}

/// The settings with the address of the shared `LocalStack`, which the first trial opens. The lock
/// is async: a worker that blocked would keep the start itself from going on.
async fn on_the_shared_one(slot: &Slot, mut settings: Settings) -> Result<Settings, Failed> {
    let mut slot = slot.lock().await;
    if slot.is_none() {
        *slot = Some(runner::open(&settings).await?);
    }
    settings.delay = None;
    settings.localstack.endpoint = slot.as_ref().map(|opened| opened.target.source.url.clone());
    Ok(settings)
}

/// Removes the container. The lock is held until `then` has ended, so that no trial opens another.
async fn remove(slot: &Slot, then: impl FnOnce()) {
    let mut slot = slot.lock().await;
    if let Some(opened) = slot.take()
        && let Some(left) = opened.close().await
    {
        say(&format!("left behind: {left}"));
    }
    then();
}

/// Ctrl-C and SIGTERM end the process with 130, and the container with it.
fn remove_on_a_signal(runtime: &Runtime, slot: &Arc<Slot>) {
    let slot = Arc::clone(slot);
    runtime.spawn(async move {
        ended().await;
        remove(&slot, || std::process::exit(130)).await;
    });
}

/// `bucketpair run --target localstack`, interrupted as soon as its container is there.
fn interrupted() -> Result<(), Failed> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bucketpair"));
    let running = command
        .args(["run", "--target", "localstack"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let id = running.id().to_string();
    let deadline = Instant::now() + Duration::from_secs(60);
    while containers_of(&id)?.is_empty() {
        if Instant::now() > deadline {
            return Err("no container was started within 60 s".into());
        }
    }
    Command::new("kill").args(["-INT", &id]).status()?;
    let output = running.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let left = containers_of(&id)?;
    match (output.status.code(), left.is_empty()) {
        (Some(130), true) => Ok(()),
        (code, _) => Err(format!("exit {code:?}, left {left:?}, it said {said}").into()),
    }
}

/// A container as Docker starts it, removed when dropped.
struct Bare(String);

impl Drop for Bare {
    fn drop(&mut self) {
        docker(&["rm", "--force", &self.0]).ok();
    }
}

fn docker(arguments: &[&str]) -> Result<String, Failed> {
    let output = Command::new("docker").args(arguments).output()?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?.trim().to_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).as_ref().into()),
    }
}

/// A plain `LocalStack` stores the configuration and copies nothing: that is said, with the remedy.
fn without_the_extension(image: &str) -> Result<(), Failed> {
    let port = "127.0.0.1::4566";
    let bare = Bare(docker(&["run", "--detach", "--publish", port, image])?);
    let address = docker(&["port", &bare.0, "4566/tcp"])?;
    let address = address.lines().next().unwrap_or_default();
    let url = format!("http://{address}");
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        let output = Command::new(env!("CARGO_BIN_EXE_bucketpair"))
            .args(["run", "--target", "localstack", "replica-bytes"])
            .env("LOCALSTACK_ENDPOINT", &url)
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        match output.status.code() {
            Some(5) if said.contains("PYTHONPATH") && said.contains(&url) => return Ok(()),
            // It does not listen yet.
            Some(5) if said.contains("does not answer") && Instant::now() < deadline => {}
            code => return Err(format!("exit {code:?}, it said {said}").into()),
        }
    }
}

/// The IDs of the containers that a process has started.
fn containers_of(process: &str) -> Result<String, Failed> {
    let label = format!("label=bucketpair.process={process}");
    docker(&["ps", "--all", "--quiet", "--filter", &label])
}

/// What the harness itself has no place for.
#[expect(clippy::print_stderr, reason = "a reason that nobody sees is none")]
fn say(line: &str) {
    eprintln!("{line}");
}
