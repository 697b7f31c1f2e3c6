//! Holding replication up and advancing clocks, where the target can: controls of the embedded pair
//! beside S3.

use serde_json::{Value, json};

use super::{Pair, endpoint};
use crate::error::{Error, Result};
use crate::history::{Side, Trouble};
use crate::replication::Capability;
use crate::target::{Target, put_own};

/// Begins or ends trouble of one bucket of a pair.
///
/// # Errors
/// [`Error::NotOffered`] where the target has no such control, and what it refuses.
pub async fn trouble(target: &Target, pair: &Pair, side: Side, trouble: Trouble) -> Result<()> {
    if !target.offers(Capability::HoldReplication) {
        return Err(Error::NotOffered(
            "this target has no control that holds replication up; use the embedded pair or \
             `bucketpair serve`"
                .to_owned(),
        ));
    }
    control(target, pair, side, &document(trouble)).await
}

/// Advances the clocks of all buckets of a pair; lifecycle has acted when this returns.
///
/// # Errors
/// [`Error::NotOffered`] where the target has no such control, and what it refuses.
pub async fn advance(target: &Target, pair: &Pair, days: u32) -> Result<()> {
    if !target.offers(Capability::AdvanceClock) {
        return Err(Error::NotOffered(
            "this target has no clock that can be advanced; use the embedded pair or \
             `bucketpair serve`"
                .to_owned(),
        ));
    }
    for bucket in &pair.buckets {
        control(target, pair, bucket.side, &json!({"advance-days": days})).await?;
    }
    Ok(())
}

/// Puts a document of the control on one bucket.
async fn control(target: &Target, pair: &Pair, side: Side, document: &Value) -> Result<()> {
    let path = format!("buckets/{}", pair.bucket(side));
    put_own(&endpoint(target, side).client, &path, document).await
}

fn document(trouble: Trouble) -> Value {
    match trouble {
        Trouble::Pause => json!({"paused": true}),
        Trouble::Resume => json!({"paused": false}),
        Trouble::Outage => json!({"away": true}),
        Trouble::Recovery => json!({"away": false}),
        Trouble::SlowDown { replications } => json!({"slow-downs": replications}),
    }
}
