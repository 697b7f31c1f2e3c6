//! The catalogue on each target, a trial each: `cargo test emulator::delete_marker`.

use std::time::Duration;

use bucketpair::check::Verdict;
use bucketpair::report::Row;
use bucketpair::runner::{self, Settings};
use bucketpair::scenario::catalogue;
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let trials = catalogue().into_iter().map(|scenario| {
        let name = format!("emulator::{}", scenario.name.replace('-', "_"));
        Trial::test(name, move || on_the_embedded_pair(&scenario.name))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn on_the_embedded_pair(scenario: &str) -> Result<(), Failed> {
    let mut settings = Settings::default();
    settings.globs = vec![scenario.to_owned()];
    settings.deadline = Some(Duration::from_secs(20));
    let runtime = tokio::runtime::Runtime::new()?;
    let report = runtime.block_on(runner::run(settings, |_| {}, std::future::pending()))?;
    let passed = |row: &Row| matches!(row, Row::Judged(j) if j.verdict == Verdict::Pass);
    match report.rows.iter().all(passed) && report.left_behind.is_empty() {
        true => Ok(()),
        false => Err(format!("seed 0: {report:#?}").into()),
    }
}
