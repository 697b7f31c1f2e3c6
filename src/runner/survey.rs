//! The last look: everything that was written, at both sides, after the last canary arrived.

use crate::check::lock::is_kept;
use crate::check::reference::{Expected, Fate, expected};
use crate::history::{Event, History, ListedVersion, ObjectSeen, OperationKind, Seen, Side};
use crate::probe::Probe;
use crate::replication::VersionId;

use tokio::time::Instant;

use super::Stage;

/// How many versions are looked at side by side.
const BATCH: usize = 8;

impl Stage {
    /// Looks at every version that was written, and at the buckets themselves.
    pub async fn survey(&self) {
        let sides = self.destinations();
        for side in std::iter::once(Side::Source).chain(sides.iter().copied()) {
            self.probe.bucket_configuration(side).await;
        }
        let history = self.recorder.history();
        for key in unfinished(&history) {
            for side in &sides {
                self.probe.versions(*side, key).await;
            }
        }
        let everything = expected(&history);
        for batch in everything.chunks(BATCH) {
            let mut looking = tokio::task::JoinSet::new();
            for expected in batch {
                looking.spawn(look_at(
                    self.probe.clone(),
                    expected.clone(),
                    !self.obstacles.with_acls.is_empty(),
                    self.deadline(),
                ));
            }
            looking.join_all().await;
        }
    }
}

/// The keys of uploads that were begun and left.
fn unfinished(history: &History) -> impl Iterator<Item = &str> {
    history
        .events
        .iter()
        .filter_map(|timed| match &timed.event {
            Event::Invoke { operation, .. } => {
                let begun = matches!(operation.kind, OperationKind::BeginUpload);
                begun.then_some(operation.key.as_str())
            }
            _ => None,
        })
}

async fn look_at(probe: Probe, expected: Expected, asks_for_acls: bool, deadline: Instant) {
    let (key, version) = (expected.key.as_str(), &expected.version);
    if expected.content.is_some() {
        probe.head(expected.origin, key, Some(version)).await;
        probe.tags(expected.origin, key, version).await;
    }
    let at_source = listed(probe.versions(expected.origin, key).await);
    for (side, fate) in &expected.fates {
        match (fate, expected.content.is_some()) {
            (Fate::Replica { .. }, _) => {
                // Tags may still be on their way; a replica that is not there has none to wait for.
                if let Seen::Present(seen) = probe.get(*side, key, Some(version)).await {
                    if expected.part_size.is_some() {
                        probe.parts(*side, key, version).await;
                    }
                    if asks_for_acls {
                        let wanted = expected.grants_at(*side);
                        probe
                            .until_acl(*side, key, version, &wanted, deadline)
                            .await;
                    }
                    let kept = |seen: &ObjectSeen| is_kept(&expected, fate, seen);
                    if !kept(&seen) {
                        probe.until_shows(*side, key, version, kept, deadline).await;
                    }
                    probe
                        .until_tags(*side, key, version, expected.tags_at(*side).0, deadline)
                        .await;
                }
            }
            (_, true) => {
                probe.head(*side, key, Some(version)).await;
            }
            (_, false) => {}
        }
        let at_destination = listed(probe.versions(*side, key).await);
        for foreign in foreign(&at_source, &at_destination, version) {
            probe.head(*side, key, Some(&foreign)).await;
            probe.get(*side, key, Some(&foreign)).await;
            probe.tags(*side, key, &foreign).await;
        }
    }
}

pub(super) fn listed(seen: Seen) -> Vec<ListedVersion> {
    match seen {
        Seen::Versions { versions } => versions,
        _ => Vec::new(),
    }
}

/// Versions that the destination has and the source never gave: a replica under another ID.
pub(super) fn foreign(
    source: &[ListedVersion],
    destination: &[ListedVersion],
    version: &VersionId,
) -> Vec<VersionId> {
    let known = |id: &VersionId| id == version || source.iter().any(|listed| listed.version == *id);
    let objects = destination.iter().filter(|listed| !listed.marker);
    objects
        .map(|listed| listed.version.clone())
        .filter(|id| !known(id))
        .collect()
}
