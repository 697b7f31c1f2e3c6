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
