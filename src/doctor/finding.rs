//! The kinds of finding: how grave each is, and the rules behind it.

use std::fmt;

use serde::Serialize;

use crate::error::ExitCode;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Replication fails, of everything or of some objects.
    Error,
    /// Replication does something that people do not expect.
    Surprise,
    /// It could not be read, or not be decided.
    Unknown,
    /// Worth knowing.
    Note,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Error => "error",
            Self::Surprise => "surprise",
            Self::Unknown => "unknown",
            Self::Note => "note",
        })
    }
}

/// Something to be said of a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// Which kind.
    pub kind: FindingKind,
    /// How grave it is.
    pub severity: Severity,
    /// The rules of the rule table behind it.
    pub rule_ids: Vec<&'static str>,
    /// What is so, and what that leads to.
    pub what: String,
    /// Where: the bucket, rule, role or key.
    pub place: String,
    /// What can be done.
    pub remedy: String,
}

macro_rules! kinds {
    ($($kind:ident $name:literal $severity:ident $describes:literal $rules:expr;)*) => {
        /// What a finding is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "kebab-case")]
        #[non_exhaustive]
        pub enum FindingKind {
            $(#[doc = $describes] $kind,)*
        }

        impl FindingKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// Its name (`destination-unversioned`).
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            /// How grave it is.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$kind => Severity::$severity,)* }
            }

            /// One line for people.
            #[must_use]
            pub fn describes(self) -> &'static str {
                match self { $(Self::$kind => $describes,)* }
            }

            /// The rules of the rule table behind it.
            #[must_use]
            pub fn rule_ids(self) -> &'static [&'static str] {
                match self { $(Self::$kind => &$rules,)* }
            }
        }
    };
}

