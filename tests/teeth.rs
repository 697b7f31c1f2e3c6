//! The checks can fail: each seeded defect of the embedded pair is caught by the check that owns
//! it, and a pair without a defect is not accused. No sockets; tokio's clock is paused.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

#[path = "teeth/drill.rs"]
mod drill;

use std::collections::BTreeSet;
use std::time::Duration;

use bucketpair::check::{CheckKind, Verdict};
use bucketpair::emulator::Defect;
use bucketpair::error::ExitCode;
use bucketpair::report::{Row, RunReport};
use bucketpair::runner::{self, Settings, open_in_process};

/// Which checks fail when the scenario runs on a pair with this defect.
async fn failing(defect: Option<&str>, scenario: &str) -> (BTreeSet<String>, RunReport) {
    let mut settings = Settings::default();
    settings.seed = 7;
    settings.deadline = Some(Duration::from_secs(5));
    settings.defects = defect.into_iter().map(str::to_owned).collect();
    let opened = open_in_process(&settings).unwrap();
    let scenarios = runner::by_name(&[scenario.to_owned()]).unwrap();
    let never = std::future::pending();
    let report = runner::run_on(&opened, scenarios, &settings, |_| {}, never)
        .await
        .unwrap();
    (report.rows.iter().flat_map(failing_kinds).collect(), report)
}

fn failing_kinds(row: &Row) -> Vec<String> {
    let Row::Judged(judgement) = row else {
        panic!("not judged: {row:?}")
    };
    let failed = judgement
        .findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Fail);
    failed
        .map(|finding| format!("{:?}", finding.check.kind))
        .collect()
}

macro_rules! caught {
    ($($name:ident: $defect:literal in $scenario:literal by [$($kind:ident),+];)*) => {
        /// The defects that have a test here.
        const TESTED: &[&str] = &[$($defect),*];

        $(
            #[tokio::test(start_paused = true)]
            async fn $name() {
                let (failing, report) = failing(Some($defect), $scenario).await;
                let owners = [$(format!("{:?}", CheckKind::$kind)),+];
                assert_eq!(failing, owners.into(), "{}, seed 7: {report:#?}", $defect);
            }
        )*
    };
}

caught! {
    a_wrong_byte_is_caught_by_bytes: "wrong-byte" in "replica-bytes" by [Bytes];
    a_truncated_tail_is_caught_by_bytes: "truncated-tail" in "replica-bytes" by [Bytes];
    a_new_version_id_is_caught_by_version_id: "new-version-id" in "version-id" by [VersionId];
    a_lost_part_count_is_caught_by_etag: "loses-part-count" in "multipart" by [Etag];
    a_missing_sse_header_is_caught_by_encryption: "missing-sse-header" in "encryption" by [Encryption];
    a_stuck_pending_is_caught_by_source_status: "stuck-pending" in "status" by [SourceStatus];
    an_early_completed_is_caught_by_source_status: "completed-too-early" in "status" by [SourceStatus];
    a_travelling_version_delete_is_caught: "replicates-version-delete" in "version-delete-stays" by [VersionDeleteStays];
    a_lost_delete_marker_is_caught: "loses-delete-marker" in "delete-marker-travels" by [MarkerArrives];
    a_travelling_delete_marker_is_caught: "replicates-delete-marker" in "delete-marker-stays" by [MarkerStays];
    lost_tags_are_caught: "loses-tags" in "tags" by [Tags];
    lost_metadata_is_caught: "loses-metadata" in "metadata" by [Metadata];
    a_lost_checksum_is_caught: "loses-checksum" in "checksums" by [Checksums];
    a_replica_without_status_is_caught: "no-replica-status" in "status" by [ReplicaStatus];
    an_ignored_prefix_is_caught: "ignores-prefix" in "prefix-filter" by [NoStatus, StaysAbsent];
    an_ignored_tag_filter_is_caught: "ignores-tag-filter" in "tag-filter" by [NoStatus, StaysAbsent];
    a_disabled_rule_that_copies_is_caught: "replicates-disabled-rule" in "disabled-rule" by [NoStatus, StaysAbsent];
    existing_objects_that_travel_are_caught: "replicates-existing" in "existing-objects-stay" by [StaysAbsent];
    a_retried_failure_is_caught: "retries-failed" in "suspended-destination" by [FailedIsFinal, Fails];
    a_role_that_is_ignored_is_caught: "ignores-role" in "role-denied" by [Fails, FailureReason];
    tags_that_travel_all_the_same_are_caught: "ignores-role" in "role-cannot-read-tags" by [Tags];
    a_version_that_never_fails_is_caught: "never-fails" in "role-not-assumed" by [Fails, FailureReason];
    a_wrong_reason_is_caught: "wrong-failure-reason" in "role-cannot-read" by [FailureReason];
    lost_later_tags_are_caught: "loses-later-tags" in "tag-change" by [Tags];
    a_wrong_storage_class_is_caught: "wrong-storage-class" in "storage-class" by [StorageClass];
    a_new_last_modified_is_caught: "wrong-last-modified" in "last-modified" by [LastModified];
    a_status_without_a_rule_is_caught: "status-without-rule" in "no-status" by [NoStatus];
    an_ignored_default_encryption_is_caught: "ignores-default-encryption" in "encryption" by [Encryption];
    a_dropped_lifecycle_is_caught: "drops-lifecycle" in "bucket-configuration" by [BucketConfiguration];
}

