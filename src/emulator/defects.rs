//! Ways in which the embedded pair can be told to break a rule.

use std::fmt;
use std::str::FromStr;

/// Declares the defects with their names.
macro_rules! defects {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal),* $(,)?) => {
        /// One way in which real replication has gone wrong, or could.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Defect {
            $($(#[doc = $doc])+ $variant),*
        }

        impl Defect {
            /// Every defect.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
        }

        impl fmt::Display for Defect {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $name),* })
            }
        }
    };
}

defects! {
    /// One byte of the replica differs (R-DATA-01).
    WrongByte = "wrong-byte",
    /// The replica's last byte is missing (R-DATA-01).
    TruncatedTail = "truncated-tail",
    /// The replica has a version ID of its own (R-DATA-02).
    NewVersionId = "new-version-id",
    /// The replica of a multipart upload has an `ETag` without its `-N` (R-DATA-15).
    LosesPartCount = "loses-part-count",
    /// The replica answers without its SSE header (R-ENC-03).
    MissingSseHeader = "missing-sse-header",
    /// The source stays PENDING although the replica is there (R-STATUS-01).
    StuckPending = "stuck-pending",
    /// The source is COMPLETED from the start (R-STATUS-13).
    CompletedTooEarly = "completed-too-early",
    /// Deleting a version at the source deletes its replica (R-NOT-04).
    ReplicatesVersionDelete = "replicates-version-delete",
    /// Delete markers stay although the rule lets them travel (R-DEL-02).
    LosesDeleteMarker = "loses-delete-marker",
    /// Delete markers travel although the rule does not let them (R-DEL-01).
    ReplicatesDeleteMarker = "replicates-delete-marker",
    /// The replica has no tags (R-DATA-06).
    LosesTags = "loses-tags",
    /// The replica has no user metadata (R-DATA-05).
    LosesMetadata = "loses-metadata",
    /// The replica has no additional checksum (R-DATA-16).
    LosesChecksum = "loses-checksum",
    /// The replica has no replication status (R-STATUS-03).
    NoReplicaStatus = "no-replica-status",
    /// Every key matches (R-RULE-08).
    IgnoresPrefix = "ignores-prefix",
    /// Every object matches, whatever its tags (R-RULE-09).
    IgnoresTagFilter = "ignores-tag-filter",
    /// A disabled rule copies (R-RULE-16).
    ReplicatesDisabledRule = "replicates-disabled-rule",
    /// A new configuration copies what is there already (R-NOT-01).
    ReplicatesExisting = "replicates-existing",
    /// No replica ever arrives.
    LosesReplica = "loses-replica",
    /// A FAILED version becomes COMPLETED by itself once the destination is repaired (R-STATUS-10).
    RetriesFailed = "retries-failed",
    /// What the role may not do is done all the same (R-IAM-05).
    IgnoresRole = "ignores-role",
    /// A version that is refused stays PENDING for ever (R-STATUS-09).
    NeverFails = "never-fails",
    /// A policy that was taken from a role still counts (R-IAM-09).
    RemembersPolicies = "remembers-policies",
    /// The failure's reason is another one (R-EVT-14).
    WrongFailureReason = "wrong-failure-reason",
    /// Tags changed after the write do not follow (R-DATA-08).
    LosesLaterTags = "loses-later-tags",
    /// The replica is STANDARD whatever source and rule say (R-DATA-13).
    WrongStorageClass = "wrong-storage-class",
    /// The replica's Last-Modified is its arrival (R-DATA-03).
    WrongLastModified = "wrong-last-modified",
    /// An object that no rule selects answers COMPLETED (R-STATUS-02).
    StatusWithoutRule = "status-without-rule",
    /// Of several versions of a key only the newest arrives.
    LosesOlderVersion = "loses-older-version",
    /// The bucket's default encryption is not applied (R-ENC-01).
    IgnoresDefaultEncryption = "ignores-default-encryption",
    /// A lifecycle configuration is accepted and forgotten (R-OPS-03).
    DropsLifecycle = "drops-lifecycle",
    /// Copies do not replicate (R-DATA-18).
    IgnoresCopy = "ignores-copy",
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
