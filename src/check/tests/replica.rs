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

/// Written at 0 ms, so that its deadline is at 1,001 ms.
fn written() -> Story {
    Story::new().put(0, "w", "k", "v1")
}

#[rstest]
#[case::at_the_deadline(written().replica(1_000, "k", "v1"), "pass of 1")]
#[case::found_as_the_current_version(
    written().look(20, DESTINATION, "k", "", present(replica("v1"))), "pass of 1"
)]
#[case::absent_at_the_deadline(
    written().absent(1_001, "k", "v1"),
    "fail of 1\ndestination k@v1: there by +1000.0 ms / absent at every look, last looked at +1000.0 ms, since 1 ms"
)]
#[case::absent_just_before_it(
    written().absent(1_000, "k", "v1"),
    "unknown of 1\ndestination k@v1: there by +1000.0 ms / absent at +999.0 ms, and nobody looked after the deadline"
)]
#[case::too_late(
    written().absent(1_100, "k", "v1").replica(1_199, "k", "v1"),
    "fail of 1\ndestination k@v1: there by +1000.0 ms / absent at +1099.0 ms, first seen at +1199.0 ms, since 1 ms"
)]
#[case::absent_in_the_moment_in_which_it_was_first_seen(
    written().replica(1_199, "k", "v1").absent(1_200, "k", "v1"),
    "unknown of 1\ndestination k@v1: there by +1000.0 ms / first seen at +1199.0 ms, and nobody looked between the deadline and then"
)]
#[case::under_another_id_its_own_is_absent_for_good(
    written().absent(1_100, "k", "v1").look(1_199, DESTINATION, "k", "n", present(replica("n"))),
    "unknown of 1\ndestination k@v1: there by +1000.0 ms / first seen at +1199.0 ms, and nobody looked between the deadline and then"
)]
#[case::not_looked_at(
    written(),
    "unknown of 1\ndestination k@v1: there by +1000.0 ms / nobody looked at the destination"
)]
fn the_evidence_says_when_a_replica_was_absent(#[case] story: Story, #[case] says: &str) {
    assert_eq!(story.says(CheckKind::Arrives), says);
}

fn broken(break_it: fn(&mut ObjectSeen)) -> Story {
    let mut object = read("v1");
    break_it(&mut object);
    replicated(object)
}

#[rstest]
#[case::a_wrong_byte(
    CheckKind::Bytes, broken(|o| o.sha256 = Some("abd".to_owned())),
    "fail", "3 bytes, SHA-256 abc / 3 bytes, SHA-256 abd, since 21 ms"
)]
#[case::a_missing_byte_that_only_head_shows(
    CheckKind::Bytes, broken(|o| (o.size, o.sha256) = (2, None)),
    "fail", "3 bytes, SHA-256 abc / 2 bytes, SHA-256 not asked, since 21 ms"
)]
#[case::not_read(
    CheckKind::Bytes, broken(|o| o.sha256 = None),
    "unknown", "3 bytes, SHA-256 abc / it was not read to its end"
)]
#[case::another_etag(
    CheckKind::Etag, broken(|o| o.etag = Some("\"x\"".to_owned())),
    "fail", "ETag etag / ETag x, since 21 ms"
)]
#[case::no_etag(
    CheckKind::Etag, broken(|o| o.etag = None),
    "fail", "ETag etag / ETag missing, since 21 ms"
)]
#[case::another_id(
    CheckKind::VersionId, broken(|o| o.version = Some("n".into())),
    "fail", "version v1 / version n in its place, since 21 ms"
)]
#[case::another_checksum(
    CheckKind::Checksums, broken(|o| o.checksums = map(&[("CRC32C", "x")])),
    "fail", "CRC32C=AAAAAA== / CRC32C=x, since 21 ms"
)]
#[case::no_checksum_was_asked_for(
    CheckKind::Checksums, broken(|o| o.checksums.clear()),
    "unknown", "the source's CRC32C=AAAAAA== / the replica's checksums were not seen"
)]
#[case::other_metadata(
    CheckKind::Metadata, broken(|o| (o.metadata, o.headers) = (map(&[]), map(&[("a", "b"), ("c", "d")]))),
    "fail", "metadata owner=me; headers content-type=text/plain / metadata none; headers a=b, c=d, since 21 ms"
)]
#[case::another_class(
    CheckKind::StorageClass, broken(|o| o.storage_class = Some("STANDARD_IA".to_owned())),
    "fail", "storage class STANDARD / storage class STANDARD_IA, since 21 ms"
)]
#[case::no_encryption(
    CheckKind::Encryption, broken(|o| o.encryption = None),
    "fail", "x-amz-server-side-encryption AES256 / x-amz-server-side-encryption missing, since 21 ms"
)]
fn the_evidence_says_what_the_replica_holds(
    #[case] kind: CheckKind,
    #[case] story: Story,
    #[case] verdict: &str,
    #[case] evidence: &str,
) {
    let says = format!("{verdict} of 1\ndestination k@v1: {evidence}");
    assert_eq!(story.says(kind), says);
}

#[test]
fn an_answer_that_names_another_version_than_was_asked_for_fails() {
    let story = written().look(20, DESTINATION, "k", "v1", present(replica("x")));
    let says = "fail of 1\ndestination k@v1: \
        x-amz-version-id v1 / x-amz-version-id x, since 21 ms";
    assert_eq!(story.says(CheckKind::VersionId), says);
}

#[test]
fn a_version_is_not_judged_by_looks_at_another() {
    let short = ObjectSeen {
        size: 1,
        ..read("v2")
    };
    let story = written()
        .put(10, "w", "k", "v2")
        .look(20, DESTINATION, "k", "v1", present(read("v1")))
        .look(30, DESTINATION, "k", "v2", present(short));
    let says = "fail of 2\ndestination k@v2: \
        3 bytes, SHA-256 abc / 1 bytes, SHA-256 abc, since 31 ms";
    assert_eq!(story.says(CheckKind::Bytes), says);
}
