//! What a verb would ask, learned by doing it on the embedded pair, in virtual time.
//!
//! No socket is opened: the code that will act on the target acts here first, at the target's pace
//! and with what the target is taken to offer, and its requests are counted.

use std::time::Duration;

use super::{
    Drill, LagSettings, Length, Opened, Pace, Settings, drill_on, lag_on, open_in_process, run_on,
    select,
};
use crate::cost::Usage;
use crate::error::{Error, Result};
use crate::provision::{self, Request};
use crate::replication::Rule;
use crate::report::Row;
use crate::target::{self, Choice, preflight};

/// How late replicas on AWS are taken to be as a rule: AWS says that most take seconds (R-TIME-01).
const USUAL: &str = "15s";
/// A canary is given up and written again long before an object's deadline: where everything is
/// late, patience is so many times as long, so that the rehearsal goes on.
const ROOM: u32 = 8;
/// As many writes of a measurement are rehearsed; more are reckoned from these.
const REHEARSED: u64 = 200;

/// A verb that writes, with what it is asked to do.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Verb {
    /// Scenarios, or the user's files.
    Run,
    /// A measurement.
    Lag(LagSettings),
    /// A drill.
    Drill(Drill),
}

/// How late replicas are while one rehearses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Late {
    /// As they are as a rule.
    Usual,
    /// As they may be: nine tenths of what they are given.
    Most,
}

/// How late replicas are that take as long as they may. A measurement plans its looks by the
/// deadline, so that its patience stays as it is.
pub(super) fn latest(settings: &Settings, verb: &Verb) -> Duration {
    let given = pace(settings).deadline * 9 / 10;
    match verb {
        Verb::Lag(_) => given / ROOM,
        _ => given,
    }
}

/// What a rehearsal has shown.
#[derive(Debug)]
pub(super) struct Rehearsed {
    /// What was asked.
    pub(super) usage: Usage,
    /// What became of each scenario.
    pub(super) rows: Vec<Row>,
}

/// Rehearses a verb on a thread of its own, whose time is virtual.
///
/// # Errors
/// What the verb refuses by itself: a scenario that does not exist, a file that cannot be read.
pub(super) async fn rehearse(settings: &Settings, verb: &Verb, late: Late) -> Result<Rehearsed> {
    let (settings, verb) = (settings.clone(), verb.clone());
    let rehearsal = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .map_err(|error| Error::Internal(error.to_string()))?;
        runtime.block_on(Box::pin(rehearsed(&settings, &verb, late)))
    });
    rehearsal
        .await
        .map_err(|panic| Error::Internal(format!("a rehearsal ended in a panic: {panic}")))?
}

async fn rehearsed(settings: &Settings, verb: &Verb, late: Late) -> Result<Rehearsed> {
    let pace = pace(settings);
    let inside = inside(settings, verb, late);
    let mut opened = open_in_process(&inside)?;
    stand_in(
        &mut opened,
        settings,
        verb,
        Pace {
            deadline: inside.deadline.unwrap_or(pace.deadline),
            ..pace
        },
    );
    if settings.names_a_pair() {
        opened.pair = Some(somebodys(&opened, verb).await?);
    }
    let before = opened.target.meter.usage();
    preflight(&opened.target).await?;
    let (rows, scale) = acted(&opened, &inside, verb).await?;
    let mut usage = opened.target.meter.usage().since(&before);
    usage.scale_objects(scale);
    usage.add(&identity(settings));
    Ok(Rehearsed { usage, rows })
}

/// Does it. Answers the rows, and by how much what was asked of objects is to be multiplied.
async fn acted(opened: &Opened, settings: &Settings, verb: &Verb) -> Result<(Vec<Row>, u64)> {
    let never = std::future::pending();
    match verb {
        Verb::Run => {
            let scenarios = select::select(settings)?;
            let report = Box::pin(run_on(opened, scenarios, settings, |_| {}, never)).await?;
            Ok((report.rows, 1))
        }
        Verb::Lag(asked) => {
            let (count, mut some) = (asked.count(), asked.clone());
            some.length = Length::Count(count.min(REHEARSED));
            some.request_budget = None;
            Box::pin(lag_on(opened, settings, &some, None, never)).await?;
            Ok((Vec::new(), count.div_ceil(REHEARSED).max(1)))
        }
        Verb::Drill(drill) => {
            let drill = drill.clone().with_own_pair(true);
            let found = Box::pin(drill_on(opened, settings, &drill, never)).await?;
            Ok((found.report.rows, 1))
        }
    }
}

