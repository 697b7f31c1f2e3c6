//! Hand-made histories, and what every check makes of them.

mod acl;
mod answers;
mod content;
mod dates;
mod encryption;
mod failing;
mod found;
mod held;
mod lifecycle;
mod lock;
mod marker;
mod negative;
mod obstacle;
mod order;
mod pages;
mod parts;
mod reason;
mod reference;
mod replica;
mod status;
mod tally;
mod two_way;
mod verdict;

use super::*;
use crate::history::{
    Bucket, Content, Event, History, Instant, ListedVersion, ObjectSeen, Operation, OperationKind,
    Outcome, Plan, Seen, Side, Timed,
};
use crate::replication::{ReplicationStatus, Rule, VersionId};

pub(super) const SOURCE: Side = Side::Source;
pub(super) const DESTINATION: Side = Side::Destination(0);
pub(super) const SECOND: Side = Side::Destination(1);

/// A history in the making; times are milliseconds, and every answer takes one.
#[derive(Clone)]
pub(super) struct Story(pub(super) History);

impl Story {
    /// A pair with one rule for every key; deadline 1,000 ms, window 500 ms.
    pub(super) fn new() -> Self {
        Self::with_rules(vec![Rule::new("all")])
    }

    pub(super) fn with_rules(rules: Vec<Rule>) -> Self {
        let bucket = |side: Side| Bucket {
            side,
            name: format!("bucket-{side}"),
            region: "us-east-1".to_owned(),
        };
        Self(History {
            plan: Plan {
                scenario: "story".to_owned(),
                summary: String::new(),
                rule_ids: vec!["R-DATA-01".to_owned()],
                buckets: vec![bucket(SOURCE), bucket(DESTINATION)],
                prefix: String::new(),
                rules,
                deadline_ns: 1_000_000_000,
                window_ns: 500_000_000,
                checks: Vec::new(),
            },
            events: Vec::new(),
        })
    }

    pub(super) fn event(mut self, at: Instant, event: Event) -> Self {
        self.0.events.push(Timed { at, event });
        self
    }

    /// An operation that is acknowledged.
    pub(super) fn op(
        self,
        at: u64,
        label: &str,
        on: (Side, &str),
        kind: OperationKind,
        version: Option<&str>,
    ) -> Self {
        let op = self.next();
        let outcome = Outcome {
            version: version.map(VersionId::from),
            etag: version.map(|_| "etag".to_owned()),
            ..Outcome::default()
        };
        self.invoke(at, label, on, kind)
            .event(ms(at + 1), Event::Ok { op, outcome })
    }

    fn next(&self) -> u32 {
        let invoked = |event: &&Timed| matches!(event.event, Event::Invoke { .. });
        self.0.events.iter().filter(invoked).count() as u32
    }

    /// An operation whose answer is not there yet.
    pub(super) fn invoke(
        self,
        at: u64,
        label: &str,
        (side, key): (Side, &str),
        kind: OperationKind,
    ) -> Self {
        let (op, intended) = (self.next(), None);
        let operation = Operation {
            label: label.to_owned(),
            side,
            key: key.to_owned(),
            kind,
        };
        let invoke = Event::Invoke {
            op,
            operation: Box::new(operation),
            intended,
        };
        self.event(ms(at), invoke)
    }

    pub(super) fn put(self, at: u64, label: &str, key: &str, version: &str) -> Self {
        let kind = OperationKind::Put(content());
        self.op(at, label, (SOURCE, key), kind, Some(version))
    }

    pub(super) fn delete(self, at: u64, label: &str, key: &str, marker: &str) -> Self {
        self.op(
            at,
            label,
            (SOURCE, key),
            OperationKind::Delete,
            Some(marker),
        )
    }

    pub(super) fn delete_version(self, at: u64, label: &str, key: &str, version: &str) -> Self {
        let kind = OperationKind::DeleteVersion {
            version: version.into(),
        };
        self.op(at, label, (SOURCE, key), kind, Some(version))
    }

    pub(super) fn suspend(self, at: u64, side: Side, enabled: bool) -> Self {
        let kind = OperationKind::Versioning { enabled };
        self.op(at, "versioning", (side, ""), kind, None)
    }

    pub(super) fn configure(self, at: u64, rules: Vec<Rule>) -> Self {
        let kind = OperationKind::Configure { rules };
        self.op(at, "configure", (SOURCE, ""), kind, None)
    }

    /// Somebody looks; the answer takes a millisecond.
    pub(super) fn look(self, at: u64, side: Side, key: &str, version: &str, seen: Seen) -> Self {
        let version = (!version.is_empty()).then(|| version.into());
        let observation = Event::Observation {
            side,
            key: key.to_owned(),
            version,
            sent: ms(at),
            received: ms(at + 1),
            seen,
        };
        self.event(ms(at + 1), observation)
    }

    pub(super) fn absent(self, at: u64, key: &str, version: &str) -> Self {
        self.look(at, DESTINATION, key, version, Seen::Absent)
    }

    /// The source version is seen with this status.
    pub(super) fn status(
        self,
        at: u64,
        key: &str,
        version: &str,
        status: Option<ReplicationStatus>,
    ) -> Self {
        let seen = ObjectSeen {
            status,
            ..object(version)
        };
        self.look(at, SOURCE, key, version, present(seen))
    }

    pub(super) fn replica(self, at: u64, key: &str, version: &str) -> Self {
        self.look(at, DESTINATION, key, version, present(replica(version)))
    }