kinds! {
    SourceUnversioned "source-unversioned" Error "The source is not versioned, so that nothing of it replicates." ["R-CFG-01"];
    DestinationUnversioned "destination-unversioned" Error "The destination is not versioned, so that objects end FAILED." ["R-CFG-02", "R-CFG-19"];
    NoConfiguration "no-configuration" Error "The source has no replication configuration." ["R-CFG-08"];
    NoRuleForDestination "no-rule-for-destination" Error "No rule names the destination." ["R-RULE-14"];
    EveryRuleDisabled "every-rule-disabled" Error "Every rule towards the destination is disabled." ["R-RULE-16"];
    RuleDisabled "rule-disabled" Note "A rule is disabled; what is written meanwhile is never picked up." ["R-RULE-16"];
    ReplicatesToItself "replicates-to-itself" Error "A rule names the source itself as its destination." ["R-CFG-24"];
    OtherDestination "other-destination" Note "A rule replicates to a bucket that is not looked at here." ["R-STATUS-06", "R-STATUS-08"];
    RuleNeverUsed "rule-never-used" Surprise "A rule is never used: a wider one with a larger priority takes its objects." ["R-RULE-13"];
    EqualPriorities "equal-priorities" Surprise "Two rules have the same priority." ["R-RULE-15"];
    UnlikelyPrefix "unlikely-prefix" Surprise "A prefix that hardly any key begins with, as a wildcard or a leading slash." ["R-RULE-08"];
    LateTags "late-tags" Surprise "A rule asks for tags, and tags that are added later start nothing." ["R-RULE-10"];
    KeysLeftOut "keys-left-out" Note "The rules select some keys only." ["R-STATUS-02"];
    MarkersOfTags "markers-of-tags" Error "A rule with a tag filter replicates delete markers, which S3 refuses." ["R-RULE-11"];
    ManyDestinationsInV1 "many-destinations-in-v1" Error "A V1 document names several destinations." ["R-RULE-04"];
    MarkersTravelInV1 "markers-travel-in-v1" Surprise "The schema is V1: users' delete markers travel, and there is no switch." ["R-DEL-03"];
    MarkersStay "markers-stay" Note "Delete markers stay at the source: what is deleted there remains at the destination." ["R-DEL-01"];
    UndeleteStays "undelete-stays" Surprise "Delete markers travel, and their removal does not: what is undeleted at the source stays deleted." ["R-DEL-06"];
    NoChaining "no-chaining" Surprise "The destination replicates onward, and replicas do not." ["R-NOT-02"];
    TwoWay "two-way" Note "The pair replicates both ways; which of two writes becomes current is not specified." ["R-BIDI-01", "R-BIDI-05"];
    ModificationsOneWay "modifications-one-way" Surprise "Replica modification sync is enabled on one side only, and does nothing." ["R-BIDI-02"];
    SseCBlocked "sse-c-blocked" Error "The destination blocks SSE-C and the source takes it: such objects end FAILED." ["R-ENC-08"];
    KmsNotOptedIn "kms-not-opted-in" Error "The source's default is KMS, and the rule does not opt in: objects are skipped." ["R-ENC-04"];
    KmsObjectsSkipped "kms-objects-skipped" Note "Objects that a writer encrypts with KMS are skipped, since no rule opts in." ["R-ENC-04"];
    ReplicaKeyMissing "replica-key-missing" Error "A rule opts in to KMS and names no key for the replicas." ["R-ENC-04"];
    ReplicaKeyElsewhere "replica-key-elsewhere" Error "The replicas' key is not in the destination's region." ["R-ENC-05"];
    DestinationDefaultUnused "destination-default-unused" Surprise "The destination's default encryption is not the source's, and replicas keep the source's." ["R-ENC-03"];
    ManagedKeyAcrossAccounts "managed-key-across-accounts" Error "An AWS managed key cannot be used by another account." ["R-ENC-06"];
    KeyUnusable "key-unusable" Error "A KMS key is disabled, about to be deleted, not symmetric, or not there." ["R-ENC-05", "R-ENC-06"];
    DecryptMissing "decrypt-missing" Error "The role may not decrypt with the source's key." ["R-ENC-06"];
    EncryptMissing "encrypt-missing" Error "The role may not encrypt with the replicas' key." ["R-ENC-06"];
    KeyRightUndecided "key-right-undecided" Unknown "Whether the role may use a key depends on a condition that is not known here." ["R-ENC-06"];
    OwnerWithoutAccount "owner-without-account" Error "A rule overrides the owner and names no account." ["R-OWN-03"];
    OverrideInOneAccount "override-in-one-account" Surprise "The owner is overridden within one account, which only stops ACLs from travelling." ["R-OWN-06", "R-OWN-04"];
    ReplicasOfTheSource "replicas-of-the-source" Surprise "The source's account owns the replicas in the destination's account." ["R-OWN-01"];
    AclsDoNotTravel "acls-do-not-travel" Note "The source uses ACLs, and the destination does not take them." ["R-OWN-04", "R-OWN-05"];
    ForeignWriters "foreign-writers" Surprise "Other accounts may own objects of the source, and what its owner may not read does not replicate." ["R-NOT-07"];
    LockMissing "lock-missing" Error "The source has Object Lock and the destination has not: objects end FAILED." ["R-DATA-11"];
    DestinationRetains "destination-retains" Surprise "The destination's default retention locks replicas that are not locked at the source." ["R-DATA-10"];
    LifecycleOneSided "lifecycle-one-sided" Surprise "Lifecycle expires objects on one side only, and its actions do not replicate." ["R-NOT-05", "R-NOT-06"];
    NoncurrentPileUp "noncurrent-pile-up" Surprise "Noncurrent versions expire on one side only, and pile up on the other." ["R-OPS-03"];
    OriginalDate "original-date" Note "The destination expires objects by their original date, so that late replicas expire early." ["R-OPS-02"];
    LifecycleWaits "lifecycle-waits" Note "Lifecycle leaves versions alone that are PENDING or FAILED." ["R-OPS-01"];
    FailuresUnheard "failures-unheard" Surprise "Without metrics there is neither a count nor an event of what fails." ["R-EVT-03", "R-EVT-06"];
    RtcIncomplete "rtc-incomplete" Error "Replication Time Control needs 15 minutes and metrics." ["R-TIME-06"];
    MarkersBeyondRtc "markers-beyond-rtc" Note "Replication Time Control does not cover delete markers." ["R-DEL-04"];
    RequesterPays "requester-pays" Error "The destination is a Requester Pays bucket of another account." ["R-CFG-22"];
    PolicyDenies "policy-denies" Error "A bucket policy denies the role what it needs." ["R-IAM-08"];
    PolicyDeniesTags "policy-denies-tags" Surprise "The destination's policy keeps tags from being copied." ["R-IAM-06"];
    PolicyLacks "policy-lacks" Error "The destination is another account's, and its policy does not let the role in." ["R-IAM-07"];
    PolicyUndecided "policy-undecided" Unknown "Whether a bucket policy denies the role depends on a condition that is not known here." ["R-IAM-08"];
    EventsAtDestination "events-at-destination" Note "Replicas raise the destination's notifications." ["R-EVT-10"];
    LogsReplicate "logs-replicate" Surprise "Access logs are delivered into the source, and replicate." ["R-OPS-08"];
    RoleUnusable "role-unusable" Error "The configuration's role is not the ARN of an IAM role." ["R-CFG-06"];
    RoleMissing "role-missing" Error "The role does not exist." ["R-IAM-01"];
    TrustMissing "trust-missing" Error "The role does not trust S3." ["R-IAM-01"];
    TrustUndecided "trust-undecided" Unknown "Whether the role trusts S3 depends on a condition; AWS documents none for live replication." ["R-IAM-01"];
    ListRightMissing "list-right-missing" Error "The role may not read the source's configuration or list it." ["R-IAM-02"];
    ReadRightMissing "read-right-missing" Error "The role may not read the source's objects." ["R-IAM-03"];
    TagRightMissing "tag-right-missing" Surprise "The role may not read tags: replicas come without them, or not at all; AWS's pages disagree." ["R-IAM-04"];
    WriteRightMissing "write-right-missing" Error "The role may not write replicas." ["R-IAM-05"];
    MarkerRightMissing "marker-right-missing" Error "Delete markers should travel, and the role may not write them." ["R-IAM-05"];
    OverrideRightMissing "override-right-missing" Error "The owner is overridden, and the role may not do that." ["R-OWN-02"];
    LockRightMissing "lock-right-missing" Error "The source has Object Lock, and the role may not read retention or legal hold." ["R-DATA-11"];
    OldReadRight "old-read-right" Surprise "The role has `GetObjectVersion` where `GetObjectVersionForReplication` is meant, which never copies KMS objects." ["R-IAM-10"];
    RightUndecided "right-undecided" Unknown "Whether the role has a right depends on a condition that is not known here." ["R-IAM-08"];
    NotRead "not-read" Unknown "Something could not be read, so that nothing is said of it." [];
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FindingKind {
    /// A finding of this kind.
    pub(super) fn at(
        self,
        place: impl Into<String>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        Finding {
            kind: self,
            severity: self.severity(),
            rule_ids: self.rule_ids().to_vec(),
            what: what.into(),
            place: place.into(),
            remedy: remedy.into(),
        }
    }
}

/// How the command line ends: 1 with an error, 3 where something is unknown, else 0.
#[must_use]
pub fn exit_code(findings: &[Finding]) -> ExitCode {
    let has = |severity| findings.iter().any(|finding| finding.severity == severity);
    match (has(Severity::Error), has(Severity::Unknown)) {
        (true, _) => ExitCode::Failed,
        (false, true) => ExitCode::Inconclusive,
        (false, false) => ExitCode::Passed,
    }
}
