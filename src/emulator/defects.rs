//! Ways in which the embedded pair can be told to break a rule, each with the checks that own it.

use std::fmt;
use std::str::FromStr;

/// The checks that have to fail in one scenario when the pair has a defect, and no others there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Owner {
    /// The scenario's name; `preflight` for the canaries of every run, `drill` for a drill.
    pub scenario: &'static str,
    /// The names of the checks; `canaries` where nothing can be judged.
    pub checks: &'static [&'static str],
}

/// Declares the defects with their names and owners.
macro_rules! defects {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal
        in $($scenario:literal by [$($check:literal),+]),+;)*) => {
        /// One way in which real replication has gone wrong, or could.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Defect {
            $($(#[doc = $doc])+ $variant),*
        }

        impl Defect {
            /// Every defect.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// One line for people, with the rule it breaks.
            #[must_use]
            pub fn describes(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii()),* }
            }

            /// The checks that catch it, scenario by scenario.
            #[must_use]
            pub fn owners(self) -> &'static [Owner] {
                match self {
                    $(Self::$variant => &[$(Owner { scenario: $scenario, checks: &[$($check),+] }),+],)*
                }
            }
        }

        impl fmt::Display for Defect {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(match self { $(Self::$variant => $name),* })
            }
        }
    };
}

