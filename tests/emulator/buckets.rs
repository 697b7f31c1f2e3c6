//! Buckets and their configurations.

use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, Tag};
use bucketpair::emulator::{Emulator, Settings};

use super::{HERE, THERE, bucket, client, put, refusal};

#[tokio::test]
async fn creating_ones_own_bucket_again_is_200_in_us_east_1_and_409_elsewhere() {
    let emulator = Emulator::new(Settings::default());
    let (here, there) = (client(&emulator, HERE), client(&emulator, THERE));
    bucket(&there, "mine", THERE).await;
    bucket(&there, "mine", THERE).await;
    bucket(&here, "also-mine", HERE).await;
    let constraint = BucketLocationConstraint::from(HERE);
    let configuration = CreateBucketConfiguration::builder()
        .location_constraint(constraint)
        .build();
    let again = here.create_bucket().bucket("also-mine");
    let again = again
        .create_bucket_configuration(configuration)
        .send()
        .await;
    assert_eq!(refusal(again), (409, "BucketAlreadyOwnedByYou".to_owned()));
}

/// `CreateBucketConfiguration`'s `Tags`: the bucket never is without them.
#[tokio::test]
async fn a_bucket_is_created_with_its_tags_and_a_second_creation_changes_none() {
    let emulator = Emulator::new(Settings::default());
    for (region, constraint) in [(HERE, Some(HERE)), (THERE, None)] {
        let client = client(&emulator, region);
        let name = format!("tagged-{region}");
        for value in ["first", "second"] {
            let tag = Tag::builder().key("run").value(value).build().unwrap();
            let configuration = CreateBucketConfiguration::builder()
                .set_location_constraint(constraint.map(BucketLocationConstraint::from))
                .tags(tag)
                .build();
            let create = client.create_bucket().bucket(&name);
            let created = create
                .create_bucket_configuration(configuration)
                .send()
                .await;
            assert_eq!(created.is_ok(), value == "first" || region == THERE);
        }
        let tags = client.get_bucket_tagging().bucket(&name).send().await;
        let tags = tags.unwrap().tag_set;
        assert_eq!((tags.len(), tags[0].value()), (1, "first"), "{region}");
    }
}

#[tokio::test]
async fn a_region_without_its_location_constraint_is_refused() {
    let here = client(&Emulator::new(Settings::default()), HERE);
    let create = here.create_bucket().bucket("mine").send().await;
    assert_eq!(
        refusal(create),
        (400, "IllegalLocationConstraintException".to_owned())
    );
}

#[tokio::test]
async fn the_location_is_the_constraint_and_nothing_for_us_east_1() {
    let emulator = Emulator::new(Settings::default());
    let (here, there) = (client(&emulator, HERE), client(&emulator, THERE));
    bucket(&here, "first", HERE).await;
    bucket(&there, "second", THERE).await;
    let location = here
        .get_bucket_location()
        .bucket("first")
        .send()
        .await
        .unwrap();
    assert_eq!(
        location
            .location_constraint()
            .map(BucketLocationConstraint::as_str),
        Some(HERE)
    );
    let location = there
        .get_bucket_location()
        .bucket("second")
        .send()
        .await
        .unwrap();
    assert_eq!(
        location.location_constraint().map_or("", |c| c.as_str()),
        ""
    );
}

#[tokio::test]
async fn a_bucket_that_holds_something_is_not_deleted() {
    let there = client(&Emulator::new(Settings::default()), THERE);
    bucket(&there, "full", THERE).await;
    put(&there, "full", "key", "body").await;
    let delete = there.delete_bucket().bucket("full").send().await;
    assert_eq!(refusal(delete), (409, "BucketNotEmpty".to_owned()));
    there
        .delete_object()
        .bucket("full")
        .key("key")
        .send()
        .await
        .unwrap();
    there.delete_bucket().bucket("full").send().await.unwrap();
    let head = there.head_bucket().bucket("full").send().await;
    assert_eq!(refusal(head).0, 404);
}

#[tokio::test]
async fn what_is_not_configured_is_404_and_default_encryption_always_is() {
    let there = client(&Emulator::new(Settings::default()), THERE);
    bucket(&there, "plain", THERE).await;
    let lifecycle = there
        .get_bucket_lifecycle_configuration()
        .bucket("plain")
        .send()
        .await;
    assert_eq!(
        refusal(lifecycle),
        (404, "NoSuchLifecycleConfiguration".to_owned())
    );
    let block = there.get_public_access_block().bucket("plain").send().await;
    assert_eq!(
        refusal(block),
        (404, "NoSuchPublicAccessBlockConfiguration".to_owned())
    );
    let tags = there.get_bucket_tagging().bucket("plain").send().await;
    assert_eq!(refusal(tags), (404, "NoSuchTagSet".to_owned()));
    let encryption = there
        .get_bucket_encryption()
        .bucket("plain")
        .send()
        .await
        .unwrap();
    let rules = encryption
        .server_side_encryption_configuration()
        .unwrap()
        .rules();
    let default = rules[0].apply_server_side_encryption_by_default().unwrap();
    assert_eq!(default.sse_algorithm().as_str(), "AES256");
}

/// What nobody can set here is answered as of a fresh bucket.
#[tokio::test]
async fn ownership_payment_notifications_logging_and_lock_are_a_fresh_buckets() {
    let there = client(&Emulator::new(Settings::default()), THERE);
    bucket(&there, "plain", THERE).await;
    let ownership = there.get_bucket_ownership_controls().bucket("plain").send();
    let ownership = ownership.await.unwrap().ownership_controls.unwrap();
    assert_eq!(
        ownership.rules()[0].object_ownership().as_str(),
        "BucketOwnerEnforced"
    );
    let payment = there.get_bucket_request_payment().bucket("plain").send();
    assert_eq!(
        payment.await.unwrap().payer.unwrap().as_str(),
        "BucketOwner"
    );
    let told = there
        .get_bucket_notification_configuration()
        .bucket("plain")
        .send();
    assert!(told.await.unwrap().queue_configurations().is_empty());
    let logging = there.get_bucket_logging().bucket("plain").send();
    assert!(logging.await.unwrap().logging_enabled().is_none());
    let lock = there.get_object_lock_configuration().bucket("plain").send();
    let none = "ObjectLockConfigurationNotFoundError".to_owned();
    assert_eq!(refusal(lock.await), (404, none));
    let missing = there.get_bucket_logging().bucket("nowhere").send().await;
    assert_eq!(refusal(missing), (404, "NoSuchBucket".to_owned()));
}

#[tokio::test]
async fn an_operation_that_is_not_there_is_501() {
    let there = client(&Emulator::new(Settings::default()), THERE);
    bucket(&there, "plain", THERE).await;
    let acl = there.get_bucket_acl().bucket("plain").send().await;
    assert_eq!(refusal(acl), (501, "NotImplemented".to_owned()));
}
