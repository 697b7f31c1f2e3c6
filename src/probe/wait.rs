//! Looking until something is so, or the deadline has passed.

use std::future::Future;

use tokio::time::{Instant, sleep_until};

use super::look::Probe;
use crate::history::{Content, ObjectSeen, Seen, Side};
use crate::replication::{ReplicationStatus, Tags, VersionId};

impl Probe {
    /// Looks for a version (the current one where none is named) until it is there. Returns whether it came before `deadline`; the last
    /// look is always sent after the deadline, so that lateness is evidence and not a guess.
    pub async fn until_present(
        &self,
        side: Side,
        key: &str,
        version: Option<&VersionId>,
        deadline: Instant,
    ) -> bool {
        let look = || async { is_there(&self.head(side, key, version).await) };
        self.until(look, deadline).await
    }

    /// Reads a version to its end until it holds what was sent.
    pub async fn until_whole(
        &self,
        side: Side,
        key: &str,
        version: &VersionId,
        wanted: &Content,
        deadline: Instant,
    ) -> bool {
        let whole = |seen: &Seen| match seen {
            Seen::Present(object) => {
                object.size == wanted.size && object.sha256.as_ref() == Some(&wanted.sha256)
            }
            _ => false,
        };
        let look = || async { whole(&self.get(side, key, Some(version)).await) };
        self.until(look, deadline).await
    }

    /// Looks at a version where it was written until it shows one of `wanted`.
    pub async fn until_status(
        &self,
        side: Side,
        key: &str,
        version: &VersionId,
        wanted: &[ReplicationStatus],
        deadline: Instant,
    ) -> bool {
        let look = || async {
            let seen = self.head(side, key, Some(version)).await;
            matches!(seen, Seen::Present(object) if object.status.is_some_and(|s| wanted.contains(&s)))
        };
        self.until(look, deadline).await
    }

    /// Looks at a version until HEAD shows what is wanted.
    pub async fn until_shows(
        &self,
        side: Side,
        key: &str,
        version: &VersionId,
        wanted: impl Fn(&ObjectSeen) -> bool + Send + Sync,
        deadline: Instant,
    ) -> bool {
        let wanted = &wanted;
        let look = || async move {
            let seen = self.head(side, key, Some(version)).await;
            matches!(seen, Seen::Present(object) if wanted(&object))
        };
        self.until(look, deadline).await
    }

    /// Looks until a version has these tags.
    pub async fn until_tags(
        &self,
        side: Side,
        key: &str,
        version: &VersionId,
        wanted: &Tags,
        deadline: Instant,
    ) -> bool {
        let look = || async {
            matches!(self.tags(side, key, version).await, Seen::Tags { tags } if tags == *wanted)
        };
        self.until(look, deadline).await
    }

    /// Looks at the listing of a key until it shows this version, or its current version is a delete
    /// marker: the marker may have got another ID, and something newer may have come before it.
    pub async fn until_marker(
        &self,
        side: Side,
        key: &str,
        version: Option<&VersionId>,
        deadline: Instant,
    ) -> bool {
        let look = || async {
            let Seen::Versions { versions } = self.versions(side, key).await else {
                return false;
            };
            let is_current = versions.iter().any(|one| one.latest && one.marker);
            is_current || versions.iter().any(|one| Some(&one.version) == version)
        };
        self.until(look, deadline).await
    }

    pub(super) async fn until<F, L>(&self, mut look: L, deadline: Instant) -> bool
    where
        L: FnMut() -> F + Send,
        F: Future<Output = bool> + Send,
    {
        for pause in self.schedule.pauses() {
            // A budget that is spent ends the waiting without evidence.
            if !self.limiter.wait().await {
                return false;
            }
            let last = Instant::now() >= deadline;
            if look().await {
                return true;
            }
            if last {
                return false;
            }
            sleep_until((Instant::now() + pause).min(deadline)).await;
        }
        false
    }
}

fn is_there(seen: &Seen) -> bool {
    matches!(seen, Seen::Present(_))
}
