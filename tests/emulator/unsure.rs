//! What AWS leaves open, the other way round than by default.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    BucketVersioningStatus, DeleteMarkerReplication, DeleteMarkerReplicationStatus, Tag, Tagging,
};
use bucketpair::emulator::{Delay, Emulator, Settings, Unsure};

use super::{HERE, THERE, client, put, replicate, rule, versioned, versioning};

const DELAY: Duration = Duration::from_secs(10);

struct World {
    emulator: Emulator,
    here: Client,
    there: Client,
}

/// Two destinations, of which the second is suspended where it is asked for.
async fn world(setting: &str, suspended: bool) -> World {
    let mut unsure = Unsure::default();
    unsure.set(setting).unwrap();
    let settings = Settings::default().with_unsure(unsure);
    let emulator = Emulator::new(settings.with_delay(Delay::Uniform {
        min: DELAY,
        max: DELAY * 100,
    }));
    let (here, there) = (client(&emulator, HERE), client(&emulator, THERE));
    versioned(&here, "source", HERE).await;
    for destination in ["first", "second"] {
        versioned(&there, destination, THERE).await;
    }
    let with_markers = |priority, destination| {
        let on = DeleteMarkerReplication::builder().status(DeleteMarkerReplicationStatus::Enabled);
        let mut rule = rule(priority, destination);
        rule.delete_marker_replication = Some(on.build());
        rule
    };
    let rules = vec![with_markers(1, "first"), with_markers(2, "second")];
    replicate(&here, "source", rules).await;
    if suspended {
        versioning(&there, "second", BucketVersioningStatus::Suspended).await;
    }
    World {
        emulator,
        here,
        there,
    }
}

impl World {
    async fn status(&self) -> String {
        let head = self.here.head_object().bucket("source").key("k");
        let status = head.send().await.unwrap().replication_status;
        status.map_or_else(|| "none".to_owned(), |status| status.as_str().to_owned())
    }

    /// The statuses that the source shows until every replication has ended, without repetitions.
    async fn statuses(&self) -> Vec<String> {
        let mut seen = vec![self.status().await];
        while self.emulator.pending() > 0 {
            tokio::time::sleep(DELAY / 10).await;
            seen.push(self.status().await);
        }
        seen.dedup();
        seen
    }
}

/// R-STATUS-05.
#[tokio::test(start_paused = true)]
async fn a_status_can_come_later_than_the_write() {
    let world = world("first-status=later", false).await;
    put(&world.here, "source", "k", "body").await;
    assert_eq!(world.statuses().await, ["none", "PENDING", "COMPLETED"]);
}

/// R-STATUS-07: the first destination's answer is waited for, whichever comes first.
#[tokio::test(start_paused = true)]
async fn failed_can_wait_for_the_other_destination() {
    let world = world("failed=with-the-last", true).await;
    put(&world.here, "source", "k", "body").await;
    while world.emulator.failures().is_empty() && world.emulator.arrivals().is_empty() {
        tokio::time::sleep(DELAY / 10).await;
    }
    assert_eq!(world.status().await, "PENDING");
    assert_eq!(world.statuses().await, ["PENDING", "FAILED"]);
}

/// R-STATUS-14.
#[tokio::test(start_paused = true)]
async fn later_tags_can_make_the_source_pending_again() {
    for (setting, wanted) in [
        ("later-tags=pending", vec!["PENDING", "COMPLETED"]),
        ("later-tags=keep-status", vec!["COMPLETED"]),
    ] {
        let world = world(setting, false).await;
        put(&world.here, "source", "k", "body").await;
        world.statuses().await;
        let tag = Tag::builder().key("state").value("final").build().unwrap();
        let tagging = Tagging::builder().tag_set(tag).build().unwrap();
        let put = world.here.put_object_tagging().bucket("source").key("k");
        put.tagging(tagging).send().await.unwrap();
        assert_eq!(world.statuses().await, wanted, "{setting}");
    }
}

/// R-STATUS-04.
#[tokio::test(start_paused = true)]
async fn completed_can_be_said_in_the_models_other_word() {
    for (setting, word) in [
        ("completed=completed", "COMPLETED"),
        ("completed=complete", "COMPLETE"),
    ] {
        let world = world(setting, false).await;
        put(&world.here, "source", "k", "body").await;
        assert_eq!(world.statuses().await, ["PENDING", word], "{setting}");
    }
}

/// R-DEL-05.
#[tokio::test(start_paused = true)]
async fn a_marker_can_have_an_id_of_its_own_at_the_destination() {
    for (setting, kept) in [("marker-id=kept", true), ("marker-id=new", false)] {
        let world = world(setting, false).await;
        put(&world.here, "source", "k", "body").await;
        world.statuses().await;
        let delete = world.here.delete_object().bucket("source").key("k");
        let marker = delete.send().await.unwrap().version_id;
        while world.emulator.pending() > 0 {
            tokio::time::sleep(DELAY).await;
        }
        let listed = world.there.list_object_versions().bucket("first").send();
        let listed = listed.await.unwrap();
        let there = listed.delete_markers()[0].version_id.clone();
        assert_eq!(there == marker, kept, "{setting}");
    }
}
