//! Removing stacks, and what they retained.

use super::*;
use crate::provision::LeftBehind;
use crate::provision::fake::{Bucket, World};

/// Both stacks stand, with a bucket each that is tagged by this stack.
pub(super) fn standing(regions: &Regions, world: &World, made_by: &str) {
    for (host, bucket) in HOSTS.into_iter().zip(["primary", "secondary"]) {
        stands(regions, host, "CREATE_COMPLETE");
        at(regions, host, |region| {
            region.course =
                Course::new("DELETE_COMPLETE", &["Role AWS::IAM::Role DELETE_COMPLETE"]);
            let stack = region.stack.as_mut().unwrap();
            stack.resources = vec![
                format!("Bucket AWS::S3::Bucket CREATE_COMPLETE {bucket}"),
                format!("Policy AWS::S3::BucketPolicy CREATE_COMPLETE {bucket}-policy"),
            ];
        });
        filled(world, bucket, made_by);
    }
}

/// A bucket with a version, a marker and the tag.
fn filled(world: &World, name: &str, made_by: &str) {
    let tags = format!(
        "<Tagging><TagSet><Tag><Key>bucketpair:stack</Key><Value>{made_by}</Value></Tag></TagSet></Tagging>"
    );
    let version = |id: &str| ("key".to_owned(), id.to_owned());
    let bucket = Bucket {
        documents: [("tagging".to_owned(), tags)].into(),
        versions: vec![version("v1"), version("marker1"), version("v2")],
        ..Bucket::default()
    };
    world.lock().unwrap().insert(name.to_owned(), bucket);
}

const OURS: &str = "arn:stack/archive/0";

async fn removed(target: &Target) -> Result<Removed> {
    down(target, "archive", &|_| {}).await
}

fn names(removed: &Removed) -> Vec<&str> {
    removed
        .retained
        .iter()
        .map(|one| one.name.as_str())
        .collect()
}

fn buckets(world: &World) -> Vec<String> {
    world.lock().unwrap().keys().cloned().collect()
}

#[tokio::test(start_paused = true)]
async fn the_source_goes_first_and_the_buckets_stay_with_their_data() {
    let (target, regions, world) = cloud();
    standing(&regions, &world, OURS);
    let removed = removed(&target).await.unwrap();
    assert_eq!(
        removed.stacks,
        ["archive in ap-northeast-1", "archive in us-east-1"]
    );
    assert_eq!(names(&removed), ["primary", "secondary"]);
    let kept: usize = world
        .lock()
        .unwrap()
        .values()
        .map(|bucket| bucket.versions.len())
        .sum();
    assert_eq!(kept, 6);
}

#[tokio::test(start_paused = true)]
async fn data_is_deleted_where_that_is_asked_for_also_later() {
    let (target, regions, world) = cloud();
    standing(&regions, &world, OURS);
    removed(&target).await.unwrap();
    let later = removed(&target).await.unwrap();
    assert!(later.stacks.is_empty());
    assert_eq!(names(&later), ["primary", "secondary"]);
    assert_eq!(delete_retained(&target, &later.retained).await, []);
    assert_eq!(buckets(&world), [""; 0]);
    let nothing = removed(&target).await.unwrap();
    assert_eq!(nothing, Removed::default());
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_another_stack_made_is_left_alone() {
    let (target, regions, world) = cloud();
    standing(&regions, &world, OURS);
    let before = removed(&target).await.unwrap();
    // Somebody took the name meanwhile.
    filled(&world, "primary", "arn:stack/other/1");
    assert_eq!(names(&removed(&target).await.unwrap()), ["secondary"]);
    let left = delete_retained(&target, &before.retained).await;
    assert!(
        left.len() == 1 && left[0].why.contains("another stack"),
        "{left:?}"
    );
    assert_eq!(buckets(&world), ["primary"]);
}

#[tokio::test(start_paused = true)]
async fn a_bucket_without_the_tag_is_named_and_left_alone() {
    let (target, regions, world) = cloud();
    standing(&regions, &world, OURS);
    world
        .lock()
        .unwrap()
        .get_mut("primary")
        .unwrap()
        .documents
        .clear();
    let removed = removed(&target).await.unwrap();
    let left: Vec<LeftBehind> = delete_retained(&target, &removed.retained).await;
    assert!(
        left.len() == 1 && left[0].why.contains("by hand"),
        "{left:?}"
    );
    assert_eq!(buckets(&world), ["primary"]);
}

#[tokio::test(start_paused = true)]
async fn keys_are_named_with_the_command_that_removes_them() {
    let (target, regions, world) = cloud();
    standing(&regions, &world, OURS);
    at(&regions, SOURCE, |region| {
        let stack = region.stack.as_mut().unwrap();
        stack.resources = vec!["Key AWS::KMS::Key CREATE_COMPLETE key-1".to_owned()];
    });
    let removed = removed(&target).await.unwrap();
    let left = delete_retained(&target, &removed.retained).await;
    let command = "schedule-key-deletion --region ap-northeast-1 --key-id key-1";
    assert!(left.len() == 1 && left[0].why.contains(command), "{left:?}");
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_fails_leaves_the_destinations_stack_where_it_is() {
    let (target, regions, world) = cloud();
    standing(&regions, &world, OURS);
    let failing =
        "Role AWS::IAM::Role DELETE_FAILED Cannot delete entity, must detach all policies first";
    let course = Course::new("DELETE_FAILED", &[failing]);
    at(&regions, SOURCE, |region| region.course = course);
    let error = removed(&target).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("Role (AWS::IAM::Role) DELETE_FAILED: Cannot delete"),
        "{text}"
    );
    assert!(!calls(&regions, DESTINATION).contains(&"DeleteStack".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_stack_that_is_being_changed_is_not_removed() {
    let (target, regions, world) = cloud();
    standing(&regions, &world, OURS);
    stands(&regions, DESTINATION, "UPDATE_IN_PROGRESS");
    let error = removed(&target).await.unwrap_err();
    assert_eq!(error.exit_code(), ExitCode::Usage);
    assert!(
        !calls(&regions, SOURCE).contains(&"DeleteStack".to_owned()),
        "{error}"
    );
}
