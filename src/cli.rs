//! The command line: flags become validated settings, and a report becomes an exit code.
#![expect(clippy::print_stderr, reason = "it is what a command line does")]
#![expect(
    clippy::doc_markdown,
    reason = "the comments of flags are printed as help, without markdown"
)]

mod args;
mod caution;
mod check;
mod compare;
mod conformance;
mod doctor;
mod drill;
mod explain;
mod judge;
mod lag;
mod list;
mod merge;
mod observe;
mod output;
mod policy;
mod run;
mod selftest;
mod serve;
mod shares;
#[cfg(feature = "stacks")]
mod stack;
mod sweep;
mod targeting;
mod trend;

use std::process::ExitCode as ProcessExitCode;

use clap::Parser;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Variables, environment};
use crate::error::{Error, ExitCode, Result};
use args::{Arguments, Verb};
use run::Run;

/// Runs the command that the arguments name.
#[must_use]
pub fn main() -> ProcessExitCode {
    let arguments = Arguments::parse();
    // A selftest breaks its pairs on purpose.
    if !matches!(arguments.verb, Some(Verb::Selftest(_))) {
        show_warnings();
    }
    let code = match dispatch(arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("bucketpair: {error}");
            error.exit_code()
        }
    };
    ProcessExitCode::from(code as u8)
}

/// What bucketpair warns of goes to standard error as it happens; of its libraries nothing does, since
/// what they log may hold keys. Whoever has a subscriber already keeps it.
fn show_warnings() {
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_target(false)
        .without_time();
    let ours = Targets::new().with_target(env!("CARGO_CRATE_NAME"), tracing::Level::WARN);
    tracing_subscriber::registry()
        .with(lines)
        .with(ours)
        .try_init()
        .ok();
}

fn dispatch(arguments: Arguments) -> Result<ExitCode> {
    let before = arguments.run;
    let run = match arguments.verb {
        None => before,
        Some(Verb::Run(run)) => run.over(before),
        Some(_) if before != Run::default() => return Err(misplaced()),
        Some(Verb::Check(files)) => {
            return blocking(check::check(*files, Variables::read(environment())?));
        }
        Some(Verb::Doctor(doctor)) => {
            return blocking(doctor::doctor(*doctor, Variables::read(environment())?));
        }
        Some(Verb::Explain(explain)) => {
            return blocking(explain::explain(*explain, Variables::read(environment())?));
        }
        Some(Verb::Lag(lag)) => return blocking(lag::lag(*lag, Variables::read(environment())?)),
        Some(Verb::Observe(flags)) => {
            return blocking(observe::observe(*flags, Variables::read(environment())?));
        }
        Some(Verb::List(list)) => return list::list(&list),
        Some(Verb::Policy(policy)) => return policy::policy(&policy),
        Some(Verb::Judge(judge)) => return judge::judge(&judge, &Variables::read(environment())?),
        Some(Verb::Compare(flags)) => {
            return compare::compare(&flags, &Variables::read(environment())?);
        }
        Some(Verb::Conformance(flags)) => return conformance::table(flags),
        Some(Verb::Merge(merge)) => return merge::merge(&merge, &Variables::read(environment())?),
        Some(Verb::Trend(flags)) => return trend::trend(&flags, &Variables::read(environment())?),
        Some(Verb::Drill(flags)) => {
            return blocking(drill::drill(*flags, Variables::read(environment())?));
        }
        Some(Verb::Sweep(flags)) => {
            return blocking(sweep::sweep(*flags, Variables::read(environment())?));
        }
        Some(Verb::Selftest(flags)) => {
            return selftest::selftest(flags, &Variables::read(environment())?);
        }
        Some(Verb::Serve(serve)) => return blocking(serve::serve(serve)),
        #[cfg(feature = "stacks")]
        Some(Verb::Stack(stack)) => {
            return blocking(stack::stack(*stack, Variables::read(environment())?));
        }
    };
    blocking(run::run(run, Variables::read(environment())?))
}

fn misplaced() -> Error {
    Error::Usage("flags before the verb are those of run; put the verb's own behind it".to_owned())
}

fn blocking(future: impl Future<Output = Result<ExitCode>>) -> Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new();
    let no_runtime = |error: std::io::Error| Error::Internal(error.to_string());
    runtime.map_err(no_runtime)?.block_on(future)
}

/// Comes when the process is asked to end, by SIGINT or SIGTERM; they are caught from this call on.
pub fn ended() -> impl Future<Output = ()> + Send {
    use tokio::signal::unix::{Signal, SignalKind, signal};

    async fn received(signal: std::io::Result<Signal>) {
        match signal {
            Ok(mut signal) => signal.recv().await.unwrap_or_default(),
            Err(_) => std::future::pending().await,
        }
    }

    let interrupt = signal(SignalKind::interrupt());
    let terminate = signal(SignalKind::terminate());
    async {
        tokio::select! {
            () = received(interrupt) => {}
            () = received(terminate) => {}
        }
    }
}