#[tokio::test(start_paused = true)]
async fn a_lost_older_version_is_caught_by_arrival_and_order() {
    let (failing, report) = failing(Some("loses-older-version"), "overwrites").await;
    assert!(failing.contains("VersionsInOrder"), "{report:#?}");
    assert!(failing.contains("Arrives"), "{report:#?}");
}

#[tokio::test(start_paused = true)]
async fn an_ignored_copy_is_caught_by_arrival() {
    let (failing, report) = failing(Some("ignores-copy"), "copy").await;
    assert!(failing.contains("Arrives"), "{report:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_pair_that_copies_nothing_is_found_by_its_canaries() {
    let mut settings = Settings::default();
    settings.defects = vec!["loses-replica".to_owned()];
    let opened = open_in_process(&settings).unwrap();
    let scenarios = runner::by_name(&["replica-bytes".to_owned()]).unwrap();
    let never = std::future::pending();
    let error = runner::run_on(&opened, scenarios, &settings, |_| {}, never)
        .await
        .unwrap_err();
    assert_eq!(error.exit_code(), ExitCode::SetUp);
    assert!(
        error.to_string().contains("rules without replicating"),
        "{error}"
    );
}

#[test]
fn every_defect_has_a_test() {
    let elsewhere = [
        "loses-older-version",
        "ignores-copy",
        "loses-replica",
        "remembers-policies",
    ];
    let tested: BTreeSet<&str> = TESTED.iter().copied().chain(elsewhere).collect();
    let all: BTreeSet<String> = Defect::ALL.iter().map(ToString::to_string).collect();
    let missing: Vec<_> = all
        .iter()
        .filter(|name| !tested.contains(name.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "no test shows that these are caught: {missing:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn no_check_fires_on_a_pair_without_a_defect() {
    let (failing, report) = failing(None, "*").await;
    assert!(failing.is_empty(), "seed 7: {report:#?}");
    for row in &report.rows {
        let Row::Judged(judgement) = row else {
            panic!("{row:?}")
        };
        assert_eq!(judgement.verdict, Verdict::Pass, "{judgement:#?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_delay_of_15_minutes_is_waited_for_and_measured() {
    let mut settings = Settings::default();
    settings.delay = Some("900s".to_owned());
    settings.deadline = Some(Duration::from_secs(3600));
    let opened = open_in_process(&settings).unwrap();
    let scenarios = runner::by_name(&["version-id".to_owned()]).unwrap();
    let never = std::future::pending();
    let report = runner::run_on(&opened, scenarios, &settings, |_| {}, never)
        .await
        .unwrap();
    let Row::Judged(judgement) = &report.rows[0] else {
        panic!("{report:#?}")
    };
    assert_eq!(judgement.verdict, Verdict::Pass, "{judgement:#?}");
    let lag = judgement
        .lag
        .as_ref()
        .and_then(|lag| lag.max_upper_ns)
        .unwrap();
    assert!((900..901).contains(&(lag / 1_000_000_000)), "{lag} ns");
}
