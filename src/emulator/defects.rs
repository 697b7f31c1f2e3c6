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
    /// One byte of an upload's last part differs in the replica (R-DATA-14).
    WrongByteInLastPart = "wrong-byte-in-last-part" in "multipart" by ["bytes"];
    /// An empty object never arrives (R-DATA-01).
    LosesEmptyObject = "loses-empty-object" in "replica-bytes" by ["arrives"];
    /// Every replica is written twice, the second time under another version ID (R-DATA-02).
    DuplicatesVersion = "duplicates-version" in "overwrites" by ["versions-in-order"];
    /// The replica has another Content-Type (R-DATA-05).
    WrongContentType = "wrong-content-type" in "metadata" by ["metadata"];
    /// The replica has the tags of another object (R-DATA-06).
    SwapsTags = "swaps-tags" in "tags" by ["tags"];
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
    /// Tags changed after the write make the source PENDING for good (R-STATUS-14).
    StuckAfterTags = "stuck-after-tags" in "status-after-tags" by ["status-kept"];
    /// Nobody is told of tags that have nowhere to go (R-EVT-15).
    HidesRefusedTags = "hides-refused-tags" in "tags-without-replica" by ["failure-reason"];
    /// The source says DONE where it has to say COMPLETED (R-STATUS-04).
    WrongStatusWord = "wrong-status-word" in "status" by ["source-status"];
    /// A listing shows a replica with another date than HEAD (R-DATA-04).
    WrongListedDate = "wrong-listed-date" in "last-modified" by ["listed-dates"];
    /// Listings show a replication status (R-STATUS-11).
    ListsStatus = "lists-status" in "listings" by ["answers"];
    /// The replica is STANDARD whatever source and rule say (R-DATA-13).
    WrongStorageClass = "wrong-storage-class" in "storage-class" by ["storage-class"];
    /// The replica's Last-Modified is its arrival (R-DATA-03).
    WrongLastModified = "wrong-last-modified" in "last-modified" by ["last-modified"];
    /// An object that no rule selects answers COMPLETED (R-STATUS-02).
    StatusWithoutRule = "status-without-rule" in "no-status" by ["no-status"];
    /// One object of 10,000, or of as many as are written at once, is lost under load (R-DATA-01).
    LosesOneUnderLoad = "loses-one-under-load" in "load" by ["arrives"];
    /// Of several versions of a key only the newest arrives.
    LosesOlderVersion = "loses-older-version" in "overwrites" by ["arrives", "source-status", "versions-in-order"];
    /// The bucket's default encryption is not applied (R-ENC-01).
    IgnoresDefaultEncryption = "ignores-default-encryption" in "encryption" by ["encryption"];
    /// A lifecycle configuration is accepted and forgotten (R-OPS-03).
    DropsLifecycle = "drops-lifecycle" in "bucket-configuration" by ["bucket-configuration"];
    /// What meets a pause, an outage or 503 becomes FAILED (R-STATUS-09).
    FailsOnTrouble = "fails-on-trouble" in "paused" by ["arrives", "held-back", "source-status", "versions-in-order"], "destination-slow" by ["arrives", "source-status"];
    /// What meets a pause, an outage or 503 is dropped (R-TIME-13).
    LosesHeldBack = "loses-held-back" in "destination-away" by ["arrives", "marker-arrives", "source-status"];
    /// A version that was deleted before it was copied arrives all the same (R-NOT-11).
    CopiesDeletedVersion = "copies-deleted-version" in "deleted-before-copied" by ["stays-absent"];
    /// Replicas are in the order of their arrival (R-TIME-10).
    ReordersVersions = "reorders-versions" in "burst-of-versions" by ["versions-in-order"];
    /// The replica can be read before all of it is there (R-TIME-11).
    HalfWritten = "half-written" in "atomic-appearance" by ["atomic", "bytes"];
    /// The source is COMPLETED with the first of several destinations (R-STATUS-06).
    CompletedAtFirst = "completed-at-first" in "one-of-two-away" by ["held-back", "source-status"];
    /// A destination that refuses counts as one that has the replica (R-STATUS-07).
    ForgivesFailure = "forgives-failure" in "one-of-two-fails" by ["fails"];
    /// Replicas are replicated onward to a third bucket (R-NOT-02).
    Chains = "chains" in "chain" by ["stays-absent"];
    /// Replicas are replicated back to where they came from (R-BIDI-01).
    Loops = "loops" in "two-way" by ["no-loop"];
    /// Changes of replicas go back although only one side's rule says so (R-BIDI-02).
    SynchronisesOneSided = "synchronises-one-sided" in "replica-modification-one-sided" by ["replica-modifications", "replica-status"];
    /// Changes of replicas never go back (R-BIDI-02).
    LosesReplicaModifications = "loses-replica-modifications" in "replica-modification-sync" by ["replica-modifications"];
    /// A replica whose change went back stays PENDING (R-STATUS-15).
    StuckReplica = "stuck-replica" in "replica-modification-sync" by ["replica-modifications"];
    /// The delete marker of a lifecycle expiration travels (R-NOT-05).
    LifecycleMarkerTravels = "lifecycle-marker-travels" in "lifecycle-stays" by ["lifecycle"];
    /// Lifecycle counts the days of a replica from its arrival (R-OPS-02).
    CountsFromArrival = "counts-from-arrival" in "late-replica-expires" by ["lifecycle"];
    /// Lifecycle removes what is PENDING or FAILED (R-OPS-01).
    ExpiresPending = "expires-pending" in "lifecycle-waits" by ["lifecycle"];
    /// Lifecycle never acts (R-OPS-03).
    IgnoresLifecycle = "ignores-lifecycle" in "lifecycle-noncurrent" by ["lifecycle"];
    /// A destination that was created anew is filled with what its predecessor had (R-NOT-10).
    RestoresDestination = "restores-destination" in "destination-recreated" by ["not-restored"];
    /// The status comes with the replica, and not with the write (R-STATUS-05).
    LateStatus = "late-status" in "status" by ["pending-at-once"];
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
    /// The replica has no retention of its source's (R-DATA-09).
    LosesRetention = "loses-retention" in "object-lock" by ["object-lock"];
    /// The replica has no legal hold (R-DATA-09).
    LosesLegalHold = "loses-legal-hold" in "object-lock" by ["object-lock"];
    /// Retention and legal hold changed after the write do not follow (R-DATA-08).
    LosesLaterLock = "loses-later-lock" in "lock-change" by ["object-lock"];
    /// The destination's default retention is not a replica's (R-DATA-10).
    IgnoresDefaultRetention = "ignores-default-retention" in "default-retention" by ["object-lock"];
    /// A source with Object Lock replicates to a destination without (R-DATA-11).
    ReplicatesWithoutLock = "replicates-without-lock" in "lock-missing" by ["fails", "failure-reason"];
    /// The replica has no ACL of its source's (R-DATA-07).
    LosesAcl = "loses-acl" in "acl" by ["acl"];
    /// An ACL changed after the write does not follow (R-DATA-07).
    LosesLaterAcl = "loses-later-acl" in "acl" by ["acl"];
    /// The ACL travels although the rule overrides the owner (R-OWN-04, R-OWN-06).
    IgnoresOwnerOverride = "ignores-owner-override" in "owner-override" by ["acl"];
    /// The replica of a multipart upload is one part (R-DATA-14).
    LosesParts = "loses-parts" in "multipart" by ["parts"];
    /// The values of the replica's metadata are in lower case (R-DATA-05).
    LowersMetadata = "lowers-metadata" in "metadata" by ["metadata"];
    /// A composite checksum becomes one of the whole (R-DATA-16).
    FlattensChecksum = "flattens-checksum" in "checksum-types" by ["checksums"];
    /// A part of an upload that is not complete is at the destination (R-DATA-19).
    ReplicatesUnfinished = "replicates-unfinished" in "unfinished-upload" by ["upload-stays"];
    /// Archived objects travel (R-NOT-03).
    ReplicatesArchived = "replicates-archived" in "archived-stays" by ["stays-absent"];
    /// A source that is not versioned takes a configuration (R-CFG-01).
    AcceptsUnversionedSource = "accepts-unversioned-source" in "source-must-be-versioned" by ["answers"];
    /// A destination that is not versioned is accepted (R-CFG-02).
    AcceptsUnversionedDestination = "accepts-unversioned-destination" in "destination-must-be-versioned" by ["answers"];
    /// A destination that is not there is accepted (R-CFG-03).
    AcceptsMissingDestination = "accepts-missing-destination" in "destination-must-be-versioned" by ["answers"];
    /// The destination of a disabled rule is not looked at (R-CFG-04).
    SkipsDisabledRules = "skips-disabled-rules" in "destination-must-be-versioned" by ["answers"];
    /// More than 1,000 rules are accepted (R-CFG-05).
    AcceptsAnyNumberOfRules = "accepts-any-number-of-rules" in "number-of-rules" by ["answers"];
    /// Two rules with one ID are accepted (R-CFG-13).
    AcceptsDuplicateIds = "accepts-duplicate-ids" in "rule-ids" by ["answers"];
    /// A missing ID is not made up (R-CFG-13).
    LeavesIdsEmpty = "leaves-ids-empty" in "rule-ids" by ["answers"];
    /// A prefix of any length is accepted (R-CFG-14).
    AcceptsLongPrefix = "accepts-long-prefix" in "required-elements" by ["answers"];
    /// A put adds its rules to those that are there (R-CFG-07).
    MergesConfigurations = "merges-configurations" in "configuration-replaced" by ["answers"];
    /// A configuration that was deleted is still there (R-CFG-08).
    KeepsDeletedConfiguration = "keeps-deleted-configuration" in "configuration-deleted" by ["answers", "stays-absent", "no-status"];
    /// A replicated source can be suspended (R-CFG-18).
    SuspendsUnderReplication = "suspends-under-replication" in "source-stays-versioned" by ["answers"];
    /// A bucket can be its own destination (R-CFG-24).
    AcceptsOwnDestination = "accepts-own-destination" in "own-destination" by ["answers"];
    /// A V1 rule is shown with a filter (R-RULE-01).
    ShowsV1AsV2 = "shows-v1-as-v2" in "schemas" by ["answers"];
    /// A V2 rule without a priority is accepted (R-RULE-02).
    AcceptsMissingPriority = "accepts-missing-priority" in "v2-elements" by ["answers"];
    /// A V2 rule that does not say whether delete markers travel is accepted (R-RULE-02).
    AcceptsMissingMarkerSwitch = "accepts-missing-marker-switch" in "no-marker-switch" by ["answers"];
    /// A V1 rule with elements of V2 is accepted (R-RULE-03).
    AcceptsV2ElementsInV1 = "accepts-v2-elements-in-v1" in "v1-elements" by ["answers"];
    /// V1 rules to several destinations are accepted (R-RULE-04).
    AcceptsSeveralDestinationsInV1 = "accepts-several-destinations-in-v1" in "v1-elements" by ["answers"];
    /// A filter of several conditions without And is accepted, and its first one counts (R-RULE-06).
    AcceptsSeveralFilters = "accepts-several-filters" in "v2-elements" by ["answers"];
    /// A tag filter may go with a marker switch that is on (R-RULE-11).
    AcceptsMarkersWithTags = "accepts-markers-with-tags" in "markers-with-tags" by ["answers"];
    /// Two rules of one priority are accepted (R-RULE-15).
    AcceptsDuplicatePriority = "accepts-duplicate-priority" in "priorities" by ["answers"];
    /// RTC of any time is accepted (R-TIME-06).
    AcceptsAnyRtcTime = "accepts-any-rtc-time" in "rtc-elements" by ["answers"];
    /// Metrics without RTC are forgotten (R-TIME-07).
    DropsMetrics = "drops-metrics" in "metrics-alone" by ["answers"];
    /// A prefix selects the keys of a folder only (R-RULE-08).
    TreatsPrefixAsFolder = "treats-prefix-as-folder" in "prefix-filter" by ["arrives"];
    /// The smaller priority wins (R-RULE-13).
    TurnsPriorityUpsideDown = "turns-priority-upside-down" in "priority" by ["storage-class"];
    /// An object larger than a canary goes to one of two destinations (R-RULE-14).
    ForgetsSecondDestination = "forgets-second-destination" in "two-destinations" by ["arrives", "source-status"];
    /// A new destination gets what was replicated before (R-RULE-17).
    ResendsReplicated = "resends-replicated" in "destination-added" by ["stays-absent"];
    /// Delete markers that `DeleteObjects` makes do not travel (R-DEL-02).
    ForgetsMarkersOfMany = "forgets-markers-of-many" in "delete-many" by ["marker-arrives", "versions-in-order"];
    /// HEAD of a delete marker by its version answers 404 (R-STATUS-18).
    HidesMarkers = "hides-markers" in "marker-status" by ["answers"];
    /// The source's default encryption becomes the destination's (R-NOT-06).
    CopiesSettings = "copies-settings" in "settings-stay" by ["answers"];
    /// An override of the owner is accepted without the account, or for a stranger's (R-OWN-03).
    AcceptsAnyOwner = "accepts-any-owner" in "owner-account" by ["answers"];
    /// A copy has the storage class of what it was copied from (R-DATA-18).
    CopiesStorageClass = "copies-storage-class" in "copy" by ["storage-class"];
    /// A rule that was disabled when an object was written sends it once enabled (R-RULE-16).
    CatchesUp = "catches-up" in "rule-enabled-again" by ["stays-absent"];
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
