//! What is known of a pair, as plain data.

use serde::Serialize;

use super::policy::Policy;
use crate::replication::Rule;

/// Something that was asked for: the answer, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact<T> {
    /// The answer.
    Known(T),
    /// No answer.
    Unknown(Gap),
}

impl<T> Fact<T> {
    /// The answer, where there is one.
    #[must_use]
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// Why there is no answer.
    #[must_use]
    pub fn gap(&self) -> Option<&Gap> {
        match self {
            Self::Known(_) => None,
            Self::Unknown(gap) => Some(gap),
        }
    }
}

/// Why something could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// What was called (`GetBucketPolicy`).
    pub call: String,
    /// The permission that it takes (`s3:GetBucketPolicy`).
    pub permission: String,
    /// The kind of reason.
    pub cause: Cause,
    /// What the server said, in one line.
    pub said: String,
}

/// The kinds of reason for a [`Gap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The keys may not read it.
    Denied,
    /// The server does not know the call (501, 405).
    NotOffered,
    /// This bucketpair is built without what it takes.
    NotBuilt,
    /// Anything else.
    Failed,
}

/// Everything that is known of a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// The bucket that is written to.
    pub source: BucketFacts,
    /// The bucket that replicas arrive in.
    pub destination: BucketFacts,
    /// Whether the account of the configuration's role owns the destination too.
    pub same_account: Fact<bool>,
    /// The role; none where the source has no configuration. `Known(None)`: it does not exist.
    pub role: Option<Fact<Option<RoleFacts>>>,
    /// The KMS keys that the pair uses.
    pub keys: Vec<Fact<KeyFacts>>,
}

impl Facts {
    /// The source's configuration, where it has one and it could be read.
    #[must_use]
    pub fn configuration(&self) -> Option<&Configuration> {
        self.source.replication.known()?.as_ref()
    }

    /// The enabled rules towards the destination.
    pub fn enabled(&self) -> impl Iterator<Item = &ConfiguredRule> {
        let towards = self.towards_destination();
        towards.filter(|configured| configured.rule.enabled)
    }

    /// The rules towards the destination, enabled or not.
    pub fn towards_destination(&self) -> impl Iterator<Item = &ConfiguredRule> {
        let rules = self.configuration().into_iter().flat_map(|c| &c.rules);
        rules.filter(|configured| configured.rule.destination == self.destination.name)
    }

    /// Whether the two buckets are known to be of two accounts.
    #[must_use]
    pub fn is_cross_account(&self) -> bool {
        self.same_account.known() == Some(&false)
    }
}

/// What is known of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BucketFacts {
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: String,
    /// Versioning.
    pub versioning: Fact<Versioning>,
    /// Default encryption and what is blocked; none where the bucket has no such configuration.
    pub encryption: Fact<Option<Encryption>>,
    /// Lifecycle rules.
    pub lifecycle: Fact<Vec<LifecycleFacts>>,
    /// Object Lock; none where it is off.
    pub lock: Fact<Option<LockFacts>>,
    /// `BucketOwnerEnforced`, `BucketOwnerPreferred` or `ObjectWriter`; none where it is not set.
    pub ownership: Fact<Option<String>>,
    /// The bucket policy; none where there is none.
    pub policy: Fact<Option<Policy>>,
    /// Whether the requester pays.
    pub requester_pays: Fact<bool>,
    /// Whom the bucket tells about what.
    pub notifications: Fact<Vec<Notification>>,
    /// The bucket that its access logs are delivered to.
    pub logs_to: Fact<Option<String>>,
    /// The replication configuration; none where there is none.
    pub replication: Fact<Option<Configuration>>,
}

/// A bucket's versioning.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Versioning {
    /// `Enabled`, `Suspended`, or none where it was never enabled.
    pub status: Option<String>,
}

impl Versioning {
    /// Whether new objects get a version.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.status.as_deref() == Some("Enabled")
    }
}

/// A bucket's default encryption.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Encryption {
    /// `AES256`, `aws:kms` or `aws:kms:dsse`.
    pub algorithm: Option<String>,
    /// The KMS key, as an ARN, an ID or an alias; none for the AWS managed one.
    pub key: Option<String>,
    /// Whether a Bucket Key is used.
    pub bucket_key: bool,
    /// What new objects may not be encrypted with, such as `SSE-C`.
    pub blocked: Vec<String>,
}

