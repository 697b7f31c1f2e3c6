//! The catalogue on each target, a trial each: `cargo test localstack::delete_marker`.
//!
//! One `LocalStack` serves all of its trials. It starts with the first of them and belongs to
//! `main`, which removes it, also after a panic and after Ctrl-C.

use std::sync::Arc;
use std::time::Duration;

use bucketpair::check::Verdict;
use bucketpair::report::Row;
use bucketpair::runner::{self, Settings};
use bucketpair::scenario::catalogue;
use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Runtime;

#[cfg(feature = "localstack")]
#[path = "catalogue/localstack.rs"]
mod localstack;

fn main() {
    let arguments = Arguments::from_args();
    let runtime = Arc::new(Runtime::new().expect("a runtime can be made"));
    let trials = embedded(&runtime);
    #[cfg(feature = "localstack")]
    let localstack = localstack::Shared::new(&runtime);
    #[cfg(feature = "localstack")]
    let trials = trials.into_iter().chain(localstack.trials()).collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    #[cfg(feature = "localstack")]
    localstack.remove();
    conclusion.exit();
}

fn embedded(runtime: &Arc<Runtime>) -> Vec<Trial> {
    let trial = |name: String| {
        let runtime = Arc::clone(runtime);
        Trial::test(trial_name("emulator", &name), move || {
            let mut settings = Settings::default();
            settings.deadline = Some(Duration::from_secs(20));
            passes(&runtime, settings, &name)
        })
    };
    names().map(trial).collect()
}

fn names() -> impl Iterator<Item = String> {
    catalogue().into_iter().map(|scenario| scenario.name)
}

fn trial_name(target: &str, scenario: &str) -> String {
    format!("{target}::{}", scenario.replace('-', "_"))
}

/// Runs one scenario; anything but a pass, or a bucket left behind, is a failure.
fn passes(runtime: &Runtime, mut settings: Settings, scenario: &str) -> Result<(), Failed> {
    settings.globs = vec![scenario.to_owned()];
    let report = runtime.block_on(runner::run(settings, |_| {}, std::future::pending()))?;
    let passed = |row: &Row| matches!(row, Row::Judged(j) if j.verdict == Verdict::Pass);
    match report.rows.iter().all(passed) && report.left_behind.is_empty() {
        true => Ok(()),
        false => Err(format!("seed 0: {report:#?}").into()),
    }
}
