//! Parts of uploads, and uploads that are not complete.

use rstest::rstest;

use super::*;

#[rstest]
#[case::as_uploaded(Some(vec![2, 1]), Verdict::Pass)]
#[case::in_one(Some(vec![3]), Verdict::Fail)]
#[case::cut_elsewhere(Some(vec![1, 2]), Verdict::Fail)]
#[case::not_looked_at(None, Verdict::Unknown)]
fn a_replica_has_the_parts_that_were_uploaded(
    #[case] sizes: Option<Vec<u64>>,
    #[case] verdict: Verdict,
) {
    let upload = OperationKind::Multipart {
        content: content(),
        part_size: 2,
    };
    let mut story = Story::new()
        .op(0, "w", (SOURCE, "k"), upload, Some("v1"))
        .look(20, DESTINATION, "k", "v1", present(replica("v1")));
    if let Some(sizes) = sizes {
        story = story.look(30, DESTINATION, "k", "v1", Seen::Parts { sizes });
    }
    assert_eq!(story.verdict(CheckKind::Parts), verdict);
}

fn begun() -> Story {
    Story::new().op(0, "u", (SOURCE, "k"), OperationKind::BeginUpload, None)
}

#[rstest]
#[case::nothing_there(true, 800, &[], Verdict::Pass)]
#[case::something_there(true, 800, &["v1"], Verdict::Fail)]
#[case::before_the_window(true, 300, &[], Verdict::Unknown)]
#[case::without_a_canary(false, 800, &[], Verdict::Unknown)]
fn an_upload_that_is_not_complete_stays(
    #[case] canary: bool,
    #[case] at: u64,
    #[case] listed: &[&str],
    #[case] verdict: Verdict,
) {
    let story = if canary { begun().canary(100) } else { begun() };
    let story = story.listing(at, DESTINATION, "k", listed);
    assert_eq!(story.verdict(CheckKind::UploadStays), verdict);
}

#[rstest]
#[case::in_one(Some(vec![3]), "fail", "parts of [3] bytes, since 31 ms")]
#[case::not_looked_at(None, "unknown", "the replica's parts were not looked at")]
fn the_evidence_says_in_which_parts_it_came(
    #[case] sizes: Option<Vec<u64>>,
    #[case] verdict: &str,
    #[case] seen: &str,
) {
    let upload = OperationKind::Multipart {
        content: content(),
        part_size: 2,
    };
    let mut story = Story::new()
        .op(0, "w", (SOURCE, "k"), upload, Some("v1"))
        .replica(20, "k", "v1");
    if let Some(sizes) = sizes {
        story = story.look(30, DESTINATION, "k", "v1", Seen::Parts { sizes });
    }
    let expected = "destination k@v1: parts of [2, 1] bytes";
    let says = format!("{verdict} of 1\n{expected} / {seen}");
    assert_eq!(story.says(CheckKind::Parts), says);
}

const NOTHING: &str = "destination k: nothing of an upload that is not complete";

#[rstest]
#[case::something_there(
    begun().canary(100).listing(800, DESTINATION, "k", &["v1"]),
    "fail", "1 versions, since 801 ms"
)]
#[case::something_there_at_once(
    begun().listing(1, DESTINATION, "k", &["v2", "v1"]), "fail", "2 versions, since 2 ms"
)]
#[case::just_before_the_window(
    begun().canary(100).listing(500, DESTINATION, "k", &[]),
    "unknown", "nobody looked at the destination after +500.0 ms"
)]
#[case::just_before_the_canary(
    begun().canary(600).listing(609, DESTINATION, "k", &[]),
    "unknown", "nobody looked at the destination after +609.0 ms"
)]
#[case::without_a_canary(
    begun().listing(800, DESTINATION, "k", &[]),
    "unknown", "no later canary was seen at the destination"
)]
fn the_evidence_says_what_is_there_of_an_upload(
    #[case] story: Story,
    #[case] verdict: &str,
    #[case] seen: &str,
) {
    let says = format!("{verdict} of 1\n{NOTHING} / {seen}");
    assert_eq!(story.says(CheckKind::UploadStays), says);
}

#[test]
fn only_uploads_that_are_asked_about_are_looked_at() {
    let check = Check::new(CheckKind::UploadStays);
    let story = begun().put(10, "w", "k", "v1");
    assert_eq!(story.finding(check.clone()).examined, 1);
    assert_eq!(story.finding(check.of(["another"])).examined, 0);
}
