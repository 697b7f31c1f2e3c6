//! Removing what was written into a pair that is not ours.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::{LeftBehind, PATIENCE, client, drain, empty};
use crate::history::Side;
use crate::provision::Placed;
use crate::provision::pace::Pace;
use crate::target::Target;

/// How long the destination has to stay empty under the prefix before it counts as empty.
const QUIET: Duration = Duration::from_secs(1);

/// Removes all versions, markers and open uploads under the prefix, by version ID: first what is in
/// flight lands, then the source is emptied, then the destination.
pub async fn remove_prefix(target: &Target, prefix: &str, buckets: &[Placed]) -> Vec<LeftBehind> {
    let mut left = Vec::new();
    for bucket in buckets {
        if let Err(why) = clear(target, bucket, prefix).await {
            left.push(LeftBehind {
                bucket: bucket.name.clone(),
                why: format!("what lies under {prefix:?} stayed: {why}"),
            });
        }
    }
    left
}

async fn clear(target: &Target, bucket: &Placed, prefix: &str) -> Result<(), String> {
    if prefix.is_empty() {
        return Err("a prefix of its own is missing, and the whole bucket is not ours".to_owned());
    }
    let client = client(target, &bucket.place)?;
    if bucket.side == Side::Source {
        drain::within(PATIENCE, &client, &bucket.name, prefix).await;
    }
    let mut pace = Pace::new(PATIENCE);
    let mut empty_since = None;
    loop {
        let some = empty::page(&client, &bucket.name, prefix);
        let some = timeout_at(pace.deadline(), some).await;
        let some = some.map_err(|_| format!("no answer after {} s", PATIENCE.as_secs()))??;
        if some.removed > 0 {
            pace.progress();
            empty_since = None;
            continue;
        }
        if some.obstacle.is_none() && quiet(bucket.side, &mut empty_since) {
            return Ok(());
        }
        if !pace.again().await {
            return Err(some
                .obstacle
                .unwrap_or_else(|| "it never stays empty".to_owned()));
        }
    }
}

/// A source is empty at once; a destination when nothing arrived for a while.
fn quiet(side: Side, empty_since: &mut Option<Instant>) -> bool {
    let since = *empty_since.get_or_insert_with(Instant::now);
    side == Side::Source || since.elapsed() >= QUIET
}
