//! The replication engine, under a paused clock.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use bucketpair::emulator::{Delay, Emulator, Settings};

use super::{HERE, THERE, bucket, client, put, refusal, replicate, rule, versioned};

const DELAY: Duration = Duration::from_secs(900);

struct World {
    emulator: Emulator,
    here: Client,
    there: Client,
}

/// `source` in one region, `destination` in the other, replicating after 15 minutes.
async fn world() -> World {
    let emulator = Emulator::new(Settings::default().with_delay(Delay::Constant(DELAY)));
    let (here, there) = (client(&emulator, HERE), client(&emulator, THERE));
    versioned(&here, "source", HERE).await;
    versioned(&there, "destination", THERE).await;
    replicate(&here, "source", vec![rule(1, "destination")]).await;
    World {
        emulator,
        here,
        there,
    }
}

async fn status(client: &Client, bucket: &str, key: &str) -> Option<String> {
    let head = client
        .head_object()
        .bucket(bucket)
        .key(key)
        .send()
        .await
        .unwrap();
    head.replication_status
        .map(|status| status.as_str().to_owned())
}

/// Lets every replication end.
async fn settle(emulator: &Emulator) {
    while emulator.pending() > 0 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn pending_is_there_with_the_write_and_completed_with_the_replica() {
    let world = world().await;
    let version = put(&world.here, "source", "k", "body").await;
    let written = tokio::time::Instant::now();
    assert_eq!(
        status(&world.here, "source", "k").await.as_deref(),
        Some("PENDING")
    );
    settle(&world.emulator).await;
    assert_eq!(
        status(&world.here, "source", "k").await.as_deref(),
        Some("COMPLETED")
    );
    assert_eq!(
        status(&world.there, "destination", "k").await.as_deref(),
        Some("REPLICA")
    );
    let arrivals = world.emulator.arrivals();
    assert_eq!(arrivals.len(), 1);
    assert_eq!(Some(&arrivals[0].version_id.0), version.as_ref());
    let lag = arrivals[0].at - written;
    assert!(
        lag >= DELAY && lag < DELAY + Duration::from_secs(1),
        "{lag:?}"
    );
}

/// R-CFG-18.
#[tokio::test(start_paused = true)]
async fn a_replicated_source_cannot_be_suspended() {
    let world = world().await;
    let suspended = VersioningConfiguration::builder()
        .status(BucketVersioningStatus::Suspended)
        .build();
    let put = world.here.put_bucket_versioning().bucket("source");
    let answer = put.versioning_configuration(suspended).send().await;
    assert_eq!(refusal(answer), (409, "InvalidBucketState".to_owned()));
}

/// R-CFG-08, R-CFG-09, R-CFG-10.
#[tokio::test(start_paused = true)]
async fn a_configuration_can_be_deleted_twice_and_is_404_then() {
    let world = world().await;
    for _ in 0..2 {
        world
            .here
            .delete_bucket_replication()
            .bucket("source")
            .send()
            .await
            .unwrap();
    }
    let get = world
        .here
        .get_bucket_replication()
        .bucket("source")
        .send()
        .await;
    assert_eq!(
        refusal(get),
        (404, "ReplicationConfigurationNotFoundError".to_owned())
    );
    let get = world
        .here
        .get_bucket_replication()
        .bucket("no-such")
        .send()
        .await;
    assert_eq!(refusal(get), (404, "NoSuchBucket".to_owned()));
}

/// R-NOT-02: the canary in the middle shows that the second rule is live.
#[tokio::test(start_paused = true)]
async fn replicas_are_not_replicated_onward() {
    let world = world().await;
    versioned(&world.there, "third", THERE).await;
    replicate(&world.there, "destination", vec![rule(1, "third")]).await;
    put(&world.here, "source", "chained", "body").await;
    settle(&world.emulator).await;
    put(&world.there, "destination", "canary", "body").await;
    settle(&world.emulator).await;
    assert_eq!(
        status(&world.there, "third", "canary").await.as_deref(),
        Some("REPLICA")
    );
    let head = world
        .there
        .head_object()
        .bucket("third")
        .key("chained")
        .send()
        .await;
    assert_eq!(refusal(head).0, 404);
}

/// R-NOT-11.
#[tokio::test(start_paused = true)]
async fn a_version_that_is_deleted_before_it_was_copied_never_arrives() {
    let world = world().await;
    let version = put(&world.here, "source", "k", "body").await.unwrap();
    let delete = world
        .here
        .delete_object()
        .bucket("source")
        .key("k")
        .version_id(version);
    delete.send().await.unwrap();
    settle(&world.emulator).await;
    let head = world
        .there
        .head_object()
        .bucket("destination")
        .key("k")
        .send()
        .await;
    assert_eq!(refusal(head).0, 404);
}

/// R-STATUS-09, R-STATUS-10.
#[tokio::test(start_paused = true)]
async fn a_deleted_destination_makes_failed_and_its_return_changes_nothing() {
    let world = world().await;
    world
        .there
        .delete_bucket()
        .bucket("destination")
        .send()
        .await
        .unwrap();
    put(&world.here, "source", "k", "body").await;
    settle(&world.emulator).await;
    assert_eq!(
        status(&world.here, "source", "k").await.as_deref(),
        Some("FAILED")
    );
    versioned(&world.there, "destination", THERE).await;
    put(&world.here, "source", "later", "body").await;
    settle(&world.emulator).await;
    assert_eq!(
        status(&world.here, "source", "later").await.as_deref(),
        Some("COMPLETED")
    );
    assert_eq!(
        status(&world.here, "source", "k").await.as_deref(),
        Some("FAILED")
    );
}

/// R-STATUS-07: one of two destinations refuses.
#[tokio::test(start_paused = true)]
async fn one_of_two_destinations_that_refuses_makes_failed() {
    let world = world().await;
    versioned(&world.there, "second", THERE).await;
    let rules = vec![rule(1, "destination"), rule(2, "second")];
    replicate(&world.here, "source", rules).await;
    world
        .there
        .delete_bucket()
        .bucket("second")
        .send()
        .await
        .unwrap();
    put(&world.here, "source", "k", "body").await;
    settle(&world.emulator).await;
    assert_eq!(
        status(&world.here, "source", "k").await.as_deref(),
        Some("FAILED")
    );
    assert_eq!(
        status(&world.there, "destination", "k").await.as_deref(),
        Some("REPLICA")
    );
}

/// R-NOT-03.
#[tokio::test(start_paused = true)]
async fn an_archived_object_stays() {
    let world = world().await;
    let put = world
        .here
        .put_object()
        .bucket("source")
        .key("k")
        .storage_class("GLACIER".into());
    put.send().await.unwrap();
    assert_eq!(world.emulator.pending(), 0);
    assert_eq!(status(&world.here, "source", "k").await, None);
}

/// R-CFG-02: the configuration itself is refused, over the wire.
#[tokio::test(start_paused = true)]
async fn an_unversioned_destination_is_refused() {
    let world = world().await;
    bucket(&world.there, "plain", THERE).await;
    let configuration = aws_sdk_s3::types::ReplicationConfiguration::builder()
        .role("arn:aws:iam::000000000000:role/replication")
        .rules(rule(1, "plain"))
        .build()
        .unwrap();
    let put = world.here.put_bucket_replication().bucket("source");
    let answer = put.replication_configuration(configuration).send().await;
    assert_eq!(refusal(answer), (400, "InvalidRequest".to_owned()));
}
