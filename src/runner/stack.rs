//! The pair as two CloudFormation stacks: made, looked at, removed.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::budget::Purse;
use super::liveness::prove_live;
use super::open::closed;
use super::{Opened, Settings, Shared, open};
use crate::error::{Error, Result};
use crate::provision::stacks;
use crate::replication::Capability;
use crate::target::{Choice, Endpoint, Localstack, Target, preflight};

pub use crate::provision::LeftBehind;
pub use crate::provision::stacks::{
    Blueprint, Change, OnFailure, Raised, Removed, Request, Retained, Stack, StackEvent, Standing,
};

/// How long one asks for the state of the stacks after an interruption.
const PATIENCE: Duration = Duration::from_secs(10);

/// What goes on while stacks are made or removed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// CloudFormation said something.
    Event(&'a StackEvent),
    /// Both stacks stand; canaries are written until they arrive.
    Canaries(&'a Raised),
}

/// Refuses a target that offers no CloudFormation.
///
/// # Errors
/// [`Error::NotOffered`] with the targets that do.
pub(super) fn must_be_offered(target: &Target) -> Result<()> {
    if target.offers(Capability::Stacks) {
        return Ok(());
    }
    Err(Error::NotOffered(
        "the embedded pair offers no CloudFormation; use --target localstack with \
         LOCALSTACK_ENDPOINT, --target aws, or --target URL"
            .to_owned(),
    ))
}

/// Opens the target that stacks are on.
async fn opened(settings: &Settings) -> Result<Opened> {
    let named = || Localstack::named(&|name| std::env::var(name).ok());
    let is_running = settings.localstack.endpoint.is_some() || named().is_some();
    if settings.choice == Choice::Localstack && !is_running {
        return Err(Error::Usage(
            "stacks in a LocalStack that is started for this command would end with it; start \
             one, and set LOCALSTACK_ENDPOINT"
                .to_owned(),
        ));
    }
    let settings = Settings {
        pair: None,
        stack: None,
        ..settings.clone()
    };
    let opened = open(&settings).await?;
    let offered = match must_be_offered(&opened.target) {
        Ok(()) => preflight(&opened.target).await,
        Err(error) => Err(error),
    };
    match offered {
        Ok(()) => Ok(opened),
        Err(error) => Err(closed(opened, error).await),
    }
}

/// The outcome, after the target is closed; no container is ever started for stacks.
async fn ended<T>(opened: Opened, outcome: Result<T>) -> Result<T> {
    match outcome {
        Ok(value) => {
            opened.close().await;
            Ok(value)
        }
        Err(error) => Err(closed(opened, error).await),
    }
}

/// Makes both stacks, or brings them up to date, and ends with canaries: a stack that is complete
/// has stored a rule, and no more. Answers how long it took until they arrived.
///
/// # Errors
/// Whatever keeps a stack from being complete, and canaries that do not arrive.
/// [`Error::Stopped`] after `interrupt`, which CloudFormation does not hear of.
pub async fn up(
    settings: &Settings,
    request: Request,
    on_progress: impl Fn(&Progress<'_>) + Send + Sync,
    interrupt: impl Future<Output = ()> + Send,
) -> Result<(Raised, Duration)> {
    tokio::pin!(interrupt);
    let mut opened = opened(settings).await?;
    let name = request.name.clone();
    let outcome = tokio::select! {
        outcome = Box::pin(raise(&mut opened, request, &on_progress)) => Some(outcome),
        () = interrupt.as_mut() => None,
    };
    let outcome = match outcome {
        Some(Ok(raised)) => live(&opened, settings, raised, &on_progress, interrupt).await,
        Some(Err(error)) => Err(error),
        None => Err(stopped(&opened.target, &name).await),
    };
    ended(opened, outcome).await
}

async fn raise(
    opened: &mut Opened,
    mut request: Request,
    on_progress: &(impl Fn(&Progress<'_>) + Send + Sync),
) -> Result<Raised> {
    request.accounts = request.accounts.or_else(|| accounts(&opened.target));
    let on_event = |event: &StackEvent| on_progress(&Progress::Event(event));
    let raised = Box::pin(stacks::up(&opened.target, &request, &on_event)).await?;
    opened.pair = Some(raised.pair.clone());
    Ok(raised)
}

/// The accounts of source and destination, where the guard has learned them.
fn accounts(target: &Target) -> Option<(String, String)> {
    let account = |endpoint: &Endpoint| Some(endpoint.identity.as_ref()?.account.clone());
    Some((account(&target.source)?, account(&target.destination)?))
}

async fn live(
    opened: &Opened,
    settings: &Settings,
    raised: Raised,
    on_progress: &(impl Fn(&Progress<'_>) + Send + Sync),
    interrupt: Pin<&mut (impl Future<Output = ()> + Send)>,
) -> Result<(Raised, Duration)> {
    on_progress(&Progress::Canaries(&raised));
    let settings = Settings {
        report: None,
        // Canaries are what `stack up` ends with.
        accept_writes: true,
        ..settings.clone()
    };
    let began = Instant::now();
    let shared = Shared::new(opened, &settings)?;
    let name = &raised.source.0.name;
    let purse = Purse::open(&shared, &settings, &[])?;
    match prove_live(&shared, &purse, interrupt).await {
        Ok(()) => Ok((raised, began.elapsed())),
        Err(Error::NotReplicating(why)) => Err(Error::NotReplicating(format!(
            "{why}; both stacks stand, and `bucketpair doctor --stack {name}` may say why"
        ))),
        Err(Error::Interrupted) => Err(Error::Stopped(format!(
            "both stacks stand; `bucketpair stack down {name}` removes them"
        ))),
        Err(error) => Err(error),
    }
}

/// The state of the stacks after an interruption: what CloudFormation has begun goes on.
async fn stopped(target: &Target, name: &str) -> Error {
    let asked = timeout(PATIENCE, stacks::status(target, name)).await;
    let Ok(Ok((source, destination))) = asked else {
        return Error::Stopped(format!(
            "what CloudFormation has begun goes on; see `bucketpair stack status {name}`"
        ));
    };
    let there = [destination, source].into_iter().flatten();
    let each = there.map(|stack| {
        let goes_on = match stack.standing() {
            Standing::Changing => " and goes on by itself",
            _ => "",
        };
        format!(
            "{} in {} is {}{goes_on}",
            stack.name, stack.region, stack.status
        )
    });
    let each: Vec<_> = each.collect();
    Error::Stopped(match each.is_empty() {
        true => "no stack is there".to_owned(),
        false => format!(
            "{}; `bucketpair stack down {name}` removes it",
            each.join(", ")
        ),
    })
}

/// The stacks of this name as they stand: the source's, the destination's.
///
/// # Errors
/// What CloudFormation refuses.
pub async fn status(settings: &Settings, name: &str) -> Result<(Option<Stack>, Option<Stack>)> {
    let opened = opened(settings).await?;
    let stacks = stacks::status(&opened.target, name).await;
    ended(opened, stacks).await
}

/// Removes both stacks, the source's first; with `delete_data` also what they retained, by version
/// ID. Answers what could not be removed of that.
///
/// # Errors
/// What CloudFormation refuses. [`Error::Stopped`] after `interrupt`.
pub async fn down(
    settings: &Settings,
    name: &str,
    delete_data: bool,
    on_progress: impl Fn(&Progress<'_>) + Send + Sync,
    interrupt: impl Future<Output = ()> + Send,
) -> Result<(Removed, Vec<LeftBehind>)> {
    let opened = opened(settings).await?;
    let on_event = |event: &StackEvent| on_progress(&Progress::Event(event));
    let removal = async {
        let removed = Box::pin(stacks::down(&opened.target, name, &on_event)).await?;
        let left = match delete_data {
            true => stacks::delete_retained(&opened.target, &removed.retained).await,
            false => Vec::new(),
        };
        Ok((removed, left))
    };
    let outcome = tokio::select! {
        outcome = removal => outcome,
        () = interrupt => Err(stopped(&opened.target, name).await),
    };
    ended(opened, outcome).await
}