    /// All versions of a key, newest first; `!` before a marker.
    pub(super) fn listing(self, at: u64, side: Side, key: &str, versions: &[&str]) -> Self {
        let listed = |(index, version): (usize, &&str)| ListedVersion {
            version: version.trim_start_matches('!').into(),
            marker: version.starts_with('!'),
            latest: index == 0,
            etag: None,
            size: 3,
            last_modified_ms: None,
        };
        let versions = versions.iter().enumerate().map(listed).collect();
        self.look(at, side, key, "", Seen::Versions { versions })
    }

    /// A canary that is written and, nine milliseconds later, seen at the destination.
    pub(super) fn canary(self, at: u64) -> Self {
        let version = format!("c{at}");
        self.put(at, "canary-1", "canary", &version)
            .replica(at + 9, "canary", &version)
    }

    pub(super) fn bucket(self, at: u64, side: Side, versioning: &str, days: u32) -> Self {
        let seen = Seen::Bucket {
            versioning: Some(versioning.to_owned()),
            encryption: Some("AES256".to_owned()),
            noncurrent_days: Some(days),
        };
        self.look(at, side, "", "", seen)
    }

    pub(super) fn finding(&self, check: Check) -> Finding {
        self.judged(&[PlannedCheck::required(check)])
            .findings
            .remove(0)
    }

    pub(super) fn verdict(&self, kind: CheckKind) -> Verdict {
        self.finding(Check::new(kind)).verdict
    }

    /// What a check says, in words: its verdict of how many subjects, then each piece of evidence.
    pub(super) fn says(&self, kind: CheckKind) -> String {
        self.says_of(Check::new(kind))
    }

    pub(super) fn says_of(&self, check: Check) -> String {
        let finding = self.finding(check);
        let mut lines = vec![format!("{} of {}", finding.verdict, finding.examined)];
        lines.extend(finding.evidence.iter().map(|evidence| {
            let (subject, expected, seen) = (&evidence.subject, &evidence.expected, &evidence.seen);
            let since = evidence.since.map(|since| since.0 / 1_000_000);
            let since = since.map_or_else(String::new, |since| format!(", since {since} ms"));
            format!("{subject}: {expected} / {seen}{since}")
        }));
        lines.join("\n")
    }

    pub(super) fn judged(&self, checks: &[PlannedCheck]) -> Judgement {
        let mut history = self.0.clone();
        history.plan.checks = checks.iter().map(serde_json::Value::from).collect();
        judge(&history).unwrap()
    }
}

pub(super) fn ms(at: u64) -> Instant {
    Instant(at * 1_000_000)
}

pub(super) fn map(entries: &[(&str, &str)]) -> std::collections::BTreeMap<String, String> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    entries.iter().map(owned).collect()
}

pub(super) fn content() -> Content {
    Content {
        size: 3,
        sha256: "abc".to_owned(),
        metadata: map(&[("Owner", "me")]),
        headers: map(&[("content-type", "text/plain")]),
        tags: map(&[("team", "a")]),
        checksum: Some("CRC32C".to_owned()),
        ..Content::default()
    }
}

/// What HEAD shows of [`content`].
pub(super) fn object(version: &str) -> ObjectSeen {
    ObjectSeen {
        version: Some(version.into()),
        size: 3,
        etag: Some("etag".to_owned()),
        encryption: Some("AES256".to_owned()),
        last_modified: Some(1_700_000_000),
        metadata: map(&[("owner", "me")]),
        headers: map(&[
            ("content-type", "text/plain"),
            ("cache-control", "no-store"),
        ]),
        checksums: map(&[("CRC32C", "AAAAAA==")]),
        ..ObjectSeen::default()
    }
}

pub(super) fn replica(version: &str) -> ObjectSeen {
    ObjectSeen {
        status: Some(ReplicationStatus::Replica),
        ..object(version)
    }
}

pub(super) fn read(version: &str) -> ObjectSeen {
    ObjectSeen {
        sha256: Some("abc".to_owned()),
        ..replica(version)
    }
}

pub(super) fn present(object: ObjectSeen) -> Seen {
    Seen::Present(Box::new(object))
}

/// One object that replicated as it should, looked at as the runner does. The replica that is
/// read at the end can be changed, and have another version ID.
pub(super) fn replicated(last: ObjectSeen) -> Story {
    let id = last.version.clone().unwrap();
    let tags = Seen::Tags {
        tags: map(&[("team", "a")]),
    };
    Story::new()
        .put(0, "w", "k", "v1")
        .status(1, "k", "v1", Some(ReplicationStatus::Pending))
        .absent(3, "k", "v1")
        .look(20, DESTINATION, "k", &id.0, present(last))
        .status(30, "k", "v1", Some(ReplicationStatus::Completed))
        .look(40, DESTINATION, "k", &id.0, tags.clone())
        .look(40, SOURCE, "k", "v1", tags)
        .listing(50, SOURCE, "k", &["v1"])
        .listing(50, DESTINATION, "k", &[&id.0])
        .bucket(60, SOURCE, "Enabled", 21)
        .bucket(60, DESTINATION, "Enabled", 21)
}

/// The checks of a single replica.
pub(super) const OF_A_REPLICA: [CheckKind; 13] = [
    CheckKind::Arrives,
    CheckKind::Bytes,
    CheckKind::VersionId,
    CheckKind::Etag,
    CheckKind::LastModified,
    CheckKind::Encryption,
    CheckKind::Checksums,
    CheckKind::Metadata,
    CheckKind::Tags,
    CheckKind::StorageClass,
    CheckKind::SourceStatus,
    CheckKind::ReplicaStatus,
    CheckKind::BucketConfiguration,
];