/// The settings inside: nothing outlives the rehearsal, and no cap ends it.
fn inside(settings: &Settings, verb: &Verb, late: Late) -> Settings {
    let pace = pace(settings);
    let latest = || format!("{}ms", latest(settings, verb).as_millis());
    let (delay, patience) = match (late, &settings.choice, verb) {
        (Late::Usual, Choice::Aws, _) => (Some(USUAL.to_owned()), 1),
        (Late::Usual, ..) => (settings.delay.clone(), 1),
        (Late::Most, _, Verb::Lag(_)) => (Some(latest()), 1),
        (Late::Most, ..) => (Some(latest()), ROOM),
    };
    Settings {
        choice: Choice::Emulator,
        deadline: Some(pace.deadline * patience),
        settle: Some(pace.settle),
        max_usd: None,
        spent: None,
        role: None,
        keep: false,
        ledger: None,
        report: None,
        pair: None,
        stack: None,
        accept_writes: true,
        delay,
        defects: Vec::new(),
        ..settings.clone()
    }
}

/// How long the pairs that a verb makes rest before their first write (R-CFG-12).
#[must_use]
pub fn rest(settings: &Settings) -> Duration {
    pace(settings).rest(settings.names_a_pair())
}

pub(super) fn pace(settings: &Settings) -> Pace {
    let pace = match settings.choice {
        Choice::Emulator => Pace::EMBEDDED,
        Choice::Localstack => Pace::LOCALSTACK,
        Choice::Aws => Pace::AWS,
        Choice::Url(_) | Choice::Urls(..) => Pace::ENDPOINT,
    };
    Pace {
        deadline: settings.deadline.unwrap_or(pace.deadline),
        settle: settings.settle.unwrap_or(pace.settle),
        ..pace
    }
}

/// Lets the embedded pair pass for the target. A drill is rehearsed where something can be denied.
fn stand_in(opened: &mut Opened, settings: &Settings, verb: &Verb, pace: Pace) {
    opened.pace = pace;
    if settings.choice == Choice::Emulator {
        return;
    }
    opened.target.costs_nothing = settings.choice != Choice::Aws;
    opened.target.name = match settings.choice {
        Choice::Aws => "aws".to_owned(),
        _ => "endpoint".to_owned(),
    };
    if !matches!(verb, Verb::Drill(_)) {
        opened.target.capabilities = target::offered_by_endpoints();
    }
}

/// A pair that was there before, with one rule for every object: what its rules really are, nobody
/// has asked.
async fn somebodys(opened: &Opened, verb: &Verb) -> Result<(String, String)> {
    let mut request = Request::new("rehearsal");
    let rule = Rule::new("everything");
    request.rules = vec![match verb {
        // Markers may be asked for.
        Verb::Lag(_) => rule.with_delete_markers(),
        _ => rule,
    }];
    let ledger = provision::Ledger::in_memory("rehearsal", String::new());
    let pair = provision::provision(&opened.target, &request, &ledger).await?;
    let name = |index: usize| pair.buckets[index].name.clone();
    Ok((name(0), name(1)))
}

/// What is asked before a run begins: whose the keys are, and where the stacks' buckets are.
fn identity(settings: &Settings) -> Usage {
    let (mut usage, connect) = (Usage::default(), &settings.connect);
    let (here, there) = (&connect.source_region, &connect.destination_region);
    let mut ask = |of_source: bool, region: &str, operation: &str| {
        let asked = usage.of(of_source, region, operation);
        (asked.calls, asked.attempts) = (1, 1);
    };
    if settings.choice == Choice::Aws {
        ask(true, here, "GetCallerIdentity");
        if connect.profile_of(true) != connect.profile_of(false) {
            ask(false, there, "GetCallerIdentity");
        }
    }
    if settings.stack.is_some() {
        ask(true, here, "DescribeStacks");
        ask(false, there, "DescribeStacks");
    }
    usage
}
