//! Shown once, before the scenarios: this server replicates at all.

use std::pin::Pin;

use super::budget::Purse;
use super::{Shared, play};
use crate::error::{Error, Result};
use crate::history::Journal;
use crate::provision::tear_down_all;
use crate::report::Row;
use crate::scenario::Scenario;

/// The row of a survey that says why nothing was shown.
pub(super) const NAME: &str = "preflight";
const SUMMARY: &str = "this server replicates";

/// Proves that the target replicates. Returns, of a survey, the row that says why it does not.
///
/// # Errors
/// [`Error::NotReplicating`], or what was refused, where the run is no survey; an interruption.
pub(super) async fn proved(
    shared: &Shared,
    purse: &Purse,
    interrupt: Pin<&mut (impl Future<Output = ()> + Send)>,
) -> Result<Option<Row>> {
    match prove_live(shared, purse, interrupt).await {
        Err(error) if shared.survey && is_the_servers(&error) => {
            Ok(Some(Row::errored(NAME, SUMMARY, &error)))
        }
        other => other.map(|()| None),
    }
}

/// Whether it is the server's doing, which a survey is about.
fn is_the_servers(error: &Error) -> bool {
    matches!(error, Error::NotReplicating(_) | Error::Refused { .. })
}

/// Shows once, on a pair of its own, that this server replicates at all: one clear error is better
/// than one a scenario.
pub(super) async fn prove_live(
    shared: &Shared,
    purse: &Purse,
    interrupt: Pin<&mut (impl Future<Output = ()> + Send)>,
) -> Result<()> {
    let unsaved = Shared {
        journal: Journal::in_memory(),
        survey: false,
        ..shared.clone()
    };
    let outcome = tokio::select! {
        outcome = Box::pin(canaries(&unsaved)) => outcome,
        why = shared.target.stopped() => Err(purse.error(why)),
        () = interrupt => Err(Error::Interrupted),
    };
    let Err(cause) = outcome else { return Ok(()) };
    shared.target.meter.lift();
    let left = tear_down_all(&shared.target, &shared.ledger).await;
    if left.is_empty() {
        return Err(cause);
    }
    let names: Vec<_> = left.iter().map(ToString::to_string).collect();
    Err(Error::LeftBehind {
        cause: Box::new(cause),
        names: names.join("; "),
    })
}

async fn canaries(shared: &Shared) -> Result<()> {
    let scenario = Scenario::new(NAME, SUMMARY);
    let mut stage = play::stage(shared, &scenario).await?;
    let proved = stage.prove_live().await;
    stage.tear_down().await;
    proved.map(|_| ())
}
