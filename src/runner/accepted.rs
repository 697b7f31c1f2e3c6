//! Nothing is written into a pair that is somebody's until they have said so.

use super::Shared;
use crate::doctor;
use crate::error::{Error, Result};
use crate::provision;
use crate::replication::Capability;

/// Refuses to write into a pair that no run of bucketpair made, with what a write sets off there,
/// unless the user has accepted it. What is in an embedded pair is nobody's.
pub(super) async fn must_be_accepted(shared: &Shared) -> Result<()> {
    let Some((source, destination)) = &shared.pair else {
        return Ok(());
    };
    if shared.accepts_writes || shared.target.offers(Capability::Expendable) {
        return Ok(());
    }
    if is_ours(shared, source).await {
        return Ok(());
    }
    let triggers = Box::pin(doctor::read_triggers(&shared.target, source, destination)).await?;
    Err(refused(shared, &triggers))
}

/// A bucket whose tags may not be read is taken for somebody's.
async fn is_ours(shared: &Shared, source: &str) -> bool {
    let tags = provision::is_of_a_run(&shared.target, source).await;
    tags.unwrap_or(false)
}

fn refused(shared: &Shared, triggers: &[String]) -> Error {
    let (source, destination) = shared.pair.as_ref().expect("it is asked for a pair");
    let named = match &shared.stack {
        Some(stack) => format!("{source},{destination} of the stack {stack}"),
        None => format!("{source},{destination}"),
    };
    let sets_off = match triggers.is_empty() {
        true => "nothing but its replica".to_owned(),
        false => triggers.join(", "),
    };
    Error::Usage(format!(
        "the pair {named} was not made by bucketpair, and objects would be written into it, below a \
         prefix of their own, and removed again; each write sets off: {sets_off}; give \
         --accept-writes if that is meant"
    ))
}
