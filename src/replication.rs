//! The domain's words: rules, filters, destinations and statuses of S3 replication.
//!
//! Words only. Which rule selects which object is decided twice, apart from each other, in
//! [`crate::check`] (the reference) and in the embedded pair, and never here.

mod failure_reason;
mod setting;

#[cfg(test)]
mod tests;

pub use failure_reason::FailureReason;
pub use setting::{BucketSetting, Retention};

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Tags of an object, by key.
pub type Tags = BTreeMap<String, String>;

/// The version ID that S3 gives to a version of an object or to a delete marker.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VersionId(pub String);

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for VersionId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

/// The value of `x-amz-replication-status` (R-STATUS-01, R-STATUS-03, R-STATUS-04).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ReplicationStatus {
    /// The version waits for its replicas.
    Pending,
    /// Every replica is in place. S3's model also spells it `COMPLETE`.
    Completed,
    /// At least one destination refused; final until the object is written again.
    Failed,
    /// The object is itself a replica.
    Replica,
}

impl ReplicationStatus {
    /// Reads the header's value; `None` for a word S3 does not know.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        match value {
            "PENDING" => Some(Self::Pending),
            "COMPLETED" | "COMPLETE" => Some(Self::Completed),
            "FAILED" => Some(Self::Failed),
            "REPLICA" => Some(Self::Replica),
            _ => None,
        }
    }
}

impl fmt::Display for ReplicationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pending => "PENDING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Replica => "REPLICA",
        })
    }
}

/// The two schemas of a replication configuration (R-RULE-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Schema {
    /// A rule without a `Filter`: a prefix at the top; users' delete markers travel (R-DEL-03).
    V1,
    /// A rule with a `Filter`, a priority and a delete-marker switch.
    V2,
}

/// What a rule selects: a plain key prefix and tags, all of which must be there (R-RULE-07…09).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Keys that start with this; empty for every key.
    #[serde(default)]
    pub prefix: String,
    /// Tags that the object must carry when it is written; empty for none.
    #[serde(default)]
    pub tags: Tags,
}

impl fmt::Display for Filter {
    /// `prefix "logs/" and tag team=a`, or `every object`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = (!self.prefix.is_empty()).then(|| format!("prefix {:?}", self.prefix));
        let tags = self
            .tags
            .iter()
            .map(|(key, value)| format!("tag {key}={value}"));
        let parts: Vec<_> = prefix.into_iter().chain(tags).collect();
        match parts.is_empty() {
            true => f.write_str("every object"),
            false => f.write_str(&parts.join(" and ")),
        }
    }
}

/// One rule of a replication configuration.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own in S3's document"
)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// The rule's ID, unique in its configuration (R-CFG-13).
    pub id: String,
    /// Whether the rule is `Enabled` (R-RULE-16).
    pub enabled: bool,
    /// V1 or V2.
    pub schema: Schema,
    /// For overlapping rules to one destination the larger number wins (R-RULE-13).
    pub priority: i32,
    /// What the rule selects.
    pub filter: Filter,
    /// The destination's role in the pair (`destination`), or its bucket name where one is meant.
    pub destination: String,
    /// The replica's storage class, where it is not the source's (R-DATA-13).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
    /// Whether users' delete markers travel. Under V1 they do whatever this says (R-DEL-01…03).
    #[serde(default)]
    pub delete_markers: bool,
    /// Opts in to objects under KMS, and the key of their replicas, by ARN or as
    /// `destination/enabled` for a key that the target has ready (R-ENC-04).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replica_kms_key: Option<String>,
    /// The account that owns the replicas, where it is overridden, as an ID or as `destination`
    /// (R-OWN-02).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_override: Option<String>,
    /// Whether changes of replicas go back along this rule, where the other side's rule has it too
    /// (`ReplicaModifications`, R-BIDI-02).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replica_modifications: bool,
    /// Whether replication metrics are on (R-TIME-07).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub metrics: bool,
    /// Whether Replication Time Control is on, which asks for metrics too (R-TIME-06).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replication_time: bool,
}

