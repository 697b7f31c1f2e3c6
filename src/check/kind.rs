//! The kinds of check, the rules behind them, and what each looks at.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A check of one scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What is checked.
    pub kind: CheckKind,
    /// The labels of the operations it looks at; empty for every one it applies to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<String>,
}

impl Check {
    /// A check of every operation that it applies to.
    #[must_use]
    pub fn new(kind: CheckKind) -> Self {
        Self {
            kind,
            of: Vec::new(),
        }
    }

    /// Looks only at the operations with these labels.
    #[must_use]
    pub fn of<L: Into<String>>(mut self, labels: impl IntoIterator<Item = L>) -> Self {
        self.of.extend(labels.into_iter().map(Into::into));
        self
    }

    pub(super) fn selects(&self, label: &str) -> bool {
        // Canaries show that replication is live; they are looked at only where they are named.
        let every = self.of.is_empty() && !label.starts_with("canary-");
        every || self.of.iter().any(|of| of == label)
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)?;
        if self.of.is_empty() {
            return Ok(());
        }
        write!(f, " of {}", self.of.join(", "))
    }
}

impl CheckKind {
    /// The rules that it judges, of those that a scenario proves.
    #[must_use]
    pub fn rule_ids_in(self, proved: &[String]) -> Vec<String> {
        let named = |id: &&String| self.rule_ids().contains(&id.as_str());
        proved.iter().filter(named).cloned().collect()
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $name:literal $describes:literal $rules:expr;)*) => {
        /// What a check is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[non_exhaustive]
        pub enum CheckKind {
            $(#[doc = $describes] $kind,)*
        }

        impl CheckKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// Its name, as in a plan (`stays-absent`).
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            /// One line for people.
            #[must_use]
            pub fn describes(self) -> &'static str {
                match self { $(Self::$kind => $describes,)* }
            }

            /// The rules of the rule table that it judges.
            #[must_use]
            pub fn rule_ids(self) -> &'static [&'static str] {
                match self { $(Self::$kind => &$rules,)* }
            }
        }
    };
}

