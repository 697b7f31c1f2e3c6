//! A replica that is right, and what each single defect is caught by.

use rstest::rstest;

use super::*;

fn failing(story: &Story) -> Vec<CheckKind> {
    let mut kinds = OF_A_REPLICA.to_vec();
    kinds.retain(|kind| story.verdict(*kind) == Verdict::Fail);
    kinds
}

#[test]
fn a_replica_that_is_right_passes_every_check() {
    let story = replicated(read("v1"));
    for kind in OF_A_REPLICA {
        let finding = story.finding(Check::new(kind));
        assert_eq!(finding.verdict, Verdict::Pass, "{kind}: {finding:?}");
    }
}

#[rstest]
#[case::a_wrong_byte(CheckKind::Bytes, |o: &mut ObjectSeen| o.sha256 = Some("abd".to_owned()))]
#[case::a_missing_byte(CheckKind::Bytes, |o: &mut ObjectSeen| o.size = 2)]
#[case::another_etag(CheckKind::Etag, |o: &mut ObjectSeen| o.etag = Some("x".to_owned()))]
#[case::no_etag(CheckKind::Etag, |o: &mut ObjectSeen| o.etag = None)]
#[case::the_arrival_as_last_modified(
    CheckKind::LastModified,
    |o: &mut ObjectSeen| o.last_modified = Some(1_700_000_001)
)]
#[case::no_encryption(CheckKind::Encryption, |o: &mut ObjectSeen| o.encryption = None)]
#[case::another_checksum(
    CheckKind::Checksums,
    |o: &mut ObjectSeen| o.checksums = map(&[("CRC32C", "AAAAAQ==")])
)]
#[case::no_metadata(CheckKind::Metadata, |o: &mut ObjectSeen| o.metadata.clear())]
#[case::more_metadata(
    CheckKind::Metadata,
    |o: &mut ObjectSeen| o.metadata = map(&[("owner", "me"), ("more", "1")])
)]
#[case::another_header(
    CheckKind::Metadata,
    |o: &mut ObjectSeen| o.headers = map(&[("content-type", "text/html")])
)]
#[case::another_class(
    CheckKind::StorageClass,
    |o: &mut ObjectSeen| o.storage_class = Some("STANDARD_IA".to_owned())
)]
#[case::no_status(CheckKind::ReplicaStatus, |o: &mut ObjectSeen| o.status = None)]
#[case::a_source_status(
    CheckKind::ReplicaStatus,
    |o: &mut ObjectSeen| o.status = Some(ReplicationStatus::Completed)
)]
#[case::another_version_id(CheckKind::VersionId, |o: &mut ObjectSeen| o.version = Some("n".into()))]
fn a_defect_is_caught_by_its_check_alone(
    #[case] kind: CheckKind,
    #[case] break_it: fn(&mut ObjectSeen),
) {
    let mut object = read("v1");
    break_it(&mut object);
    assert_eq!(failing(&replicated(object)), [kind]);
}

#[test]
fn a_replica_under_another_id_is_still_judged_by_its_bytes() {
    let story = replicated(read("new"));
    assert_eq!(story.verdict(CheckKind::Bytes), Verdict::Pass);
    let wrong = replicated(ObjectSeen {
        size: 2,
        ..read("new")
    });
    assert_eq!(failing(&wrong), [CheckKind::Bytes, CheckKind::VersionId]);
}

#[test]
fn a_replica_under_another_id_breaks_no_promise_of_its_source_status() {
    let story = replicated(read("new")).absent(2_000, "k", "v1");
    assert_eq!(failing(&story), [CheckKind::VersionId]);
}

#[test]
fn three_replicas_under_other_ids_are_matched_in_their_order() {
    let mut story = Story::new();
    for (at, id) in [(0, "v1"), (10, "v2"), (20, "v3")] {
        story = story.put(at, id, "k", id);
    }
    let story = story.listing(90, DESTINATION, "k", &["n3", "n2", "n1"]);
    let finding = story.finding(Check::new(CheckKind::VersionId));
    let seen: Vec<_> = finding.evidence.iter().map(|e| e.seen.as_str()).collect();
    let in_place = ["n1", "n2", "n3"].map(|id| format!("version {id} in its place"));
    assert_eq!(seen, in_place);
}

#[test]
fn arriving_before_the_deadline_passes() {
    let story = Story::new().put(0, "w", "k", "v1").absent(500, "k", "v1");
    assert_eq!(
        story
            .clone()
            .replica(900, "k", "v1")
            .verdict(CheckKind::Arrives),
        Verdict::Pass
    );
    assert_eq!(story.verdict(CheckKind::Arrives), Verdict::Unknown);
}

#[test]
fn absent_after_the_deadline_fails_and_says_when() {
    let story = Story::new().put(0, "w", "k", "v1").absent(1_101, "k", "v1");
    let finding = story.finding(Check::new(CheckKind::Arrives));
    assert_eq!(finding.verdict, Verdict::Fail);
    assert!(
        finding.evidence[0]
            .seen
            .ends_with("last looked at +1100.0 ms")
    );
    assert_eq!(finding.evidence[0].subject, "destination k@v1");
}

#[test]
fn arriving_after_the_deadline_fails() {
    let story = Story::new().put(0, "w", "k", "v1").absent(1_101, "k", "v1");
    assert_eq!(
        story.replica(1_200, "k", "v1").verdict(CheckKind::Arrives),
        Verdict::Fail
    );
}

#[test]
fn a_first_look_after_the_deadline_that_finds_it_is_unknown() {
    let story = Story::new()
        .put(0, "w", "k", "v1")
        .replica(1_101, "k", "v1");
    assert_eq!(story.verdict(CheckKind::Arrives), Verdict::Unknown);
}

#[test]
fn a_failed_look_is_no_evidence() {
    let failed = Seen::Failed(crate::history::Failure::default());
    let story = Story::new().put(0, "w", "k", "v1");
    let story = story.look(2_000, DESTINATION, "k", "v1", failed);
    assert_eq!(story.verdict(CheckKind::Arrives), Verdict::Unknown);
}