impl Rule {
    /// An enabled V2 rule for every object, to the role `destination`, without delete markers.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            enabled: true,
            schema: Schema::V2,
            priority: 1,
            filter: Filter::default(),
            destination: "destination".to_owned(),
            storage_class: None,
            delete_markers: false,
            replica_kms_key: None,
            owner_override: None,
            replica_modifications: false,
            metrics: false,
            replication_time: false,
        }
    }

    /// Selects only keys that start with `prefix`.
    #[must_use]
    pub fn with_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.filter.prefix = prefix.into();
        self
    }

    /// Selects only objects written with this tag (and the others named so far).
    #[must_use]
    pub fn with_tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.filter.tags.insert(key.into(), value.into());
        self
    }

    /// Sets the priority.
    #[must_use]
    pub fn with_priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }

    /// Lets users' delete markers travel (R-DEL-02).
    #[must_use]
    pub fn with_delete_markers(mut self) -> Self {
        self.delete_markers = true;
        self
    }

    /// Lets changes of replicas go back (R-BIDI-02).
    #[must_use]
    pub fn with_replica_modifications(mut self) -> Self {
        self.replica_modifications = true;
        self
    }

    /// Turns replication metrics on (R-TIME-07).
    #[must_use]
    pub fn with_metrics(mut self) -> Self {
        self.metrics = true;
        self
    }

    /// Turns Replication Time Control on, with its metrics (R-TIME-06).
    #[must_use]
    pub fn with_replication_time(mut self) -> Self {
        self.replication_time = true;
        self.with_metrics()
    }

    /// Sends replicas to the bucket with this role.
    #[must_use]
    pub fn with_destination(mut self, role: impl Into<String>) -> Self {
        self.destination = role.into();
        self
    }

    /// Stores replicas in this class.
    #[must_use]
    pub fn with_storage_class(mut self, class: impl Into<String>) -> Self {
        self.storage_class = Some(class.into());
        self
    }

    /// Opts in to objects under KMS; their replicas are under this key (R-ENC-04).
    #[must_use]
    pub fn with_replica_kms_key(mut self, key: impl Into<String>) -> Self {
        self.replica_kms_key = Some(key.into());
        self
    }

    /// Makes the destination's account own the replicas (R-OWN-02).
    #[must_use]
    pub fn with_owner_override(mut self) -> Self {
        self.owner_override = Some("destination".to_owned());
        self
    }

    /// Turns the rule off.
    #[must_use]
    pub fn disabled(mut self) -> Self {
        self.enabled = false;
        self
    }
}

/// What a target must offer for a scenario to make sense on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Capability {
    /// Fresh pairs can be made: buckets, versioning and replication are ours to configure.
    FreshPair,
    /// Versioning of a destination may be suspended while a rule points at it (R-CFG-19).
    SuspendDestination,
    /// Later tag changes follow to the replica (R-DATA-08).
    TagChanges,
    /// CloudFormation answers at the same endpoints.
    Stacks,
    /// An action can be denied to the replication role, and given back (R-IAM-09).
    DenyReplication,
    /// The target tells why a version is FAILED (R-EVT-14).
    FailureReasons,
    /// There are KMS keys in each state, ready to be named.
    KmsKeys,
    /// SSE-C can be allowed and blocked (R-ENC-08).
    CustomerKeys,
    /// Object Lock can be put on buckets, and its changes follow (R-DATA-08, R-DATA-09).
    ObjectLock,
    /// Buckets can have ACLs, and their changes follow (R-DATA-07).
    Acls,
    /// What is there is nobody's, as in an emulator: what stays FAILED there harms no one.
    Expendable,
    /// Replication can be paused, and its destination be away or slow, for a while (R-STATUS-09).
    HoldReplication,
    /// Changes of replicas can go back to their source (R-BIDI-02).
    ReplicaModifications,
    /// The clock of a bucket can be advanced; lifecycle has acted when that is answered.
    AdvanceClock,
    /// A destination can be deleted and created again under its name at once (R-NOT-10).
    RecreateDestination,
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FreshPair => "fresh-pair",
            Self::SuspendDestination => "suspend-destination",
            Self::TagChanges => "tag-changes",
            Self::Stacks => "stacks",
            Self::DenyReplication => "deny-replication",
            Self::FailureReasons => "failure-reasons",
            Self::KmsKeys => "kms-keys",
            Self::CustomerKeys => "customer-keys",
            Self::ObjectLock => "object-lock",
            Self::Acls => "acls",
            Self::Expendable => "expendable",
            Self::HoldReplication => "hold-replication",
            Self::ReplicaModifications => "replica-modifications",
            Self::AdvanceClock => "advance-clock",
            Self::RecreateDestination => "recreate-destination",
        })
    }
}