kinds! {
    Arrives "arrives" "The replica is there before the deadline." ["R-DATA-01"];
    Bytes "bytes" "The replica has the size and the SHA-256 of what was sent." ["R-DATA-01"];
    VersionId "version-id" "The replica has the version ID of its source." ["R-DATA-02"];
    Etag "etag" "The replica has the `ETag` of its source." ["R-DATA-15"];
    LastModified "last-modified" "The replica has the Last-Modified of its source." ["R-DATA-03"];
    Encryption "encryption" "Source and replica answer with the encryption asked for, or the default's." ["R-ENC-01"];
    Checksums "checksums" "The replica keeps the additional checksums of its source." ["R-DATA-16"];
    Parts "parts" "The replica has the parts that its source was uploaded in." ["R-DATA-14"];
    Metadata "metadata" "The replica has the user metadata and the headers that were sent." ["R-DATA-05"];
    Tags "tags" "The replica has the source's tags, changed ones too." ["R-DATA-06", "R-DATA-08"];
    StorageClass "storage-class" "The replica is in its rule's storage class, or in its source's." ["R-DATA-13", "R-RULE-13"];
    Acl "acl" "The replica has its source's grants, changed ones too; none where its owner is overridden or enforced." ["R-DATA-07", "R-OWN-04"];
    ObjectLock "object-lock" "The replica has its source's retention and legal hold, changed ones too, or the destination's default retention." ["R-DATA-08", "R-DATA-09", "R-DATA-10"];
    SourceStatus "source-status" "The source goes from PENDING to COMPLETED, never before the replica is readable." ["R-STATUS-01", "R-STATUS-04", "R-STATUS-06", "R-STATUS-12", "R-STATUS-13"];
    ReplicaStatus "replica-status" "The replica answers REPLICA." ["R-STATUS-03"];
    NoStatus "no-status" "A version that no rule selects has no replication status." ["R-STATUS-02"];
    StaysAbsent "stays-absent" "A version that must not travel is not at the destination." ["R-STATUS-02", "R-NOT-01", "R-NOT-02", "R-NOT-03", "R-NOT-11", "R-NOT-12", "R-RULE-16"];
    UploadStays "upload-stays" "Nothing of an upload that is not complete is at the destination." ["R-DATA-19"];
    VersionsInOrder "versions-in-order" "The destination lists the source's version IDs, in its order, and no others." ["R-DATA-02"];
    MarkerArrives "marker-arrives" "The delete marker is there before the deadline, and current." ["R-DEL-02", "R-DEL-03"];
    MarkerStays "marker-stays" "The delete marker does not travel; the replica stays current." ["R-DEL-01"];
    VersionDeleteStays "version-delete-stays" "Deleting a version at the source leaves its replica." ["R-NOT-04", "R-DEL-06"];
    Fails "fails" "The source says FAILED before the deadline, and never COMPLETED." ["R-CFG-19", "R-STATUS-07", "R-IAM-05"];
    FailureReason "failure-reason" "The target names the reason of the failure that S3 documents for its cause." ["R-EVT-14", "R-EVT-15"];
    FailedIsFinal "failed-is-final" "FAILED stays FAILED while newer objects arrive." ["R-STATUS-10"];
    Answers "answers" "What S3 refuses is refused, and what it shows is shown, with its status and code." [
        "R-CFG-01", "R-CFG-02", "R-CFG-03", "R-CFG-04", "R-CFG-05", "R-CFG-06", "R-CFG-07", "R-CFG-08",
        "R-CFG-09", "R-CFG-10", "R-CFG-13", "R-CFG-14", "R-CFG-18", "R-CFG-24", "R-RULE-01", "R-RULE-02",
        "R-RULE-03", "R-RULE-04", "R-RULE-05", "R-RULE-06", "R-RULE-07", "R-RULE-11", "R-RULE-12",
        "R-RULE-15", "R-NOT-06", "R-OWN-03", "R-STATUS-11", "R-STATUS-18", "R-BIDI-04", "R-TIME-06", "R-TIME-07"
    ];
    HeldBack "held-back" "While replication is held up the version stays PENDING and does not arrive; nothing fails." ["R-STATUS-06", "R-STATUS-09", "R-TIME-13"];
    Atomic "atomic" "The replica is absent or whole whenever it is read while it arrives." ["R-TIME-11"];
    NoLoop "no-loop" "Where a version was written nothing comes back: each version is listed there once." ["R-BIDI-01"];
    Converges "converges" "Both sides end with the same versions and markers of a key, whoever wrote them." ["R-BIDI-05", "R-BIDI-06"];
    ReplicaModifications "replica-modifications" "A replica's own tags go back where both rules say so, and nowhere else; it is REPLICA again then." ["R-BIDI-02", "R-STATUS-15"];
    Lifecycle "lifecycle" "Each side's lifecycle removes what is due there by the original creation, and nothing else." ["R-NOT-05", "R-OPS-01", "R-OPS-02", "R-OPS-03"];
    NotRestored "not-restored" "What was in a destination that was deleted does not come back with its successor." ["R-NOT-10"];
    StatusKept "status-kept" "A later change of the tags leaves the source COMPLETED." ["R-STATUS-14"];
    ListedDates "listed-dates" "Listings show the dates of HEAD, which has no fractions of a second." ["R-DATA-04"];
    PendingAtOnce "pending-at-once" "The source answers with a replication status from the first look on." ["R-STATUS-05"];
    BucketConfiguration "bucket-configuration" "Both buckets are versioned, encrypted with AES256 and expire noncurrent versions after 21 days." ["R-CFG-01", "R-CFG-02", "R-NOT-06", "R-OPS-03"];
}

impl fmt::Display for CheckKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
