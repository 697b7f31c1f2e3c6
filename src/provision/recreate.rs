//! Deleting one bucket of a pair and creating it again, for scenarios of a destination that is lost.

use super::ledger::Placed;
use super::{Ledger, Pair, Request, bucket, remove};
use crate::error::{Error, Result};
use crate::history::{Bucket, Side};
use crate::target::Target;

/// Empties a bucket of the pair and deletes it.
///
/// # Errors
/// [`Error::Refused`] with the reason why it stays.
pub async fn delete_bucket(
    target: &Target,
    pair: &Pair,
    side: Side,
    ledger: &Ledger,
) -> Result<()> {
    let placed = Placed::of(target, of(pair, side)?);
    let left = remove::remove_ours(target, vec![placed], ledger).await;
    match left.into_iter().next() {
        None => Ok(()),
        Some(left) => Err(Error::Refused {
            actor: "DeleteBucket".to_owned(),
            subject: left.bucket,
            code: "LeftBehind".to_owned(),
            message: left.why,
            remedy: String::new(),
        }),
    }
}

/// Creates it again, with the settings that every bucket of a pair has.
///
/// # Errors
/// As [`provision`](super::provision).
pub async fn create_bucket(
    target: &Target,
    pair: &Pair,
    side: Side,
    scenario: &str,
    ledger: &Ledger,
) -> Result<()> {
    let request = Request::new(scenario);
    Box::pin(bucket::make(target, &request, of(pair, side)?, ledger))
        .await
        .map(|_| ())
}

fn of(pair: &Pair, side: Side) -> Result<&Bucket> {
    let found = pair.buckets.iter().find(|bucket| bucket.side == side);
    found.ok_or_else(|| Error::Internal(format!("the pair has no {side}")))
}
