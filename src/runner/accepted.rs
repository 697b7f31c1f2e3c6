//! Nothing is written into a pair that is somebody's until they have said so.

use super::Shared;
use crate::doctor;
use crate::error::{Error, Result};
use crate::provision;
use crate::replication::Capability;

/// Refuses to write into a pair that no run of bucketpair made, with what a write sets off there,
/// unless the user has accepted it; then that is said before the first write. What is in an embedded
/// pair is nobody's. Asked once for all scenarios.
pub(super) async fn must_be_accepted(shared: &Shared) -> Result<()> {
    let asked = shared.accepted.get_or_try_init(|| ask(shared));
    Box::pin(asked).await.copied()
}

async fn ask(shared: &Shared) -> Result<()> {
    let Some((source, destination)) = &shared.pair else {
        return Ok(());
    };
    if shared.target.offers(Capability::Expendable) || is_ours(shared, source).await {
        return Ok(());
    }
    let triggers = Box::pin(doctor::read_triggers(&shared.target, source, destination)).await;
    match (shared.accepts_writes, triggers) {
        (true, Ok(triggers)) => tell(shared, &listed(&triggers)),
        (true, Err(error)) => tell(shared, &format!("what it does could not be read ({error})")),
        (false, triggers) => return Err(refused(shared, &listed(&triggers?))),
    }
    Ok(())
}

fn tell(shared: &Shared, sets_off: &str) {
    tracing::warn!(
        "writing into {}, as accepted; each write sets off: {sets_off}",
        named(shared)
    );
}

/// A bucket whose tags may not be read is taken for somebody's.
async fn is_ours(shared: &Shared, source: &str) -> bool {
    let tags = provision::is_of_a_run(&shared.target, source).await;
    tags.unwrap_or(false)
}

fn named(shared: &Shared) -> String {
    let (source, destination) = shared.pair.as_ref().expect("it is asked for a pair");
    match &shared.stack {
        Some(stack) => format!("{source},{destination} of the stack {stack}"),
        None => format!("{source},{destination}"),
    }
}

fn listed(triggers: &[String]) -> String {
    match triggers.is_empty() {
        true => "nothing but its replica".to_owned(),
        false => triggers.join(", "),
    }
}

fn refused(shared: &Shared, sets_off: &str) -> Error {
    let named = named(shared);
    Error::Usage(format!(
        "the pair {named} was not made by bucketpair, and objects would be written into it, below a \
         prefix of their own, and removed again; each write sets off: {sets_off}; give \
         --accept-writes if that is meant"
    ))
}