defects! {
    /// One byte of the replica differs (R-DATA-01).
    WrongByte = "wrong-byte" in "replica-bytes" by ["bytes"];
    /// The replica's last byte is missing (R-DATA-01).
    TruncatedTail = "truncated-tail" in "replica-bytes" by ["bytes"];
    /// The replica has a version ID of its own (R-DATA-02).
    NewVersionId = "new-version-id" in "version-id" by ["version-id"];
    /// The replica of a multipart upload has an `ETag` without its `-N` (R-DATA-15).
    LosesPartCount = "loses-part-count" in "multipart" by ["etag"];
    /// The replica answers without its SSE header (R-ENC-03).
    MissingSseHeader = "missing-sse-header" in "encryption" by ["encryption"];
    /// The source stays PENDING although the replica is there (R-STATUS-01).
    StuckPending = "stuck-pending" in "status" by ["source-status"];
    /// The source is COMPLETED from the start (R-STATUS-13).
    CompletedTooEarly = "completed-too-early" in "status" by ["source-status"];
    /// Deleting a version at the source deletes its replica (R-NOT-04).
    ReplicatesVersionDelete = "replicates-version-delete" in "version-delete-stays" by ["version-delete-stays"];
    /// Delete markers stay although the rule lets them travel (R-DEL-02).
    LosesDeleteMarker = "loses-delete-marker" in "delete-marker-travels" by ["marker-arrives"];
    /// Delete markers travel although the rule does not let them (R-DEL-01).
    ReplicatesDeleteMarker = "replicates-delete-marker" in "delete-marker-stays" by ["marker-stays"];
    /// The replica has no tags (R-DATA-06).
    LosesTags = "loses-tags" in "tags" by ["tags"];
    /// The replica has no user metadata (R-DATA-05).
    LosesMetadata = "loses-metadata" in "metadata" by ["metadata"];
    /// The replica has no additional checksum (R-DATA-16).
    LosesChecksum = "loses-checksum" in "checksums" by ["checksums"];
    /// The replica has no replication status (R-STATUS-03).
    NoReplicaStatus = "no-replica-status" in "status" by ["replica-status"];
    /// Every key matches (R-RULE-08).
    IgnoresPrefix = "ignores-prefix" in "prefix-filter" by ["no-status", "stays-absent"];
    /// Every object matches, whatever its tags (R-RULE-09).
    IgnoresTagFilter = "ignores-tag-filter" in "tag-filter" by ["no-status", "stays-absent"];
    /// A disabled rule copies (R-RULE-16).
    ReplicatesDisabledRule = "replicates-disabled-rule" in "disabled-rule" by ["no-status", "stays-absent"];
    /// A new configuration copies what is there already (R-NOT-01).
    ReplicatesExisting = "replicates-existing" in "existing-objects-stay" by ["stays-absent"];
    /// No replica ever arrives.
    LosesReplica = "loses-replica" in "preflight" by ["canaries"];
    /// A FAILED version becomes COMPLETED by itself once the destination is repaired (R-STATUS-10).
    RetriesFailed = "retries-failed" in "suspended-destination" by ["failed-is-final", "fails"];
    /// What the role may not do is done all the same (R-IAM-05).
    IgnoresRole = "ignores-role" in "role-denied" by ["fails", "failure-reason"], "role-cannot-read-tags" by ["tags"], "role-not-tested" by ["fails", "failure-reason"], "bucket-policy-denies" by ["fails", "failure-reason", "tags"];
    /// A version that is refused stays PENDING for ever (R-STATUS-09).
    NeverFails = "never-fails" in "role-not-assumed" by ["fails", "failure-reason"];
    /// A policy that was taken from a role still counts (R-IAM-09).
    RemembersPolicies = "remembers-policies" in "drill" by ["arrives", "source-status"];
    /// The failure's reason is another one (R-EVT-14).
    WrongFailureReason = "wrong-failure-reason" in "role-cannot-read" by ["failure-reason"];
    /// Tags changed after the write do not follow (R-DATA-08).
    LosesLaterTags = "loses-later-tags" in "tag-change" by ["tags"];
    /// The replica is STANDARD whatever source and rule say (R-DATA-13).
    WrongStorageClass = "wrong-storage-class" in "storage-class" by ["storage-class"];
    /// The replica's Last-Modified is its arrival (R-DATA-03).
    WrongLastModified = "wrong-last-modified" in "last-modified" by ["last-modified"];
    /// An object that no rule selects answers COMPLETED (R-STATUS-02).
    StatusWithoutRule = "status-without-rule" in "no-status" by ["no-status"];
    /// Of several versions of a key only the newest arrives.
    LosesOlderVersion = "loses-older-version" in "overwrites" by ["arrives", "source-status", "versions-in-order"];
    /// The bucket's default encryption is not applied (R-ENC-01).
    IgnoresDefaultEncryption = "ignores-default-encryption" in "encryption" by ["encryption"];
    /// A lifecycle configuration is accepted and forgotten (R-OPS-03).
    DropsLifecycle = "drops-lifecycle" in "bucket-configuration" by ["bucket-configuration"];
    /// Copies do not replicate (R-DATA-18).
    IgnoresCopy = "ignores-copy" in "copy" by ["arrives"];
    /// Objects under KMS travel although the rule does not opt in (R-ENC-04).
    ReplicatesKmsWithoutOptIn = "replicates-kms-without-opt-in" in "kms-without-opt-in" by ["no-status", "stays-absent"];
    /// The replica is under the AWS managed key, not the one that the rule names (R-ENC-04).
    WrongKmsKey = "wrong-kms-key" in "kms-opt-in" by ["encryption"];
    /// The replica has no bucket key (R-ENC-11).
    LosesBucketKey = "loses-bucket-key" in "kms-opt-in" by ["encryption"];
    /// Replicas are made under keys that are not there or not enabled (R-ENC-05).
    IgnoresKeyState = "ignores-key-state" in "kms-bad-keys" by ["fails", "failure-reason"];
    /// The replica is encrypted as the destination's default says (R-ENC-03).
    UsesDestinationEncryption = "uses-destination-encryption" in "destination-default" by ["encryption"];
    /// SSE-C objects travel to a destination that blocks SSE-C (R-ENC-08).
    IgnoresBlockedSseC = "ignores-blocked-sse-c" in "customer-key-blocked" by ["fails", "failure-reason"];
    /// Archived objects travel (R-NOT-03).
    ReplicatesArchived = "replicates-archived" in "archived-stays" by ["stays-absent"];
}

impl FromStr for Defect {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL
            .iter()
            .copied()
            .find(|defect| defect.to_string() == name);
        found.ok_or_else(|| {
            let all: Vec<_> = Self::ALL.iter().map(ToString::to_string).collect();
            format!("no such defect: {name:?}; there are {}", all.join(", "))
        })
    }
}
