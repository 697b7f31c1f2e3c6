//! Looking for the replicas of what was just written, while the scenario goes on.

use tokio::task::JoinSet;

use super::Stage;
use crate::check::reference::{Expected, Fate, expected, fates};
use crate::history::{Operation, OperationKind, Side};
use crate::replication::{Capability, ReplicationStatus, Tags, VersionId};
use crate::workload::Applied;

const FINAL: [ReplicationStatus; 2] = [ReplicationStatus::Completed, ReplicationStatus::Failed];

impl Stage {
    /// What the reference expects of an operation at each destination, under the rules in force.
    fn fates(&self, applied: &Applied) -> Vec<(Side, Fate)> {
        let kind = match &applied.content {
            Some(content) => OperationKind::Put(content.clone()),
            None => OperationKind::Delete,
        };
        let (label, side, key) = (String::new(), applied.side, applied.key.clone());
        let operation = Operation {
            label,
            side,
            key,
            kind,
        };
        let rules = self.rules.get(&side).map_or(&[][..], Vec::as_slice);
        fates(&self.plan, rules, &self.obstacles, &operation)
            .into_iter()
            .collect()
    }

    /// Looks for everything that a write should bring about.
    ///
    /// While the way is held up there is nothing to look for: that begins when it is free.
    pub(super) fn watch_write(&mut self, label: &str, applied: &Applied) {
        if self.is_held() {
            return self.held.push(label.to_owned());
        }
        let Some(version) = applied.outcome.version.clone() else {
            return;
        };
        let fates = self.fates(applied);
        let eligible = fates
            .iter()
            .any(|(_, fate)| !matches!(fate, Fate::Absent { .. }));
        self.watch_status(label, applied, &version, eligible);
        for (side, fate) in fates {
            match fate {
                Fate::Replica { .. } => {
                    self.watch_replica(label, side, &applied.key, &version);
                }
                Fate::Fails { .. } => self.watch_failure(label, side, &applied.key, &version),
                Fate::Marker | Fate::Absent { .. } | Fate::Unsure { .. } => {}
            }
        }
    }

    /// Asks for the reason of a failure, where the target tells it.
    fn watch_failure(&mut self, label: &str, side: Side, key: &str, version: &VersionId) {
        if !self.shared.target.offers(Capability::FailureReasons) {
            return;
        }
        let (probe, deadline) = (self.probe.clone(), self.deadline());
        let (key, version) = (key.to_owned(), version.clone());
        self.watchers(label).spawn(async move {
            probe.until_failure(side, &key, &version, deadline).await;
        });
    }

    fn watch_replica(&mut self, label: &str, side: Side, key: &str, version: &VersionId) {
        let (probe, deadline) = (self.probe.clone(), self.deadline());
        let (key, version) = (key.to_owned(), version.clone());
        let half_way = deadline - self.pace().deadline / 2;
        self.watchers(label).spawn(async move {
            let until = |by| probe.until_present(side, &key, Some(&version), by);
            if !until(half_way).await {
                // A replica under an ID of its own shows in a listing only.
                probe.versions(side, &key).await;
                until(deadline).await;
            }
        });
    }

    /// Looks at the source's status: once at least, until it is final where a rule applies. A
    /// look at each destination follows, since COMPLETED promises that it is readable there.
    fn watch_status(&mut self, label: &str, of: &Applied, version: &VersionId, eligible: bool) {
        let (probe, deadline, origin) = (self.probe.clone(), self.deadline(), of.side);
        let (key, version, sides) = (of.key.clone(), version.clone(), self.sides_but(origin));
        self.watchers(label).spawn(async move {
            if !eligible {
                probe.head(origin, &key, Some(&version)).await;
                return;
            }
            probe
                .until_status(origin, &key, &version, &FINAL, deadline)
                .await;
            for side in sides {
                probe.head(side, &key, Some(&version)).await;
            }
        });
    }

    /// Looks for a delete marker where it should travel to.
    pub(super) fn watch_marker(&mut self, label: &str, applied: &Applied) {
        if self.is_held() {
            return self.held.push(label.to_owned());
        }
        for (side, fate) in self.fates(applied) {
            if let (Fate::Fails { .. }, Some(version)) = (&fate, &applied.outcome.version) {
                self.watch_failure(label, side, &applied.key, version);
            }
            if matches!(fate, Fate::Marker) {
                let (probe, deadline) = (self.probe.clone(), self.deadline());
                let (key, version) = (applied.key.clone(), applied.outcome.version.clone());
                self.watchers(label).spawn(async move {
                    let version = version.as_ref();
                    probe.until_marker(side, &key, version, deadline).await;
                });
            }
        }
    }

    /// Looks for changed tags at every replica of the version; those of a replica where it came
    /// from too, if the reference expects them there.
    pub(super) fn watch_tags(&mut self, label: &str, of: &Applied, tags: &Tags) {
        let Some(version) = of.outcome.version.clone() else {
            return;
        };
        let here = self.driver.side();
        let replicas = self.fates(of).into_iter();
        let replicas = replicas.filter(|(_, fate)| matches!(fate, Fate::Replica { .. }));
        let mut sides: Vec<Side> = replicas.map(|(side, _)| side).collect();
        if here != of.side {
            // It is REPLICA again once they went back (R-STATUS-15).
            self.watch_until(label, here, of, &[ReplicationStatus::Replica]);
            sides = vec![of.side];
        } else if !sides.is_empty() {
            // Whether they make the source PENDING again AWS leaves open (R-STATUS-14).
            self.watch_until(label, here, of, &FINAL);
        }
        let expected = self.expected(of, &version);
        let own = |one: &Expected| one.own_tags.contains_key(&here);
        if expected.as_ref().is_some_and(own) {
            return;
        }
        let refused = expected.map(|one| one.tags_refused).unwrap_or_default();
        for side in sides {
            if refused.contains_key(&side) {
                self.watch_failure(label, side, &of.key, &version);
                continue;
            }
            let (probe, deadline) = (self.probe.clone(), self.deadline());
            let (key, version, tags) = (of.key.clone(), version.clone(), tags.clone());
            self.watchers(label).spawn(async move {
                probe
                    .until_tags(side, &key, &version, &tags, deadline)
                    .await;
            });
        }
    }

    /// What the reference expects of a version by now.
    fn expected(&self, of: &Applied, version: &VersionId) -> Option<Expected> {
        let everything = expected(&self.recorder.history());
        let mut found = everything.into_iter().filter(|one| one.key == of.key);
        found.find(|one| one.version == *version)
    }

    /// Looks at the status of a version at one side until it is one of these.
    fn watch_until(
        &mut self,
        label: &str,
        side: Side,
        of: &Applied,
        wanted: &'static [ReplicationStatus],
    ) {
        let Some(version) = of.outcome.version.clone() else {
            return;
        };
        let (probe, deadline, key) = (self.probe.clone(), self.deadline(), of.key.clone());
        self.watchers(label).spawn(async move {
            probe
                .until_status(side, &key, &version, wanted, deadline)
                .await;
        });
    }

    fn watchers(&mut self, label: &str) -> &mut JoinSet<()> {
        self.watching.entry(label.to_owned()).or_default()
    }

    /// Waits until everybody who looks for what step `label` did has ended.
    pub(super) async fn watched(&mut self, label: &str) {
        if let Some(watchers) = self.watching.remove(label) {
            watchers.join_all().await;
        }
    }

    /// Waits for every watcher.
    pub(super) async fn all_watched(&mut self) {
        for watchers in std::mem::take(&mut self.watching).into_values() {
            watchers.join_all().await;
        }
    }
}
