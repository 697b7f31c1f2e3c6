//! Rules both ways: no loops, and changes of replicas.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    ReplicaModifications, ReplicaModificationsStatus, ReplicationRule, SourceSelectionCriteria,
    Tag, Tagging,
};
use bucketpair::emulator::{Delay, Emulator, Settings};

use super::{HERE, THERE, client, put, replicate, rule, versioned};

const DELAY: Duration = Duration::from_secs(10);

struct World {
    emulator: Emulator,
    here: Client,
    there: Client,
}

/// `a` and `b` replicate to each other; each rule may synchronise replica modifications.
async fn world(forth: bool, back: bool) -> World {
    let emulator = Emulator::new(Settings::default().with_delay(Delay::Constant(DELAY)));
    let (here, there) = (client(&emulator, HERE), client(&emulator, THERE));
    versioned(&here, "bucket-a", HERE).await;
    versioned(&there, "bucket-b", THERE).await;
    replicate(
        &here,
        "bucket-a",
        vec![synchronising(rule(1, "bucket-b"), forth)],
    )
    .await;
    replicate(
        &there,
        "bucket-b",
        vec![synchronising(rule(1, "bucket-a"), back)],
    )
    .await;
    World {
        emulator,
        here,
        there,
    }
}

fn synchronising(mut rule: ReplicationRule, on: bool) -> ReplicationRule {
    if on {
        let status = ReplicaModificationsStatus::Enabled;
        let sync = ReplicaModifications::builder().status(status).build();
        let criteria = SourceSelectionCriteria::builder().replica_modifications(sync.unwrap());
        rule.source_selection_criteria = Some(criteria.build());
    }
    rule
}

impl World {
    async fn settle(&self) {
        while self.emulator.pending() > 0 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn retag_replica(&self, key: &str) {
        let tag = Tag::builder().key("state").value("final").build().unwrap();
        let tagging = Tagging::builder().tag_set(tag).build().unwrap();
        let put = self.there.put_object_tagging().bucket("bucket-b").key(key);
        put.tagging(tagging).send().await.unwrap();
    }

    async fn status_of_replica(&self, key: &str) -> String {
        let head = self.there.head_object().bucket("bucket-b").key(key);
        let status = head.send().await.unwrap().replication_status;
        status.unwrap().as_str().to_owned()
    }

    async fn tags_at_source(&self, key: &str) -> usize {
        let get = self.here.get_object_tagging().bucket("bucket-a").key(key);
        get.send().await.unwrap().tag_set().len()
    }
}

/// R-BIDI-01.
#[tokio::test(start_paused = true)]
async fn what_was_replicated_does_not_come_back() {
    let world = world(false, false).await;
    put(&world.here, "bucket-a", "here", "body").await;
    put(&world.there, "bucket-b", "there", "body").await;
    world.settle().await;
    assert_eq!(world.emulator.arrivals().len(), 2);
    for (client, bucket) in [(&world.here, "bucket-a"), (&world.there, "bucket-b")] {
        let listed = client.list_object_versions().bucket(bucket).send().await;
        assert_eq!(listed.unwrap().versions().len(), 2, "{bucket}");
    }
}

/// R-BIDI-02, R-STATUS-15.
#[tokio::test(start_paused = true)]
async fn a_replicas_tags_go_back_and_it_is_pending_meanwhile() {
    let world = world(true, true).await;
    put(&world.here, "bucket-a", "k", "body").await;
    world.settle().await;
    assert_eq!(world.status_of_replica("k").await, "REPLICA");
    world.retag_replica("k").await;
    assert_eq!(world.status_of_replica("k").await, "PENDING");
    assert_eq!(world.tags_at_source("k").await, 0);
    world.settle().await;
    assert_eq!(world.status_of_replica("k").await, "REPLICA");
    assert_eq!(world.tags_at_source("k").await, 1);
}

/// R-BIDI-02: one side alone will not do, whichever it is.
#[tokio::test(start_paused = true)]
async fn a_replicas_tags_stay_where_one_rule_alone_synchronises() {
    for (forth, back) in [(true, false), (false, true), (false, false)] {
        let world = world(forth, back).await;
        put(&world.here, "bucket-a", "k", "body").await;
        world.settle().await;
        world.retag_replica("k").await;
        assert_eq!(world.status_of_replica("k").await, "REPLICA");
        world.settle().await;
        assert_eq!(world.tags_at_source("k").await, 0, "{forth} {back}");
    }
}

/// R-STATUS-15: a source that is gone cannot take them.
#[tokio::test(start_paused = true)]
async fn a_replica_whose_change_is_refused_is_failed() {
    let world = world(true, true).await;
    let version = put(&world.here, "bucket-a", "k", "body").await.unwrap();
    world.settle().await;
    world.retag_replica("k").await;
    let delete = world.here.delete_object().bucket("bucket-a").key("k");
    delete.version_id(version).send().await.unwrap();
    world.settle().await;
    assert_eq!(world.status_of_replica("k").await, "FAILED");
}