impl Encryption {
    /// Whether new objects are encrypted by KMS.
    #[must_use]
    pub fn is_kms(&self) -> bool {
        self.algorithm
            .as_deref()
            .is_some_and(|a| a.starts_with("aws:kms"))
    }

    /// The KMS key that new objects are encrypted with, where KMS does it.
    #[must_use]
    pub fn kms_key(&self) -> Option<&str> {
        self.is_kms()
            .then(|| self.key.as_deref().unwrap_or("alias/aws/s3"))
    }

    /// Whether objects with customer-provided keys are refused.
    #[must_use]
    pub fn blocks_sse_c(&self) -> bool {
        self.blocked.iter().any(|kind| kind == "SSE-C")
    }
}

/// One lifecycle rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LifecycleFacts {
    /// Its ID.
    pub id: String,
    /// Whether it is enabled.
    pub enabled: bool,
    /// Whether it expires current objects, by days or date.
    pub expires: bool,
    /// After how many days noncurrent versions are deleted.
    pub noncurrent_days: Option<i32>,
    /// The storage classes that it moves objects to.
    pub moves_to: Vec<String>,
}

/// A bucket's Object Lock.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LockFacts {
    /// The default retention, for people (`GOVERNANCE, 1 day`).
    pub default_retention: Option<String>,
}

/// Somebody who is told of a bucket's events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Notification {
    /// The queue, topic or function; `EventBridge`.
    pub to: String,
    /// The events (`s3:ObjectCreated:*`).
    pub events: Vec<String>,
}

/// A replication configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Configuration {
    /// The role's ARN.
    pub role: String,
    /// Its rules.
    pub rules: Vec<ConfiguredRule>,
}

/// A rule with the elements that only a doctor asks for. The rule's destination is a bucket name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "they are S3's own switches")]
pub struct ConfiguredRule {
    /// The rule.
    #[serde(flatten)]
    pub rule: Rule,
    /// `Destination/Account`.
    pub account: Option<String>,
    /// Whether the destination's owner becomes the replicas'.
    pub owner_override: bool,
    /// Whether KMS-encrypted objects are selected (`SseKmsEncryptedObjects`).
    pub kms_opt_in: bool,
    /// `ReplicaKmsKeyID`.
    pub replica_key: Option<String>,
    /// Whether changes of replicas are selected (`ReplicaModifications`).
    pub replica_modifications: bool,
    /// The minutes of Replication Time Control, where it is enabled.
    pub rtc_minutes: Option<i32>,
    /// Whether metrics are enabled.
    pub metrics: bool,
}

impl ConfiguredRule {
    /// A rule without any of them.
    #[must_use]
    pub fn new(rule: Rule) -> Self {
        Self {
            rule,
            account: None,
            owner_override: false,
            kms_opt_in: false,
            replica_key: None,
            replica_modifications: false,
            rtc_minutes: None,
            metrics: false,
        }
    }
}

/// What is known of the replication role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RoleFacts {
    /// Its ARN.
    pub arn: String,
    /// Who may assume it.
    pub trust: Policy,
    /// What it may do: inline and attached policies, as one.
    pub permissions: Policy,
    /// The permissions boundary; none where there is none.
    pub boundary: Option<Policy>,
}

/// What is known of a KMS key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct KeyFacts {
    /// Its ARN.
    pub arn: String,
    /// How the pair names it, where that is not its ARN.
    pub named: String,
    /// `Enabled`, `Disabled`, `PendingDeletion`, …
    pub state: String,
    /// Whether it is symmetric and for encryption.
    pub symmetric: bool,
    /// Whether AWS manages it (`aws/s3`).
    pub aws_managed: bool,
    /// Its key policy.
    pub policy: Policy,
    /// Its grants.
    pub grants: Vec<GrantFacts>,
}

/// A grant of a KMS key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct GrantFacts {
    /// Who has it.
    pub grantee: String,
    /// What it allows (`Decrypt`).
    pub operations: Vec<String>,
}
